"""The calls for what stays with a provider: cloned voices, and proxies."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

from voicekit.engine.making import Making
from voicekit.errors import GenerationFailed, Unsupported
from voicekit.library.forgetting import retire
from voicekit.library.refunding import note_deleted, owner_of
from voicekit.providers import Provider
from voicekit.task import to_micros
from voicekit.voice import Voice

__all__ = ["Owned"]


class Owned(Making):
    """What a user has at a provider."""

    async def clone(
        self,
        /,
        file: str | Path,
        name: str,
        *,
        provider: str,
        take: int = 1,
        timeout: float | None = None,
        **settings: Any,
    ) -> Voice:
        """Make a voice from a recording, and return it once it can speak.

        Parameters
        ----------
        file : str or Path
            A sample of the voice; ``parameters(provider, kind="clone")`` has the rest.
        name : str
            What the voice is called at the provider.
        """
        done = await self.make(
            "clone",
            provider,
            text=name,
            file=file,
            take=take,
            timeout=timeout,
            settings=settings,
        )
        self.remembered.forget(provider)
        return Voice(voice=done.kept.attempt["details"]["voice"], name=name, owned=True)

    async def delete_clone(self, voice: str | Voice) -> None:
        """Delete one of your own voices at its provider."""
        chosen = await self.voice(voice)
        provider = self.provider_of(chosen.provider)
        await self.engine.ask(provider, provider.delete_clone(chosen.id))
        self.remembered.forget(provider.name)
        await self.engine.library.transact(retire, "clone", chosen.voice)

    async def delete_tasks(
        self, ids: str | Iterable[str], provider: str = "kingcong"
    ) -> float | None:
        """Delete tasks at their provider, and return the credits that came back.

        What was made of them stays in the library. One that still ran has then failed.

        Parameters
        ----------
        ids : str or iterable of str
            As ``task_id`` in `tasks`; each is deleted by itself, so that the ledger
            knows what came back for which.

        Raises
        ------
        Unsupported
            If the provider cannot delete tasks.
        """
        vendor = self.provider_of(provider)
        if "delete_tasks" not in vendor.endpoints:
            raise Unsupported(f"{provider} cannot delete tasks.")
        wanted = [ids] if isinstance(ids, str) else [*ids]
        back = [await self._delete_task(vendor, str(receipt)) for receipt in wanted]
        known = [refund for refund in back if refund is not None]
        return sum(known) if known or not wanted else None

    async def _delete_task(self, provider: Provider, receipt: str) -> float | None:
        engine, vendor = self.engine, cast("Any", provider)
        refunded = await engine.ask(provider, vendor.delete_tasks([receipt]))
        issuer = f"{engine.connector.realm(provider)} {provider.name}"
        kept = await engine.library.transact(owner_of, issuer, receipt)
        if kept is not None:
            name = kept.job["id"]
            gone = f"The task of job {name} was deleted at {provider.name}."
            why = GenerationFailed(gone, provider=provider.name)
            await engine.bring_down(name, why)
        micros = to_micros(refunded)
        await engine.library.transact(note_deleted, issuer, receipt, micros)
        return None if refunded is None else float(refunded)

    async def purchase_proxies(
        self,
        provider: str,
        ttl: int,
        quantity: int,
        *,
        take: int = 1,
        timeout: float | None = None,
    ) -> list[Any]:
        """Buy proxies, or return those that the same call bought and that still live.

        Parameters
        ----------
        ttl : int
            How many minutes they live.
        take : int
            Ask for another purchase of the same.
        """
        done = await self.make(
            "proxies",
            provider,
            take=take,
            timeout=timeout,
            settings={"ttl": ttl, "quantity": quantity},
        )
        receipt = str(done.kept.attempt["receipt"]).split(",")
        vendor: Any = self.provider_of(provider)
        listed = await self.engine.ask(vendor, vendor.proxies())
        return [proxy for proxy in listed if proxy.id in receipt]

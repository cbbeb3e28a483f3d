"""Enter keys, see which vendors are connected, test a key with a free call."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial

import ipywidgets as widgets

from voicekit import keys, providers
from voicekit.errors import KeyMissing, Unsupported, VoicekitError
from voicekit.panels.frame import framed
from voicekit.panels.key_table import KeyRow, KeyTable
from voicekit.panels.notice import Notice
from voicekit.panels.panel import Panel
from voicekit.providers import Provider
from voicekit.studio import Studio
from voicekit.task import Credits
from voicekit.voice import VoiceQuery

__all__ = ["Keys"]

_REHEARSAL = "This studio rehearses: no key is read, and none can be entered."


class Keys(Panel):
    """A line for each vendor: whether it is connected, and fields for its key.

    A key is kept in the system's keyring, else in memory until the kernel ends. It is
    in no cell, no output, no widget's state and no history.

    Parameters
    ----------
    studio : Studio
        Uses a vendor as soon as its key was entered here.
    """

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self._vendors = {
            name: provider
            for name, provider in _each_provider()
            if provider.transport == "http"
        }
        self._states = dict.fromkeys(self._vendors, "")
        self._connected: set[str] = set()
        self._lines = {name: Notice() for name in self._vendors}
        self.table = KeyTable()
        actions: Mapping[str, Callable[..., object]] = {
            "keep": self.keep,
            "forget": lambda vendor, _: self.forget(vendor),
            "test": lambda vendor, _: self.test(vendor),
        }
        self.table.on_action(
            lambda name, *said: self.attempt(partial(actions[name], *said))
        )
        if studio.sandbox is not None:
            self.notice.note(_REHEARSAL)
        heading = widgets.HBox([widgets.Label("Keys")])
        heading.add_class("voicekit-heading")
        self._widget = framed(
            [heading, self.table, self.notice, *self._lines.values()], "keys"
        )
        for name in self._vendors:
            self.test(name)

    @property
    def widget(self) -> widgets.Widget:
        """The table as one widget."""
        return self._widget

    @property
    def connected(self) -> list[str]:
        """The vendors that answered with the key that was found."""
        return sorted(self._connected)

    def keep(self, vendor: str, parts: Mapping[str, str]) -> None:
        """Keep the parts of a key, use the vendor from now on, and test it."""
        if self.studio.sandbox is not None:
            raise VoicekitError(_REHEARSAL)
        if not parts:
            raise KeyMissing(f"No key was entered for {vendor}; nothing was changed.")
        keeping = asyncio.to_thread(_kept, vendor, dict(parts))
        self.start(keeping, partial(self._use, vendor))

    def forget(self, vendor: str) -> None:
        """Drop what is kept of a vendor's key; the environment stays as it is."""
        forgetting = asyncio.to_thread(keys.forget, vendor, self._parts(vendor))
        self.start(forgetting, lambda _: self._forgotten(vendor))

    def _forgotten(self, vendor: str) -> None:
        self.notice.tell(f"Nothing is kept of a key for {vendor} any longer.")
        self.test(vendor)

    def test(self, vendor: str) -> None:
        """Make a call that costs nothing, and show what came of it."""
        self._put(vendor, "testing …", is_connected=False)
        checking = self._check(self._vendors[vendor])
        self.restart(checking, partial(self._tell, vendor), self._lines[vendor])

    def _use(self, vendor: str, where: str) -> None:
        self.studio.calls.use(vendor)
        self.notice.tell(where)
        self.test(vendor)
        self.tell_others()

    async def _check(self, provider: Provider) -> Credits | VoicekitError | None:
        """Return the balance; None where a vendor has none, or why it said no."""
        ask = self.studio.calls.engine.ask
        try:
            try:
                return await ask(provider, provider.credits())
            except Unsupported:
                await ask(provider, provider.voices(VoiceQuery(limit=1)))
                return None
        except VoicekitError as error:
            return error

    def _tell(self, vendor: str, found: Credits | VoicekitError | None) -> None:
        if isinstance(found, VoicekitError):
            self._put(vendor, self._reason(vendor, found), is_connected=False)
            return
        parts = ["connected", self._source(vendor)]
        if found is not None and found.balance is not None:
            parts.append(f"{found.balance:,g} {found.unit}")
        if vendor not in self.studio.calls.names:
            parts.append("not used by this studio")
        self._put(vendor, " · ".join(filter(None, parts)), is_connected=True)

    def _reason(self, vendor: str, error: VoicekitError) -> str:
        nothing_there = isinstance(error, KeyMissing) and not self._source(vendor)
        # Where a vendor has no fixed address, it may be that which is missing.
        if nothing_there and self._vendors[vendor].origin:
            return "no key"
        return str(error)

    def _source(self, vendor: str) -> str:
        if self.studio.sandbox is not None:
            return "rehearsal"
        places = (keys.source(vendor, part) for part in self._parts(vendor))
        place = next(filter(None, places), None)
        return f"key from the {place}" if place else ""

    def _parts(self, vendor: str) -> list[str]:
        return [part for way in self._vendors[vendor].auth.parts for part in way]

    def _put(self, vendor: str, state: str, *, is_connected: bool) -> None:
        self._states[vendor] = state
        (self._connected.add if is_connected else self._connected.discard)(vendor)
        self.table.show([self._row(name) for name in self._vendors])

    def _row(self, vendor: str) -> KeyRow:
        ways = [] if self.studio.sandbox else self._vendors[vendor].auth.parts
        return {
            "provider": vendor,
            "ways": [[*way] for way in ways],
            "state": self._states[vendor],
            "is_connected": vendor in self._connected,
        }


def _each_provider() -> list[tuple[str, Provider]]:
    return [(name, providers.find(name)) for name in providers.names()]


def _kept(vendor: str, parts: Mapping[str, str]) -> str:
    for part in parts:
        if keys.source(vendor, part) == "environment":
            raise KeyMissing(
                f"{keys.variable(vendor, part)} is set in the environment and goes "
                "before any key entered here; nothing was changed."
            )
    return [keys.keep(vendor, value, part) for part, value in parts.items()][-1]

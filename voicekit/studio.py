"""The one object that a notebook talks to."""

from __future__ import annotations

import contextlib
import functools
import threading
import weakref
from collections.abc import Callable, Coroutine, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Self, TypeVar

from voicekit import providers as known_providers
from voicekit.engine.bridge import Bridge
from voicekit.engine.callback_address import checked_base, checked_port
from voicekit.engine.connector import Connector, Place
from voicekit.engine.doubts import Doubts
from voicekit.engine.endpoints import Endpoints
from voicekit.engine.engine import Engine
from voicekit.engine.leftovers import notice
from voicekit.errors import InvalidSetting
from voicekit.job import REHEARSED
from voicekit.library.forgetting import retire_all
from voicekit.library.library import Library, default_folder
from voicekit.task import to_micros

if TYPE_CHECKING:
    from voicekit.panels import Tabs
    from voicekit.panels.panel import Panel
    from voicekit.sandbox import Sandbox

__all__ = ["Aio", "Studio"]

P = ParamSpec("P")
T = TypeVar("T")


class _Desk:
    """The calls, and the loop on which they run."""

    def __init__(self, calls: Doubts, bridge: Bridge) -> None:
        self.calls = calls
        self.bridge = bridge


def _awaited(
    call: Callable[Concatenate[Doubts, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate[Aio, P], Coroutine[Any, Any, T]]:
    """Make the form of a call that any event loop can await."""

    @functools.wraps(call)
    async def awaited(self: Aio, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self.bridge.wait(call(self.calls, *args, **kwargs))

    return awaited


def _blocking(
    call: Callable[Concatenate[Doubts, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate[Studio, P], T]:
    """Make the form of a call that waits for its result."""

    @functools.wraps(call)
    def blocking(self: Studio, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return self.bridge.run(call(self.calls, *args, **kwargs))

    return blocking


class Aio(_Desk):
    """The same calls as `Studio` has, to be awaited."""

    adopt = _awaited(Doubts.adopt)
    check = _awaited(Doubts.check)
    clip = _awaited(Doubts.clip)
    clone = _awaited(Doubts.clone)
    clones = _awaited(Doubts.clones)
    compare = _awaited(Doubts.compare)
    credits = _awaited(Doubts.credits)
    delete_clone = _awaited(Doubts.delete_clone)
    delete_tasks = _awaited(Doubts.delete_tasks)
    dub = _awaited(Doubts.dub)
    estimate = _awaited(Doubts.estimate)
    forget = _awaited(Doubts.forget)
    held = _awaited(Doubts.held)
    models = _awaited(Doubts.models)
    music = _awaited(Doubts.music)
    parameters = _awaited(Doubts.parameters)
    preview = _awaited(Doubts.preview)
    providers = _awaited(Doubts.providers)
    resume = _awaited(Doubts.resume)
    sound_effect = _awaited(Doubts.sound_effect)
    speak = _awaited(Doubts.speak)
    spend = _awaited(Doubts.spend)
    submit_again = _awaited(Doubts.submit_again)
    tasks = _awaited(Doubts.tasks)
    transcribe = _awaited(Doubts.transcribe)
    voice = _awaited(Doubts.voice)
    voices = _awaited(Doubts.voices)
    write_off = _awaited(Doubts.write_off)


class Studio(_Desk):
    """Voices of every provider, under one roof.

    Parameters
    ----------
    providers : str or iterable of str, optional
        Which to use; the offline engine and every vendor that has a key if None.
    sandbox : bool
        Whether to rehearse: all five vendors run on this machine, speak, keep balances
        and cost nothing. No key of yours is read, and what is made goes to a library
        of its own.
    library : str or Path, optional
        The folder where clips and costs are kept; ``VOICEKIT_LIBRARY``, else the
        platform's folder for user data, if None.
    budget : mapping of str to float, optional
        What this studio may reserve, spend or hold with each provider, in the
        provider's own unit: ``{"kie": 500}``. A price that the vendor does not state
        counts from the first task of its kind that it has charged.
    webhooks : str, optional
        The public https address of a tunnel or reverse proxy that leads to this
        machine. Vendors then say by themselves when a task is over, and an answer that
        was lost may still be found. Nobody needs it: without it tasks are asked for.
    webhook_port : int, optional
        The port of 127.0.0.1 to which it leads.
    balance_proves : bool
        Whether to send a request again whose answer was lost, where the vendor's
        balance proves that it was not accepted. Submissions to a vendor then go one at
        a time, each after a look at the balance.

    Attributes
    ----------
    aio : Aio
        The same calls, to be awaited.
    sandbox : Sandbox or None
        The vendors' stand-ins, where they are rehearsed; ``sandbox.fail(...)`` makes
        them misbehave.

    Examples
    --------
    >>> import voicekit as vk
    >>> studio = vk.Studio(providers=["offline"])
    >>> studio.speak("Hello!", "offline:en-us")
    <Clip offline:en-us · 0.4 s · free>
    >>> studio.close()
    """

    def __init__(  # noqa: PLR0913 - the names that DESIGN fixes
        self,
        providers: str | Iterable[str] | None = None,
        *,
        sandbox: bool = False,
        library: str | Path | None = None,
        budget: Mapping[str, float] | None = None,
        webhooks: str | None = None,
        webhook_port: int | None = None,
        balance_proves: bool = False,
    ) -> None:
        base = None if webhooks is None else checked_base(webhooks)
        port = None if base is None else checked_port(webhook_port, base)
        budgets = _in_micros(budget or {})
        known = {name: known_providers.find(name) for name in _names(providers)}
        folder = Path(library).expanduser() if library else default_folder()
        with contextlib.ExitStack() as opened:  # closed, too, if anything here fails
            kept = Library(folder / "sandbox" if sandbox else folder)
            opened.callback(kept.close)
            self.sandbox = opened.enter_context(_rehearsal()) if sandbox else None
            if sandbox:
                # A new one knows nothing of what was cloned or bought in earlier ones.
                kept.post(retire_all, REHEARSED)
            places = None if self.sandbox is None else _places(self.sandbox)
            connector = Connector(places)
            names = [
                name
                for name, provider in known.items()
                if providers is not None or connector.is_connected(provider)
            ]
            engine = Engine(kept, connector, budgets, balance_proves=balance_proves)
            super().__init__(Doubts(engine, names), Bridge())
            self.panels: weakref.WeakSet[Panel] = weakref.WeakSet()
            """Those that are open."""
            opened.callback(_end, self.bridge, engine)
            if base is not None:
                self.bridge.run(engine.listen(base, port or 0).start())
            self.aio = Aio(self.calls, self.bridge)
            if not sandbox:  # what an earlier rehearsal made is gone with its stand-ins
                _tell(notice(kept, connector, names))
            # Also when a notebook's cell is run again and the old studio is dropped,
            # and at the end of the process: no worker and no lock outlives its studio.
            self._close = weakref.finalize(self, _close, self.bridge, opened.pop_all())

    adopt = _blocking(Doubts.adopt)
    check = _blocking(Doubts.check)
    clip = _blocking(Doubts.clip)
    clone = _blocking(Doubts.clone)
    clones = _blocking(Doubts.clones)
    compare = _blocking(Doubts.compare)
    credits = _blocking(Doubts.credits)
    delete_clone = _blocking(Doubts.delete_clone)
    delete_tasks = _blocking(Doubts.delete_tasks)
    dub = _blocking(Doubts.dub)
    estimate = _blocking(Doubts.estimate)
    forget = _blocking(Doubts.forget)
    held = _blocking(Doubts.held)
    models = _blocking(Doubts.models)
    music = _blocking(Doubts.music)
    parameters = _blocking(Doubts.parameters)
    preview = _blocking(Doubts.preview)
    providers = _blocking(Doubts.providers)
    resume = _blocking(Doubts.resume)
    sound_effect = _blocking(Doubts.sound_effect)
    speak = _blocking(Doubts.speak)
    spend = _blocking(Doubts.spend)
    submit_again = _blocking(Doubts.submit_again)
    tasks = _blocking(Doubts.tasks)
    transcribe = _blocking(Doubts.transcribe)
    voice = _blocking(Doubts.voice)
    voices = _blocking(Doubts.voices)
    write_off = _blocking(Doubts.write_off)

    def provider(self, name: str) -> Endpoints:
        """Return every endpoint that only this vendor has, by its name.

        Examples
        --------
        ``studio.provider("kingcong").tasks(page=2)``
        """
        return Endpoints(self.calls, self.bridge, name)

    def panel(self) -> Tabs:
        """Return everything as one widget: speak, make of files, see what it cost.

        There is one at a time: a cell that is run again closes the panel of its last
        run. ``panel.freeze()`` leaves plain HTML in its place, for a notebook to be
        read without a kernel.
        """
        from voicekit.panels import Tabs  # noqa: PLC0415 - a lazy upward call

        for panel in tuple(self.panels):
            if isinstance(panel, Tabs):
                panel.close()
        return Tabs(self)

    def close(self) -> None:
        """Close the panels, end the workers and let go of the library.

        Closing twice does nothing.
        """
        for panel in tuple(self.panels):
            panel.close()
        self._close()

    @property
    def is_open(self) -> bool:
        """Whether it can still be asked."""
        return self._close.alive

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __repr__(self) -> str:
        state = "" if self.is_open else " (closed)"
        return f"<Studio of {', '.join(self.calls.names)}{state}>"


def _names(providers: str | Iterable[str] | None) -> Iterable[str]:
    if providers is None:
        return known_providers.names()
    return [providers] if isinstance(providers, str) else providers


def _in_micros(budget: Mapping[str, float]) -> dict[str, int]:
    if not isinstance(budget, Mapping):
        raise InvalidSetting(
            'A budget names each provider, such as {"kie": 500}, for every vendor has '
            f"credits of its own; not {budget!r}."
        )
    found = {name: to_micros(amount) for name, amount in budget.items()}
    for name, micros in found.items():
        known_providers.find(name)
        if micros is None or micros < 0:
            raise InvalidSetting(
                f"The budget for {name} is an amount of its credits, not "
                f"{budget[name]!r}."
            )
    return {name: micros for name, micros in found.items() if micros is not None}


def _tell(line: str | None) -> None:
    if line is not None:
        print(line)  # noqa: T201 - in the notebook, where its reader can act on it


def _rehearsal() -> Sandbox:
    from voicekit.sandbox import serve  # noqa: PLC0415 - a lazy upward call

    return serve()


_PARTS = {
    "KEY": "key",
    "WEBHOOK_KEY": "webhook HMAC key",
    "CLIENT_ID": "client id",
    "CLIENT_SECRET": "client secret",
}
"""What the stand-ins call the parts of a key."""


def _places(sandbox: Sandbox) -> Mapping[str, Place]:
    return {
        name: Place(
            vendor.url,
            {
                part: vendor.credentials[called]
                for part, called in _PARTS.items()
                if called in vendor.credentials
            },
        )
        for name, vendor in sandbox.vendors.items()
    }


def _end(bridge: Bridge, engine: Engine) -> None:
    bridge.close(engine.settle(), engine.aclose())


def _close(bridge: Bridge, opened: contextlib.ExitStack) -> None:
    if bridge.is_current():
        # The garbage collector may run anywhere, and a loop cannot wait for itself.
        threading.Thread(target=opened.close).start()
    else:
        opened.close()

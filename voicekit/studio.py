"""The one object that a notebook talks to."""

from __future__ import annotations

import functools
import threading
import weakref
from collections.abc import Callable, Coroutine, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Self, TypeVar

from voicekit import providers as known_providers
from voicekit.engine.bridge import Bridge
from voicekit.engine.calls import Calls
from voicekit.engine.connector import Connector, Place
from voicekit.engine.endpoints import Endpoints
from voicekit.engine.engine import Engine
from voicekit.library.ledger import retire_all
from voicekit.library.library import Library, default_folder

if TYPE_CHECKING:
    from voicekit.panels import Speak
    from voicekit.sandbox import Sandbox

__all__ = ["Aio", "Studio"]

P = ParamSpec("P")
T = TypeVar("T")


class _Desk:
    """The calls, and the loop on which they run."""

    def __init__(self, calls: Calls, bridge: Bridge) -> None:
        self.calls = calls
        self.bridge = bridge


def _awaited(
    call: Callable[Concatenate[Calls, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate[Aio, P], Coroutine[Any, Any, T]]:
    """Make the form of a call that any event loop can await."""

    @functools.wraps(call)
    async def awaited(self: Aio, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self.bridge.wait(call(self.calls, *args, **kwargs))

    return awaited


def _blocking(
    call: Callable[Concatenate[Calls, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate[Studio, P], T]:
    """Make the form of a call that waits for its result."""

    @functools.wraps(call)
    def blocking(self: Studio, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return self.bridge.run(call(self.calls, *args, **kwargs))

    return blocking


class Aio(_Desk):
    """The same calls as `Studio` has, to be awaited."""

    clip = _awaited(Calls.clip)
    clone = _awaited(Calls.clone)
    clones = _awaited(Calls.clones)
    credits = _awaited(Calls.credits)
    delete_clone = _awaited(Calls.delete_clone)
    dub = _awaited(Calls.dub)
    estimate = _awaited(Calls.estimate)
    forget = _awaited(Calls.forget)
    models = _awaited(Calls.models)
    music = _awaited(Calls.music)
    parameters = _awaited(Calls.parameters)
    preview = _awaited(Calls.preview)
    providers = _awaited(Calls.providers)
    sound_effect = _awaited(Calls.sound_effect)
    speak = _awaited(Calls.speak)
    spend = _awaited(Calls.spend)
    tasks = _awaited(Calls.tasks)
    transcribe = _awaited(Calls.transcribe)
    voice = _awaited(Calls.voice)
    voices = _awaited(Calls.voices)


class Studio(_Desk):
    """Voices of every provider, under one roof.

    Parameters
    ----------
    providers : iterable of str, optional
        Which to use; the offline engine and every vendor that has a key if None.
    sandbox : bool
        Whether to rehearse: all five vendors run on this machine, speak, keep balances
        and cost nothing. No key of yours is read, and what is made goes to a library
        of its own.
    library : str or Path, optional
        The folder where clips and costs are kept; ``VOICEKIT_LIBRARY``, else the
        platform's folder for user data, if None.

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

    def __init__(
        self,
        providers: Iterable[str] | None = None,
        *,
        sandbox: bool = False,
        library: str | Path | None = None,
    ) -> None:
        known = {
            name: known_providers.find(name)
            for name in (known_providers.names() if providers is None else providers)
        }
        folder = default_folder() if library is None else Path(library).expanduser()
        kept = Library(folder / "sandbox" if sandbox else folder)
        self.sandbox = _rehearsal() if sandbox else None
        if sandbox:
            # A new one knows nothing of what was cloned or bought in an earlier one.
            kept.post(retire_all, "sandbox")
        connector = Connector(None if self.sandbox is None else _places(self.sandbox))
        names = [
            name
            for name, provider in known.items()
            if providers is not None or connector.is_connected(provider)
        ]
        engine = Engine(kept, connector)
        super().__init__(Calls(engine, names), Bridge())
        self.aio = Aio(self.calls, self.bridge)
        # Also when a notebook's cell is run again and the old studio is dropped, and at
        # the end of the process: no worker and no lock outlives its studio.
        self._close = weakref.finalize(self, _close, self.bridge, engine, self.sandbox)

    clip = _blocking(Calls.clip)
    clone = _blocking(Calls.clone)
    clones = _blocking(Calls.clones)
    credits = _blocking(Calls.credits)
    delete_clone = _blocking(Calls.delete_clone)
    dub = _blocking(Calls.dub)
    estimate = _blocking(Calls.estimate)
    forget = _blocking(Calls.forget)
    models = _blocking(Calls.models)
    music = _blocking(Calls.music)
    parameters = _blocking(Calls.parameters)
    preview = _blocking(Calls.preview)
    providers = _blocking(Calls.providers)
    sound_effect = _blocking(Calls.sound_effect)
    speak = _blocking(Calls.speak)
    spend = _blocking(Calls.spend)
    tasks = _blocking(Calls.tasks)
    transcribe = _blocking(Calls.transcribe)
    voice = _blocking(Calls.voice)
    voices = _blocking(Calls.voices)

    def provider(self, name: str) -> Endpoints:
        """Return every endpoint that only this vendor has, by its name.

        Examples
        --------
        ``studio.provider("kingcong").tasks(page=2)``
        """
        return Endpoints(self.calls, self.bridge, name)

    def panel(self) -> Speak:
        """Return a panel: pick a voice, move its sliders, type, and hear it."""
        from voicekit.panels import Speak  # noqa: PLC0415 - a lazy upward call

        return Speak(self)

    def close(self) -> None:
        """End the workers and let go of the library. Closing twice does nothing."""
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


def _rehearsal() -> Sandbox:
    from voicekit.sandbox import serve  # noqa: PLC0415 - a lazy upward call

    return serve()


def _places(sandbox: Sandbox) -> Mapping[str, Place]:
    return {
        name: Place(vendor.url, {"KEY": vendor.key})
        for name, vendor in sandbox.vendors.items()
    }


def _close(bridge: Bridge, engine: Engine, sandbox: Sandbox | None) -> None:
    if bridge.is_current():
        # The garbage collector may run anywhere, and a loop cannot wait for itself.
        threading.Thread(target=_close, args=(bridge, engine, sandbox)).start()
        return
    bridge.close(engine.aclose())
    engine.library.close()
    if sandbox is not None:
        sandbox.close()

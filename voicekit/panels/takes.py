"""What a panel has made: a list to play, label, save and remove from."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path

import ipywidgets as widgets

from voicekit.clip import Clip, show_text
from voicekit.panels.panel import Panel
from voicekit.panels.player_bar import PlayerBar
from voicekit.panels.take import Take
from voicekit.panels.take_list import TakeList, TakeRow
from voicekit.studio import Studio

__all__ = ["PAGES", "Takes"]

PAGES = tuple(f"takes {number}" for number in range(8, 0, -1))
"""From top to bottom. A new take is sent with its page, and not with all the others;
and they sound on, for what is sent anew falls silent."""

ON_A_PAGE = 8

LONGEST_NAME = 60


class Takes(Panel):
    """Takes, newest first; each stands once in the output below the panel.

    Parameters
    ----------
    studio : Studio
        Whose clips they are.
    put : callable
        Shows a page of their HTML in the output below the panel, by its name.
    player : PlayerBar
        Where they sound when played from the list.
    """

    def __init__(
        self, studio: Studio, put: Callable[[str, str], None], player: PlayerBar
    ) -> None:
        super().__init__(studio)
        self._put = put
        self.player = player
        self.list = TakeList()
        self._takes: dict[str, Take] = {}
        self._widget = widgets.VBox([self.list, self.notice])
        actions: Mapping[str, Callable[..., object]] = {
            "play": lambda job, _: self.play(job),
            "label": self.label,
            "save": lambda job, _: self.save(job),
            "remove": lambda job, _: self.remove(job),
        }
        self.list.on_action(
            lambda name, *said: self.attempt(partial(actions[name], *said))
        )
        widgets.dlink((player, "playing"), (self.list, "playing"))
        self._show_all()

    @property
    def widget(self) -> widgets.Widget:
        """The list as one widget."""
        return self._widget

    @property
    def clips(self) -> list[Clip]:
        """What was made, oldest first."""
        return [take.clip for take in self._takes.values()]

    def keep(self, take: Take) -> bool:
        """Put a take on top; tell whether it was here before, and keep its label."""
        job = str(take.clip.job)
        before = self._takes.pop(job, None)
        self._takes[job] = take if before is None else replace(take, label=before.label)
        self._show_all()
        return before is not None

    def play(self, job: str) -> None:
        """Play a take with its words, or stop it."""
        if self.player.playing == job:
            self.player.stop()
            return
        take = self._takes[job]

        def sound(playable: tuple[bytes, str]) -> None:
            self.player.play(job, take.title, take.clip, playable)

        self.start(asyncio.to_thread(take.clip.playable), sound)

    def label(self, job: str, label: str) -> None:
        """Give a take a name of your own."""
        self._takes[job] = replace(self._takes[job], label=label.strip())
        self._show_all()

    def save(self, job: str) -> None:
        """Copy a take's sound into the folder of the notebook."""
        take = self._takes[job]
        self.start(
            asyncio.to_thread(_saved, take),
            lambda path: self.notice.tell(f"Saved as {path.name}."),
        )

    def remove(self, job: str) -> None:
        """Take a take off the list; the library keeps what was paid for."""
        del self._takes[job]
        self._show_all()
        self.notice.tell(f"Removed from here; studio.clip({job!r}) still has it.")

    def _show_all(self) -> None:
        takes = [*self._takes.values()]
        self.list.show([_row(take) for take in reversed(takes)])
        for number, page in enumerate(reversed(PAGES)):
            first = number * ON_A_PAGE
            # The top page holds whatever has no place on the others.
            last = None if page == PAGES[0] else first + ON_A_PAGE
            self._put(page, "".join(map(Take.to_html, reversed(takes[first:last]))))


def _row(take: Take) -> TakeRow:
    return {
        "job": str(take.clip.job),
        "title": replace(take, label="").title,
        "caption": f"{take.about} · {take.clip.caption}",
        "label": show_text(take.label),
    }


def _saved(take: Take) -> Path:
    """Save under a name that no file has yet."""
    words = re.findall(r"\w+", take.label or take.title)
    stem = "-".join(words)[:LONGEST_NAME] or "take"
    names = (f"{stem}{'' if n == 1 else f'-{n}'}" for n in count(1))
    paths = (Path(name).with_suffix(take.clip.path.suffix) for name in names)
    return take.clip.save(next(path for path in paths if not path.exists()))

"""The booth: a listening test on the page, one screen after the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from voicekit.clip import show_text
from voicekit.errors import InvalidAnswers
from voicekit.listening.forms import FORMS
from voicekit.listening.headphones import tones
from voicekit.listening.hearing import checked_stretches
from voicekit.listening.screens import Screen
from voicekit.listening.session import Session
from voicekit.listening.sounds import RATE, encode
from voicekit.panels.source import script
from voicekit.panels.stage import Stage, StageView

__all__ = ["Booth", "BoothView"]

LISTEN = (
    "You will hear short recordings. Listen to all of each before you answer; you may "
    "listen again, and switch, as often as you like."
)
NO_RIGHT = (
    "There are no right answers: what you hear is what counts. You can stop at any "
    "time and go on later. Please use headphones, in a quiet room."
)
WELCOME = (LISTEN, NO_RIGHT)
CHECK = "Which of the three tones is the quietest?"
THANKS = "That was all: every answer is saved. Thank you."
HEADINGS = {
    "instructions": "Listening test",
    "headphones": "Headphones: {0} of {1}",
    "practice": "Practice: {0} of {1}",
    "trial": "Trial {0} of {1}",
}
PLAYING = (
    "Letters play a clip (R the reference, X the unknown), space plays and pauses, "
    "Home restarts, [ and ] set the ends of a loop, L loops. Enter goes on. "
)
HELP = {
    "choice": "Digits choose an answer.",
    "sliders": "Arrows move the slider of the clip that plays, with Shift by 10.",
    "best_worst": "While a clip plays, arrow up says best, arrow down worst.",
    "rank": "Arrows move the clip that plays; O says that the order is yours.",
}


class BoothView(StageView):
    """The page's side of a booth."""

    _esm = script("booth")


class Booth(Stage):
    """A session as a widget. What the page gets does not tell one voice from another.

    Parameters
    ----------
    session : Session
        Whose screens are shown; its answers are kept by it.
    """

    title = "The booth"

    def __init__(self, session: Session) -> None:
        self.session = session
        self._screen: Screen | None = None
        super().__init__(BoothView(), "test")

    def wav(self, place: int) -> bytes:
        """Return a clip of the open screen."""
        if self._screen is None or self.session.sounds is None:
            raise InvalidAnswers("There is nothing to play.")
        if self._screen.step == "headphones":
            tone = tones(self.session.test, self._screen.number)[place]
            return encode(tone, RATE)
        row = self._screen.shown[place].row
        return self.session.sounds.wav(row["stimulus"])

    def opened(self) -> Mapping[str, Any]:
        """Return the open screen for the page."""
        self._screen = screen = self.session.screen
        done, total = self.session.progress
        common = {"done": done, "total": total, "keys": self.session.keys}
        if screen is None:
            return {"screen": "end", "heading": "Finished", "texts": [THANKS], **common}
        control = _control(screen, self.session.kind)
        return {
            "screen": screen.name,
            "heading": HEADINGS[screen.step].format(screen.number, screen.of),
            "texts": self._texts(screen),
            "control": control,
            "next": "Start" if screen.step == "instructions" else "Next",
            "question": CHECK if screen.step == "headphones" else self.session.question,
            "options": self._options(screen),
            "bands": self._bands(),
            "signals": self._signals(screen),
            "modes": [self._mode(screen)],
            "help": PLAYING + HELP.get(control, ""),
            "rule": f"Hear {self.session.must_listen:.0%} of each clip to go on.",
            **self._heard(),
            **common,
        }

    def take(self, message: Mapping[str, Any], place: int | None) -> None:
        """Take what was heard, and what was answered."""
        if self._screen is not self.session.screen:
            # Another booth, or a cell, has answered: what was heard here is past.
            self._view.state = dict(self.opened())
            return
        kind = message.get("kind")
        if kind == "play" and place is not None:
            self.session.begin(place)
        elif kind == "heard" and place is not None:
            duration = self.session.hearing()[place].duration_s
            found = checked_stretches(message.get("stretches"), duration)
            self.session.hear(place, found)
            now = self._heard()
            if not now.items() <= self._view.state.items():
                self._view.state = {**self._view.state, **now, "error": ""}
        elif kind == "answer":
            self._answer(message)

    def _answer(self, message: Mapping[str, Any]) -> None:
        if self._screen is not None and message.get("screen") == self._screen.name:
            self.session.submit(message.get("answer"), entered="booth")
        # Also where the page was behind: it then sees where the test is.
        self._view.state = dict(self.opened())

    def _heard(self) -> dict[str, Any]:
        """Return of which clips enough was heard, and whether of all."""
        least = self.session.must_listen
        heard = [one.share >= least for one in self.session.hearing()]
        return {"heard": heard, "ready": all(heard)}

    def _texts(self, screen: Screen) -> list[str]:
        if screen.step == "instructions":
            own = self.session.instructions
            return list(WELCOME) if own is None else [show_text(own)]
        if screen.step == "headphones" or not self.session.show_text:
            return []
        return [show_text(screen.text)] if screen.text else []

    def _options(self, screen: Screen) -> list[list[Any]]:
        if screen.step == "headphones":
            return [[0, "The first"], [1, "The second"], [2, "The third"]]
        return [[value, str(words)] for value, words in self.session.offered.items()]

    def _bands(self) -> list[list[Any]]:
        offered = self.session.offered.items()
        return [[words, *band] for band, words in offered if isinstance(band, tuple)]

    def _mode(self, screen: Screen) -> str:
        return "restart" if screen.step == "headphones" else self.session.switching

    def _signals(self, screen: Screen) -> list[dict[str, Any]]:
        heard = self.session.hearing()
        names = [(one.name, one.key, one.is_rated) for one in screen.shown]
        if screen.step == "headphones":
            names = [(f"Tone {key.upper()}", key, True) for key in "abc"]
        marks = self.session.marks()
        return [
            {
                "id": token,
                "name": name,
                "key": key,
                "rated": rated,
                "duration": heard[place].duration_s,
                "marks": list(marks[place]) if marks else [],
            }
            for place, (token, (name, key, rated)) in enumerate(
                zip(self.name_places(len(names)), names, strict=True)
            )
        ]


def _control(screen: Screen, kind: str) -> str:
    fixed = {"instructions": "text", "headphones": "choice"}
    return fixed.get(screen.step) or FORMS[kind].control

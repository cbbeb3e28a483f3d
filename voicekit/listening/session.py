"""A rater's way through a test: its screens, what was heard, what was answered."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

import pandas as pd

from voicekit.errors import InvalidAnswers, InvalidSetting
from voicekit.listening.alignment import align
from voicekit.listening.archive import Archive
from voicekit.listening.entries import entries
from voicekit.listening.hearing import Hearing, Stretch
from voicekit.listening.protocols import Answer, protocol
from voicekit.listening.record import planned
from voicekit.listening.screens import Screen, screens_of
from voicekit.listening.sounds import Sounds

if TYPE_CHECKING:
    from voicekit.panels.booth import Booth
    from voicekit.studio import Studio

__all__ = ["Session", "Switching"]

Switching: TypeAlias = Literal["restart", "same time", "same word"]

# Of the same take, one moment is the same in all; of several voices it is not.
SWITCHING: dict[str, Switching] = {"abx": "same time", "mushra": "same time"}


class Session:
    """One rater's test: a state machine whose state is what the library holds.

    Every answer is one transaction; whoever makes the same session again, in this
    kernel or in another, goes on behind the last answer. Which clip is which is told
    at the end.

    Parameters
    ----------
    plan : DataFrame
        Of :func:`plan`, made of stimuli with a column ``clip``.
    rater : optional
        One of the plan's. Without it whom the page's address names, as Voilà passes it
        on (``?rater=ann``), else the first of the plan whom nobody has been yet.
    library : str or Path, optional
        Where answers are kept; as for ``Studio``.
    studio : Studio, optional
        To keep them in its library instead.
    instructions : str, optional
        What the rater reads first, in place of some plain words.
    practice : int
        Trials before the test whose answers do not count.
    headphones : bool
        Whether to check that the rater wears any; the result is in the answers.
    must_listen : float
        The share of each clip that must have been heard before an answer is taken.
    switching : str, optional
        "restart", "same time" or "same word"; without it "same time" for "abx" and
        "mushra", else "restart".
    target : float, optional
        Loudness in LUFS; see :func:`match_levels`.
    show_text : bool
        Whether the rater reads what is said.
    keys : bool
        Whether there are keys for everything.

    Examples
    --------
    >>> from voicekit.listening import plan
    >>> clips = pd.DataFrame({"system": ["kie", "kling"] * 2, "item": [1, 1, 2, 2]})
    >>> session = Session(plan(clips, "ab", raters=["Ann"], seed=1), "Ann")
    >>> answers = session.simulate(lambda trial: "a")
    >>> answers["response"].tolist()
    ['a', 'a', 'a', 'a']
    >>> session.close()
    """

    def __init__(  # noqa: PLR0913 - one argument per choice that a paper reports
        self,
        plan: pd.DataFrame,
        rater: Hashable = None,
        *,
        library: str | Path | None = None,
        studio: Studio | None = None,
        instructions: str | None = None,
        practice: int = 0,
        headphones: bool = False,
        must_listen: float = 0.95,
        switching: Switching | None = None,
        target: float | None = None,
        show_text: bool = False,
        keys: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        kinds = planned(plan)["kind"].unique()
        if len(kinds) != 1 or not 0 <= must_listen <= 1:
            raise InvalidSetting("A plan is of one kind, and must_listen from 0 to 1.")
        if switching not in (None, *get_args(Switching)):
            raise InvalidSetting(
                f"switching={switching!r}; it can be "
                f"{', '.join(map(repr, get_args(Switching)))}."
            )
        self.kind = str(kinds[0])
        self.switching = switching or SWITCHING.get(self.kind, "restart")
        self.instructions = instructions
        self.must_listen = float(must_listen)
        self.show_text = bool(show_text)
        self.keys = keys
        self._clock = clock
        self._plan = plan
        self._target = None if target is None else float(target)
        self.sounds = Sounds.of(plan, self._target)
        screens = partial(screens_of, plan, practice=practice, headphones=headphones)
        # Whatever is refused is refused before a seat is taken, which stays so.
        screens(plan["rater"].iloc[0])
        self._archive = Archive(plan, library, studio)
        self.rater = self._archive.rater(rater)
        self.screens = screens(self.rater)
        self._turn = threading.RLock()
        self._given = {one.screen for one in self._archive.answers(self.rater)}
        self._hearing: list[Hearing] = []
        self._heard_on: str | None = None
        self._since: float | None = None

    @property
    def test(self) -> str:
        """What tells this test from every other; the same in every kernel."""
        return self._archive.test

    @property
    def screen(self) -> Screen | None:
        """The screen that is open; None at the end."""
        return next((one for one in self.screens if one.name not in self._given), None)

    @property
    def is_done(self) -> bool:
        """Whether all is answered."""
        return self.screen is None

    @property
    def progress(self) -> tuple[int, int]:
        """How many trials are answered, of how many."""
        trials = [one.name for one in self.screens if one.step == "trial"]
        return sum(name in self._given for name in trials), len(trials)

    @property
    def question(self) -> str:
        """What is asked at every trial."""
        return str(self._plan.attrs.get("question") or protocol(self.kind).question)

    @property
    def offered(self) -> dict[Answer, str]:
        """The answers that can be chosen, with their words."""
        labels = protocol(self.kind).labels
        recorded = self._plan.attrs.get("labels") or labels
        words = {str(answer): label for answer, label in recorded.items()}
        return {one: words[str(one)] for one in labels if str(one) in words}

    def hearing(self) -> list[Hearing]:
        """Return what was heard of each clip of the open screen."""
        with self._turn:
            screen = self.screen
            if screen is not None and self._heard_on != screen.name:
                self._heard_on, self._since = screen.name, None
                self._hearing = [Hearing(s) for s in screen.durations(self.sounds)]
            return [] if screen is None else list(self._hearing)

    def marks(self) -> tuple[tuple[float, ...], ...]:
        """Return the marks of the same words in the clips of the open screen."""
        screen = self.screen
        words = self.switching == "same word" and screen is not None and screen.shown
        if not words or screen is None or self.sounds is None:
            return ()
        names = [one.row["stimulus"] for one in screen.shown]
        return align([self.sounds.spoken(name) for name in names]).marks

    def begin(self, place: int) -> None:
        """Note that a clip of the open screen begins to play."""
        with self._turn:
            self._hearing = self.hearing()
            self._hearing[place] = self._hearing[place].begun()
            if self._since is None:
                self._since = self._clock()

    def hear(self, place: int, stretches: Sequence[Stretch]) -> None:
        """Note what was heard of a clip of the open screen, in seconds of it."""
        with self._turn:
            self._hearing = self.hearing()
            self._hearing[place] = self._hearing[place].plus(stretches)

    @property
    def is_ready(self) -> bool:
        """Whether enough was heard for an answer."""
        return all(one.share >= self.must_listen for one in self.hearing())

    def submit(self, answer: Any = None, *, entered: str = "code") -> None:
        """Take the answer to the open screen, and open the next.

        When it returns, the answer is on disk.

        Parameters
        ----------
        answer
            One of `offered`; for "mushra" and "rank" a list in the order of the page;
            for "best_worst" the two places, as in ``{"best": 0, "worst": 2}``; of three
            tones the place of the quietest. Nothing where there is only text.

        Raises
        ------
        InvalidAnswers
            If it is no answer to this screen, too little was heard, or all is done.
        """
        with self._turn:
            screen = self.screen
            if screen is None:
                raise InvalidAnswers("The test is over; every trial is answered.")
            if not self.is_ready:
                raise InvalidAnswers(
                    "Not every clip was heard: "
                    + ", ".join(f"{one.share:.0%}" for one in self.hearing())
                    + f" of them, and {self.must_listen:.0%} is asked for."
                )
            common = self._common(entered)
            rows = entries(screen, answer, [*self.offered], self._hearing, common)
            self._archive.keep(self.rater, screen.name, rows)
            self._given.add(screen.name)

    def simulate(self, choose: Callable[[pd.DataFrame], Any]) -> pd.DataFrame:
        """Have a program answer what is left, as if it had heard everything.

        Parameters
        ----------
        choose : callable
            Given the trial's rows of the plan, it returns the answer.

        Returns
        -------
        DataFrame
            As `answers`; the column ``entered`` says "simulated", and the methods
            paragraph that these raters are programs.
        """
        answers = {"instructions": None, "headphones": 0}
        while (screen := self.screen) is not None:
            for place, heard in enumerate(self.hearing()):
                self.begin(place)
                self.hear(place, [(0.0, heard.duration_s)])
            trial = pd.DataFrame([dict(one.row) for one in screen.shown])
            plain = screen.step in answers
            answer = answers[screen.step] if plain else choose(trial)
            self.submit(answer, entered="simulated")
        return self.answers()

    def answers(self) -> pd.DataFrame:
        """Return the long table of this rater's answers, and with it the key.

        Raises
        ------
        InvalidAnswers
            If the test is not over: which clip was which is not told before.
        """
        if not self.is_done:
            done, total = self.progress
            raise InvalidAnswers(
                f"{done} of {total} trials are answered; what was what is told at the "
                "end. collect(plan) shows what is there, to whoever runs the test."
            )
        return self._archive.table(self.rater, self.sounds)

    def booth(self) -> Booth:
        """Return the test as a widget."""
        from voicekit.panels.booth import Booth  # noqa: PLC0415 - needs a notebook

        return Booth(self)

    def close(self) -> None:
        """Let go of the library. Closing twice does nothing."""
        self._archive.close()

    def __repr__(self) -> str:
        done, total = self.progress
        return f"<Session {self.kind}: {done} of {total} trials>"

    def _common(self, entered: str) -> dict[str, Any]:
        """Return what every row of an answer says: how long it took, and how set."""
        took = None if self._since is None else self._clock() - self._since
        return {
            "response_ms": None if took is None else round(1000 * took),
            "must_listen": self.must_listen,
            "switching": self.switching,
            "target": self._target,
            "show_text": self.show_text,
            "entered": entered,
        }

"""All panels as one widget, each behind its tab."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial

import ipywidgets as widgets

from voicekit.engine.following import follow
from voicekit.library.spending import Row as Attempt
from voicekit.panels.compare import Compare
from voicekit.panels.files import Files
from voicekit.panels.frame import framed
from voicekit.panels.keys import Keys
from voicekit.panels.notice import Notice
from voicekit.panels.panel import Panel
from voicekit.panels.speak import Speak
from voicekit.panels.task_rows import attention, urgencies
from voicekit.panels.tasks import Tasks
from voicekit.studio import Studio

__all__ = ["Tabs"]

TABS: Mapping[str, Callable[[Studio], Panel]] = {
    "Speak": Speak,
    "Compare": Compare,
    "Files": Files,
    "Tasks": partial(Tasks, follows=False),  # the tabs watch the library for it
    "Keys": Keys,
}
"""From left to right. All but the first open when they are first looked at."""

_REHEARSAL = "Rehearsal: local stand-ins of the vendors answer, and nothing costs."


class Tabs(Panel):
    """The studio as one widget.

    Parameters
    ----------
    studio : Studio
        Whose calls the panels make.

    Attributes
    ----------
    opened : dict of str to Panel
        The panels that were looked at, by the title of their tab.
    """

    parts = (*Speak.parts, *Compare.parts, *Files.parts, *Tasks.parts)

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self._attempts: Sequence[Attempt] = ()
        self._handed_over: set[str] = set()
        self.opened: dict[str, Panel] = {}
        self.urgent, self.rehearsal = Notice(), Notice()
        self.rehearsal.note(_REHEARSAL if studio.sandbox else "")
        self._places = [widgets.VBox() for _ in TABS]
        self.tabs = widgets.Tab(self._places, titles=tuple(TABS), selected_index=0)
        self._widget = framed(
            [self.rehearsal, self.urgent, self.tabs, self.notice], "tabs"
        )
        self.tabs.observe(lambda _: self.attempt(self._look), "selected_index")
        self._look()
        self.follow(follow(studio.calls.engine.library), self._warn)

    @property
    def widget(self) -> widgets.Widget:
        """The panels as one widget, without what they made."""
        return self._widget

    @property
    def title(self) -> str:
        """The tab that is looked at."""
        return [*TABS][self.tabs.selected_index or 0]

    def open(self, title: str) -> Panel:
        """Bring a tab to the front, and return its panel."""
        self.tabs.selected_index = [*TABS].index(title)
        self._look()
        return self.opened[title]

    def refresh(self) -> None:
        """Let every panel that was looked at show what the studio has by now."""
        for panel in self.opened.values():
            panel.refresh()

    def close(self) -> None:
        """Cancel every wait and take the panels off the screen."""
        for panel in self.opened.values():
            panel.close()
        super().close()

    def _look(self) -> None:
        if self.title not in self.opened:
            panel = TABS[self.title](self.studio)
            # What they make stands together, below all of them.
            self.sheet.take_over(panel.sheet)
            panel.sheet = self.sheet
            panel.on_news(self.refresh)
            self.opened[self.title] = panel
            self._show_tasks()
            self._places[[*TABS].index(self.title)].children = [panel.widget]
        self._hand_over()
        self._show_warning()

    def _hand_over(self) -> None:
        """Compare what was marked beside the text, each voice once."""
        speak, compare = self.opened.get("Speak"), self.opened.get("Compare")
        if isinstance(speak, Speak) and isinstance(compare, Compare):
            marked = speak.picker.values
            new = [voice for voice in marked if voice not in self._handed_over]
            if new:
                compare.add(new)
            self._handed_over.update(marked)

    def _warn(self, attempts: Sequence[Attempt]) -> None:
        self._attempts = attempts
        self._show_tasks()
        counted = urgencies(attempts, datetime.now(UTC))
        messages = attention(counted)
        (self.urgent.warn if messages else self.urgent.note)("\n".join(messages))
        urgent = sum(counted.values())
        count = f" ({urgent} !)" if urgent else ""
        self.tabs.set_title([*TABS].index("Tasks"), f"Tasks{count}")
        self._show_warning()

    def _show_tasks(self) -> None:
        tasks = self.opened.get("Tasks")
        if isinstance(tasks, Tasks):
            tasks.show(self._attempts)

    def _show_warning(self) -> None:
        # The panel of tasks says it itself.
        self.urgent.layout.display = "none" if self.title == "Tasks" else None

"""Compares what a vendor did with what the ledger says of it, text by text."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from voicekit.library.library import Library
from voicekit.library.spending import attempts
from voicekit.library.states import State

OPEN = {"after SENDING", "sent", "answered", "lost"}
"""Last words of a text that surely left its outcome open."""
PERHAPS = OPEN | {"before SENDING", "before answer"}
"""After these it depends on whether the last transaction came through."""
DONE = {State.FETCHED}


@dataclass
class Verdict:
    """What is wrong; all of it is empty where nothing is."""

    twice: list[str] = field(default_factory=list)
    unaccounted: list[str] = field(default_factory=list)
    held_wrongly: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    accepted: int = 0
    held: int = 0

    @property
    def is_clean(self) -> bool:
        return not (self.twice or self.unaccounted or self.held_wrongly or self.broken)


def accepted_for(sandbox, vendor: str, texts: Iterable[str]) -> dict[str, list[str]]:
    """Return the ids of the tasks that a vendor accepted and charged for each text."""
    charged = {row["receipt"] for row in sandbox.look(vendor, "ledger")["entries"]}
    asked = {
        task["id"]: json.dumps(task["asked"])
        for task in sandbox.look(vendor, "tasks")
        if task["id"] in charged
    }
    return {text: [one for one in asked if text in asked[one]] for text in texts}


def judge(sandbox, vendor, library, texts, trace=None) -> Verdict:
    """Open a library as the next kernel would, and hold it against the vendor."""
    tasks = accepted_for(sandbox, vendor, texts)
    opened = Library(Path(library))
    try:
        rows = opened.post(attempts).result()
        found = Verdict(accepted=sum(map(len, tasks.values())))
        _check_bytes(opened, rows, found)
    finally:
        opened.close()
    by_text = defaultdict(list)
    for row in rows:
        by_text[row["text"]].append(row)
    held = {row["text"] for row in rows if row["state"] == State.HELD}
    found.held = len(held)
    for text in texts:
        _check(text, tasks[text], by_text[text], found)
    if trace is not None:
        sure, perhaps = unresolved(trace)
        found.held_wrongly = sorted((sure - held) | (held - perhaps))
    return found


def _check(text, tasks, rows, found: Verdict) -> None:
    if len(tasks) > 1:
        found.twice.append(text)
    done = [row for row in rows if row["state"] in DONE]
    is_held = any(row["state"] == State.HELD for row in rows)
    receipts = {row["receipt"] for row in done} - {None}
    if (tasks and not done and not is_held) or not receipts <= set(tasks):
        found.unaccounted.append(text)
    if len(done) > 1 or (done and not tasks) or not (done or is_held):
        found.broken.append(f"{text} {[row['state'] for row in rows]}")


def _check_bytes(library: Library, rows, found: Verdict) -> None:
    for row in rows:
        if row["state"] not in DONE:
            continue
        stored = library.files.find(row["sha256"], 0, row["media_type"])
        if not stored.is_whole():
            found.broken.append(f"the audio of {row['text']}")
    found.broken += [path.name for path in library.files.folder.glob("*.part")]


def unresolved(trace: str) -> tuple[set[str], set[str]]:
    """Return the texts whose outcome surely, and those whose perhaps, stayed open."""
    last: dict[tuple[int, str], str] = {}
    for line in Path(trace).read_text().splitlines():
        pid, what, text = json.loads(line)
        if text is None:
            continue
        if last.get((pid, text)) != "lost" or what == "sent":
            last[pid, text] = what
    # A text may be begun anew after a life in which it was only reserved.
    sure = {text for (_, text), what in last.items() if what in OPEN}
    perhaps = {text for (_, text), what in last.items() if what in PERHAPS}
    return sure, perhaps

"""What was spent as bars, in HTML that a saved notebook shows without trust."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from voicekit.clip import escaped
from voicekit.library.spending import Row
from voicekit.task import cost_text

__all__ = ["spend_plot"]

MOST_BARS = 31
"""In one picture: a month of days, or what cost most."""

_PARTS: Mapping[str, str] = {"credits": "#4c72b0", "held": "#c62828"}
"""What a bar consists of, from left to right, each with its colour."""

_LEGEND = {"credits": "charged", "held": "held: nobody knows yet whether it was billed"}
_NOTHING: Row = {"credits": None, "held": 0.0}
_SMALL = "font-size:0.85em;opacity:0.75"
_CELL = "padding:0.1em 0.5em;vertical-align:middle;text-align:left;font-weight:normal"


def spend_plot(spent: Sequence[Row], by: str) -> str:
    """Return a picture for each provider: credits of different vendors never share one.

    Parameters
    ----------
    spent : sequence of Row
        What `library.spending.spend_rows` made of the ledger.
    by : str
        How it is grouped. Days follow each other, also those on which nothing was
        spent; of all else the dearest comes first.
    """
    pictures: defaultdict[tuple[str, str], dict[str, Row]] = defaultdict(dict)
    for row in spent:
        if _length(row):
            pictures[row["provider"], row["unit"]][row["group"]] = row
    drawn = "".join(
        _picture(f"{provider}, {unit}", unit, _in_order(groups, by))
        for (provider, unit), groups in pictures.items()
    )
    return f"<div>{drawn}{_legend(spent)}</div>" if drawn else ""


def _in_order(groups: Mapping[str, Row], by: str) -> dict[str, Row]:
    if by == "day":
        days = [*_days(groups)][-MOST_BARS:]
        return {day: groups.get(day, _NOTHING) for day in days}
    dearest = sorted(groups, key=lambda name: -_length(groups[name]))
    return {name: groups[name] for name in dearest[:MOST_BARS]}


def _days(named: Iterable[str]) -> Iterator[str]:
    days = sorted(map(date.fromisoformat, named))
    for number in range((days[-1] - days[0]).days + 1):
        yield (days[0] + timedelta(days=number)).isoformat()


def _picture(title: str, unit: str, groups: Mapping[str, Row]) -> str:
    whole = max(map(_length, groups.values()))
    bars = "".join(_bar(name, row, unit, whole) for name, row in groups.items())
    return (
        '<table style="width:100%;border-collapse:collapse;margin:0.4em 0">'
        f'<caption style="caption-side:top;text-align:left">{escaped(title)}</caption>'
        f"<tbody>{bars}</tbody></table>"
    )


def _bar(name: str, row: Row, unit: str, whole: float) -> str:
    drawn = "".join(
        f'<div style="display:inline-block;height:0.9em;background-color:{colour};'
        f'width:{(row[part] or 0) / whole:.1%}"></div>'
        for part, colour in _PARTS.items()
        if row[part]
    )
    cost = " + ".join(
        cost_text(row[part], unit) + (" held" if part == "held" else "")
        for part in _PARTS
        if row[part]
    )
    return (
        f'<tr><th scope="row" style="{_CELL};width:25%">{escaped(name or "none")}</th>'
        f'<td style="{_CELL};width:50%">{drawn}</td>'
        f'<td style="{_CELL}">{escaped(cost)}</td></tr>'
    )


def _legend(spent: Iterable[Row]) -> str:
    if not any(row["held"] for row in spent):
        return ""
    parts = (
        f'<span style="color:{colour}">■</span> {_LEGEND[part]}'
        for part, colour in _PARTS.items()
    )
    return f'<p style="{_SMALL}">{" · ".join(parts)}</p>'


def _length(row: Row) -> float:
    return (row["credits"] or 0.0) + (row["held"] or 0.0)

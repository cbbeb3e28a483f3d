"""A whole comparison as one HTML page that needs nothing else and runs nothing."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING

import pandas as pd

from voicekit._version import __version__
from voicekit.clip import escaped, show_text
from voicekit.errors import Unsupported

if TYPE_CHECKING:
    from voicekit.comparison import Comparison

__all__ = ["page"]


def page(comparison: Comparison) -> str:
    """Return the page."""
    frame = comparison.frame.drop(columns=["clip", "text"])
    measures = comparison.measure()
    missing = measures.pop("missing")
    grid, is_level = comparison.best_grid()
    return _PAGE.format(
        title=escaped(comparison.caption),
        methods=escaped(_methods(comparison, is_level=is_level)),
        grid=grid.html,
        figure=_figure(comparison),
        clips=_table(frame.dropna(axis="columns", how="all")),
        measures=_table(measures.dropna(axis="columns", how="all")),
        missing=escaped(" ".join(dict.fromkeys(missing.dropna()))),
        spent=_table(comparison.spent.reset_index()),
    )


def _methods(comparison: Comparison, *, is_level: bool) -> str:
    varied = "; ".join(
        f"{axis} = {', '.join(map(str, _values(comparison, axis)))}"
        for axis in comparison.axes
    )
    sentences = (
        f"{comparison.caption[:1].upper()}{comparison.caption[1:]}.",
        f"Made with voicekit {__version__} on {comparison.made_at:%Y-%m-%d} (UTC).",
        f"Varied were: {varied}." if varied else "No setting was varied.",
        *comparison.warnings,
        "Settings that are not named were left as each provider has them.",
        *([_LEVELLED] if is_level else []),
        _TERMS,
    )
    return " ".join(sentences)


def _values(comparison: Comparison, axis: str) -> list[object]:
    values = (cell.axes[axis] for cell in comparison.crossing.cells)
    return list(dict.fromkeys(value for value in values if value is not None))


def _table(table: pd.DataFrame) -> str:
    shown = table.astype(object).map(_cell)
    return str(shown.to_html(index=False, border=0))


def _cell(value: object) -> str:
    if value is None or value is pd.NA or value != value:  # noqa: PLR0124 - NaN
        return ""
    return f"{value:.4g}" if isinstance(value, float) else show_text(str(value))


def _figure(comparison: Comparison) -> str:
    try:
        figure = comparison.plot()
    except Unsupported:
        return ""
    from matplotlib import pyplot as plt  # noqa: PLC0415 - it has just drawn

    image = io.BytesIO()
    figure.savefig(image, format="png", dpi=120)
    plt.close(figure)  # else a notebook would show it, too
    data = base64.b64encode(image.getvalue()).decode()
    return f'<img alt="Latency, cost and duration" src="data:image/png;base64,{data}">'


_LEVELLED = (
    "Clips are played at equal loudness: copies with one static gain each, by the "
    "integrated loudness of ITU-R BS.1770-4, lowered together so that no true peak is "
    "above -1 dBTP."
)

_TERMS = (
    "Several clips were made at the same time. Latency runs from the "
    "request to the first answer that said done; the truth lies within "
    "latency_slack_s before it. Speech runs from the first sound "
    "to the last, where a sound is less than 40 dB below the loud parts; a pause is a "
    "silence of 250 ms or more within it. Costs are in each provider's own unit."
)

_PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; media-src data:; img-src data:;
 style-src 'unsafe-inline'">
<title>{title}</title>
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; max-width: 75em;
  margin: 2em auto; padding: 0 1em; color: #212121; background: white }}
table.dataframe {{ border-collapse: collapse; font-size: 0.85em }}
.dataframe td, .dataframe th {{ padding: 0.2em 0.6em; text-align: left;
  border-top: 1px solid #ddd; vertical-align: top }}
img {{ max-width: 100% }}
section {{ overflow-x: auto }}
</style></head>
<body><h1>{title}</h1>
<section>{grid}</section>
<section><h2>Methods</h2><p>{methods}</p></section>
<section><h2>Cost</h2>{spent}{figure}</section>
<section><h2>Measures</h2>{measures}<p>{missing}</p></section>
<section><h2>Clips</h2>{clips}</section>
</body></html>
"""

"""The result of a test: a picture, and a page that stands alone."""

import re
import sys

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

from voicekit.errors import Unsupported
from voicekit.listening import analyse, plan

mpl.use("agg")

HOSTILE = "<script>alert(1)</script>$x^2$"


@pytest.fixture
def scores():
    rng = np.random.default_rng(1)
    rows = [
        (rater, item, system, float(np.clip(round(rng.normal(worth, 0.7)), 1, 5)))
        for rater in range(6)
        for item in range(5)
        for system, worth in ((HOSTILE, 4.2), ("plain", 2.4))
    ]
    return pd.DataFrame(rows, columns=["rater", "item", "system", "score"])


def test_the_picture_shows_the_table(scores):
    """Best on top, each point at its estimate, each line from low to high."""
    found = analyse(scores, kind="mos")
    ax = found.plot()
    (points,) = ax.get_lines()
    assert points.get_xdata().tolist() == found.table["mean"].tolist()
    (lines,) = ax.collections
    ends = [tuple(segment[:, 0]) for segment in lines.get_segments()]
    assert ends == list(zip(found.table["low"], found.table["high"], strict=True))
    assert ax.get_xlabel() == "mean score"
    assert ax.yaxis_inverted()
    ax.figure.canvas.draw()  # a name with dollar signs is no formula
    mpl.pyplot.close(ax.figure)


@pytest.mark.parametrize("kind", ["ab", "abx", "cmos", "best_worst", "rank", "mushra"])
def test_every_kind_has_a_picture(stimuli, kind, tmp_path):
    """Whatever a kind estimates, it is drawn and reported."""
    rng = np.random.default_rng(2)
    roles = {"ref": "reference"} if kind == "mushra" else {}
    frame = plan(stimuli(3, 6, **roles), kind, raters=6, seed=1)
    answer = {
        "ab": lambda rows: rng.choice(["a", "b", "tie"]),
        "abx": lambda rows: rng.choice(["a", "b"]),
        "cmos": lambda rows: rng.integers(-3, 4),
        "mushra": lambda rows: rng.integers(0, 101, len(rows)),
        "best_worst": lambda rows: rng.permutation(["best", "worst", None]),
        "rank": lambda rows: rng.permutation(3) + 1,
    }[kind]
    parts = [
        rows.assign(response=answer(rows))
        for _, rows in frame.groupby(["rater", "trial"])
    ]
    answers = pd.concat(parts).astype({"response": object})
    answers.attrs = frame.attrs
    written = analyse(answers).report(tmp_path / "out.html").read_text("utf-8")
    assert "data:image/png;base64," in written
    assert analyse(answers).raters["trials"].sum() == frame["trial"].nunique()


def test_the_report_stands_alone_and_is_text(scores, tmp_path):
    """No address of anywhere, no markup of a vendor, all of methods and table."""
    found = analyse(scores, kind="mos")
    path = found.report(tmp_path / "out.html")
    written = path.read_text("utf-8")
    assert path == tmp_path / "out.html"
    assert "<script>" not in written
    assert "&lt;script&gt;" in written
    assert re.findall(r"""(?:src|href)=["'](?!data:)""", written) == []
    assert "http" not in written
    assert found.methods().split(". ")[0] in written
    assert f"{found.table.loc['plain', 'mean']:.4g}" in written


def test_without_matplotlib_the_report_has_no_picture(scores, tmp_path, monkeypatch):
    """A small install still writes its report; plot() says what to install."""
    for name in ("matplotlib", "matplotlib.figure"):
        monkeypatch.setitem(sys.modules, name, None)
    found = analyse(scores, kind="mos")
    assert "<img" not in found.report(tmp_path / "out.html").read_text("utf-8")
    with pytest.raises(Unsupported, match="voicekit\\[plots\\]"):
        found.plot()

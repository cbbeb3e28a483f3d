"""A comparison of vendors over real HTTP: forecast, budget, failed cells, re-run."""

import time

import pandas as pd
import pytest

import voicekit as vk
from voicekit import errors
from voicekit.panels import Compare

KLING, RACHEL = "kling:oversea_male1/en", "kie:Rachel"
TEXTS = ["The first sentence.", "And the second one."]


def test_vendors_are_compared_and_pay_each_in_their_own_unit(studio, submissions):
    """Latency, cost and length of each are told; an unknown cost is NA, never 0."""
    made = studio.compare(TEXTS, [KLING, RACHEL, "akool:LcfcDJNUP1GQjkzn1xUU"])
    assert made.frame.ok.all(), made.frame.error.tolist()
    assert (made.frame.latency_s > 0).all()
    assert (made.frame.duration_s > 0.3).all()
    spent = made.spent
    assert spent.credits["kling"] == pytest.approx(0.1)
    assert pd.isna(spent.credits["akool"])
    assert spent.unknown.to_dict() == {"kling": 0, "kie": 0, "akool": 2}
    assert submissions("kie") == submissions("kling") == (2, 2)
    again = studio.compare(TEXTS, [KLING, RACHEL])
    assert again.frame.cached.all()
    assert submissions("kie") == (2, 2)
    assert again.spent.credits.tolist() == [0, 0]
    assert again.spent.earlier["kling"] == pytest.approx(0.1)


def test_one_refusal_is_one_row_and_a_second_run_completes_it(
    studio, sandbox, submissions
):
    """The rest is made meanwhile, and is not paid for again."""
    sandbox.fail("kie", on="submit", kind="refuse:no_credits")
    made = studio.compare(TEXTS, [KLING, RACHEL], settings={"kie": {"speed": 0.9}})
    lost = made.frame[~made.frame.ok]
    assert lost.provider.tolist() == ["kie"]
    assert lost.error.item().startswith("InsufficientCredits: kie:Rachel")
    assert lost.credits.item() == 0
    assert made.frame.ok.sum() == 3
    again = studio.compare(TEXTS, [KLING, RACHEL], settings={"kie": {"speed": 0.9}})
    assert again.frame.ok.all()
    assert again.frame.cached.sum() == 3
    assert submissions("kie")[1] == submissions("kling")[1] == 2


def test_a_cell_in_doubt_is_held_and_not_sent_again(studio, sandbox, submissions):
    """Its cost is unknown, its job can be settled, a re-run does not pay twice."""
    sandbox.fail("kie", on="submit", kind="html")
    made = studio.compare("Only once.", [KLING, RACHEL])
    lost = made.frame[~made.frame.ok]
    assert lost.error.item().startswith("SubmissionUnknown")
    assert pd.isna(lost.credits.item())
    assert lost.job.item() in studio.held().index
    studio.compare("Only once.", [KLING, RACHEL])
    assert submissions("kie") == (1, 1)


def test_what_exceeds_the_budget_is_refused_before_anything_is_sent(
    at_the_sandbox, submissions
):
    """The whole of it counts, less what is in the library."""
    with vk.Studio(budget={"kling": 0.15}) as studio:
        studio.speak(TEXTS[0], KLING)  # so that a price is known
        with pytest.raises(errors.BudgetExceeded, match=r"kling.*0\.1 left"):
            studio.compare([f"{line} {TEXTS[0]}" for line in TEXTS], KLING)
        assert "left. Nothing was sent." in _pressed(studio, TEXTS[0] * 3, KLING)
        assert submissions("kling") == (1, 1)
        assert studio.compare(TEXTS, KLING).frame.ok.all()
        forecast = _forecast(studio, TEXTS, KLING)
        assert (forecast.stored, forecast.credits) == (2, 0)
        assert studio.compare(TEXTS, KLING).frame.cached.all()


def test_the_forecast_learns_a_price(studio):
    """Unknown before the first call, about right after it, nothing for what is kept."""
    before = _forecast(studio, TEXTS, RACHEL)
    assert (before.unknown, before.credits, before.is_free) == (2, 0, False)
    assert str(before) == "kie: 2 clips, 2 of unknown price"
    made = studio.compare(TEXTS[0], RACHEL)
    after = _forecast(studio, TEXTS, RACHEL)
    assert (after.cells, after.stored, after.unknown) == (2, 1, 0)
    seen = made.spent.credits.item() / len(TEXTS[0]) * len(TEXTS[1])
    assert after.credits == pytest.approx(seen, rel=0.01)
    assert "(1 in the library), about" in str(after)


def _pressed(studio, text, voice):
    """Return what the panel says after a press on Compare."""
    panel = Compare(studio)
    panel.texts.value, panel.voices.value = text, voice
    panel._priced = panel._asked()  # its price was seen
    panel.button.click()
    ends = time.monotonic() + 20
    while panel.notice.kind != "error" and time.monotonic() < ends:
        time.sleep(0.01)
    panel.close()
    return panel.notice.text


def _forecast(studio, texts, voice):
    crossing = studio.calls.crossing(texts, voice, None, {})
    prices = studio.bridge.run(studio.calls.prices(crossing))
    (found,) = studio.bridge.run(studio.calls.forecast(prices))
    return found

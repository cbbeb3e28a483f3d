"""Sessions: every kind from the first screen to the analysis, also after a crash."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
import soundfile

import voicekit as vk
from voicekit.errors import InvalidAnswers, InvalidSetting
from voicekit.listening import (
    Session,
    analyse,
    collect,
    exclusions,
    mean_opinion,
    plan,
)
from voicekit.listening.headphones import right_answer, tones
from voicekit.listening.screens import screens_of

QUALITY = {"s0": 2.0, "s1": 0.0, "s2": -1.0, "s3": -2.0, "ref": 3.0, "low": -3.0}

KINDS = {
    "ab": {},
    "abx": {},
    "mos": {},
    "cmos": {"nulls": 1},
    "dmos": {"nulls": 1},
    "mushra": {},
    "best_worst": {},
    "rank": {},
}


def scaled(worth, low, high):
    return int(np.clip(round(low + (high - low) * (worth + 3) / 6), low, high))


ANSWERS = {
    "ab": lambda worth, rows: "a" if worth[0] >= worth[1] else "b",
    "abx": lambda worth, rows: rows["expected"].iloc[0],
    "mos": lambda worth, rows: scaled(worth[0], 1, 5),
    "dmos": lambda worth, rows: scaled(worth[1] - worth[0] + 3, 1, 5),
    "cmos": lambda worth, rows: int(np.clip(worth[1] - worth[0], -3, 3)),
    "mushra": lambda worth, rows: [scaled(one, 0, 100) for one in worth[1:]],
    "best_worst": lambda worth, rows: {
        "best": int(np.argmax(worth)),
        "worst": int(np.argmin(worth)),
    },
    "rank": lambda worth, rows: (np.argsort(np.argsort(-np.array(worth))) + 1).tolist(),
}


def rater(kind, rng=None, noise=0.0):
    """Return a simulated rater who hears the quality, give or take."""

    def choose(rows):
        worth = rows["system"].map(QUALITY).to_numpy(float)
        if rng is not None:
            worth = worth + rng.normal(0, noise, len(worth))
        return ANSWERS[kind](list(worth), rows)

    return choose


@pytest.fixture
def planned(stimuli):
    """Make a plan of a kind for two raters."""

    def make(kind, raters=("ann", "bob"), items=4, **options):
        roles = {"ref": "reference"} if kind in ("mushra", "dmos") else {}
        anchors = {"low": "anchor"} if kind == "mushra" else {}
        table = stimuli(
            4 if kind in ("rank", "best_worst") else 2, items, **roles, **anchors
        )
        return plan(table, kind, raters=list(raters), seed=3, **KINDS[kind], **options)

    return make


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_goes_from_plan_to_analysis(planned, kind):
    """A rater who hears the quality is found to do so, by the kind's own analysis."""
    frame = planned(kind)
    for name in ("ann", "bob"):
        session = Session(frame, name)
        own = session.simulate(rater(kind))
        assert session.is_done
        session.close()
        assert (own["rater"] == name).all()
    answers = collect(frame)
    assert len(answers) == len(frame)
    heard = answers[answers["role"] != "reference"]
    if kind == "best_worst":
        assert heard["response"].value_counts().to_dict() == {"best": 8, "worst": 8}
    else:
        assert heard["response"].notna().all()
    result = analyse(answers)
    if kind in ("mos", "mushra", "best_worst", "rank"):
        assert list(result.table.index[:2]) != []
        best = result.table.index[0]
        assert best == ("ref" if kind == "mushra" else "s0")
    if kind in ("mos", "dmos", "mushra"):
        assert mean_opinion(answers).table.equals(result.table)
    else:
        assert answers["score"].isna().all()
    if kind == "abx":
        assert result.table["share"].tolist() == [1.0]
    assert "2 raters" in result.methods()


def test_simulated_raters_are_called_programs(planned):
    """The paper must not count a program as a person; answers by code are told, too."""
    frame = planned("ab", raters=("ann", "bob", "cat"))
    people = {}
    for name, how in (("ann", "booth"), ("bob", "code")):
        session = Session(frame, name, must_listen=0)
        session.submit(entered=how)
        while not session.is_done:
            session.submit("a", entered=how)
        people[name] = session.answers()
        session.close()
    assert "with 1 rater and 4 items" in analyse(people["ann"]).methods()
    session = Session(frame, "cat")
    assert set(session.simulate(rater("ab"))["entered"]) == {"simulated"}
    session.close()
    said = analyse(collect(frame)).methods()
    assert "with 3 raters (programs, not people: 1; answers entered in code: 1)" in said


def test_no_plan_is_refused():
    """A table that is none says what it lacks, and how to make one."""
    for wrong in (
        None,
        [1],
        pd.DataFrame(),
        pd.DataFrame({"rater": [1], "kind": "ab"}),
    ):
        for use in (Session, collect):
            with pytest.raises(InvalidSetting, match="no plan: it lacks .*'trial'"):
                use(wrong)


def test_unknown_raters_are_told_the_known_ones_plainly(planned):
    """Numbers are numbers, not np.int64(1)."""
    with pytest.raises(InvalidSetting, match=r"no rater 'bob'; it has 1, 2\.$"):
        Session(planned("ab", raters=(1, 2)), "bob")


def test_an_answer_is_there_for_the_next_kernel(planned):
    """Left after three answers: another session goes on with the fourth."""
    frame = planned("ab")
    first = Session(frame, "ann", practice=1)
    for answer in (None, "a", "b", "tie"):
        listen(first)
        first.submit(answer)
    # No close: the kernel is gone.
    again = Session(frame.copy(), "ann", practice=1)
    assert again.screen.name == "trial 3"
    assert again.progress == (2, 4)
    assert Session(frame, "bob").progress == (0, 4)
    again.simulate(rater("ab"))
    answers = again.answers()
    given = answers.drop_duplicates("order").set_index("order")["response"]
    assert given.loc[[1, 2]].tolist() == ["b", "tie"]
    for one in (first, again):
        one.close()


def test_two_sessions_of_one_rater_keep_one_answer(planned):
    """Open twice, as in two kernels: what was answered first stands."""
    frame = planned("ab")
    one, other = Session(frame, "ann"), Session(frame, "ann")
    for session, answer in ((one, "a"), (other, "b")):
        listen(session)
        session.submit()
        listen(session)
        session.submit(answer)
    found = collect(frame)
    assert found["response"].unique().tolist() == ["a"]
    one.close()
    other.close()


def listen(session, share=1.0):
    for place, heard in enumerate(session.hearing()):
        session.begin(place)
        session.hear(place, [(0, share * heard.duration_s)])


def test_nothing_is_told_before_the_end(planned):
    """Neither the screen's names nor an early answers() tell a system."""
    frame = planned("mushra")
    session = Session(frame, "ann")
    session.submit()
    screen = session.screen
    assert screen.shown[0].name == "Reference"
    assert sorted(one.name for one in screen.shown[1:]) == list("ABCD")
    with pytest.raises(InvalidAnswers, match="0 of 4 trials.*told at the end"):
        session.answers()
    assert not any(name in repr(session) for name in QUALITY)
    session.close()


def test_an_answer_needs_every_clip_heard(planned):
    """No play, half a clip, or one clip of two: refused; a loop is no way round."""
    frame = planned("ab")
    session = Session(frame, "ann", must_listen=0.95)
    session.submit()
    for place, stretches in ((0, [(0, 1)]), (1, [(0, 0.5)]), (1, [(0, 0.5)] * 100)):
        with pytest.raises(InvalidAnswers, match="Not every clip was heard"):
            session.submit("a")
        session.hear(place, stretches)
    assert not session.is_ready
    session.hear(1, [(0.5, 0.96)])
    session.submit("a")
    assert session.progress[0] == 1
    assert not session.is_ready  # the next trial's clips are not heard
    session.close()


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        *(("ab", answer) for answer in ("c", None, 1, True, ["a"])),
        *(("abx", answer) for answer in ("tie", "x")),
        *(("mos", answer) for answer in (0, 6, "5", True, 4.5)),
        *(("cmos", answer) for answer in (4, "a")),
        *(("mushra", answer) for answer in ([50] * 3, [50] * 5, [101, 0, 0, 0], 50)),
        *(("mushra", answer) for answer in ([50, 50, 50, None], [True] * 4, None)),
        *(
            ("best_worst", answer)
            for answer in ({}, {"best": 0}, {"best": 1, "worst": 1})
        ),
        *(("best_worst", answer) for answer in ({"best": 0, "worst": 4}, "best")),
        *(("rank", answer) for answer in ([1, 2, 3], [1, 2, 3, 3], [0, 1, 2, 3])),
    ],
)
def test_what_is_no_answer_is_refused_and_nothing_is_kept(planned, kind, wrong):
    """A page that was tampered with cannot bring other answers in."""
    session = Session(planned(kind), "ann")
    session.submit()
    listen(session)
    with pytest.raises(InvalidAnswers):
        session.submit(wrong)
    assert session.progress[0] == 0
    session.close()


def test_no_tie_where_there_is_none(planned):
    """A plan without ties does not offer, or take, one."""
    session = Session(planned("ab", ties=False), "ann")
    assert list(session.offered) == ["a", "b"]
    session.submit()
    listen(session)
    with pytest.raises(InvalidAnswers):
        session.submit("tie")
    session.close()


def test_mushra_is_asked_with_mushra_words(planned):
    """Bad to Excellent, not the words of an impairment scale."""
    session = Session(planned("mushra"), "ann")
    assert list(session.offered.values()) == [
        "Excellent",
        "Good",
        "Fair",
        "Poor",
        "Bad",
    ]
    session.close()


def test_answers_tell_how_they_came_about(planned):
    """Plays, seconds, share, response time, position, order, seed: in every row."""
    now = iter(np.arange(0, 1000, 2.5))
    frame = planned("ab")
    session = Session(frame, "ann", clock=lambda: float(next(now)))
    session.submit()
    while not session.is_done:
        listen(session)
        session.hear(0, [(0, 0.5)])
        session.begin(0)
        session.submit("a")
    answers = session.answers()
    assert answers["plays"].tolist() == [2, 1] * 4
    assert answers["listened_s"].tolist() == [1.5, 1.0] * 4
    assert answers["heard"].tolist() == [1.0] * 8
    assert answers["response_time"].tolist() == [2.5] * 8
    assert answers["position"].tolist() == [1, 2] * 4
    assert sorted(answers["order"].unique()) == [1, 2, 3, 4]
    assert (answers["seed"] == 3).all()
    assert not answers["excluded"].any()
    assert exclusions(answers, {"time": 3.0, "heard": 0.9}).raters["excluded"].all()
    session.close()


def test_a_fixed_side_is_found_out(planned):
    """Sides are balanced, so that a rater who always says A prefers no system."""
    frame = planned("ab", raters=range(1, 11), items=8)
    for name in range(1, 11):
        session = Session(frame, name)
        session.simulate(lambda rows: "a")
        session.close()
    answers = collect(frame)
    wins = answers[answers["position"] == 1]["system"].value_counts()
    assert wins["s0"] == wins["s1"] == 40
    assert exclusions(answers, {"side": 0.01}).raters["excluded"].all()


def test_practice_does_not_count(planned):
    """Practice is asked and kept, and is no row of the answers."""
    frame = planned("mos")
    names = [one.name for one in screens_of(frame, "ann", practice=2, headphones=True)]
    assert names[:10] == [
        "instructions 1",
        *(f"headphones {number}" for number in range(1, 7)),
        "practice 1",
        "practice 2",
        "trial 1",
    ]
    session = Session(frame, "ann", practice=2)
    assert len(session.simulate(rater("mos"))) == 8
    session.close()
    with pytest.raises(InvalidSetting, match="practice"):
        Session(frame, "ann", practice=99)


def test_the_headphone_check_is_in_the_answers(planned):
    """Right answers of six, for the rule of that name."""
    frame = planned("mos")
    session = Session(frame, "ann", headphones=True)
    session.submit()
    for number in range(1, 7):
        listen(session)
        right = right_answer(session.test, number)
        session.submit(right if number != 2 else (right + 1) % 3)
    assert (session.simulate(rater("mos"))["headphones"] == 5).all()
    session.close()


def test_the_check_cannot_be_passed_over_loudspeakers():
    """Summed to mono, as in the air, the opposite phases are the quietest by far."""
    for number in range(1, 7):
        played = tones("any test", number)
        quiet = right_answer("any test", number)
        power = [float((tone**2).mean()) for tone in played]
        assert int(np.argmin(power)) == quiet
        in_the_air = [float((tone.mean(axis=1) ** 2).mean()) for tone in played]
        assert int(np.argmin(in_the_air)) != quiet


def test_colleagues_are_seated_one_after_the_other(planned):
    """Without a name, each takes the next of the plan's raters, until none is left."""
    frame = planned("ab")
    seated = [Session(frame) for _ in range(2)]
    assert [one.rater for one in seated] == ["ann", "bob"]
    with pytest.raises(InvalidSetting, match="All 2 raters"):
        Session(frame)
    with pytest.raises(InvalidSetting, match="no rater 'eve'"):
        Session(frame, "eve")
    for one in seated:
        one.close()


def test_other_clips_are_another_test(tmp_path):
    """The same plan with a clip made anew does not take over the old answers."""
    rng = np.random.default_rng(0)

    def frame(seconds):
        rows = []
        for system in ("x", "y"):
            path = tmp_path / f"{system}-{seconds}.wav"
            soundfile.write(path, rng.normal(0, 0.1, int(8_000 * seconds)), 8_000)
            clip = vk.Clip.open(path, text="Hello", voice=f"human:{system}")
            rows.append({"system": system, "item": "hello", "clip": clip})
        return plan(pd.DataFrame(rows), "ab", raters=["ann"], seed=1)

    session = Session(frame(0.6), "ann")
    answers = session.simulate(lambda rows: "a")
    assert sorted(answers["voice"]) == ["human:x", "human:y"]
    assert "clip" not in answers
    assert "-23.0 LUFS" in answers.attrs["levels"]
    other = Session(frame(0.7), "ann")
    assert other.progress == (0, 1)
    other.close()
    session.close()


def test_answers_know_voice_settings_cost_and_latency(studio):
    """Each row is joined to where its clip came from and what it cost."""
    rows = [
        {
            "system": f"rate {rate}",
            "item": text,
            "clip": studio.speak(text, "offline:en-us", rate=rate),
        }
        for text in ("One.", "Two.")
        for rate in (120, 240)
    ]
    frame = plan(pd.DataFrame(rows), "ab", raters=["ann"], seed=1)
    session = Session(frame, "ann", studio=studio)
    answers = session.simulate(lambda rows: "b")
    assert set(answers["provider"]) == {"offline"}
    assert set(answers["voice"]) == {"offline:en-us"}
    rates = answers["system"].str.removeprefix("rate ").astype(int)
    assert [json.loads(one)["rate"] for one in answers["settings"]] == rates.tolist()
    assert answers["credits"].tolist() == [0.0] * 4
    assert answers["latency_s"].notna().all()
    assert (answers["listened_s"] > 0).all()
    session.close()


def test_simulated_raters_are_recovered(planned):
    """Twelve noisy raters: the better system wins, and the interval says so."""
    frame = planned("ab", raters=range(1, 13), items=6)
    rng = np.random.default_rng(5)
    for name in range(1, 13):
        session = Session(frame, name)
        session.simulate(rater("ab", rng, 0.9))
        session.close()
    table = analyse(collect(frame)).table
    assert table.index[0] == "s0"
    assert table.loc["s0", "low"] > 0

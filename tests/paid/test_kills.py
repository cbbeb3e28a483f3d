"""Kernels that are killed anywhere, against vendors that lose one answer in ten."""

import random

import pytest
from paid.lives import errand, live_and_die
from paid.truth import judge

VENDORS = ("kingcong", "voiceclone", "kling", "kie", "akool")
KILLS = 20

sizes = pytest.mark.parametrize(
    ("rounds", "tasks"),
    [
        pytest.param(1, 40, id="20-kills"),
        pytest.param(10, 100, id="200-kills", marks=pytest.mark.soak),
    ],
)


def texts(vendor, number, count):
    return [f"Sentence {n} of round {number}, {vendor}." for n in range(count)]


@sizes
@pytest.mark.parametrize("vendor", VENDORS)
def test_a_killed_kernel_neither_pays_twice_nor_loses(
    rounds, tasks, vendor, kernels, sandbox, named, voices, tmp_path, figure
):
    """Nothing is billed twice, all that was paid is there or held, and no more is."""
    chance, verdicts, died = random.Random(f"{vendor} {rounds}"), [], 0
    for number in range(rounds):
        folder = tmp_path / str(number)
        folder.mkdir()
        said = texts(vendor, number, tasks)
        told = errand(sandbox, named, voices[vendor], said, folder, seed=number)
        died += live_and_die(kernels, told, KILLS, chance)
        verdicts.append(judge(sandbox, vendor, told.library, said, told.trace))
        assert verdicts[-1].is_clean, verdicts[-1]
    accepted, held = (
        sum(getattr(v, n) for v in verdicts) for n in ("accepted", "held")
    )
    assert died > KILLS * rounds // 2
    figure(
        "kill -9",
        f"{vendor}, {died} kills, {tasks * rounds} tasks, {accepted} accepted: "
        f"0 billed twice, 0 paid and unaccounted, {held} held, each unresolved",
    )

"""Four wrong policies: a harness that does not catch them proves nothing."""

import random
from dataclasses import replace

import pytest
from paid.lives import all_at_once, errand, live
from paid.truth import accepted_for

MOST_KILLS = 60
TASKS = 6


@pytest.mark.parametrize(
    ("policy", "vendor", "how"),
    [
        ("no_journal", "akool", "alone"),
        ("resubmit", "akool", "alone"),
        ("no_settle_window", "kingcong", "alone"),
        ("no_claim_guard", "akool", "together"),
    ],
)
def test_a_wrong_policy_is_caught(
    policy, vendor, how, kernels, sandbox, named, voices, tmp_path, figure
):
    """It pays twice for something within sixty kills."""
    sandbox.fail(vendor, on="list", kind="list_lag:60", times=None)
    chance, said = random.Random(policy), []
    lives = {"alone": _one_dies, "together": all_at_once}[how]
    for kills in range(1, MOST_KILLS + 1):
        folder = tmp_path / str(kills)
        folder.mkdir()
        fresh = [f"Sentence {n} of try {kills}." for n in range(TASKS)]
        said += fresh
        told = errand(
            sandbox,
            named,
            voices[vendor],
            fresh,
            folder,
            seed=kills,
            loses=0.5,
            policy=policy,
        )
        lives(kernels, told, chance)
        live(kernels, replace(told, loses=0.0))
        tasks = accepted_for(sandbox, vendor, said)
        twice = sum(len(ids) > 1 for ids in tasks.values())
        if twice:
            break
    assert twice
    figure("positive control", f"{policy}: {twice} paid twice, seen at kill {kills}")


def _one_dies(kernels, told, chance) -> None:
    live(kernels, replace(told, dies_at=chance.randint(10, 14 * len(told.texts))))

"""Four kernels over one library, one of which is killed."""

import random
from dataclasses import replace

import pytest
from paid.lives import all_at_once, errand, live
from paid.truth import judge

sizes = pytest.mark.parametrize(
    ("rounds", "tasks"),
    [
        pytest.param(1, 60, id="short"),
        pytest.param(20, 200, id="long", marks=pytest.mark.soak),
    ],
)


@sizes
def test_four_kernels_share_one_library(
    rounds, tasks, kernels, sandbox, named, voices, tmp_path, figure
):
    """Each wants all of it; each text is paid for once, and none is lost."""
    chance, accepted, died = random.Random(rounds), 0, 0
    for number in range(rounds):
        folder = tmp_path / str(number)
        folder.mkdir()
        said = [f"Sentence {n} of round {number}." for n in range(tasks)]
        told = errand(sandbox, named, voices["kie"], said, folder, seed=number)
        died += all_at_once(kernels, told, chance)
        assert live(kernels, replace(told, loses=0.0, resumes=True)) == 0
        found = judge(sandbox, "kie", told.library, said, told.trace)
        assert found.is_clean, found
        accepted += found.accepted
    assert died == rounds
    figure(
        "4 processes",
        f"{rounds * tasks} tasks, {died} killed, {accepted} accepted: 0 twice, 0 lost",
    )

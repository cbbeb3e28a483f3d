"""Lets kernels live and die over one library, until their work is done."""

import random
from dataclasses import replace

from paid.kernel import Errand, run

STEPS_OF_A_TEXT = 14
"""How many steps a kernel takes for one text, roughly: a kill falls somewhere there."""
KERNELS = 4


def errand(sandbox, named, voice, texts, folder, **told) -> Errand:
    return Errand(
        environment=named,
        library=str(folder / "library"),
        control=sandbox.url,
        voice=voice,
        texts=tuple(texts),
        trace=str(folder / "trace"),
        **told,
    )


def live(kernels, told: Errand) -> int | None:
    """Live once, and return how it ended."""
    process = kernels.Process(target=run, args=(told,))
    process.start()
    process.join()
    return process.exitcode


def live_and_die(kernels, told: Errand, kills: int, chance: random.Random) -> int:
    """Die `kills` times on the way, then come to an end; return how often it died."""
    share = max(2, STEPS_OF_A_TEXT * len(told.texts) // kills)
    died = 0
    for seed in range(kills):
        life = replace(
            told,
            seed=told.seed * 1_000 + seed,
            dies_at=chance.randint(1, 2 * share - 1),
            resumes=chance.random() < 0.5,
        )
        died += live(kernels, life) == -9
    ended = live(kernels, replace(told, dies_at=None, loses=0.0, resumes=True))
    assert ended == 0
    return died


def all_at_once(kernels, told, chance) -> int:
    """Run four kernels, one of which dies; return how many died."""
    dies_at = chance.randint(20, STEPS_OF_A_TEXT * len(told.texts) // KERNELS)
    errands = [
        replace(told, seed=told.seed * KERNELS + n, dies_at=None if n else dies_at)
        for n in range(KERNELS)
    ]
    processes = [kernels.Process(target=run, args=(one,)) for one in errands]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert {process.exitcode for process in processes} <= {0, -9}
    return sum(process.exitcode == -9 for process in processes)

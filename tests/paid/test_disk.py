"""A disk that is full or breaks, at each of the first two hundred writes."""

import asyncio
from collections import defaultdict
from dataclasses import replace

import pytest
from fakes import Connected
from paid.broken_disk import BROKEN, FULL, Disk, failing
from paid.lives import errand, live
from paid.shop import Priced, Shop
from paid.truth import judge

import voicekit as vk
from voicekit import providers
from voicekit.engine import polling
from voicekit.engine.engine import Engine
from voicekit.errors import LibraryError
from voicekit.job import Job
from voicekit.library.library import Library
from voicekit.library.spending import attempts
from voicekit.library.states import State

WRITES = 200
TEXTS = [f"Sentence {n}." for n in range(14)]

disks = pytest.mark.parametrize(
    ("points", "code", "for_good"),
    [
        pytest.param(range(1, WRITES, 20), FULL, True, id="full"),
        pytest.param(range(11, WRITES, 20), BROKEN, False, id="broken"),
        *(
            pytest.param(
                range(1, WRITES + 1), code, for_good, id=name, marks=pytest.mark.soak
            )
            for name, code, for_good in (
                ("full-at-each", FULL, True),
                ("full-once-at-each", FULL, False),
                ("broken-at-each", BROKEN, False),
                ("broken-for-good-at-each", BROKEN, True),
            )
        ),
    ],
)


@pytest.fixture(autouse=True)
def _vendor(monkeypatch):
    monkeypatch.setitem(providers._registered, "priced", Priced)
    monkeypatch.setattr(polling, "FIRST_S", 0.0)


def speak_all(library, shop, texts):
    """Speak all, two at a time, in one kernel's life; return what came of each."""
    engine = Engine(library, Connected(shop))

    async def work():
        gate, outcomes = asyncio.Semaphore(2), []

        async def one(text):
            async with gate:
                job = Job(provider="priced", kind="speech", text=text, voice="v")
                return await engine.perform(job, None)

        outcomes += await asyncio.gather(*map(one, texts), return_exceptions=True)
        await engine.aclose()
        return outcomes

    return asyncio.run(work())


@disks
def test_a_failing_disk_loses_no_id(
    points, code, for_good, tmp_path, monkeypatch, figure
):
    """What was accepted is done or held later; a broken ledger stops all sending."""
    accepted = held = 0
    for point in points:
        shop, disk = Shop(), Disk(point, code, for_good=for_good)
        folder = tmp_path / str(point)
        after = _live_with(disk, folder, shop, monkeypatch)
        assert disk.failed, point
        if for_good or code == BROKEN:
            assert after <= 1, f"{after} more were sent after write {point} failed."
        healthy = Library(folder)
        speak_all(healthy, shop, TEXTS)
        rows = healthy.post(attempts).result()
        _check(rows, shop, healthy)
        healthy.close()
        accepted += sum(map(len, shop.accepted.values()))
        held += sum(row["state"] == State.HELD for row in rows)
    figure(
        "disk full" if code == FULL else "I/O error",
        f"at {len(points)} writes: {accepted} ids, 0 lost, 0 twice, {held} held, "
        "and nothing sent after",
    )


def _live_with(disk, folder, shop, monkeypatch) -> int:
    """Live on a failing disk; return how many were sent after the ledger failed."""
    posts_then = []
    send = shop.send

    async def noted(request, *, may_cost=False):
        if disk.ledger_failed and request.method == "POST":
            posts_then.append(request)
        return await send(request, may_cost=may_cost)

    monkeypatch.setattr(shop, "send", noted, raising=False)
    with failing(disk, monkeypatch):
        library = Library(folder)
        disk.is_counting = True
        outcomes = speak_all(library, shop, TEXTS)
        library.close()
    errors = [found for found in outcomes if isinstance(found, BaseException)]
    assert all(isinstance(error, LibraryError) for error in errors), errors
    return len(posts_then)


def _check(rows, shop, library):
    by_text = defaultdict(list)
    for row in rows:
        by_text[row["text"]].append(row)
    for text in TEXTS:
        ids, found = shop.accepted[text], by_text[text]
        assert len(ids) <= 1, text
        done = [row for row in found if row["state"] == State.FETCHED]
        is_held = any(row["state"] == State.HELD for row in found)
        assert is_held or [row["receipt"] for row in done] == ids, (text, found)
        for row in done:
            file = library.files.find(row["sha256"], 0, row["media_type"])
            assert file.is_whole()
    assert not list(library.files.folder.glob("*.part"))


@pytest.mark.parametrize("extra_kib", [0, 4, 9, 17, 33, 65])
def test_files_that_may_not_grow(
    extra_kib, kernels, sandbox, named, voices, tmp_path, figure
):
    """A real limit of the system's, in SQLite's own writes too."""
    said = [f"Sentence {n}." for n in range(12)]
    told = errand(sandbox, named, voices["kie"], said, tmp_path, seed=extra_kib)
    Library(tmp_path / "library").close()
    size = (tmp_path / "library" / "ledger.sqlite").stat().st_size
    assert live(kernels, replace(told, most_bytes=size + (extra_kib << 10))) == 0
    assert live(kernels, replace(told, loses=0.0, resumes=True)) == 0
    found = judge(sandbox, "kie", told.library, said, told.trace)
    assert found.is_clean, found
    figure(
        "files of a limited size",
        f"+{extra_kib} KiB: 0 lost, 0 twice, {found.held} held",
    )


@pytest.mark.parametrize("point", range(1, 6))
def test_a_clip_that_could_not_be_saved_is_not_sending(point, tmp_path, monkeypatch):
    """The offline engine's row says failed and free, and the next call makes it."""
    disk = Disk(point, FULL, for_good=False)
    monkeypatch.setattr(disk, "into_the_database", lambda: None)
    studio = vk.Studio(providers=["offline"], library=tmp_path)
    with studio, failing(disk, monkeypatch):
        disk.is_counting = True
        with pytest.raises(LibraryError, match="could not be saved"):
            studio.speak("Hello.", "offline:en-us")
        assert studio.tasks().state.tolist() == ["failed"]
        assert studio.speak("Hello.", "offline:en-us").duration_s > 0
        assert studio.tasks().state.tolist() == ["failed", "done"]

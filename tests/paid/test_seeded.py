"""Twenty seeded bugs: the harness sees every one, and nothing where there is none."""

import pytest
from paid.bugs import BUGS

EYES = {bug.seen_by for bug in BUGS.values()}


@pytest.mark.parametrize("name", BUGS)
def test_a_seeded_bug_is_seen(name, tmp_path, monkeypatch, figure):
    """With the bug planted, what looks for it fails."""
    bug = BUGS[name]
    bug.plant(monkeypatch)
    with pytest.raises(AssertionError) as caught:
        bug.seen_by(tmp_path, monkeypatch)
    said = str(caught.value.__cause__ or caught.value or "seen").partition("\n")[0]
    figure("seeded bug", f"{name}: caught by {bug.seen_by.__name__}: {said[:60]}")


@pytest.mark.parametrize("eyes", sorted(EYES, key=lambda eyes: eyes.__name__))
def test_without_a_bug_nothing_is_seen(eyes, tmp_path, monkeypatch):
    """Else what they see would prove nothing."""
    eyes(tmp_path, monkeypatch)


def test_there_are_twenty():
    """As many as the reference lists."""
    assert len(BUGS) == 20

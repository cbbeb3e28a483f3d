"""Files by the hash of their content."""

import errno
import hashlib
import os
from pathlib import Path

import pytest

from voicekit.errors import LibraryError
from voicekit.library.files import FileStore


@pytest.fixture
def store(tmp_path):
    return FileStore(tmp_path / "files")


def names(store):
    return sorted(path.name for path in store.folder.rglob("*") if path.is_file())


def test_a_file_is_named_by_its_content(store):
    """The same bytes are stored once, and readable by their owner alone."""
    first, again = (store.put(b"sound", "audio/wav") for _ in range(2))
    digest = hashlib.sha256(b"sound").hexdigest()
    assert first.path == again.path
    assert names(store) == [f"{digest}.wav"]
    assert first.read() == b"sound"
    assert first.path.stat().st_mode & 0o077 == 0


def test_everything_is_synced_before_it_counts(store, monkeypatch):
    """Content, then name, then folder: each is on disk before the next step."""
    steps = []
    sync, replace = os.fsync, os.replace

    def spy_sync(descriptor):
        kind = "folder" if Path(f"/proc/self/fd/{descriptor}").is_dir() else "file"
        steps.append(kind)
        sync(descriptor)

    def spy_replace(old, new, **kwargs):
        steps.append("rename")
        replace(old, new, **kwargs)

    monkeypatch.setattr(os, "fsync", spy_sync)
    monkeypatch.setattr(os, "replace", spy_replace)
    monkeypatch.setattr(os, "rename", spy_replace)
    store.put(b"sound", "audio/wav")
    assert steps == ["file", "folder", "rename", "folder"]
    store.put(b"sound", "audio/wav")
    assert len([path for path in store.folder.rglob("*") if path.is_file()]) == 1


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_a_failing_disk_leaves_nothing_behind(store, monkeypatch, code):
    """No half file, no name, and an error that says what to do."""

    def fail(descriptor):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(LibraryError, match="could not be saved.*Make room"):
        store.put(b"sound", "audio/wav")
    assert names(store) == []


def test_a_changed_file_is_not_returned(store):
    """Half a file, or another one, is an error and never audio."""
    stored = store.put(b"sound", "audio/wav")
    stored.path.write_bytes(b"soun")
    assert not stored.is_whole()
    with pytest.raises(LibraryError, match="not what it was"):
        stored.read()
    stored.path.unlink()
    with pytest.raises(LibraryError, match="cannot be read"):
        stored.read()


def test_a_damaged_file_is_replaced(store):
    """Saving the same content again repairs it."""
    stored = store.put(b"sound", "audio/wav")
    stored.path.write_bytes(b"")
    assert store.put(b"sound", "audio/wav").read() == b"sound"

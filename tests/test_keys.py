"""Keys: one order, one address, never shown."""

import copy
import json
import pickle

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail
from keyring.errors import KeyringLocked

import voicekit as vk
from voicekit import keys
from voicekit.address import Address
from voicekit.engine.login import login
from voicekit.errors import KeyMissing, UnknownProvider
from voicekit.keys import Secret, find_secrets

HERE = Address.parse("https://api.kie.ai")
THERE = Address.parse("https://api.kie.ai:8443")
CANARY = "canary-5f0c1e9b7a"
ONE_KEY = (("KEY",),)
JWT = (("KEY",), ("ACCESS_KEY", "SECRET_KEY"))


class Ring(KeyringBackend):
    """A keyring in memory."""

    priority = 1

    def __init__(self):
        super().__init__()
        self.kept = {}

    def get_password(self, service, username):
        return self.kept.get((service, username))

    def set_password(self, service, username, password):
        self.kept[service, username] = password

    def delete_password(self, service, username):
        del self.kept[service, username]


class Locked(Ring):
    """A keyring that is locked."""

    def get_password(self, service, username):
        raise KeyringLocked

    def set_password(self, service, username, password):
        raise KeyringLocked


@pytest.fixture(autouse=True)
def ring(monkeypatch):
    found = Ring()
    before = keyring.get_keyring()
    keyring.set_keyring(found)
    monkeypatch.setattr(keys, "_memory", {})
    yield found
    keyring.set_keyring(before)


def key():
    return find_secrets("kie", ONE_KEY, HERE)["KEY"].reveal_for(HERE)


def test_the_order_is_environment_memory_keyring(monkeypatch, ring):
    """What is set nearest to the call counts."""
    ring.set_password("voicekit", "VOICEKIT_KIE_KEY", "from the keyring")
    assert key() == "from the keyring"
    keys._memory["VOICEKIT_KIE_KEY"] = "from memory"
    assert key() == "from memory"
    monkeypatch.setenv("VOICEKIT_KIE_KEY", "from the environment")
    assert key() == "from the environment"


def test_a_pair_of_keys_counts_only_when_complete(monkeypatch):
    """Half a pair is no key; both halves are."""
    monkeypatch.setenv("VOICEKIT_KLING_ACCESS_KEY", "a")
    with pytest.raises(KeyMissing, match="ACCESS_KEY and VOICEKIT_KLING_SECRET_KEY"):
        find_secrets("kling", JWT, HERE)
    monkeypatch.setenv("VOICEKIT_KLING_SECRET_KEY", "b")
    assert set(find_secrets("kling", JWT, HERE)) == {"ACCESS_KEY", "SECRET_KEY"}


def test_a_missing_key_says_what_to_do():
    """The variable, the login, and what works without a key."""
    with pytest.raises(KeyMissing, match=r"VOICEKIT_KIE_KEY.*login\('kie'\).*offline"):
        key()


@pytest.mark.parametrize("backend", [fail.Keyring(), Locked()])
def test_a_machine_without_a_keyring_has_memory(monkeypatch, backend):
    """On a headless or locked machine a login lasts until the kernel ends."""
    keyring.set_keyring(backend)
    with pytest.raises(KeyMissing):
        key()
    monkeypatch.setattr("getpass.getpass", lambda _: CANARY)
    said = login("kie")
    assert "until the kernel ends" in said
    assert CANARY not in said
    assert key() == CANARY


def test_login_keeps_the_key_in_the_keyring(monkeypatch, ring):
    """With a keyring the key survives the kernel, and memory holds none."""
    monkeypatch.setattr("getpass.getpass", lambda _: f" {CANARY}\n")
    assert "keyring" in login("kie")
    assert ring.kept == {("voicekit", "VOICEKIT_KIE_KEY"): CANARY}
    assert keys._memory == {}
    monkeypatch.setattr("getpass.getpass", lambda _: "")
    with pytest.raises(KeyMissing, match="nothing was changed"):
        login("kie")


def test_nobody_logs_in_where_there_is_no_vendor(monkeypatch, ring):
    """A key under a misspelled name would not be found again: it is not asked for."""
    monkeypatch.setattr("getpass.getpass", lambda _: pytest.fail("It was asked for."))
    with pytest.raises(UnknownProvider, match="kie"):
        login("kei")


def test_a_key_is_revealed_to_its_address_alone():
    """Another port is another address."""
    secret = Secret(CANARY, HERE)
    assert secret.reveal_for(HERE) == CANARY
    with pytest.raises(KeyMissing) as caught:
        secret.reveal_for(THERE)
    assert CANARY not in str(caught.value)


def test_nothing_shows_or_copies_a_key():
    """No repr, format, dictionary, pickle, copy or JSON holds it."""
    secret = Secret(CANARY, HERE)
    shown = [repr(secret), str(secret), f"{secret}", str([secret]), str(dir(secret))]
    assert CANARY not in "".join(shown)
    assert not hasattr(secret, "__dict__")
    for way in (pickle.dumps, copy.copy, copy.deepcopy, json.dumps):
        with pytest.raises(TypeError) as caught:
            way(secret)
        assert CANARY not in str(caught.value)


def test_fingerprints_tell_keys_apart():
    """Two keys have two fingerprints, and one says nothing about its key."""
    first, second = (Secret(value, HERE).fingerprint for value in (CANARY, "other"))
    assert first != second
    assert len(first) == 8
    assert first not in CANARY


def test_messages_name_calls_that_exist():
    """What messages and documents tell users to call is public."""
    assert vk.login is login
    assert callable(vk.sandbox.serve)

"""What Akool answers."""

from __future__ import annotations

from typing import Any, Literal

from typing_extensions import TypedDict

from voicekit.sandbox.account import Amount

__all__ = [
    "Answer",
    "Audio",
    "Credit",
    "Error",
    "Quota",
    "Token",
    "Voices",
]

# Written as a call: in a class a name such as __v would be changed by Python.
Audio = TypedDict(
    "Audio",
    {
        "_id": str,
        "create_time": int,
        "uid": int,
        "from": int,
        "input_text": str,
        "rate": str,
        "voice_model_id": str,
        "url": str,
        "status": int | str,
        "__v": int,
    },
)


class Answer(TypedDict):
    """A task."""

    code: Literal[1000]
    msg: str
    data: Audio


class Voices(TypedDict):
    """The list of voices."""

    code: Literal[1000]
    msg: str
    data: list[dict[str, Any]]


class Credit(TypedDict):
    """The balance itself."""

    credit: Amount


class Quota(TypedDict):
    """The balance."""

    code: Literal[1000]
    msg: str
    data: Credit


class Token(TypedDict):
    """A bearer token."""

    code: Literal[1000]
    token: str


class Error(TypedDict):
    """Any refusal."""

    code: int
    msg: str

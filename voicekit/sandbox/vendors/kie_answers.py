"""What Kie answers."""

from __future__ import annotations

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from voicekit.sandbox.account import Amount

__all__ = [
    "Created",
    "CreatedData",
    "Credit",
    "Error",
    "Record",
    "RecordData",
]


class CreatedData(TypedDict):
    """The receipt."""

    taskId: str


class Created(TypedDict):
    """A task was accepted."""

    code: Literal[200]
    message: str
    data: CreatedData


class RecordData(TypedDict):
    """A task, in answers and callbacks."""

    taskId: str
    model: str
    state: str
    param: str
    createTime: int
    updateTime: int
    completeTime: int | None
    costTime: int
    consumeCredits: Amount
    remainedCredits: Amount
    resultJson: NotRequired[str]
    failCode: NotRequired[str]
    failMsg: NotRequired[str]


class Record(TypedDict):
    """How a task stands."""

    code: int
    msg: str
    data: RecordData


class Credit(TypedDict):
    """The balance."""

    code: Literal[200]
    msg: str
    data: Amount


class Error(TypedDict):
    """Any refusal."""

    code: int
    message: str
    msg: str
    data: None

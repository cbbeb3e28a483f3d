"""What Kling answers."""

from __future__ import annotations

from typing import NotRequired

from typing_extensions import TypedDict

__all__ = ["Answer", "Audio", "Costs", "CostsAnswer", "Data", "Error", "Pack", "Result"]


class Audio(TypedDict):
    """One sound."""

    id: str
    url: str
    duration: str


class Result(TypedDict):
    """All sounds."""

    audios: list[Audio]


class Data(TypedDict):
    """A task."""

    task_id: str
    task_status: str
    task_status_msg: str
    task_result: NotRequired[Result]
    final_unit_deduction: NotRequired[str]
    created_at: int
    updated_at: int


class Answer(TypedDict):
    """A task in its envelope."""

    code: int
    message: str
    request_id: str
    data: Data


class Pack(TypedDict):
    """A resource pack."""

    resource_pack_name: str
    resource_pack_id: str
    resource_pack_type: str
    total_quantity: float
    remaining_quantity: float
    purchase_time: int
    effective_time: int
    invalid_time: int
    status: str


class Costs(TypedDict):
    """All packs."""

    code: int
    msg: str
    resource_pack_subscribe_infos: list[Pack]


class CostsAnswer(TypedDict):
    """All packs in their envelope."""

    code: int
    message: str
    request_id: str
    data: Costs


class Error(TypedDict):
    """Any refusal."""

    code: int
    message: str
    request_id: str

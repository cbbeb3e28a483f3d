"""Answers that are not what they should be, below HTTP's own rules being broken."""

from __future__ import annotations

import functools
import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from voicekit.sandbox.desk import Desk
from voicekit.sandbox.faults import Armed
from voicekit.sandbox.refusals import Refused, Wording
from voicekit.sandbox.wire import Answer

__all__ = ["INSTEAD", "REWRITES", "refusal"]

_HTML = (
    b"<!DOCTYPE html><html><head><title>502</title></head><body>"
    b"<h1>Bad gateway</h1><script>alert('not json')</script></body></html>"
)
_OTHER_BYTES = bytes(range(64))
_JSON = "application/json"
_GZIP = 16 + zlib.MAX_WBITS

Spoil = Callable[[Answer, Armed, Desk], Answer]


def refusal(desk: Desk, refused: Refused) -> Answer:
    """Write a refusal in the vendor's words."""
    wording = desk.sheet.refusals[refused.reason]
    if refused.message is not None:
        wording = wording._replace(message=refused.message)
    return _error(desk, wording, refused.extra)


def _error(desk: Desk, wording: Wording, extra: Mapping[str, Any]) -> Answer:
    body = json.dumps(desk.sheet.envelope(wording, extra), ensure_ascii=False)
    return Answer(wording.status).with_body(body.encode(), content_type=_JSON)


def _status(answer: Answer, armed: Armed, desk: Desk) -> Answer:
    del answer
    status = int(armed.value)
    phrase = HTTPStatus(status).phrase
    return _error(desk, Wording(status, desk.sheet.code_of_status(status), phrase), {})


def _retry_after(answer: Answer, armed: Armed, desk: Desk) -> Answer:
    del answer
    refused = refusal(desk, Refused("rate"))
    return replace(
        refused,
        status=HTTPStatus.TOO_MANY_REQUESTS,
        headers={**refused.headers, "retry-after": armed.value},
    )


def _unavailable(answer: Answer, armed: Armed, desk: Desk) -> Answer:
    wait = armed.value
    down = _status(answer, replace(armed, value="503"), desk)
    return replace(down, headers={**down.headers, "retry-after": wait})


def _refuse(answer: Answer, armed: Armed, desk: Desk) -> Answer:
    del answer
    if armed.value == "no_credits":
        return refusal(desk, Refused("no_credits", credits=0, needCredits=1))
    return refusal(desk, Refused(armed.value))


def _vendor_code(answer: Answer, armed: Armed, desk: Desk) -> Answer:
    del answer
    code: int | str = int(armed.value) if armed.value.isdigit() else armed.value
    known = [row for row in desk.sheet.refusals.values() if row.code == code]
    wording = known[0] if known else Wording(HTTPStatus.OK, code, "as ordered")
    return _error(desk, wording, {})


def _redirect(target: str) -> Answer:
    return Answer(HTTPStatus.TEMPORARY_REDIRECT).with_body(b"", location=target)


def _redirect_same(answer: Answer, armed: Armed, desk: Desk) -> Answer:
    del answer, desk
    # Relative to the request: the same path, so that following it works.
    return _redirect(armed.value or "?moved=1")


def _redirect_other(answer: Answer, armed: Armed, desk: Desk) -> Answer:
    del answer
    return _redirect(armed.value or desk.trap)


def _html(answer: Answer, armed: Armed, desk: Desk) -> Answer:
    del armed, desk
    return answer.with_body(_HTML, content_type="text/html")


def _bad_json(answer: Answer, armed: Armed, desk: Desk) -> Answer:
    del armed, desk
    return answer.with_body(answer.body[:-2] + b",,")


def _bad_encoding(answer: Answer, armed: Armed, desk: Desk) -> Answer:
    del armed, desk
    return answer.with_body(answer.body.replace(b'"', b'"\xff\xfe', 3))


def _not_object(answer: Answer, armed: Armed, desk: Desk) -> Answer:
    del armed, desk
    return answer.with_body(b"[1, 2, 3]")


def _empty(answer: Answer, armed: Armed, desk: Desk) -> Answer:
    del armed, desk
    return answer.with_body(b"")


def _not_a_number(answer: Answer, armed: Armed, desk: Desk) -> Answer:
    del armed, desk
    nan = float("nan")
    return _changed(answer, lambda _, value: nan if _is_number(value) else value)


def _huge_json(answer: Answer, armed: Armed, desk: Desk) -> Answer:
    del desk
    return _with_member(answer, f'"padding": "{"x" * (int(armed.number) * 1024)}"')


def _deep_json(answer: Answer, armed: Armed, desk: Desk) -> Answer:
    del desk
    depth = int(armed.number)
    return _with_member(answer, f'"padding": {"[" * depth}{"]" * depth}')


def _gzip_bomb(answer: Answer, armed: Armed, desk: Desk) -> Answer:
    del desk
    return answer.with_body(_packed_zeros(int(armed.number)), content_encoding="gzip")


def _no_id(answer: Answer, armed: Armed, desk: Desk) -> Answer:
    del armed
    return _changed(answer, lambda name, value: _ids(desk, name, value, _LEFT_OUT))


def _odd_id(answer: Answer, armed: Armed, desk: Desk) -> Answer:
    return _changed(answer, lambda name, value: _ids(desk, name, value, armed.value))


def _same_id(answer: Answer, armed: Armed, desk: Desk) -> Answer:
    del armed
    first = next(iter(desk.journal.accepted), "")
    return _changed(answer, lambda name, value: _ids(desk, name, value, first))


def _other_id(answer: Answer, armed: Armed, desk: Desk) -> Answer:
    del armed
    new = desk.sheet.new_id()
    return _changed(answer, lambda name, value: _ids(desk, name, value, new))


def _type(answer: Answer, armed: Armed, desk: Desk) -> Answer:
    del desk
    return answer.with_body(answer.body, content_type=armed.value)


def _truncated(answer: Answer, armed: Armed, desk: Desk) -> Answer:
    del armed, desk
    return answer.with_body(answer.body[: len(answer.body) // 2])


def _corrupt(answer: Answer, armed: Armed, desk: Desk) -> Answer:
    del armed, desk
    middle = len(answer.body) // 2
    tail = answer.body[middle + len(_OTHER_BYTES) :]
    return answer.with_body(answer.body[:middle] + _OTHER_BYTES + tail)


_LEFT_OUT = object()


def _ids(desk: Desk, name: str, value: Any, new: Any) -> Any:
    return new if name in desk.sheet.id_fields else value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _changed(answer: Answer, change: Callable[[str, Any], Any]) -> Answer:
    """Change the members of a JSON answer, however deep."""
    return answer.with_body(json.dumps(_walk(json.loads(answer.body), change)).encode())


def _walk(value: Any, change: Callable[[str, Any], Any]) -> Any:
    if isinstance(value, list):
        return [_walk(entry, change) for entry in value]
    if not isinstance(value, dict):
        return value
    changed = {name: change(name, _walk(row, change)) for name, row in value.items()}
    return {name: row for name, row in changed.items() if row is not _LEFT_OUT}


def _with_member(answer: Answer, member: str) -> Answer:
    return answer.with_body(answer.body.rstrip()[:-1] + f", {member}}}".encode())


@functools.cache
def _packed_zeros(mebibytes: int) -> bytes:
    packer, block = zlib.compressobj(1, wbits=_GZIP), bytes(1 << 20)
    return b"".join(
        [*(packer.compress(block) for _ in range(mebibytes)), packer.flush()]
    )


INSTEAD: Mapping[str, Spoil] = {
    "redirect_other": _redirect_other,
    "redirect_same": _redirect_same,
    "refuse": _refuse,
    "retry_after": _retry_after,
    "status": _status,
    "unavailable": _unavailable,
    "vendor_code": _vendor_code,
}
"""Answers that are given without carrying out the request."""

REWRITES: Mapping[str, Spoil] = {
    "bad_encoding": _bad_encoding,
    "bad_json": _bad_json,
    "code_after": _vendor_code,
    "corrupt": _corrupt,
    "deep_json": _deep_json,
    "empty": _empty,
    "gzip_bomb": _gzip_bomb,
    "html": _html,
    "huge_json": _huge_json,
    "no_id": _no_id,
    "not_a_number": _not_a_number,
    "not_object": _not_object,
    "odd_id": _odd_id,
    "other_id": _other_id,
    "redirect_after": _redirect_same,
    "same_id": _same_id,
    "status_after": _status,
    "truncated": _truncated,
    "type": _type,
}
"""Answers that are changed after the request was carried out."""

"""Makes a vendor's application of its sheet."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from voicekit.sandbox.desk import Desk
from voicekit.sandbox.front import OWN_PATH
from voicekit.sandbox.refusals import Refused
from voicekit.sandbox.spoil import refusal

__all__ = ["application"]

_NO_METHOD = 405


def application(desk: Desk) -> FastAPI:
    """Return the vendor's application, without what stands before it."""
    sheet = desk.sheet
    app = FastAPI(
        title=sheet.title,
        openapi_url=f"{OWN_PATH}openapi.json",
        docs_url=None,
        redoc_url=None,
        responses=_documented(desk),
    )
    app.state.desk = desk
    for router in sheet.routers:
        app.include_router(router)
    desk.files.serve(app)
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _no_route)
    return app


def _documented(desk: Desk) -> dict[int | str, dict[str, Any]]:
    statuses = {wording.status for wording in desk.sheet.refusals.values()} - {200}
    return {status: {"model": desk.sheet.error_model} for status in [*statuses, 422]}


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    answer = refusal(request.app.state.desk, error)
    return Response(answer.body, answer.status, dict(answer.headers))


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"][1:])
    message = f"{place}: {first['msg']}" if place else str(first["msg"])
    return await _refused(request, Refused("invalid", message))


async def _no_route(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == _NO_METHOD:
        answer = await _refused(request, Refused("method"))
        answer.headers.update(error.headers or {})
        return answer
    # A body that is no multipart form at all ends here, too.
    reason = "no_route" if error.status_code == 404 else "invalid"  # noqa: PLR2004
    return await _refused(request, Refused(reason))

"""Why a whole request is refused, in the words its sender reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.responses import Response

from nurture.errors import NurtureError


class ApiFault(NurtureError):
    """A request that is refused as a whole: its HTTP status, why, and what to do."""

    def __init__(
        self, status: int, message: str, hint: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.headers = dict(headers or {})

    def answer(self) -> Response:
        """The answer that says so."""
        told = {"success": False, "error": self.message, "help": self.hint}
        return as_response({name: one for name, one in told.items() if one != ""}, self.status, self.headers)


def as_response(content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """JSON, whatever plain data it is."""
    body = orjson.dumps(content, default=str)
    return Response(body, status, headers=dict(headers or {}), media_type="application/json")

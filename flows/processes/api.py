"""Asks a Prefect API by plain HTTP: what need not import Prefect, and must not wait long."""

from __future__ import annotations

import base64
import json
import os
import urllib.request
from typing import Any

SECONDS = 5


def ask(url: str, wanted: Any = None) -> Any:  # JSON both ways
    """The answer to a GET, or to a POST of `wanted`; None if there is none, or another status than 200."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    body = None if wanted is None else json.dumps(wanted).encode()
    try:
        request = urllib.request.Request(url, body, {"Content-Type": "application/json", **_rights()})  # noqa: S310
        with opener.open(request, timeout=SECONDS) as answer:
            return json.load(answer) if answer.status == 200 else None
    except (OSError, ValueError):
        return None


def _rights() -> dict[str, str]:
    """The user's API key for Prefect Cloud, or the shared credentials of a server of one's own."""
    key, shared = os.environ.get("PREFECT_API_KEY"), os.environ.get("PREFECT_API_AUTH_STRING")
    if key:
        return {"Authorization": f"Bearer {key}"}
    return {"Authorization": f"Basic {base64.b64encode(shared.encode()).decode()}"} if shared else {}

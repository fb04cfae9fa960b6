"""Reads a posted body: of a bounded size and depth, JSON, maybe packed with gzip."""

from __future__ import annotations

import re
import zlib
from typing import Any

import orjson
from starlette.requests import ClientDisconnect, Request

from inbound.web.api.fault import ApiFault

MAX_BODY = 2 * 1024 * 1024
"""Bytes of a body, unpacked: a thousand events of two kilobytes."""
MAX_DEPTH = 32
"""Objects and lists within each other."""
MAX_ITEMS = 1000
"""Items of a batch."""

# A pair of surrogates, a half of one, or any other escape; the halves are what some browsers cut in two.
_ESCAPE = re.compile(
    rb"\\(?:(u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)


async def read_body(request: Request) -> bytes:
    """The body as it came.

    Raises:
        ApiFault: it is too large, or its sender left.
    """
    declared = request.headers.get("content-length", "0")
    if declared.isdecimal() and int(declared[:20]) > MAX_BODY:
        raise _too_large()
    parts, size = [], 0
    try:
        async for part in request.stream():
            parts.append(part)
            size += len(part)
            if size > MAX_BODY:
                raise _too_large()
    except ClientDisconnect:
        raise ApiFault(400, "the body broke off", "post it again") from None
    return b"".join(parts)


def read_json(body: bytes, content_type: str, encoding: str) -> Any:
    """What a body says.

    Raises:
        ApiFault: it is of another type (415), too large (413), no JSON or nested too deeply (400).
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind not in ("", "application/json", "text/plain") and not kind.endswith("+json"):
        raise ApiFault(415, f"a body of type {kind[:60]} is not read", "post JSON, as application/json")
    said = _parsed(_unpacked(body, encoding.strip().lower()))
    if _deeper(said, MAX_DEPTH):
        raise ApiFault(400, f"the body is nested deeper than {MAX_DEPTH} levels", "flatten it")
    return said


def _unpacked(body: bytes, encoding: str) -> bytes:
    if encoding in ("", "identity"):
        return body
    if encoding != "gzip":
        raise ApiFault(415, f"the encoding {encoding[:40]} is not read", "post it plain, or packed with gzip")
    unpack = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        plain = unpack.decompress(body, MAX_BODY + 1)
    except zlib.error:
        raise ApiFault(400, "the body is not gzip, as its Content-Encoding says") from None
    if len(plain) > MAX_BODY:
        raise _too_large()
    return plain


def _parsed(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        fault = error
    if b"\\u" in body:  # half an emoji is no reason to lose an event
        try:
            return orjson.loads(_ESCAPE.sub(_mended, body))
        except orjson.JSONDecodeError:
            pass
    why = f"the body is not JSON: line {fault.lineno}, column {fault.colno}"
    raise ApiFault(400, why, "is it cut off, or quoted twice?")


def _mended(found: re.Match[bytes]) -> bytes:
    return rb"\ufffd" if found[2] else found[0]


def _deeper(value: Any, levels: int) -> bool:
    """Whether there is something below so many levels."""
    if type(value) is dict:
        inner: Any = value.values()
    elif type(value) is list:
        inner = value
    else:
        return False
    if not levels:
        return True
    return any(_deeper(one, levels - 1) for one in inner if type(one) in _NESTS)


_NESTS = frozenset({dict, list})


def _too_large() -> ApiFault:
    return ApiFault(413, f"the body is larger than {MAX_BODY // 1024} KiB", "post it in parts")

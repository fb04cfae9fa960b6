"""Calls other systems: a signed JSON document by https POST (Standard Webhooks), to public addresses only."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from nurture.signatures import sign
from nurture.values import Delivery
from nurture.words import Remedy

TIMEOUT = 15.0
"""Seconds that connecting, and each read of the answer, may take."""
DEADLINE = 45.0
"""Seconds that a whole call may take, however slowly the other side answers."""
ASK_AGAIN = frozenset({408, 425, 429})
"""Answers below 500 that mean `later` (RFC 9110, RFC 8470, RFC 6585)."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call ready to be made. `key` is the same at every attempt: the receiver's idempotency key."""

    outbox_id: int
    attempt: int
    url: str
    key: str
    body: Mapping[str, Any] = field(default_factory=dict)  # whatever JSON holds


@dataclass(frozen=True, slots=True)
class Caller:
    """Makes calls. `secret` signs them: text, or `whsec_` and base64."""

    secret: str
    connections: int = 4

    async def make(self, calls: Sequence[Call], now: Callable[[], datetime]) -> list[Delivery]:
        """Make every call; exactly one delivery each, in their order. Never raises for one of them."""
        free = asyncio.Semaphore(self.connections)

        async def one(call: Call) -> Delivery:
            async with free:
                remedy, code, reply = await self._within_deadline(call, now())
            return Delivery(call.outbox_id, call.attempt, remedy, now(), code, reply)

        return list(await asyncio.gather(*(one(call) for call in calls)))

    async def _within_deadline(self, call: Call, at: datetime) -> tuple[Remedy, int | None, str]:
        try:
            return await asyncio.wait_for(asyncio.to_thread(self._call, call, at), DEADLINE)
        except TimeoutError:
            return Remedy.RETRY, None, "no whole answer in time"
        except Exception as error:  # an unexpected error of one call must not lose the others' outcomes
            return Remedy.FAIL, None, type(error).__name__

    def _call(self, call: Call, at: datetime) -> tuple[Remedy, int | None, str]:
        content = json.dumps(call.body, ensure_ascii=False, separators=(",", ":"), default=str).encode()
        try:
            connection, target = _connect(call.url)
        except ValueError as error:
            return Remedy.FAIL, None, str(error)
        except (OSError, HTTPException) as error:
            return Remedy.RETRY, None, type(error).__name__
        try:
            connection.request("POST", target, content, headers(self.secret, call.key, at, content=content))
            status = connection.getresponse().status
        except (OSError, HTTPException) as error:
            # The receiver knows the key, so that a second call is safe even if the first one arrived.
            return Remedy.RETRY, None, type(error).__name__
        finally:
            connection.close()
        return _meaning(status), status, f"HTTP {status}"


def headers(secret: str, key: str, at: datetime, *, content: bytes) -> dict[str, str]:
    """The headers of a signed call, as https://www.standardwebhooks.com describes them."""
    stamp = str(int(at.timestamp()))
    return {
        "Content-Type": "application/json",
        "User-Agent": "Nurture",
        "Connection": "close",
        "webhook-id": key,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{sign(secret, key, stamp, content=content)}",
        "Idempotency-Key": key,
    }


def _meaning(status: int) -> Remedy:
    if 200 <= status < 300:
        return Remedy.TAKEN
    # A redirect is refused as well: it could lead anywhere.
    return Remedy.RETRY if status >= 500 or status in ASK_AGAIN else Remedy.FAIL


def _connect(url: str) -> tuple[HTTPConnection, str]:
    """A connection to the very address that was checked, so that a second look-up cannot swap it.

    Raises ValueError for a place that is never called, OSError when it cannot be reached.
    """
    parts = urlsplit(url)
    host, secure = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    address = _resolve(host, port, loopback=not secure)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    line = socket.create_connection((address, port), TIMEOUT)
    if not secure:
        connection = HTTPConnection(host, port, timeout=TIMEOUT)
        connection.sock = line
        return connection, target
    context = ssl.create_default_context()
    tls = HTTPSConnection(host, port, timeout=TIMEOUT, context=context)
    try:
        tls.sock = context.wrap_socket(line, server_hostname=host)
    except OSError:
        line.close()
        raise
    return tls, target


def _resolve(host: str, port: int, *, loopback: bool) -> str:
    """The address to call: public, or with `loopback` this machine's own. Every answer must be allowed."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [ipaddress.ip_address(str(each[4][0]).partition("%")[0]) for each in found]
    for address in addresses:
        if loopback and not address.is_loopback:
            raise ValueError("a plain http webhook may only call this machine itself")
        if not loopback and not _is_public(address):
            raise ValueError("the webhook's host lies in a private network")
    return str(addresses[0])


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None) or address
    return inner.is_global and not inner.is_multicast

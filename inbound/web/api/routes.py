"""The addresses under /api/v1: what each takes and how it answers."""

from __future__ import annotations

import hashlib
import logging
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from inbound.web.allowance import Allowance
from inbound.web.api.access import Pace, by_secret, by_signature, presented
from inbound.web.api.body import MAX_ITEMS, read_body, read_json
from inbound.web.api.desk import ApiDesk, Counter
from inbound.web.api.fault import ApiFault, as_response
from inbound.web.api.openapi import DOCUMENT
from leadstore.events.arrivals import Arrival, origin
from leadstore.events.keys import SourceKey
from nurture.errors import NotFound, StoreError
from nurture.events.map import EventMap
from nurture.events.own import read_lead, read_signal
from nurture.events.segment import KINDS, read_segment
from nurture.events.values import (
    ItemFate,
    ItemOutcome,
    Said,
    SaidLead,
    SaidSignal,
    Scope,
    may_post,
    refused,
)

log = logging.getLogger(__name__)

ROOT = "/api/v1"
GUESSES = 60
"""Requests without a good key, for one client in a minute."""
LONGEST_KEY = 180
"""Characters of an Idempotency-Key: a number is put behind it for each item of a batch."""

Answer = Callable[[Request], Awaitable[Response]]
Reader = Callable[[Any], Said | ItemOutcome]


def api_routes(desk: ApiDesk) -> list[Route]:
    """Every address of the API; what is not one of them is answered in JSON, too."""
    api = _Api(desk)
    posts = {kind: api.segment(kind) for kind in KINDS}
    posts |= {"batch": api.batch, "signals": api.signals, "leads": api.leads}
    gets: dict[str, Answer] = {"leads/{lead}/why": api.why, "openapi.json": _document}
    return [
        *(_route(f"{ROOT}/{path}", answer, "POST") for path, answer in posts.items()),
        *(_route(f"{ROOT}/{path}", answer, "GET", "HEAD") for path, answer in gets.items()),
        _route("/api/{rest:path}", _nowhere),
    ]


def _route(path: str, answer: Answer, *methods: str) -> Route:
    async def guarded(request: Request) -> Response:
        """Every fault in JSON, and none of them a page."""
        try:
            if methods and request.method not in methods:
                allow = {"Allow": ", ".join(methods)}
                raise ApiFault(405, f"{request.method} is not for this address", f"use {methods[0]}", allow)
            return await answer(request)
        except ApiFault as fault:
            return fault.answer()
        except NotFound as error:
            return ApiFault(404, error.message, error.hint).answer()
        except StoreError as error:
            log.error("what was posted was not recorded: %s", type(error).__name__)
            why = "it could not be recorded just now: nothing of it was kept"
            return ApiFault(503, why, "post it again, with the same ids", {"Retry-After": "5"}).answer()
        except Exception as error:
            log.error("the API failed: %s", type(error).__name__, exc_info=True)
            return ApiFault(500, "this is a fault of ours", "tell the operator: its log says where").answer()

    every = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    return Route(path, guarded, methods=every)


async def _nowhere(request: Request) -> Response:
    raise ApiFault(404, "there is nothing at this address", f"{ROOT}/openapi.json lists what there is")


async def _document(request: Request) -> Response:
    return as_response(DOCUMENT)


@dataclass(frozen=True, slots=True)
class _Opened:
    """A request that was let in: by which key, and what it says."""

    key: SourceKey
    events: EventMap
    own_id: str = ""  # by which the request is told from its repetition
    body: Any = None


class _Api:
    """Answers requests: who is it, what does it say, may it, and what became of it."""

    def __init__(self, desk: ApiDesk) -> None:
        self._desk = desk
        self._pace = Pace()
        self._guesses = Allowance(GUESSES, 60)

    def segment(self, kind: str) -> Answer:
        """One call in Segment's shape."""

        async def answer(request: Request) -> Response:
            opened = await self._opened(request)
            now, events = self._desk.now(), opened.events
            return await self._one(opened, opened.body, lambda i: read_segment(i, kind, events, now, {}))

        return answer

    async def batch(self, request: Request) -> Response:
        """Many calls in Segment's shape."""
        opened = await self._opened(request)
        body = opened.body
        if type(body) is not dict or type(body.get("batch")) is not list:
            raise ApiFault(422, "`batch` is missing", 'post {"batch": [{"type": "track", ...}, ...]}')
        now, events, beside = self._desk.now(), opened.events, _beside(body)
        return await self._many(opened, body["batch"], lambda i: read_segment(i, "", events, now, beside))

    async def signals(self, request: Request) -> Response:
        """One signal or many, in our own words."""
        opened = await self._opened(request)
        now, events = self._desk.now(), opened.events
        return await self._own(opened, lambda i: read_signal(i, events, now))

    async def leads(self, request: Request) -> Response:
        """One lead or many, in our own words."""
        opened = await self._opened(request)
        now, events, source = self._desk.now(), opened.events, origin(opened.key.source)
        return await self._own(opened, lambda i: read_lead(i, events, now, source))

    async def why(self, request: Request) -> Response:
        """A lead's story. It changes nothing."""
        opened = await self._opened(request, reads=True)
        if Scope.READ not in opened.key.scopes:
            raise _no_scope(Scope.READ)
        lead = request.path_params["lead"]
        if "@" in lead:
            hint = "name the lead by its id, as a POST answers it, or by its key"
            raise ApiFault(400, "an address does not belong into a URL: logs and proxies keep it", hint)
        return as_response(await self._desk.story(lead))

    async def _opened(self, request: Request, *, reads: bool = False) -> _Opened:
        """Who asks, and what was posted."""
        counter = await self._desk.counter()
        try:
            key, body = await self._key(request, counter, reads)
        except ApiFault as fault:
            client = request.client.host if request.client else ""
            if fault.status == 401 and not self._guesses.spend(client, time.monotonic()):
                later = {"Retry-After": "60"}
                raise ApiFault(429, "too many requests without a good key", "wait", later) from None
            raise
        headers = request.headers
        own_id = headers.get("idempotency-key") or headers.get("webhook-id") or ""
        if reads:
            return _Opened(key, counter.events, own_id)
        said = read_json(body, headers.get("content-type", ""), headers.get("content-encoding", ""))
        return _Opened(key, counter.events, own_id, said)

    async def _key(self, request: Request, counter: Counter, reads: bool) -> tuple[SourceKey, bytes]:
        now, shown = self._desk.now(), presented(request.headers)
        if shown is not None:
            key = by_secret(counter.keys, shown, now)
            return key, b"" if reads else await read_body(request)
        if "webhook-signature" not in request.headers or reads:
            raise ApiFault(
                401,
                "there is no key",
                "`nurture keys new SOURCE` makes one; send it as Basic user name, or as a Bearer token",
                {"WWW-Authenticate": 'Basic realm="nurture", charset="UTF-8"'},
            )
        body = await read_body(request)
        name = request.query_params.get("key", "")
        return by_signature(counter.keys, name, request.headers, body, self._desk.secrets, now), body

    async def _own(self, opened: _Opened, reader: Reader) -> Response:
        if type(opened.body) is list:
            return await self._many(opened, opened.body, reader, strict=True)
        return await self._one(opened, opened.body, reader, strict=True)

    async def _one(self, opened: _Opened, body: Any, reader: Reader, *, strict: bool = False) -> Response:
        [(outcome, told)] = await self._taken(opened, [body], reader, strict)
        return as_response({"success": outcome.fate is not ItemFate.REFUSED, **told}, outcome.status)

    async def _many(
        self, opened: _Opened, items: Sequence[Any], reader: Reader, *, strict: bool = False
    ) -> Response:
        if not items:
            raise ApiFault(422, "there is nothing in it", "post one item at least")
        if len(items) > MAX_ITEMS:
            raise ApiFault(413, f"{len(items)} items are more than {MAX_ITEMS}", "post them in parts")
        results = await self._taken(opened, items, reader, strict)
        return as_response({"success": True, "results": [told for _, told in results]})

    async def _taken(
        self, opened: _Opened, items: Sequence[Any], reader: Reader, strict: bool
    ) -> list[tuple[ItemOutcome, dict[str, Any]]]:
        """Read all items, write those that say something, and answer in their order."""
        key = opened.key
        self._pace.spend(key, len(items), time.monotonic())
        ids = _ids(opened.own_id, len(items))
        makes = Scope.IDENTIFY in key.scopes
        found: list[Said | ItemOutcome] = []
        for number, item in enumerate(items):
            own_id = ids[number] if ids else ""
            found.append(_permitted(key, _named(reader(item), item, own_id, strict=strict)))
        arrivals = [Arrival(key.source, said, makes) for said in found if not isinstance(said, ItemOutcome)]
        written = iter(await self._desk.write(arrivals, opened.events))
        pairs = ((one, one if isinstance(one, ItemOutcome) else next(written)) for one in found)
        return [(outcome, _told(said, outcome)) for said, outcome in pairs]


def _beside(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a batch says for all its calls; what is of another form is passed over."""
    context, sent = body.get("context"), body.get("sentAt")
    said = {"context": context if type(context) is dict else None}
    return {**said, "sentAt": sent if type(sent) is str and len(sent) <= 40 else None}


def _ids(own: str, items: int) -> Sequence[str]:
    """What tells items apart that have no id: the request's own, which is the same when it is repeated."""
    if not own:
        return ()
    if len(own) > LONGEST_KEY or not own.isprintable():
        why = f"the Idempotency-Key is not printable, or longer than {LONGEST_KEY} characters"
        raise ApiFault(422, why, "a UUID is a good one")
    return [own] if items == 1 else [f"{own}:{number}" for number in range(items)]


def _named(said: Said | ItemOutcome, item: Any, own_id: str, *, strict: bool) -> Said | ItemOutcome:
    """The item with an id, by which it counts once however often it is posted."""
    if not isinstance(said, SaidSignal) or said.id:
        return said
    if own_id:
        return replace(said, id=own_id)
    if strict:
        return refused(
            "", "`id` is missing", "name each signal, so that it counts once when it is posted again"
        )
    dated = any(item.get(name) for name in ("timestamp", "originalTimestamp"))
    return replace(said, id=_digest(item) if dated else f"once:{uuid.uuid4().hex}")


def _digest(item: Mapping[str, Any]) -> str:
    """The id of an item that says when it happened: the same of the same moment is the same event."""
    said = {name: value for name, value in item.items() if name not in ("sentAt", "receivedAt")}
    return f"same:{hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()}"


def _permitted(key: SourceKey, said: Said | ItemOutcome) -> Said | ItemOutcome:
    """What the key may say; anything else is refused."""
    if isinstance(said, ItemOutcome):
        return said
    needed = Scope.IDENTIFY if isinstance(said, SaidLead) else Scope.TRACK
    fault = _no_scope(needed) if needed not in key.scopes else None
    if isinstance(said, SaidLead) and said.consents and Scope.CONSENT not in key.scopes:
        fault = _no_scope(Scope.CONSENT)
    if isinstance(said, SaidSignal) and not may_post(key.types, said.type):
        hint = f"make a key that may: `nurture keys new {key.source} --signals {said.type}`"
        fault = ApiFault(403, f"this key may not post `{said.type}`", hint)
    return said if fault is None else refused(said.id, fault.message, fault.hint, fault.status)


def _no_scope(scope: Scope) -> ApiFault:
    hint = f"make a key that has it: `nurture keys new SOURCE --scope {scope.value}`"
    return ApiFault(403, f"this key has no scope `{scope.value}`", hint)


def _told(said: Said | ItemOutcome, outcome: ItemOutcome) -> dict[str, Any]:
    """What became of an item, as its sender reads it; what is empty is left out."""
    told: dict[str, Any] = {"id": said.id} if said.id else {}
    told["status"] = outcome.fate.value
    if outcome.lead_id is not None:
        told["lead"] = outcome.lead_id
    if outcome.fate is ItemFate.REFUSED:
        told |= {"code": outcome.status, "error": outcome.why}
    elif outcome.why:
        told["note"] = outcome.why
    if outcome.help:
        told["help"] = outcome.help
    if isinstance(said, SaidSignal | SaidLead) and said.remarks:
        told["remarks"] = list(said.remarks)
    return told

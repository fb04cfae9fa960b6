"""The web app: where the links in our messages lead, and what mailbox providers call for one-click."""

from __future__ import annotations

import logging
import time
from typing import Protocol

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from inbound.web.allowance import Allowance
from inbound.web.api.desk import ApiDesk
from inbound.web.api.routes import api_routes
from inbound.web.health import Look, health_routes
from inbound.web.page import STYLE_HASH, pick_language, render_page
from nurture.errors import StoreError
from nurture.links.web_tokens import BadLink, Links, UnsubscribeToken

log = logging.getLogger(__name__)

MAX_BODY = 4096
"""Bytes looked at of a posted form; the rest is left unread."""

GUESSES = 60
"""Invalid links that one client may open in a minute."""
LOOKS = 600
"""Pages, for one client in a minute: the scanners of a large firm look at all its people's mail."""

HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Vary": "Accept-Language",
}


class Desk(Protocol):
    """Who records what leads ask for on the pages."""

    async def withdraw_all(self, address_id: int, outbox_id: int, source: str) -> int:
        """Withdraw every marketing topic of an address at once; a second call changes nothing."""
        ...


def make_app(
    desk: Desk,
    links: Links,
    *,
    company: str,
    language: str = "en",
    look: Look | None = None,
    api: ApiDesk | None = None,
) -> Starlette:
    """The app: /u/{token} to unsubscribe; /live, /ready and /health, by `look` at the store; /api/v1.

    `company` is named on the pages; `language` serves browsers that ask for none of ours, if it is ours.
    """
    leaving = _Leaving(desk, links, company, pick_language(language))

    async def not_found(request: Request, error: Exception) -> Response:
        return leaving.page("lost", request, 404)

    async def broken(request: Request, error: Exception) -> Response:
        return leaving.page("later", request, 500)

    return Starlette(
        routes=[
            Route("/u/{token}", leaving.answer, methods=["GET", "HEAD", "POST"]),
            *health_routes(look),
            *(api_routes(api) if api is not None else ()),
        ],
        middleware=[Middleware(_SafeHeaders)],
        exception_handlers={404: not_found, 500: broken},
    )


class _Leaving:
    """The unsubscribe page: looking changes nothing, one press or one POST leaves (RFC 8058)."""

    def __init__(self, desk: Desk, links: Links, company: str, language: str) -> None:
        self._desk = desk
        self._links = links
        self._company = company
        self._language = language
        self._guesses = Allowance(GUESSES, 60)
        self._looks = Allowance(LOOKS, 60)

    async def answer(self, request: Request) -> Response:
        """Show what will happen, or do it. Scanners and previews fetch links: GET and HEAD change nothing."""
        try:
            token = self._links.read_unsubscribe(request.path_params["token"])
        except BadLink:
            return self._spent(self._guesses, request) or self.page("lost", request, 404)
        if request.method == "POST":
            return await self._withdraw(request, token)
        return self._spent(self._looks, request) or self.page("ask", request)

    def _spent(self, allowance: Allowance, request: Request) -> Response | None:
        """The answer to a client that asks too often; a valid request to unsubscribe is never limited."""
        client = request.client.host if request.client else ""
        if allowance.spend(client, time.monotonic()):
            return None
        return self.page("later", request, 429, {"Retry-After": "60"})

    async def _withdraw(self, request: Request, token: UnsubscribeToken) -> Response:
        """Leave at once, by the page's button or a mailbox provider's one-click POST.

        No cookie, origin or form field is asked for: the signed link is the right to do it.
        """
        source = "one-click" if b"One-Click" in await _beginning(request) else "page"
        try:
            await self._desk.withdraw_all(token.address_id, token.outbox_id, source)
        except StoreError as error:
            log.error("unsubscribe of outbox %d was not recorded: %s", token.outbox_id, type(error).__name__)
            return self.page("later", request, 503, {"Retry-After": "60"})
        return self.page("done", request)

    def page(
        self, name: str, request: Request, status: int = 200, headers: dict[str, str] | None = None
    ) -> Response:
        """One page in the language the browser likes best."""
        language = pick_language(request.headers.get("accept-language", ""), self._language)
        # The headers are put on here too: Starlette answers a crash outside of all middleware.
        return HTMLResponse(render_page(name, language, self._company), status, HEADERS | (headers or {}))


async def _beginning(request: Request) -> bytes:
    """The first bytes of the body, in whatever form it was posted."""
    body = b""
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) >= MAX_BODY:
                break
    except ClientDisconnect:
        pass  # it asked to leave all the same
    return body[:MAX_BODY]


class _SafeHeaders:
    """Puts the headers that keep a page private on every response, also on those Starlette makes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        await self._app(scope, receive, send_safely)

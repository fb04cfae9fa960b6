"""The demo's system: its own store, web app and local inbox, in this process, on a moved clock."""

from __future__ import annotations

import asyncio
import urllib.request
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from flows.processes.asgi import served
from flows.processes.ports import bind
from flows.work.demo.answers import Model
from flows.work.demo.hours import first_monday, moments
from flows.work.demo.mailbox import DemoMailbox
from flows.work.demo.weeks import IMPORTED_AT
from flows.work.demo.world import World
from flows.work.project.shelf import read_shelf
from flows.work.shop.settings import Settings
from flows.work.shop.wire import Shop, open_shop
from inbound.web.app import make_app
from inbound.web.unsubscribe import StoreDesk
from nurture.errors import BookError, NurtureError
from nurture.project.book import Book, read_book
from outbound.inbox import LocalInbox

_NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True, slots=True)
class Demonstration:
    """A demo that is ready to be played."""

    shop: Shop
    book: Book
    world: World
    moments: tuple[datetime, ...]
    end: datetime


@asynccontextmanager
async def demonstration(settings: Settings, *, weeks: int, seed: int) -> AsyncIterator[Demonstration]:
    """Open everything the demo needs but a Prefect server; the leads are not imported yet.

    Raises:
        BookError: the project's files have faults.
    """
    book, faults = read_book(read_shelf(settings.project))
    if book is None:
        raise BookError("the demo runs on this project's files, and they have faults", faults)
    monday = first_monday(book.catalog, weeks)
    stops = tuple(moments(monday, weeks))
    model = Model(seed, book.catalog, book.policy.company.website)
    world = World(model, DemoMailbox(settings.state / "inbox"), monday + IMPORTED_AT)
    async with AsyncExitStack() as stack:
        listener = bind(0, "NURTURE_WEB_PORT", "the web app")
        stack.callback(listener.close)
        inbox = stack.enter_context(LocalInbox(settings.state / "inbox", answer=world.answer))
        web_port = listener.getsockname()[1]
        own = {"inbox_port": inbox.port, "web_port": web_port, "public_url": f"http://127.0.0.1:{web_port}"}
        shop = await stack.enter_async_context(open_shop(settings.model_copy(update=own), now=world.now))
        desk = StoreDesk(shop.store, now=lambda: world.now)
        app = make_app(desk, shop.links, company=book.policy.company.name, language=book.policy.language)
        await stack.enter_async_context(served(app, listener))
        yield Demonstration(shop, book, world, stops, stops[-1])


async def press_unsubscribe(url: str) -> None:
    """Leave as a mailbox provider does for its user: one POST, no cookie, no page before it (RFC 8058).

    Raises:
        NurtureError: the page did not say that it is done.
    """
    await asyncio.to_thread(_post, url)


def _post(url: str) -> None:
    request = urllib.request.Request(url, data=b"List-Unsubscribe=One-Click", method="POST")  # noqa: S310
    with _NO_PROXY.open(request, timeout=30) as answer:
        if answer.status != 200:
            raise NurtureError(f"unsubscribing was answered with {answer.status}")

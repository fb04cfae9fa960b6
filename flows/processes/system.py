"""The whole system in one process group: inbox, store, Prefect server, web app and clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from flows.clock.leader import leading_alone
from flows.clock.rivals import refuse_schedules
from flows.processes.asgi import served
from flows.processes.ports import bind
from flows.processes.server import local_server
from flows.work.counts import Summary
from flows.work.shop.front import web_app
from flows.work.shop.inbox import local_inbox
from flows.work.shop.settings import Settings
from flows.work.shop.wire import open_shop


@dataclass(frozen=True, slots=True)
class RunningSystem:
    """Where the parts of a running system answer; `lost` fails should another process take over."""

    prefect: str
    web: str
    inbox: str | None  # None: a live relay is configured
    maildir: Path
    lost: asyncio.Future[None]


@asynccontextmanager
async def whole_system(
    settings: Settings, report: Callable[[str, Summary], None]
) -> AsyncIterator[RunningSystem]:
    """Start every part in order and stop them in reverse: the clock first, the Prefect server near the end.

    Raises:
        LockHeld: another process leads this store, or deployments work on it.
        SettingError: a port is taken; names the setting that moves it.
        BookError: nothing good was ever applied, and the files have faults.
    """
    async with AsyncExitStack() as stack:
        lost = await stack.enter_async_context(leading_alone(settings))
        listener = bind(settings.web_port, "NURTURE_WEB_PORT", "the web app")
        stack.callback(listener.close)
        settings = stack.enter_context(local_inbox(settings, port=settings.inbox_port))
        shop = await stack.enter_async_context(open_shop(settings, clockwork="up"))
        server = await stack.enter_async_context(local_server(settings, port=settings.prefect_port))
        home = settings.state / "prefect"
        await refuse_schedules(server.api, f"to reach it, `PREFECT_HOME={home} prefect server start`")
        await stack.enter_async_context(served(await web_app(shop), listener))
        from flows.clock.ticker import (  # after the server: Prefect reads its address when imported
            Clock,
            ticking,
        )

        await stack.enter_async_context(ticking(Clock(shop, report)))
        yield RunningSystem(
            prefect=server.url,
            web=f"http://127.0.0.1:{listener.getsockname()[1]}",
            inbox=f"smtp://127.0.0.1:{settings.inbox_port}" if settings.local_relay else None,
            maildir=settings.state / "inbox",
            lost=lost,
        )

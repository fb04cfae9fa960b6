"""`nurture web`: serves the pages that leads reach and nothing else, as on a machine of its own."""

from __future__ import annotations

from contextlib import AsyncExitStack

from console.frame import InFrame, say
from flows.processes.asgi import served
from flows.processes.ports import bind
from flows.processes.stop import stop_asked
from flows.work.shop.front import web_app
from flows.work.shop.wire import open_shop


async def web(*, host: str = "127.0.0.1", frame: InFrame) -> int:
    """Serve the pages that leads reach, until Ctrl-C.

    Parameters
    ----------
    host
        The address to listen on; 0.0.0.0 behind a proxy on another machine.
    """
    settings = frame.settings()
    async with AsyncExitStack() as stack:
        listener = bind(settings.web_port, "NURTURE_WEB_PORT", "the web app", host=host)
        stack.callback(listener.close)
        shop = await stack.enter_async_context(open_shop(settings, any_clock=True))
        asked = stack.enter_context(stop_asked())
        await stack.enter_async_context(served(await web_app(shop), listener))
        say(f"web app  http://{host}:{listener.getsockname()[1]}  as {settings.public_url}")
        await asked.wait()
    return 0

"""`nurture web`: the pages that leads reach, for a machine of its own."""

from __future__ import annotations

from inbound.unsubscribe import StoreDesk
from inbound.web import make_app

from console.frame import InFrame, say
from flows.serving import bind, served
from flows.stopping import stop_asked
from leadstore.store import in_thread, open_store
from nurture.links import Links


async def web(*, host: str = "127.0.0.1", frame: InFrame) -> int:
    """Serve the pages that leads reach, until Ctrl-C.

    Parameters
    ----------
    host
        The address to listen on; 0.0.0.0 behind a proxy on another machine.
    """
    settings = frame.settings()
    listener = bind(settings.web_port, "NURTURE_WEB_PORT", "the web app", host=host)
    store = open_store(settings.database_url)
    try:
        await in_thread(store.migrate)
        app = make_app(StoreDesk(store), Links(settings.secret_keys, settings.public_url))
        with stop_asked() as asked:
            async with served(app, listener):
                say(f"web app  http://{host}:{listener.getsockname()[1]}  as {settings.public_url}")
                await asked.wait()
    finally:
        store.close()
        listener.close()
    return 0

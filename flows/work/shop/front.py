"""The web app of a shop, in the name of the company whose release runs."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.applications import Starlette

from flows.work.shop.wire import Shop
from inbound.web.app import make_app
from inbound.web.unsubscribe import StoreDesk
from leadstore.store import in_thread
from leadstore.vitals import read_vitals


async def web_app(shop: Shop) -> Starlette:
    """The pages that leads reach.

    Raises:
        ProjectError: nothing has been applied to this store yet, so nobody knows whose pages they are.
    """
    policy = (await in_thread(shop.store.ask, shop.book))[1].policy
    company, language = policy.company.name, policy.language
    return make_app(
        StoreDesk(shop.store),
        shop.links,
        company=company,
        language=language,
        look=lambda: shop.store.ask(read_vitals, datetime.now(UTC)),
    )

"""The web app of a shop, in the name of the company whose release runs."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.applications import Starlette

from flows.work.shop.wire import Shop
from inbound.web.api.desk import ApiDesk
from inbound.web.app import make_app
from inbound.web.unsubscribe import StoreDesk
from leadstore.store import in_thread
from leadstore.vitals import Vitals, read_vitals
from nurture.project.book import Book


async def web_app(shop: Shop) -> Starlette:
    """The pages that leads reach.

    Raises:
        ProjectError: nothing has been applied to this store yet, so nobody knows whose pages they are.
    """
    policy = (await in_thread(_current, shop)).policy
    company, language = policy.company.name, policy.language
    return make_app(
        StoreDesk(shop.store),
        shop.links,
        company=company,
        language=language,
        look=lambda: _look(shop),
        api=ApiDesk(shop.store, shop.settings.secret_keys),
    )


def _look(shop: Shop) -> Vitals:
    with shop.store.read() as tx:
        return read_vitals(tx, datetime.now(UTC))


def _current(shop: Shop) -> Book:
    with shop.store.read() as tx:
        return shop.book(tx)[1]

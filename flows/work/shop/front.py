"""The web app of a shop, in the name of the company whose release runs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from starlette.applications import Starlette

from flows.work.shop.wire import Shop
from flows.work.story.explanation import explain
from flows.work.story.json import as_json
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
        api=ApiDesk(shop.store, shop.settings.secret_keys, why=lambda tx, lead_id: _story(shop, tx, lead_id)),
    )


def _look(shop: Shop) -> Vitals:
    with shop.store.read() as tx:
        return read_vitals(tx, datetime.now(UTC))


def _story(shop: Shop, tx: Any, lead_id: int) -> Mapping[str, Any]:
    """What `nurture why --json` prints of a lead."""
    return as_json(explain(tx, lead_id, datetime.now(UTC), shop.book(tx)[1]))


def _current(shop: Shop) -> Book:
    with shop.store.read() as tx:
        return shop.book(tx)[1]

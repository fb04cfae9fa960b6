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
from leadstore.database.transaction import Transaction
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
        api=ApiDesk(shop.store, shop.settings.secret_keys, why=lambda tx, lead_id: _story(shop, tx, lead_id)),
    )


def _story(shop: Shop, tx: Transaction, lead_id: int) -> Mapping[str, Any]:
    """What `nurture why --json` prints of a lead."""
    return as_json(explain(tx, lead_id, datetime.now(UTC), shop.book(tx)[1]))

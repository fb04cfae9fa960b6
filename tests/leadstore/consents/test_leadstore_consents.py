"""The lead's last word counts, whenever it arrives, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from leadstore.consents.grants import grant, withdraw_all, withdraw_topics
from leadstore.rows import consent
from leadstore.store import Store
from nurture.words import Basis
from tests.builders import HOUR, NOON, add_consent, add_lead

WITHDRAWALS = {
    "one topic": lambda tx, address_id: withdraw_topics(tx, [(address_id, "guides")], NOON, source="page"),
    "everything": lambda tx, address_id: withdraw_all(tx, address_id, NOON, source="page"),
}


@pytest.mark.parametrize("withdraw", WITHDRAWALS.values(), ids=list(WITHDRAWALS))
@pytest.mark.parametrize(("hours", "state"), [(-1, "withdrawn"), (1, "granted")], ids=["older", "later"])
def test_only_a_later_opt_in_reverses_a_withdrawal(
    store: Store, withdraw: Callable[[Any, int], Any], hours: int, state: str
) -> None:
    """An opt-in that was given before the withdrawal, and comes after it, changes nothing."""
    with store.begin() as tx:
        _, address_id = add_lead(tx)
        add_consent(tx, address_id)
        withdraw(tx, address_id)
        grant(tx, address_id, "guides", basis=Basis.OPT_IN, now=NOON + hours * HOUR, source="form")

        found = tx.scalar(select(consent.c.state).where(consent.c.topic == "guides"))

    assert found == state

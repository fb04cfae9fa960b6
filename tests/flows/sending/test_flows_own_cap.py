"""A lead that wants less gets less, on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadstore.consents.caps import choose_cap
from leadstore.store import Store
from tests.flows.workshop import files, workshop
from tests.nurture.gate_world import DAY, TUESDAY


async def test_the_leads_own_cap_binds(store: Store, tmp_path: Path) -> None:
    """One mail in six days, although the policy allows two in seven; taken back, the policy's hold alone."""
    work = workshop(store, tmp_path)
    work.apply(files("- send: hello\n- send: more\n- send: guide", caps="3 per 7 days"))
    for name in ("ada", "grace"):
        work.happens(work.lead(name), "form.submitted")
    with store.begin() as tx:
        known = [choose_cap(tx, number, "1 per 6 days", now=TUESDAY) for number in (1, 2, 99)]
        choose_cap(tx, 2, None, now=TUESDAY)

    await work.tick()
    await work.tick(TUESDAY + 6 * DAY)

    assert known == [True, True, False]
    sent = [str(mail["To"]).partition("@")[0] for mail in work.mails()]
    assert (sent.count("ada"), sent.count("grace")) == (2, 3)


def test_what_is_no_cap_is_refused(store: Store) -> None:
    """Nothing unreadable is kept."""
    with store.begin() as tx, pytest.raises(ValueError, match="is not a cap"):
        choose_cap(tx, 1, "less, please", now=TUESDAY)

"""The retention clock: reports first, erases only where the policy says so, and knows whose act is whose."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, insert, select

from flows.runs.plain import plain_round
from flows.work.deadline import Deadline
from flows.work.privacy import retention
from flows.work.privacy.ledger import NAME
from flows.work.privacy.retention import is_time, keep_time, keep_time_daily
from flows.work.trouble import trouble_in
from leadstore.privacy.journal import read_journal
from leadstore.privacy.tombstones import Why, all_tombstones
from leadstore.rows import address, consent_change, lead
from leadstore.signals import append_signals
from leadstore.store import Store
from nurture.values import NewSignal
from nurture.words import Sig
from tests.builders import add_lead
from tests.flows.workshop import Workshop, files, workshop

NOW = datetime(2027, 6, 15, 10, 0, tzinfo=UTC)
LONG_AGO, YEARS_AGO = datetime(2020, 1, 1, tzinfo=UTC), datetime(2023, 1, 1, tzinfo=UTC)
RECENT = NOW - timedelta(days=30)


@pytest.fixture
def work(store: Store, tmp_path: Path) -> Workshop:
    (tmp_path / ".nurture").mkdir()
    return workshop(store, tmp_path)


def allow(work: Workshop, text: str = "retention: {erase: true}\n", now: datetime = NOW) -> None:
    project = files("- send: hello")
    project["nurture.yaml"] += text
    work.apply(project, now)


def old_lead(store: Store, name: str, came: datetime = LONG_AGO, **fields: Any) -> int:
    with store.begin() as tx:
        return add_lead(tx, name, **{"created_at": came, **fields})[0]


def did(store: Store, lead_id: int, kind: str, at: datetime = RECENT, *, machine: bool = False) -> None:
    with store.begin() as tx:
        new = NewSignal(lead_id, kind, at, "test", f"{lead_id}{kind}{at}{machine}", {}, machine=machine)
        append_signals(tx, [new], NOW)


def said(store: Store, lead_id: int, state: str, basis: str, proof: str = "", at: datetime = RECENT) -> None:
    with store.begin() as tx:
        spot = tx.scalar(select(address.c.id).where(address.c.lead_id == lead_id))
        row = {"address_id": spot, "topic": "guides", "state": state, "basis": basis, "source": "test"}
        tx.execute(insert(consent_change).values(**row, proof=proof, at=at))


def gone(store: Store) -> list[int]:
    with store.read() as tx:
        return list(tx.scalars(select(lead.c.id).where(lead.c.merged_into == lead.c.id).order_by(lead.c.id)))


async def test_it_reports_first(work: Workshop, store: Store) -> None:
    """Until the policy says so nothing is erased, and a dry run erases nothing whatever it says."""
    work.apply(files("- send: hello"), NOW)
    old_lead(store, "zeb")
    old_lead(store, "ann", RECENT)
    counts = await keep_time(work.shop, NOW)
    allow(work)
    dry = await keep_time(work.shop, NOW, dry=True)

    assert (counts["expired"], counts["erased"]) == (1, 0)
    assert (dry["expired"], dry["erased"]) == (1, 0)
    assert gone(store) == []


async def test_it_erases_where_the_policy_says_so(work: Workshop, store: Store, tmp_path: Path) -> None:
    """Those alone whose time is over; the seal and the journal say that the clock did it."""
    allow(work)
    zeb, _ = old_lead(store, "zeb", first_name="Zebedia"), old_lead(store, "ann", RECENT)
    counts = await keep_time(work.shop, NOW)

    assert (counts["expired"], counts["erased"], counts["unfinished"]) == (1, 1, 0)
    assert gone(store) == [zeb]
    with store.read() as tx:
        assert {one.why for one in all_tombstones(tx)} == {Why.RETENTION}
        assert [(one.who, one.act.value, one.lead_id) for one in read_journal(tx)] == [
            ("flow retention", "expire", zeb)
        ]
    assert (tmp_path / ".nurture" / NAME).exists()


ACTS = [
    *(Sig.FORM_SUBMITTED, Sig.PAGE_VISITED, Sig.ASSET_DOWNLOADED, Sig.MAIL_CLICKED, Sig.MAIL_REPLIED),
    *(Sig.WEBINAR_REGISTERED, Sig.WEBINAR_ATTENDED, Sig.DEMO_REQUESTED, Sig.CALL_REQUESTED),
    *(Sig.PRODUCT_USED, Sig.CONSENT_GRANTED, Sig.CONSENT_WITHDRAWN, Sig.MAIL_COMPLAINED, Sig.DEAL_WON),
    "trial.started",
]
NONE = [kind for kind in Sig if kind not in ACTS]


async def test_each_act_of_its_own_keeps_a_lead(work: Workshop, store: Store) -> None:
    """Whatever the lead did lately, of our types or of the catalogue's."""
    allow(work)
    for number, kind in enumerate(ACTS):
        did(store, old_lead(store, f"a{number}"), kind)

    assert (await keep_time(work.shop, NOW))["expired"] == 0


async def test_what_we_did_keeps_nobody(work: Workshop, store: Store) -> None:
    """Opens, our mails, bounces, sellers' words, machines' clicks: none of them is the lead's act."""
    allow(work)
    ids = [old_lead(store, f"n{number}") for number in range(len(NONE) + 1)]
    for number, kind in enumerate(NONE):
        did(store, ids[number], kind)
    did(store, ids[-1], "mail.clicked", machine=True)

    assert (await keep_time(work.shop, NOW))["erased"] == len(ids)
    assert gone(store) == ids


async def test_consents_of_its_own_keep_a_lead(work: Workshop, store: Store) -> None:
    """An opt-in, or the use of our link to leave; what an import or an operator said keeps nobody."""
    allow(work)
    rows = [
        *(("granted", "opt_in", ""), ("granted", "double_opt_in", ""), ("withdrawn", "imported", "outbox 7")),
        *(("granted", "imported", ""), ("granted", "legitimate_interest", ""), ("withdrawn", "opt_in", "")),
    ]
    ids = [old_lead(store, f"c{number}") for number in range(len(rows))]
    for one, row in zip(ids, rows, strict=True):
        said(store, one, *row)
    await keep_time(work.shop, NOW)

    assert gone(store) == ids[3:]


async def test_the_last_act_counts_and_not_the_import(work: Workshop, store: Store) -> None:
    """History that came in yesterday is as old as what it tells; with no act at all, coming in counts."""
    allow(work)
    ids = [old_lead(store, name, RECENT) for name in ("old", "blank", "fresh")]
    did(store, ids[0], "form.submitted", YEARS_AGO)
    did(store, ids[2], "form.submitted", YEARS_AGO)
    did(store, ids[2], "page.visited")
    await keep_time(work.shop, NOW)

    assert gone(store) == ids[:1]


async def test_three_years_are_counted_by_the_calendar(work: Workshop, store: Store) -> None:
    """To the day: one second before is too old."""
    allow(work)
    edge = datetime(2024, 6, 15, 10, 0, tzinfo=UTC)
    ids = [old_lead(store, name) for name in ("kept", "over")]
    did(store, ids[0], "page.visited", edge)
    did(store, ids[1], "page.visited", edge - timedelta(seconds=1))
    await keep_time(work.shop, NOW)

    assert gone(store) == ids[1:]


async def test_the_policy_says_how_long_and_whom_to_keep(work: Workshop, store: Store) -> None:
    """Customers are left alone unless it says otherwise."""
    allow(work)
    customer = old_lead(store, "customer", stage="customer")
    young = old_lead(store, "young", NOW - timedelta(days=100))
    await keep_time(work.shop, NOW)
    before = gone(store)
    allow(work, "retention: {erase: true, after: 90 days, keep: []}\n")
    await keep_time(work.shop, NOW)

    assert (before, gone(store)) == ([], [customer, young])


async def test_it_goes_batch_by_batch_and_stops_at_its_deadline(
    work: Workshop, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next run goes on; a batch is a fixed number of statements."""
    monkeypatch.setattr(retention, "BATCH", 5)
    allow(work)
    with store.begin() as tx:
        for number in range(12):
            add_lead(tx, f"z{number}", created_at=LONG_AGO)
    moments = iter([0.0, 0.0, 9.0])
    cut = await keep_time_daily(work.shop, NOW, Deadline(5.0, lambda: next(moments)))
    seen: list[str] = []
    event.listen(store.engine, "before_cursor_execute", lambda *a: seen.append(str(a[2])))
    rest = await keep_time_daily(work.shop, NOW)

    assert (cut["erased"], cut["unfinished"]) == (10, 1)
    assert (rest["erased"], rest["unfinished"], len(gone(store))) == (2, 0, 12)
    assert len([one for one in seen if "DELETE FROM signal" in one]) == 1


async def test_it_is_looked_at_once_a_day(work: Workshop, store: Store) -> None:
    """Rounds come every minute; a day later it is time again."""
    work.apply(files("- send: hello"), NOW)
    old_lead(store, "zeb")
    first = await keep_time_daily(work.shop, NOW)
    second = await keep_time_daily(work.shop, NOW + timedelta(hours=23))

    assert (first["expired"], second["expired"]) == (1, 0)
    assert is_time(work.shop, NOW + timedelta(days=1))


async def test_who_came_back_with_a_backup_goes_again(work: Workshop, store: Store) -> None:
    """The ledger knows seals that the store has lost; nobody has to ask."""
    allow(work)
    old_lead(store, "zeb")
    await keep_time(work.shop, NOW)
    with store.begin() as tx:
        tx.exec_driver_sql("DELETE FROM tombstone")
    again = old_lead(store, "zeb", RECENT)
    counts = await keep_time(work.shop, NOW)

    assert (counts["back_again"], counts["expired"]) == (1, 0)
    assert again in gone(store)


async def test_a_round_looks_at_the_clock_once_a_day(work: Workshop, store: Store) -> None:
    """In plain Python too, for those who live on cron."""
    work.apply(files("- send: hello"), NOW)
    old_lead(store, "zeb")
    first = await plain_round(work.shop, NOW)
    second = await plain_round(work.shop, NOW + timedelta(minutes=1))

    assert first["retention"] == {"expired": 1}
    assert "retention" not in second


async def test_seals_that_cannot_be_read_are_trouble(work: Workshop, store: Store) -> None:
    """A run that finds them does not end green, nor does the round that it is a part of."""
    allow(work)
    old_lead(store, "zeb")
    await keep_time(work.shop, NOW)
    work.shop.settings = work.shop.settings.model_copy(update={"secret_keys": ("n" * 32,)})
    counts = await keep_time(work.shop, NOW)
    alone, in_round = trouble_in(counts), trouble_in({"retention": counts})

    assert counts["seals_unreadable"] == 2
    assert alone is not None
    assert alone == in_round
    assert "NURTURE_SECRET_KEYS" in alone.words

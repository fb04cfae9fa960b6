"""Stores of released schemas, with leads in flight, are migrated and go on sending."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import select

from leadstore.rows import address, consent, enrolment, handoff, suppression
from leadstore.rows import lead as lead_rows
from leadstore.store import Store, open_store
from nurture.words import TouchState
from tests.flows.workshop import Workshop, workshop
from tests.nurture.gate_world import DAY, HOUR, TUESDAY

RELEASED = Path(__file__).parents[2] / "leadstore" / "released"
"""One file a released schema and database; write.py there says how they came to be."""
REVISIONS = sorted({path.name.partition(".")[0] for path in RELEASED.glob("*.sql")})
STOPPED_AT = TUESDAY + HOUR + HOUR / 60
"""The moment at which the old version was stopped."""
SPOKEN = {TouchState.SENT, TouchState.UNCERTAIN, TouchState.STARTED}


@pytest.fixture(params=REVISIONS)
def revision(request: pytest.FixtureRequest) -> str:
    """A schema that was released."""
    return str(request.param)


def in_a_file(revision: str, path: Path) -> str:
    """The URL of its store, as a file at this path."""
    with sqlite3.connect(path) as database:
        database.executescript((RELEASED / f"{revision}.sqlite.sql").read_text(encoding="utf-8"))
    database.close()
    return f"sqlite:///{path}"


def on_a_server(revision: str, url: str) -> str:
    """The URL of its store on PostgreSQL, in place of the fresh one that is there."""
    with psycopg.connect(url) as tx:
        tx.execute("DROP SCHEMA public CASCADE")
        tx.execute("CREATE SCHEMA public")
        tx.execute((RELEASED / f"{revision}.postgresql.sql").read_bytes())
    return url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def old(request: pytest.FixtureRequest, revision: str, tmp_path: Path) -> Iterator[Store]:
    """A released store, not migrated yet."""
    if request.param == "sqlite":
        url = in_a_file(revision, tmp_path / "released.db")
    else:
        url = on_a_server(revision, request.getfixturevalue("postgres_url"))
    opened = open_store(url)
    yield opened
    opened.close()


@pytest.fixture
def work(old: Store, tmp_path: Path) -> Workshop:
    """A shop over the migrated store, with a relay that takes everything."""
    old.migrate()
    return workshop(old, tmp_path)


def read(work: Workshop, what: Any) -> list[Any]:
    """What a question finds."""
    with work.shop.store.read() as tx:
        return list(tx.execute(what))


def named(work: Workshop) -> dict[str, int]:
    """The lead of each name in the released store."""
    return {row.key: row.id for row in read(work, select(lead_rows.c.key, lead_rows.c.id))}


def touches(work: Workshop) -> dict[tuple[str, str], Any]:
    """The outbox's rows of leads, by whom they are for and the step."""
    names = {number: name for name, number in named(work).items()}
    return {(names[row.lead_id], row.step): row for row in work.rows() if row.kind == "touch"}


def got(work: Workshop, since: int = 0) -> Counter[tuple[str, str]]:
    """What the relay took: to whom, and how often which subject."""
    return Counter((str(mail["To"]), str(mail["Subject"])) for mail in work.mails()[since:])


async def go_on(work: Workshop, *days: int) -> None:
    """The new version runs an hour after the old one was stopped, and so many days after that."""
    for day in (0, *days):
        await work.tick(STOPPED_AT + HOUR + day * DAY)


def test_a_released_store_is_older(old: Store, revision: str) -> None:
    """It says so, and this version is told to migrate it."""
    assert (old.schema().held, old.schema().fits) == (revision, False)


def test_migrating_keeps_every_row(old: Store, work: Workshop, tmp_path: Path) -> None:
    """What was known before is known after: leads, consents, suppressions, enrolments, the outbox."""
    states = Counter((row.kind, row.state) for row in work.rows())

    assert old.schema().fits
    assert len(named(work)) == 15
    assert states["touch", "sent"] == 5
    assert {state for kind, state in states if kind == "touch"} == {
        "planned",
        "claimed",
        "started",
        "sent",
        "refused",
        "failed",
        "uncertain",
    }
    assert Counter(row.state for row in read(work, select(consent.c.state))) == {
        "granted": 13,
        "pending": 1,
        "withdrawn": 2,
    }
    assert [row.reason for row in read(work, select(suppression.c.reason))] == ["bounce"]


async def test_who_was_on_the_way_is_mailed_on(work: Workshop) -> None:
    """The retry, the claim of a worker that is gone, and the signal that nobody had taken in yet."""
    await go_on(work)

    mailed = {str(mail["To"]) for mail in work.mails()}
    states = {who: row.state for (who, step), row in touches(work).items() if step == "white-paper/deliver"}
    assert {one for one in mailed if "leads.example" in one} == {
        "cleo@leads.example",
        "ivo@leads.example",
        "kit@leads.example",
    }
    assert (states["cleo"], states["ivo"], states["kit"]) == ("sent", "sent", "sent")


async def test_the_steps_that_follow_come_in_their_turn(work: Workshop) -> None:
    """Waits that began under the old version end under the new one; what was read is not reminded of."""
    await go_on(work, 3, 6, 8, 10, 13)

    done = touches(work)
    assert done["ada", "white-paper/reminder"].state == "sent"
    assert ("ben", "white-paper/reminder") not in done or done[
        "ben", "white-paper/reminder"
    ].state == "skipped"
    assert done["ben", "white-paper/checklist"].state == "sent"
    assert done["nora", "white-paper/checklist"].state == "sent"
    assert ("nora@leads.example", "Une revue en 30\u00a0minutes, dès cette semaine") in got(work)


async def test_nothing_is_spoken_twice(work: Workshop) -> None:
    """No message that the old version spoke, or may have spoken, is among those of the new one."""
    spoken = {row.message_id for row in work.rows() if row.state in SPOKEN}
    await go_on(work, 3, 6, 8, 10, 13)

    ids = [str(mail["Message-ID"]) for mail in work.mails()]
    assert spoken & set(ids) == set()
    assert len(ids) == len(set(ids))
    assert [pair for pair, times in got(work).items() if times > 1] == []


async def test_a_doubt_stays_a_doubt(work: Workshop) -> None:
    """The touch that was uncertain, and the one that its worker was speaking: listed, not resent."""
    await go_on(work, 3, 6, 8, 10, 13)

    delivered = {who: touches(work)[who, "white-paper/deliver"].state for who in ("dora", "lea")}
    assert delivered == {"dora": "uncertain", "lea": "uncertain"}
    assert touches(work)["dora", "white-paper/reminder"].state == "sent"  # and the sequence went on


async def test_who_left_or_is_not_there_gets_nothing(work: Workshop) -> None:
    """A withdrawn consent, a mailbox that is gone, a request that nobody confirmed, a step that failed."""
    await go_on(work, 3, 6, 8, 10, 13)

    to = {str(mail["To"]).partition("@")[0] for mail in work.mails()}
    assert to & {"gus", "fay", "emil", "jo", "otto"} == set()
    assert {
        row.state for row in read(work, select(enrolment.c.state).where(enrolment.c.sequence == "hurry"))
    } == {"held"}


async def test_the_notice_that_was_planned_leaves_once(work: Workshop) -> None:
    """The seller who had been told is not told again; the one who had not is."""
    await go_on(work, 1)

    sellers = [str(mail["To"]) for mail in work.mails() if "verrou.example" in str(mail["To"])]
    assert sellers == ["tom@verrou.example"]


async def test_a_handoff_of_the_old_version_is_answered(work: Workshop) -> None:
    """It holds the lead's nurture until then; a seller's yes ends it."""
    hana = named(work)["hana"]
    await go_on(work)
    work.happens(hana, "handoff.accepted", STOPPED_AT + 2 * HOUR)
    await go_on(work, 3, 6, 8, 10, 13)

    assert work.stage(hana) == "sal"
    states = read(work, select(handoff.c.state).where(handoff.c.lead_id == hana))
    assert [row.state for row in states] == ["accepted"]
    ends = read(work, select(enrolment.c.state, enrolment.c.reason).where(enrolment.c.lead_id == hana))
    assert [tuple(row) for row in ends] == [("stopped", "handoff_accepted")]
    assert [pair for pair in got(work) if pair[0] == "hana@leads.example"] == []


async def test_an_unanswered_handoff_of_the_old_version_ends(work: Workshop) -> None:
    """It had no end then; it has one now, and nurture goes on."""
    await go_on(work, 16, 24)

    assert {row.state for row in read(work, select(handoff.c.state))} == {"lapsed"}
    assert [who for who, _ in got(work) if who == "hana@leads.example"] == ["hana@leads.example"]


def test_addresses_are_kept_as_they_were(work: Workshop) -> None:
    """Consents and caps belong to them."""
    assert {row.address for row in read(work, select(address.c.address))} == {
        f"{name}@leads.example" for name in named(work)
    }

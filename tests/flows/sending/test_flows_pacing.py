"""The pace of the relay and of recipients' domains in the whole engine, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from flows.work.handoffs.notify import hand_off
from flows.work.sending.advance import advance
from flows.work.sending.pace import WRITE_AT, Meter
from flows.work.sending.touches import claim
from flows.work.signals.intake import intake
from leadstore.outbox.routes import close_route, count_waiting, read_routes, reopen_route, wake_paced
from leadstore.rows import address, decision, enrolment, suppression
from leadstore.store import Store
from nurture.deciding.pace import PROBES
from nurture.deciding.routes import RELAY, Route
from nurture.values import Delivery, Letter
from outbound.testing import LOST_BEFORE_BODY, MemoryRelay
from tests.flows.workshop import Workshop, files, workshop
from tests.nurture.gate_world import DAY, HOUR, TUESDAY

HELLO = "- send: hello"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def work(store: Store, tmp_path: Path) -> Workshop:
    """A shop over a fresh store."""
    return workshop(store, tmp_path)


def apply(work: Workshop, sending: str = "", steps: str = HELLO) -> None:
    found = files(steps)
    found["nurture.yaml"] += f"sending: {sending}\n" if sending else ""
    work.apply(found)


def crowd(work: Workshop, count: int, domain: str = "leads.example") -> None:
    """So many leads at that domain that ask for the guide."""
    first = len(work.rows(address))
    for number in range(first, first + count):
        lead_id = work.lead(f"p{number}")
        with work.shop.store.begin() as tx:
            mine = address.c.lead_id == lead_id
            tx.execute(update(address).where(mine).values(address=f"p{number}@{domain}"))
        work.happens(lead_id, "form.submitted")


def answers(work: Workshop, answer: Callable[[str], str | None]) -> None:
    """The relay answers each recipient so from now on."""
    letters = work.relay.letters
    work.shop.relay = work.relay = MemoryRelay(answer)
    work.relay.letters = letters


def routes(work: Workshop) -> dict[str, Route]:
    with work.shop.store.read() as tx:
        return read_routes(tx)


def reopen(work: Workshop, name: str, now: datetime) -> int:
    with work.shop.store.begin() as tx:
        reopen_route(tx, name)
    with work.shop.store.begin() as tx:
        return wake_paced(tx, now)


def waiting(work: Workshop) -> dict[str, int]:
    with work.shop.store.read() as tx:
        return count_waiting(tx)


async def test_a_rate_lets_so_many_leave_and_the_rest_wait(work: Workshop) -> None:
    """Three a minute: a tick sends a minute's worth, the rest waits and says why; none is forgotten."""
    apply(work, "{rate: 3 per minute}")
    crowd(work, 10)

    sent = [(await work.tick(TUESDAY + n * 2 * MINUTE)).get("sent", 0) for n in range(5)]

    assert sum(sent) == 10
    assert max(sent) <= 4  # turns from now until the minute is over
    assert sent[0] == 4
    assert len(work.relay.letters) == 10


async def test_what_is_put_off_says_why(work: Workshop) -> None:
    """The tick counts it as held by the rate, and the outbox row tells it."""
    apply(work, "{domains: {leads.example: 1 per hour}}")
    crowd(work, 3)
    crowd(work, 2, "other.example")

    counts = await work.tick()

    assert (counts["due"], counts["sent"], counts["held"]) == (5, 3, {"rate": 2})
    assert waiting(work) == {"rate": 2}


async def test_a_warm_up_lasts_from_day_to_day(work: Workshop) -> None:
    """The first day sends two, the next three: growth 1.5; each lead is mailed once."""
    apply(work, "{warm_up: {start: 2027-06-15, first_day: 2, up_to: 100}}")
    crowd(work, 7)

    sent = [(await work.tick(TUESDAY + n * DAY)).get("sent", 0) for n in range(3)]

    assert sent == [2, 3, 2]
    assert routes(work)[RELAY].used == 2


async def test_a_domain_that_says_too_fast_is_left_alone(work: Workshop) -> None:
    """Its letters wait for it and no lead pays with a retry; the others go on; later all are sent."""
    apply(work)
    crowd(work, 3, "big.example")
    crowd(work, 3)
    answers(work, lambda to: "421 4.7.28 unusual rate of mail from your IP" if "big" in to else None)

    first = await work.tick()
    again = await work.tick(TUESDAY + MINUTE / 2)
    answers(work, lambda to: None)
    last = await work.tick(TUESDAY + 10 * MINUTE)

    assert (first["sent"], first["later"]) == (3, 3)
    assert again.get("due", 0) == 0
    assert last["sent"] == 3
    assert {e.retries for e in work.rows(enrolment)} == {0}
    assert "big.example" in routes(work)
    assert not routes(work)["big.example"].troubled


async def test_a_broken_login_stops_the_sender_and_no_lead_pays(work: Workshop) -> None:
    """Nobody is suppressed, stopped or held, not after a week either; mended and reopened, all is sent."""
    apply(work)
    crowd(work, 4)
    work.relay.away = "535 5.7.8 authentication failed"

    for day in range(7):
        await work.tick(TUESDAY + day * DAY)
    work.relay.away = None
    monday = TUESDAY + 6 * DAY + HOUR
    woken = reopen(work, RELAY, monday)
    counts = await work.tick(monday)

    assert woken == 4
    assert counts["sent"] == 4
    assert [e.state for e in work.rows(enrolment)] == ["completed"] * 4
    assert work.rows(suppression) == []


async def test_a_relay_that_is_away_is_not_knocked_at_by_everybody(work: Workshop) -> None:
    """The first groups find it away; all others wait without a word to it."""
    apply(work)
    crowd(work, 150)
    work.relay.away = "421 4.3.2 shutting down"

    counts = await work.tick()

    assert len(work.relay.deliveries) <= 64
    assert counts["held"]["relay_closed"] == 150 - counts["later"]
    assert waiting(work) == {"relay_closed": 150}


async def test_a_few_letters_try_a_relay_that_was_away(work: Workshop) -> None:
    """After its pause some letters go; when they are taken, the rest follows in the next tick."""
    apply(work)
    crowd(work, 20)
    work.relay.away = "421 4.3.2 shutting down"
    await work.tick()
    work.relay.away = None

    trying = await work.tick(TUESDAY + 2 * MINUTE)
    following = await work.tick(TUESDAY + 5 * MINUTE)

    assert (trying["sent"], following["sent"]) == (PROBES, 20 - PROBES)


async def test_the_breaker_spares_the_rest(work: Workshop) -> None:
    """When a domain refuses letter after letter for spam, most of its leads are never refused."""
    apply(work)
    crowd(work, 300, "strict.example")
    answers(work, lambda to: "554 5.7.1 looks like spam")

    counts = await work.tick()

    assert 25 <= counts["refused"] <= 25 + 64
    assert counts["refused"] + counts["held"]["domain_closed"] == 300
    assert routes(work)["strict.example"].troubled


async def test_a_domain_that_refuses_us_does_not_close_the_relay(work: Workshop) -> None:
    """However many of a campaign's leads it has, the others are mailed."""
    apply(work)
    crowd(work, 150, "strict.example")
    crowd(work, 100)
    answers(work, lambda to: "554 5.7.1 looks like spam" if "strict" in to else None)

    counts = await work.tick()

    assert counts["sent"] == 100
    assert not routes(work)[RELAY].troubled


async def test_a_relay_that_refuses_everywhere_is_closed(work: Workshop) -> None:
    """Refusals that are spread over many domains are the relay's, or our own."""
    apply(work)
    for number in range(60):
        crowd(work, 4, f"d{number}.example")
    answers(work, lambda to: "554 5.7.1 looks like spam")

    counts = await work.tick()

    assert 100 <= counts["refused"] <= 100 + 64
    assert counts["held"] == {"relay_closed": 240 - counts["refused"]}


async def test_some_refusals_stop_nobody(work: Workshop) -> None:
    """A few bad addresses of few cost the campaign nothing (a minimum volume)."""
    apply(work)
    crowd(work, 10)
    answers(work, lambda to: "550 5.1.1 no such user" if to[1] in "12345" else None)

    counts = await work.tick()

    assert (counts["sent"], counts["refused"]) == (5, 5)
    assert (routes(work)[RELAY].taken, routes(work)[RELAY].refused) == (5, 5)
    assert len(work.rows(suppression)) == 5


async def test_a_retry_is_the_letters_own(work: Workshop) -> None:
    """Greylisting and a lost connection count as retries, and close nothing."""
    apply(work)
    crowd(work, 2)
    answers(work, lambda to: "451 4.7.1 greylisted, try again" if "p0" in to else LOST_BEFORE_BODY)

    await work.tick()

    assert {e.retries for e in work.rows(enrolment)} == {1}
    assert not any(one.troubled for one in routes(work).values())


async def test_one_letter_does_not_close_the_relay_for_all(work: Workshop) -> None:
    """A letter that alone is told that our authentication is broken spends its retries; the others go."""
    apply(work)
    crowd(work, 1, "poison.example")
    crowd(work, 20)
    answers(work, lambda to: "550 5.7.26 unauthenticated mail" if "poison" in to else None)

    first = await work.tick()

    assert (first["sent"], first["later"]) == (20, 1)
    assert not routes(work)[RELAY].troubled
    assert sorted(e.retries for e in work.rows(enrolment))[-1] == 1


async def test_a_letter_that_tries_a_route_alone_does_not_keep_it_closed(work: Workshop) -> None:
    """Among the letters that try a route, those that are taken speak for it."""
    apply(work)
    crowd(work, 1, "poison.example")
    answers(work, lambda to: "550 5.7.26 unauthenticated mail" if "poison" in to else None)
    await work.tick()
    crowd(work, 4)

    await work.tick(TUESDAY + 20 * MINUTE)

    assert not routes(work)[RELAY].troubled
    assert len(work.relay.letters) == 4


async def test_closing_a_route_gives_nothing_up(work: Workshop) -> None:
    """What expires is skipped when its time has really come, not because nobody knows the end."""
    apply(work, steps="- {send: hello, expires: 2 days}")
    crowd(work, 3)
    with work.shop.store.begin() as tx:
        close_route(tx, RELAY, None, TUESDAY)
    await work.tick()
    crowd(work, 1)
    waited = await work.tick(TUESDAY + DAY)
    woken = reopen(work, RELAY, TUESDAY + DAY)

    counts = await work.tick(TUESDAY + DAY)

    assert waited["held"] == {"relay_closed": 1}
    assert (woken, counts["sent"]) == (4, 4)


async def test_what_expires_while_a_route_is_closed_is_skipped(work: Workshop) -> None:
    """And told as expired, at the moment it is."""
    apply(work, steps="- {send: hello, expires: 2 days}")
    crowd(work, 1)
    with work.shop.store.begin() as tx:
        close_route(tx, RELAY, None, TUESDAY)
    await work.tick()

    counts = await work.tick(TUESDAY + 2 * DAY + MINUTE)

    assert counts["skipped"] == 1
    assert [row.reason for row in work.rows()] == ["expired"]


async def test_a_seller_mail_does_not_wait_for_a_domain_for_ever(work: Workshop) -> None:
    """Whatever a seller's own server says, its notice has its tries, and is listed when they are spent."""
    apply(work)
    work.happens(work.lead("ada", job_title="Head"), "demo.requested")
    answers(work, lambda to: "450 4.7.1 blocked, bad reputation")

    for hour in range(0, 120, 4):
        await work.tick(TUESDAY + hour * HOUR)

    [notice] = [row for row in work.rows() if row.kind == "seller"]
    assert (notice.state, notice.reason) == ("failed", "relay_said_later")


async def test_seller_mails_go_on_with_the_route(work: Workshop) -> None:
    """A notice that closed the relay, or met it closed, goes in the first tick after it was opened."""
    apply(work)
    work.happens(work.lead("ada", job_title="Head"), "demo.requested")
    answers(work, lambda to: "550 5.7.26 unauthenticated")
    await work.tick()
    answers(work, lambda to: None)

    woken = reopen(work, RELAY, TUESDAY + MINUTE)
    counts = await work.tick(TUESDAY + 2 * MINUTE)

    assert (woken, counts["mails"]) == (1, 1)


async def test_a_relay_that_is_away_is_not_slow(work: Workshop) -> None:
    """Whoever restarts its relay finds it as fast as before."""
    apply(work)
    work.shop.meter.add({RELAY: 10}, TUESDAY - timedelta(seconds=3))
    crowd(work, 20)
    work.relay.away = "421 4.3.2 shutting down"

    await work.tick()

    assert routes(work)[RELAY].troubled
    assert routes(work)[RELAY].pace is None


async def test_a_domain_is_judged_by_all_that_it_took(work: Workshop) -> None:
    """Also where each run opens its own shop: a tenth of refusals is no quarter."""
    apply(work)
    answers(work, lambda to: "550 5.7.1 spam" if to.partition("@")[0].endswith("0") else None)

    for minute in range(20):
        work.shop.meter = Meter()
        crowd(work, 5, "big.example")
        await work.tick(TUESDAY + minute * MINUTE)

    big = routes(work)["big.example"]
    assert not big.troubled
    assert (big.taken, big.refused) == (90, 10)


async def test_a_backlog_is_not_written_down_by_the_hour(work: Workshop) -> None:
    """Who is put off again for the same reason has one decision, however often its turn moves."""
    apply(work, "{rate: 480 per day}")
    crowd(work, 60)

    for minute in range(0, 150, 15):
        await work.tick(TUESDAY + minute * MINUTE)

    waits = [d for d in work.rows(decision) if d.reason == "rate"]
    assert len(waits) <= 60


async def test_a_late_no_to_a_lead_that_left_is_no_failure(work: Workshop) -> None:
    """Its enrolment has ended meanwhile: the touch is closed, and nobody has to look at it."""
    apply(work)
    crowd(work, 1)

    class Leaving(MemoryRelay):
        async def send(self, letters: Sequence[Letter], now: Callable[[], datetime]) -> list[Delivery]:
            with work.shop.store.begin() as tx:
                tx.execute(update(enrolment).values(state="stopped"))
            return await super().send(letters, now)

    work.shop.relay = Leaving(lambda to: "451 4.7.1 greylisted")

    await work.tick()

    assert [(row.state, row.reason) for row in work.rows()] == [("skipped", "enrolment_ended")]


async def test_sellers_wait_for_a_closed_relay_too(work: Workshop) -> None:
    """A notice is not tried against a relay that is closed, and goes when it is open."""
    apply(work, steps="- handoff: asked for a call\n- send: hello")
    crowd(work, 1)
    work.relay.away = "535 5.7.8 authentication failed"
    await work.tick()
    tried = len(work.relay.deliveries)
    work.relay.away = None

    await hand_off(work.shop, TUESDAY + MINUTE)
    waited = len(work.relay.deliveries)
    told = await hand_off(work.shop, TUESDAY + HOUR)

    assert (tried, waited) == (1, 1)
    assert told["mails"] == 1


async def test_two_workers_share_a_rate(work: Workshop) -> None:
    """The second worker's turns come after the first one's."""
    apply(work, "{rate: 60 per minute}")
    crowd(work, 20)
    await work.tick(TUESDAY - HOUR * 12)  # at night: enrolled, and held by the window
    with work.shop.store.begin() as tx:
        tx.execute(update(enrolment).values(due_at=TUESDAY))
    other = replace(work.shop, settings=work.shop.settings.model_copy(update={"worker": "other"}))

    first, second = claim(work.shop, TUESDAY, 10), claim(other, TUESDAY, 10)

    turns = [c.start_at for c in [*first.claims, *second.claims]]
    assert turns == [TUESDAY + n * timedelta(seconds=1) for n in range(20)]
    assert first.interval == second.interval == timedelta(seconds=1)


def on_real_clock(work: Workshop, sending: str, count: int) -> datetime:
    """The same shop on the machine's clock, with leads that are due and may go at any hour."""
    found = files(HELLO)
    policy = found["nurture.yaml"].replace('window: {days: mon-fri, hours: "09:00-18:00"}\n', "")
    policy = policy.replace('["21:00-07:00"]', "[]").replace("holidays: true", "holidays: false")
    found["nurture.yaml"] = f"{policy}sending: {sending}\n"
    work.apply(found)
    crowd(work, count)
    work.shop.moved = False
    return datetime.now(UTC)


async def test_turns_are_waited_for(work: Workshop) -> None:
    """On the real clock, letters leave at their turns: six at ten a second take half a second."""
    now = on_real_clock(work, "{rate: 10 per second}", 6)

    await work.tick(now)

    at = [one.at for one in work.relay.deliveries]
    assert len(at) == 6
    assert max(at) - now >= timedelta(seconds=0.5)


async def test_a_slow_domain_does_not_hold_up_the_others(work: Workshop) -> None:
    """While the lanes wait for its turns, everybody else is claimed and mailed."""
    now = on_real_clock(work, "{domains: {slow.example: 30 per minute}}", 0)
    for _ in range(4):
        crowd(work, 2, "slow.example")
        crowd(work, 5)
    running = asyncio.ensure_future(work.tick(now))
    while len(work.relay.letters) < 21:
        await asyncio.sleep(0.05)
    took = datetime.now(UTC) - now
    work.shop.stopping = True
    await asyncio.wait_for(running, 5)

    assert took < timedelta(seconds=8)
    assert sum("slow" in letter.recipient for letter in work.relay.letters) <= 5


async def test_cancelling_waits_for_no_turn(work: Workshop) -> None:
    """Nothing more starts, and what was claimed is given back at once."""
    now = on_real_clock(work, "{rate: 6 per minute}", 3)
    await intake(work.shop, now)
    running = asyncio.ensure_future(advance(work.shop, now))
    while not work.relay.deliveries:
        await asyncio.sleep(0.05)
    running.cancel()
    began = datetime.now(UTC)
    with pytest.raises(asyncio.CancelledError):
        await running

    assert datetime.now(UTC) - began < timedelta(seconds=5)
    assert len(work.relay.deliveries) == 1
    assert sorted(row.state for row in work.rows()) == ["planned", "planned", "sent"]


async def test_a_stop_does_not_wait_for_turns(work: Workshop) -> None:
    """Who waits for a turn when a stop is asked for is given back at once, and goes the next time."""
    now = on_real_clock(work, "{rate: 6 per minute}", 3)
    running = asyncio.ensure_future(work.tick(now))
    while not work.relay.deliveries:
        await asyncio.sleep(0.05)
    work.shop.stopping = True

    counts = await asyncio.wait_for(running, 5)

    assert counts["sent"] == counts["due"] == 1
    assert sorted(row.state for row in work.rows()) == ["planned", "planned", "sent"]


async def test_a_paced_tick_comes_to_an_end(work: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many wait, a tick claims no more once its time is over; they stay planned for the next."""
    monkeypatch.setattr("flows.work.sending.queue.PACED_TICK", timedelta(seconds=1))
    monkeypatch.setattr("nurture.deciding.pace.HORIZON", timedelta(seconds=1))
    now = on_real_clock(work, "{rate: 120 per minute}", 20)
    await intake(work.shop, now)

    counts = await asyncio.wait_for(advance(work.shop, now), 30)

    assert 0 < counts["sent"] < 20
    assert sum(row.state == "planned" for row in work.rows()) == 20 - counts["sent"]


def test_a_meter_hands_over_the_last_while() -> None:
    """A count that is older than the breaker looks back is handed over in proportion, and begins anew."""
    meter = Meter()
    full = [meter.add({RELAY: WRITE_AT // 2, "a.example": 90}, TUESDAY) for _ in range(2)]

    assert full == [False, True]
    assert meter.take("a.example", TUESDAY + 3 * HOUR, HOUR) == (60, None)
    assert meter.take("a.example", TUESDAY + 3 * HOUR, HOUR) == (0, None)
    assert meter.take("b.example", TUESDAY, HOUR) == (0, None)
    assert meter.names() == {RELAY}


def test_a_meter_tells_the_pace_of_a_burst() -> None:
    """How fast letters went is measured while they go; an idle hour is no slowness."""
    meter = Meter()
    for second in range(20):
        meter.add({RELAY: 10}, TUESDAY + timedelta(seconds=second))
    for second in range(3):
        meter.add({RELAY: 5}, TUESDAY + HOUR + timedelta(seconds=second))

    assert meter.take(RELAY, TUESDAY + HOUR + timedelta(seconds=3), HOUR) == (215, 0.2)
    assert meter.take(RELAY, TUESDAY + 2 * HOUR, HOUR)[1] is None


def test_a_meter_keeps_no_more_domains_than_it_must() -> None:
    """Mail to a hundred thousand domains leaves no hundred thousand counts behind."""
    meter = Meter()
    for number in range(12_000):
        meter.add({RELAY: 0, f"d{number}.example": 1}, TUESDAY)

    assert len(meter._counts) <= 5_001

"""Turns: rates shared by a batch, the day of a warm-up, closed routes, and the letters that try them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.deciding.pace import HORIZON, LONGEST_QUEUE, PROBES, Pacer
from nurture.deciding.routes import PROBE_WAIT, RELAY, Route
from nurture.deciding.walk import decide
from nurture.project.pace import Sending
from nurture.words import Closing, Reason
from tests.nurture.gate_world import DAY, HOUR, TUESDAY, book, world

SECOND = timedelta(seconds=1)
HERE, THERE = "here.example", "there.example"
SHUT = Route(RELAY, closed_until=TUESDAY + HOUR, closings=1, cause=Closing.SLOW)
OVER = replace(SHUT, closed_until=TUESDAY - SECOND)


def pacer(*routes: Route, **sending: Any) -> Pacer:
    return Pacer(TUESDAY, Sending.model_validate(sending), {one.name: one for one in routes}, "Europe/Paris")


def ask(paced: Pacer, *domains: str) -> list[tuple[float, str]]:
    """Seconds from now, and the reason, of each."""
    turns = [paced.ask(domain) for domain in domains]
    return [((turn.at - TUESDAY).total_seconds(), turn.reason.value) for turn in turns]


def test_without_a_rate_nobody_waits_and_nothing_is_remembered() -> None:
    """The usual case costs nothing."""
    paced = pacer()

    assert ask(paced, HERE, HERE, THERE) == [(0, "due")] * 3
    assert paced.changed == {}


def test_a_relays_rate_spreads_the_turns() -> None:
    """Each letter takes the next turn, whatever its domain."""
    paced = pacer(rate="2 per second")

    assert ask(paced, HERE, THERE, HERE) == [(0, "due"), (0.5, "due"), (1.0, "due")]
    assert paced.changed[RELAY].next_at == TUESDAY + 1.5 * SECOND
    assert paced.interval == 0.5 * SECOND


def test_turns_go_on_where_the_last_batch_ended() -> None:
    """Another worker's batch comes after ours: the rate is shared."""
    paced = pacer(Route(RELAY, next_at=TUESDAY + 10 * SECOND), rate="1 per second")

    assert ask(paced, HERE, HERE) == [(10, "due"), (11, "due")]


def test_an_idle_time_is_not_made_up_for() -> None:
    """Turns that nobody took are gone: no burst follows a quiet hour."""
    paced = pacer(Route(RELAY, next_at=TUESDAY - HOUR), rate="1 per second")

    assert ask(paced, HERE, HERE) == [(0, "due"), (1, "due")]


def test_a_domains_rate_holds_back_its_own_letters_only() -> None:
    """A slow domain does not make the others wait."""
    paced = pacer(domains={HERE: "1 per minute"}, rate="2 per second")

    assert ask(paced, HERE, HERE, THERE) == [(0, "due"), (60, "due"), (1.0, "due")]


def test_what_cannot_leave_within_a_minute_is_put_off_one_by_one() -> None:
    """Those put off come back in a queue, so that they do not all come at once."""
    paced = pacer(domains={"others": "1 per minute"})

    assert ask(paced, HERE, HERE, HERE, HERE) == [(0, "due"), (60, "due"), (180, "rate"), (240, "rate")]
    assert paced.changed[HERE].queue_at == TUESDAY + 240 * SECOND
    assert RELAY not in paced.changed


def test_the_queue_goes_on_where_the_last_batch_ended() -> None:
    """And it is looked at again within the hour, for the rate may have been raised."""
    far = Route(RELAY, next_at=TUESDAY + 2 * HORIZON, queue_at=TUESDAY + 50 * HORIZON)
    farther = replace(far, queue_at=TUESDAY + DAY)

    assert ask(pacer(far, rate="1 per minute"), HERE) == [(51 * 60, "rate")]
    assert ask(pacer(farther, rate="1 per minute"), HERE) == [(LONGEST_QUEUE.total_seconds(), "rate")]


def test_a_learned_pace_binds_where_it_is_slower_than_the_rate() -> None:
    """A route that said we are too fast is slower for some hours."""
    slow = Route(HERE, pace=4.0, paced_at=TUESDAY)

    assert ask(pacer(slow), HERE, HERE, THERE) == [(0, "due"), (4, "due"), (0, "due")]
    assert ask(pacer(slow, domains={HERE: "6 per minute"}), HERE, HERE) == [(0, "due"), (10, "due")]


def test_a_warm_up_gives_each_day_its_share() -> None:
    """What is over the day's share waits for the next day, by the policy's calendar."""
    ramp = {"start": "2027-06-15", "first_day": 2, "up_to": 100}
    paced = pacer(warm_up=ramp)
    told = ask(paced, HERE, HERE, HERE)

    assert told == [(0, "due"), (0, "due"), (12 * 3600, "warm_up")]  # 12:00 in Paris
    assert (paced.changed[RELAY].day, paced.changed[RELAY].used) == (date(2027, 6, 15), 2)


def test_yesterdays_share_is_yesterdays() -> None:
    """The count begins anew with each day; a warm-up that is over counts nothing back."""
    ramp = {"start": "2027-06-15", "first_day": 2, "up_to": 100}
    before = Route(RELAY, day=date(2027, 6, 14), used=2)
    over = {"start": "2020-01-01", "first_day": 2, "up_to": 100}

    assert ask(pacer(before, warm_up=ramp), HERE) == [(0, "due")]
    assert ask(pacer(replace(before, day=date(2027, 6, 15)), warm_up=over), HERE) == [(0, "due")]


@pytest.mark.parametrize(
    ("route", "reason"), [(SHUT, "relay_closed"), (replace(SHUT, name=HERE), "domain_closed")]
)
def test_a_closed_route_is_waited_for(route: Route, reason: str) -> None:
    """A closed relay holds everybody back, a closed domain its own letters."""
    paced = pacer(route)
    expected = (3600, reason)

    assert ask(paced, HERE) == [expected]
    assert ask(paced, THERE) == [expected if route.name == RELAY else (0, "due")]
    assert paced.changed == {}


def test_a_few_letters_try_a_route_that_was_closed() -> None:
    """The others wait for their answer, here and in the batches of other workers."""
    paced = pacer(OVER)
    told = ask(paced, *[HERE] * (PROBES + 2))
    wait = (PROBE_WAIT.total_seconds(), "relay_closed")

    assert told == [(0, "due")] * PROBES + [wait] * 2
    kept = paced.changed[RELAY]
    assert (kept.probing, kept.closed_until, kept.closings) == (True, TUESDAY + PROBE_WAIT, 1)


def test_a_route_is_tried_no_faster_than_its_rate() -> None:
    """Letters that are put off do not try it."""
    paced = pacer(replace(OVER, next_at=TUESDAY + 2 * HORIZON), rate="1 per minute")
    told = ask(paced, HERE)

    assert told == [(180, "rate")]
    assert paced.changed[RELAY].probing is False


def test_the_later_of_two_closings_is_told() -> None:
    """When both are closed, the one that opens last is why."""
    paced = pacer(SHUT, replace(SHUT, name=HERE, closed_until=TUESDAY + 2 * HOUR))

    assert ask(paced, HERE) == [(7200, "domain_closed")]


@given(
    st.lists(st.sampled_from([HERE, THERE, "else.example"]), max_size=80),
    st.integers(1, 120),
    st.integers(1, 120),
)
def test_no_rate_is_ever_passed(domains: list[str], relay: int, domain: int) -> None:
    """In any minute of the turns given, no more letters leave than the rates allow; nobody is forgotten."""
    paced = pacer(rate=f"{relay} per minute", domains={"others": f"{domain} per minute"})
    given = [(name, paced.ask(name)) for name in domains]
    going = [(name, turn.at) for name, turn in given if turn.reason is Reason.DUE]
    within = Counter(name for name, at in going if at < TUESDAY + HORIZON)

    assert len(going) <= relay + 1  # one a turn, from now until the minute is over
    assert all(count <= domain for count in within.values())
    assert all(turn.at > TUESDAY + HORIZON for _, turn in given if turn.reason is Reason.RATE)


def test_the_gate_asks_last() -> None:
    """A touch that may not go takes no turn; one that may has its turn; one that is put off says why."""
    found = book("- send: hello")
    snapshot = world(found)
    structures = {1: found.sequences["s"]}
    paced = Pacer(TUESDAY, Sending.model_validate({"rate": "1 per day"}))

    first, second = (decide(snapshot, structures, found, TUESDAY, paced) for _ in range(2))
    never = decide(world(found, consents={}), structures, found, TUESDAY, paced)

    assert [t.start_at for t in first.touches] == [TUESDAY]
    assert [(d.verdict.value, d.reason) for d in second.decisions] == [("wait", Reason.RATE)]
    assert [(t.state.value, t.reason) for t in second.touches] == [("planned", Reason.RATE)]
    assert [d.reason for d in never.decisions] == [Reason.NO_CONSENT]


def test_a_touch_that_would_be_stale_when_its_turn_comes_is_given_up() -> None:
    """`expires` holds for a turn as for any other wait."""
    found = book("- {send: hello, expires: 30 minutes}")
    busy = {RELAY: Route(RELAY, next_at=TUESDAY + HOUR)}
    paced = Pacer(TUESDAY, Sending.model_validate({"rate": "1 per minute"}), busy)

    told = decide(world(found), {1: found.sequences["s"]}, found, TUESDAY, paced)

    assert next((d.verdict.value, d.reason) for d in told.decisions) == ("skip", Reason.EXPIRED)


@pytest.mark.parametrize(("expires", "minutes"), [("30 minutes", 30), ("2 hours", 60)])
def test_a_closed_route_gives_nothing_up_in_advance(expires: str, minutes: int) -> None:
    """It may open earlier: the touch waits until then, or until it is really too late."""
    found = book(f"- {{send: hello, expires: {expires}}}")

    told = decide(
        world(found), {1: found.sequences["s"]}, found, TUESDAY, Pacer(TUESDAY, Sending(), {RELAY: SHUT})
    )

    [decision] = told.decisions
    assert (decision.verdict.value, decision.reason) == ("wait", Reason.RELAY_CLOSED)
    assert decision.until is not None
    assert (decision.until - TUESDAY) // timedelta(minutes=1) == minutes

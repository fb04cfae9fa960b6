"""How fast mail may leave, as the policy says it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.project.book import read_book
from nurture.project.pace import Breaker, Rate, Sending, WarmUp, parse_day, parse_rate
from tests.nurture.gate_world import project

FIRST = date(2026, 12, 1)
RAMP = WarmUp.model_validate({"start": "2026-12-01", "first_day": 50, "growth": 2, "up_to": 1000})


@pytest.mark.parametrize(
    ("text", "count", "interval"),
    [
        ("14 per second", 14, timedelta(seconds=1) / 14),
        ("600 per minute", 600, timedelta(seconds=0.1)),
        ("  90 per  hour ", 90, timedelta(seconds=40)),
        ("24 per day", 24, timedelta(hours=1)),
    ],
)
def test_a_rate_is_read(text: str, count: int, interval: timedelta) -> None:
    """A rate is so many letters in a unit of time, evenly spread."""
    rate = parse_rate(text)

    assert (rate.count, rate.interval) == (count, interval)


@pytest.mark.parametrize("text", ["0 per second", "600", "600 per fortnight", "-1 per day", 600, None])
def test_what_is_no_rate_is_refused(text: object) -> None:
    """Anything else is refused, with what to write instead."""
    with pytest.raises(ValueError, match="is not a rate; write `14 per second`"):
        parse_rate(text)


def test_what_is_no_day_is_refused() -> None:
    """A day is written as in ISO 8601."""
    assert parse_day("2026-12-01") == FIRST
    with pytest.raises(ValueError, match="is not a day; write it as `2026-12-01`"):
        parse_day("1.12.2026")


@pytest.mark.parametrize(
    ("after", "limit"), [(-3, 50), (0, 50), (1, 100), (4, 800), (5, None), (100_000, None)]
)
def test_a_warm_up_grows_and_ends(after: int, limit: int | None) -> None:
    """Each day allows more, until nothing is limited; before its start, it is as on its first day."""
    assert RAMP.limit(FIRST + timedelta(days=after)) == limit


def test_a_warm_up_that_begins_at_its_end_limits_nothing() -> None:
    """`first_day` at or over `up_to` needs no ramp."""
    ramp = WarmUp.model_validate({"start": "2026-12-01", "first_day": 500, "up_to": 500})

    assert ramp.limit(FIRST) is None


@given(
    st.integers(1, 10**6), st.floats(1.01, 10), st.integers(1, 10**8), st.integers(0, 200), st.integers(1, 30)
)
def test_a_warm_up_never_shrinks(first: int, growth: float, up_to: int, day: int, more: int) -> None:
    """A later day never allows less than an earlier one."""
    ramp = WarmUp(start=FIRST, first_day=first, growth=growth, up_to=up_to)
    early, late = (ramp.limit(FIRST + timedelta(days=n)) for n in (day, day + more))

    assert late is None or (early is not None and early <= late < up_to)


@pytest.mark.parametrize(
    ("taken", "refused", "trips"),
    [(0, 0, False), (0, 99, False), (75, 25, True), (76, 24, False), (750, 250, True)],
)
def test_the_breaker_wants_a_volume_and_a_share(taken: int, refused: int, trips: bool) -> None:
    """A few refusals of a few letters stop nobody; a quarter of a hundred does."""
    assert Breaker().trips(taken, refused) is trips


def test_a_domain_is_judged_by_fewer() -> None:
    """As many answers as would be refusals enough for the relay: it closes before the relay does."""
    assert Breaker().trips(0, 25, domain=True)
    assert not Breaker().trips(0, 24, domain=True)
    assert not Breaker().trips(80, 20, domain=True)


def test_a_domain_has_its_own_rate_or_that_of_the_others() -> None:
    """A domain that is named has its rate, any other that of `others`, if there is one."""
    paced = Sending.model_validate({"domains": {"gmail.com": "60 per minute", "others": "5 per second"}})

    assert paced.rate_to("gmail.com") == Rate(60, timedelta(minutes=1))
    assert paced.rate_to("acme.example") == Rate(5, timedelta(seconds=1))
    assert Sending().rate_to("gmail.com") is None


def test_every_fault_is_told_in_its_place() -> None:
    """The policy's faults lie at their keys, all at once."""
    files = project("- send: hello")
    files["nurture.yaml"] += (
        "sending:\n"
        "  rate: fast\n"
        "  domains: {gmail: 60 per minute}\n"
        "  warm_up: {start: tomorrow, first_day: 0, up_to: 100, grow: 2}\n"
        "  breaker: {percent: 200}\n"
    )

    _, faults = read_book(files)

    lines = {fault.line for fault in faults if fault.severity == "error"}
    first = files["nurture.yaml"].splitlines().index("sending:") + 1
    assert {line - first for line in lines} == {1, 2, 3, 4}


def test_a_policy_may_say_how_fast() -> None:
    """What is written is what is read."""
    files = project("- send: hello")
    files["nurture.yaml"] += (
        "sending:\n"
        "  rate: 600 per minute\n"
        "  domains: {gmail.com: 60 per minute, others: 120 per minute}\n"
        "  warm_up: {start: 2026-12-01, first_day: 50, up_to: 1000}\n"
        "  breaker: {percent: 30, of: 200, within: 2 hours}\n"
    )

    book, _ = read_book(files)

    assert book is not None
    sending = book.policy.sending
    assert sending.rate == Rate(600, timedelta(minutes=1))
    assert sending.warm_up is not None
    assert (sending.warm_up.growth, sending.breaker.of) == (1.5, 200)

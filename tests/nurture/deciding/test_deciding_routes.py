"""What a route's answers make of it: counted, closed for longer each time, tried, opened."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.deciding.routes import PAUSES, RELAY, Heard, Route, after, after_all, close, reopen
from nurture.project.pace import Breaker
from nurture.words import Closing
from tests.nurture.gate_world import HOUR, TUESDAY

MINUTE = timedelta(minutes=1)
NEW = Route(RELAY)
SLOW = Heard(closing=Closing.SLOW, code=421, reply="4.7.0 slow down")
BREAKER = Breaker()


def hear(route: Route, *heard: Heard, at: timedelta = timedelta()) -> Route:
    for one in heard:
        route = after(route, one, BREAKER, TUESDAY + at)
    return route


def test_letters_are_counted_within_the_breakers_time() -> None:
    """What is older than the breaker looks back is forgotten."""
    route = hear(NEW, Heard(taken=10, refused=1))
    later = hear(route, Heard(taken=5), at=HOUR)
    latest = hear(later, Heard(taken=1), at=HOUR + MINUTE)

    assert (later.taken, later.refused, later.since) == (15, 1, TUESDAY)
    assert (latest.taken, latest.refused) == (1, 0)


@pytest.mark.parametrize("cause", list(Closing))
def test_each_closing_in_a_row_lasts_longer(cause: Closing) -> None:
    """A route that answers badly again, when it is tried, is left alone for longer; at last, as long."""
    route, lasted = NEW, []
    for _ in range(len(PAUSES[cause]) + 1):
        now = route.closed_until or TUESDAY
        route = after(route, Heard(closing=cause), BREAKER, now)
        assert route.closed_until is not None
        lasted.append(route.closed_until - now)

    assert lasted == [*PAUSES[cause], PAUSES[cause][-1]]


def test_letters_on_their_way_close_it_once() -> None:
    """Thirty letters that bring the same news count as one closing."""
    route = hear(NEW, *[SLOW] * 30)

    assert (route.closings, route.closed_until) == (1, TUESDAY + MINUTE)
    assert (route.code, route.reply) == (421, "4.7.0 slow down")


def test_a_letter_taken_before_it_was_closed_does_not_open_it() -> None:
    """What was on its way when the route was closed says nothing of how it is now."""
    route = hear(NEW, SLOW, Heard(taken=1))

    assert route.closed(TUESDAY)
    assert route.closings == 1


def test_a_letter_that_is_taken_opens_it() -> None:
    """One of those that try the route is taken: all is well, and a later closing is the first again."""
    trying = replace(hear(NEW, SLOW), probing=True, closed_until=TUESDAY + 3 * MINUTE)
    opened = hear(trying, Heard(taken=1), at=2 * MINUTE)

    assert (opened.closed_until, opened.closings, opened.probing, opened.cause) == (None, 0, False, None)


def test_an_answer_that_is_about_the_letter_leaves_it_to_be_tried_again() -> None:
    """A greylisted or refused letter neither opens nor closes what was too slow."""
    trying = replace(hear(NEW, SLOW), probing=True, closed_until=TUESDAY + 3 * MINUTE)
    still = hear(trying, Heard(refused=1), at=2 * MINUTE)

    assert (still.probing, still.closings) == (True, 1)


def test_the_breaker_closes_and_closes_again() -> None:
    """Too many refusals close it; the letters that try it are refused too: it is closed for longer."""
    shut = hear(NEW, Heard(taken=60, refused=40, code=554, reply="5.7.1 spam"))
    trying = replace(shut, probing=True, closed_until=TUESDAY + 32 * MINUTE)
    again = hear(trying, Heard(refused=5), at=31 * MINUTE)

    assert (shut.cause, shut.closed_until) == (Closing.BREAKER, TUESDAY + 30 * MINUTE)
    assert (again.closings, again.closed_until) == (2, TUESDAY + 31 * MINUTE + 2 * HOUR)


def test_a_healthy_route_stays_open_through_some_refusals() -> None:
    """Fewer than the share, or fewer than the volume, close nothing."""
    route = hear(NEW, Heard(taken=5, refused=20), Heard(taken=200))

    assert (route.closings, route.closed_until) == (0, None)


def test_it_learns_to_go_half_as_fast() -> None:
    """Told that we are too fast, it halves the pace it was sent at; the pace doubles again by the hour."""
    route = hear(NEW, replace(SLOW, pace=0.1))

    assert route.pace == 0.2
    assert route.pace_at(TUESDAY + HOUR) == pytest.approx(0.1)
    assert route.pace_at(TUESDAY + 12 * HOUR) == 0.0


def test_a_pace_nobody_has_measured_is_not_learned() -> None:
    """A relay that was away, or has sent too little, is as fast afterwards as it was."""
    learned = hear(NEW, replace(SLOW, pace=0.1))
    later = after(learned, SLOW, BREAKER, TUESDAY + HOUR)

    assert hear(NEW, SLOW).pace is None
    assert hear(NEW, SLOW).pace_at(TUESDAY) == 0.0
    assert (later.closings, later.pace, later.paced_at) == (2, 0.2, TUESDAY)


def test_the_slowest_pace_is_a_letter_a_minute() -> None:
    """However often it is told so."""
    assert hear(NEW, replace(SLOW, pace=50)).pace == 60.0


def test_an_operator_closes_and_opens() -> None:
    """By hand it is closed until then, or until it is opened, and forgets what it has learned."""
    timed, open_ended = close(NEW, TUESDAY + HOUR, TUESDAY), close(NEW, None, TUESDAY)

    assert timed.closed(TUESDAY + MINUTE)
    assert not timed.closed(TUESDAY + HOUR)
    assert open_ended.closed(TUESDAY + timedelta(days=365))
    assert reopen(replace(timed, used=5, pace=2.0)) == Route(RELAY, used=5)


def test_what_a_domain_refuses_is_not_held_against_the_relay() -> None:
    """Its breaker closes it; the relay is judged by what is left, and alone it is judged by all."""
    domain, heard = Route("strict.example"), Heard(taken=2, refused=90)
    whole = Heard(taken=12, refused=90)

    both = after_all(
        {RELAY: NEW, domain.name: domain}, {RELAY: whole, domain.name: heard}, BREAKER, now=TUESDAY
    )
    alone = after_all({RELAY: NEW}, {RELAY: whole}, BREAKER, now=TUESDAY)
    apart = after_all({domain.name: domain}, {domain.name: heard}, BREAKER, now=TUESDAY)

    assert both[domain.name].cause is apart[domain.name].cause is Closing.BREAKER
    assert (both[RELAY].troubled, both[RELAY].taken, both[RELAY].refused) == (False, 10, 0)
    assert alone[RELAY].cause is Closing.BREAKER


def test_what_was_on_its_way_to_a_closed_domain_is_not_held_against_the_relay() -> None:
    """Only this hearing's, and not again what had closed it."""
    known = {RELAY: replace(NEW, since=TUESDAY, taken=50, refused=24), "d.example": Route("d.example")}
    shut = after(known["d.example"], Heard(refused=30), BREAKER, TUESDAY)
    heard = {RELAY: Heard(taken=3, refused=11), "d.example": Heard(refused=10)}

    found = after_all({**known, "d.example": shut}, heard, BREAKER, now=TUESDAY)

    assert (found[RELAY].taken, found[RELAY].refused) == (53, 25)


@given(
    st.lists(
        st.builds(
            Heard,
            taken=st.integers(0, 50),
            refused=st.integers(0, 50),
            closing=st.none() | st.sampled_from(Closing),
            pace=st.none() | st.floats(0.001, 100),
        ),
        max_size=12,
    ),
    st.lists(st.integers(0, 5000), min_size=12, max_size=12),
)
def test_a_route_is_always_one_of_open_and_troubled(heard: list[Heard], minutes: list[int]) -> None:
    """Whatever it answers: an open route has no end of closing and no cause, a troubled one has both."""
    route, now = NEW, TUESDAY
    for one, wait in zip(heard, minutes, strict=False):
        now += wait * MINUTE
        route = after(route, one, BREAKER, now)

        assert route.troubled == (route.closed_until is not None) == (route.cause is not None)
        assert 0 <= route.pace_at(now) <= 60

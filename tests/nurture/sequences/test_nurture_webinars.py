"""Webinars: dated steps, late entrants, calendar files, and the signals of one's own webinar."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from nurture.deciding.entry import consider
from nurture.ics import webinar_ics
from nurture.project.book import read_book
from nurture.project.catalog import Webinar
from nurture.sequences.moments import Moment, parse_moment
from tests.nurture.gate_world import DAY, HOUR, TUESDAY, book, plan, project, signal, story, world

START = datetime(2027, 6, 18, 12, 0, tzinfo=UTC)
"""Friday, 14:00 in Paris: when the webinar `live` starts; it lasts an hour."""
HEAD = "webinar: live\n"
REMIND = "- send: live\n  at: webinar.starts_at - 1 day\n- send: more"

MOMENTS = {
    "webinar.starts_at": Moment("starts_at"),
    "webinar.starts_at - 1 day": Moment("starts_at", -DAY),
    "webinar.ends_at + 2 hours": Moment("ends_at", 2 * HOUR),
    " webinar.ends_at-30 minutes ": Moment("ends_at", -HOUR / 2),
}


@pytest.mark.parametrize(("text", "moment"), MOMENTS.items())
def test_moments_are_read(text: str, moment: Moment) -> None:
    """A moment is the start or the end, and a span before or after it."""
    assert parse_moment(text) == moment


@pytest.mark.parametrize(
    "text", ["webinar.start", "starts_at", "webinar.starts_at - soon", "webinar.ends_at 1 day", 3]
)
def test_other_words_are_no_moments(text: object) -> None:
    """Whatever else is written is refused."""
    with pytest.raises(ValueError):
        parse_moment(text)


def test_moments_count_from_the_start_or_the_end() -> None:
    """The end is the start and the length."""
    webinar = Webinar(title="Live", starts_at=START, length="90 minutes")  # type: ignore[arg-type]  # as YAML has it

    assert Moment("starts_at", -DAY).of(webinar) == START - DAY
    assert Moment("ends_at", HOUR).of(webinar) == START + timedelta(hours=2.5)


# When the lead came to the step, when it is asked -> what is decided.
DATED = {
    "not yet": (TUESDAY, TUESDAY, ["wait wait at live until 17 Jun 12:00"]),
    "at its moment": (TUESDAY, START - DAY, ["send at live"]),
    "the engine was away for an hour": (TUESDAY, START - 23 * HOUR, ["send at live"]),
    "a late entrant": (START - 20 * HOUR, START - 4 * HOUR, ["skip moment_passed at live", "send at more"]),
    "late, within the grace": (START - DAY + HOUR / 6, START - DAY + HOUR / 6, ["send at live"]),
    "it has begun": (TUESDAY, START + HOUR / 60, ["skip expired at live", "send at more"]),
}


@pytest.mark.parametrize(("since", "now", "decided"), DATED.values(), ids=DATED.keys())
def test_dated_steps(since: datetime, now: datetime, decided: list[str]) -> None:
    """A dated step goes at its moment, not to those who come later, and never after what it leads up to."""
    found = book(REMIND, HEAD)
    stands = {"step_since": since, "first_due_at": since, "entered_at": since}

    assert story(found, world(found, enrolment=stands), now) == decided


def test_a_grace_of_its_own() -> None:
    """A step may say how late is still in time."""
    found = book(f"{REMIND.splitlines()[0]}\n  at: webinar.starts_at - 1 day\n  grace: 5 hours", HEAD)
    late = {"step_since": START - 22 * HOUR}

    assert story(found, world(found, enrolment=late), START - 22 * HOUR) == ["send at live"]


def test_a_send_that_expires_with_the_webinar() -> None:
    """`expires` may be a moment of the webinar."""
    found = book("- send: live\n  expires: webinar.starts_at - 2 hours", HEAD)
    late = START - HOUR

    assert story(found, world(found), late)[0] == "skip expired at live"
    assert plan(found, world(found), TUESDAY).touches[0].expires_at == START - 2 * HOUR


def test_a_wait_until_a_moment() -> None:
    """A wait may end with the webinar; when that is over already, it holds nobody."""
    found = book("- wait: {until: webinar.ends_at + 1 hour}\n- send: hello", HEAD)

    assert story(found, world(found)) == ["wait wait at wait until 18 Jun 14:00"]
    late = story(found, world(found, enrolment={"step_since": START + 3 * HOUR}), START + 3 * HOUR)
    assert late == ["move wait at wait", "send at hello"]


def test_a_touch_knows_its_webinar() -> None:
    """The touch carries the webinar it speaks of, and whether the calendar file goes with it."""
    found = book("- send: live\n  ics: webinar", HEAD)

    [touch] = plan(found, world(found)).touches

    assert (touch.webinar, touch.ics) == ("live", True)


PER = "enter: {on: webinar.registered, again: per signal.webinar}\n"


def test_the_entry_key_names_the_webinar() -> None:
    """With `per signal.webinar`, each enrolment is about the webinar of the signal that opened it."""
    found = book(REMIND, PER)

    assert story(found, world(found, enrolment={"entry_key": "live"}), TUESDAY) == [
        "wait wait at live until 17 Jun 12:00"
    ]


def test_a_webinar_that_is_gone_ends_the_enrolment() -> None:
    """Without its webinar a dated sequence has nothing to say."""
    found = book(REMIND, PER)

    assert story(found, world(found, enrolment={"entry_key": "gone"})) == ["stop webinar_unknown at live"]


WAITS = "- wait_for: webinar.attended\n  within: 2 days\n  then: [{send: hello}]\n  otherwise: [{send: more}]"


@pytest.mark.parametrize(
    ("webinar", "decided"),
    [
        ("live", ["move signal_came at wait_for", "send at hello"]),
        ("other", ["wait wait at wait_for until 17 Jun 10:00"]),
    ],
)
def test_only_its_own_webinar_counts(webinar: str, decided: list[str]) -> None:
    """Who attended another webinar has not attended this one."""
    found = book(WAITS, HEAD)
    came = signal("webinar.attended", TUESDAY + HOUR, webinar=webinar)

    assert story(found, world(found, signals=[came]), TUESDAY + HOUR) == decided


ENTRIES: dict[str, tuple[str, dict[str, Any], datetime, str]] = {
    "open": (HEAD + "enter: {on: form.submitted, until: webinar.starts_at}\n", {}, TUESDAY, "entered"),
    "closed": (HEAD + "enter: {on: form.submitted, until: webinar.starts_at}\n", {}, START, "entry_closed"),
    "known": (PER, {"webinar": "live"}, TUESDAY, "entered"),
    "unknown": (PER, {"webinar": "gone"}, TUESDAY, "webinar_unknown"),
}


@pytest.mark.parametrize(("head", "properties", "now", "reason"), ENTRIES.values(), ids=ENTRIES.keys())
def test_entering_for_a_webinar(head: str, properties: dict[str, Any], now: datetime, reason: str) -> None:
    """Nobody enters for a webinar that is unknown, or after the entry's last moment."""
    found = book(REMIND, head)
    sequence = found.sequences["s"]
    came = signal(str(sequence.enter.on), now, **properties)

    entry = consider(found, sequence, world(found), (), now, came)

    assert entry is not None
    assert entry.reason.value == reason


def test_a_standing_entry_closes_in_silence() -> None:
    """Who is selected after the end is no refusal: nobody asked."""
    found = book(REMIND, HEAD + "enter: {when: true, until: webinar.starts_at}\n")

    assert consider(found, found.sequences["s"], world(found), (), START) is None


FAULTS = {
    "unknown webinar": ("- send: hello", "webinar: life\n", ("NUR046", "unknown webinar `life`")),
    "no webinar for `at`": (REMIND, "", ("NUR038", "no webinar to count from")),
    "no webinar for a calendar file": (
        "- send: hello\n  ics: webinar",
        "",
        ("NUR038", "no webinar to count from"),
    ),
    "no webinar for `expires`": (
        "- send: hello\n  expires: webinar.starts_at",
        "",
        ("NUR038", "no webinar to count from"),
    ),
    "no webinar for a wait": ("- wait: {until: webinar.ends_at}", "", ("NUR038", "no webinar to count from")),
    "no webinar for the entry": (
        "- send: hello",
        "enter: {on: form.submitted, until: webinar.starts_at}\n",
        ("NUR038", "no webinar to count from"),
    ),
    "a step that is not there": (
        "- send: hello",
        "moves: {old: helo}\n",
        ("NUR037", "there is no step `helo`"),
    ),
}


@pytest.mark.parametrize(("steps", "head", "told"), FAULTS.values(), ids=FAULTS.keys())
def test_dates_without_a_webinar_are_faults(steps: str, head: str, told: tuple[str, str]) -> None:
    """Every date says which webinar it counts from."""
    _, faults = read_book(project(steps, head))

    assert [(fault.code, fault.message) for fault in faults] == [told]


def test_the_calendar_file() -> None:
    """One event in the company's zone, with that zone's rules, published by the sender (RFC 5545)."""
    found = book(REMIND, HEAD)
    webinar = found.catalog.webinars["live"]

    written = webinar_ics(
        "live", webinar, organiser=("Ada", "ada@acme.example"), zone="Europe/Paris", made_at=TUESDAY
    )

    calendar = Calendar.from_ical(written)
    [event] = calendar.walk("VEVENT")
    assert (calendar["METHOD"], event["UID"], str(event["SUMMARY"])) == (
        "PUBLISH",
        "live@acme.example",
        "Live",
    )
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (START, START + HOUR)
    assert event["DTSTART"].params["TZID"] == "Europe/Paris"
    assert event["LOCATION"] == "https://acme.example/join"
    assert [str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")] == ["Europe/Paris"]


def test_the_calendar_file_of_a_webinar_without_a_link() -> None:
    """A webinar whose link is not known yet has no place."""
    webinar = replace_link(book(REMIND, HEAD).catalog.webinars["live"])

    written = webinar_ics("live", webinar, organiser=("A", "a@b.example"), zone="UTC", made_at=TUESDAY)

    [event] = Calendar.from_ical(written).walk("VEVENT")
    assert "LOCATION" not in event


def replace_link(webinar: Webinar) -> Webinar:
    return webinar.model_copy(update={"join_url": None})


def test_a_template_that_is_gone_is_passed_over() -> None:
    """A release that drops a template sends it to nobody any more, and says so."""
    found = book("- send: hello\n- send: more")
    left = replace(found.templates, infos={k: v for k, v in found.templates.infos.items() if k != "hello"})

    assert story(replace(found, templates=left), world(found)) == [
        "skip template_gone at hello",
        "send at more",
    ]


def test_what_was_sent_is_never_sent_again() -> None:
    """A changed sequence may bring a lead back to a step it has been sent: it goes on."""
    found = book("- send: hello\n- send: more")

    told = story(found, world(found, settled=frozenset({(1, "hello", 1)})))

    assert told == ["move sent_before at hello", "send at more"]

"""Streams: each cast sends the next asset the lead has not had."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from nurture.project.book import read_book
from nurture.timing import next_cast
from nurture.values import AssetSent
from tests.nurture.gate_world import DAY, TUESDAY, book, plan, project, signal, slots, story, world

STREAM = "enter: {when: true}\nstream:\n- guide: guide\n- sheet: sheet\ncast: tue 12:00\n"
CAST = TUESDAY + timedelta(0)
"""Tuesday at noon in Paris: the cast of that day."""
BEFORE = {"step_since": TUESDAY - DAY}


def test_a_cast_sends_the_first_asset() -> None:
    """The first cast brings the first asset, as a touch of the stream's one step."""
    found = book("", STREAM)

    decided = plan(found, world(found, enrolment=BEFORE))

    [touch] = decided.touches
    assert (touch.step, touch.occurrence, touch.template, touch.asset) == ("cast", 1, "guide", "guide")
    assert touch.expires_at == CAST + 7 * DAY


CASTS = {
    "between casts": ({"enrolment": {"step_since": TUESDAY}}, ["wait wait at cast until 22 Jun 10:00"]),
    "sent by another sequence": (
        {"enrolment": BEFORE, "assets": [AssetSent("guide", 9)]},
        ["send at cast"],
    ),
    "all had": (
        {"enrolment": BEFORE, "assets": [AssetSent("guide", 1), AssetSent("sheet", 9)]},
        ["wait content_out at cast until 22 Jun 10:00"],
    ),
    "fetched by themselves": (
        {
            "enrolment": BEFORE,
            "signals": [
                signal("asset.downloaded", TUESDAY, 5, asset="guide"),
                signal("asset.downloaded", TUESDAY, 6, asset="sheet"),
            ],
        },
        ["wait content_out at cast until 22 Jun 10:00"],
    ),
    "over the cap": (
        {"enrolment": BEFORE, "slots": slots(TUESDAY - DAY, TUESDAY - DAY)},
        ["skip cap at cast", "wait wait at cast until 22 Jun 10:00"],
    ),
    "nobody looked for weeks": (
        {"enrolment": {"step_since": TUESDAY - 30 * DAY}},
        ["send at cast"],
    ),
}


@pytest.mark.parametrize(("facts", "decided"), CASTS.values(), ids=CASTS.keys())
def test_what_a_cast_does(facts: dict[str, object], decided: list[str]) -> None:
    """A cast sends what the lead has not had, passes over what caps hold back, and says when it is dry."""
    found = book("", STREAM)

    assert story(found, world(found, **facts)) == decided


def test_the_next_asset_comes_at_the_next_cast() -> None:
    """What was passed over is not lost: the next cast sends it, as the next occurrence."""
    found = book("", STREAM)
    after = {"step_since": TUESDAY, "occurrence": 2}

    [touch] = plan(found, world(found, enrolment=after), TUESDAY + 7 * DAY).touches

    assert (touch.occurrence, touch.asset) == (2, "guide")


def test_an_asset_without_its_template_is_passed_over() -> None:
    """A release that drops a template goes on with the next asset."""
    found = book("", STREAM)
    left = replace(found.templates, infos={k: v for k, v in found.templates.infos.items() if k != "guide"})

    [touch] = plan(replace(found, templates=left), world(found, enrolment=BEFORE)).touches

    assert touch.asset == "sheet"


def test_new_content_is_no_new_version() -> None:
    """Content flows through to those who are in the stream; its casts are its structure."""
    more = STREAM.replace("- sheet: sheet\n", "")
    later = STREAM.replace("12:00", "13:00")

    versions = [book("", head).sequences["s"].version for head in (STREAM, more, later)]

    assert versions[0] == versions[1] != versions[2]


def test_several_casts_a_week() -> None:
    """The next of all casts comes first."""
    paris = ZoneInfo("Europe/Paris")
    casts = ((1, time(12)), (3, time(9)))

    assert next_cast(TUESDAY, casts, paris) == datetime(2027, 6, 17, 7, 0, tzinfo=UTC)


def test_one_cast_a_day_for_a_lead_that_moves_west() -> None:
    """Noon in Paris was a cast; noon in New York on the same day is not another."""
    casts = ((1, time(12)),)
    new_york = ZoneInfo("America/New_York")

    assert next_cast(TUESDAY, casts, new_york) == datetime(2027, 6, 15, 16, 0, tzinfo=UTC)
    assert next_cast(TUESDAY, casts, new_york, another_day=True) == datetime(2027, 6, 22, 16, 0, tzinfo=UTC)


FAULTS = {
    "steps and a stream": (
        "- send: hello",
        STREAM,
        [("NUR039", "a sequence has steps, or it is a stream")],
    ),
    "no cast": ("", STREAM.replace("cast: tue 12:00\n", ""), [("NUR010", "`cast` is missing")]),
    "neither": ("", "enter: {when: true}\n", [("NUR010", "`steps` is missing")]),
    "twice a day": (
        "",
        STREAM.replace("tue 12:00", "[tue 12:00, tue 15:00]"),
        [("NUR011", "a stream is cast at most once a day; write `tue 10:00` or `[tue 10:00, thu 10:00]`")],
    ),
    "service mail": (
        "",
        STREAM.replace("guide: guide", "guide: asked"),
        [("NUR050", "`asked` is service mail, which a stream does not send")],
    ),
    "another asset's template": (
        "",
        STREAM.replace("guide: guide", "guide: sheet"),
        [("NUR054", "`sheet` sends the asset `sheet`, not `guide`")],
    ),
    "unknown template": (
        "",
        STREAM.replace("guide: guide", "guide: giude"),
        [("NUR040", "unknown template `giude`")],
    ),
    "no template": ("", STREAM.replace("guide: guide", "guide: 3"), [("NUR011", "expected text, found `3`")]),
    "unknown asset": (
        "",
        STREAM.replace("guide: guide", "gude: guide"),
        [("NUR042", "unknown asset `gude`")],
    ),
    "the same asset twice": (
        "",
        STREAM.replace("sheet: sheet", "guide: guide"),
        [("NUR039", "`guide` stands in the stream already")],
    ),
}


@pytest.mark.parametrize(("steps", "head", "told"), FAULTS.values(), ids=FAULTS.keys())
def test_streams_are_checked(steps: str, head: str, told: list[tuple[str, str]]) -> None:
    """A stream has assets, their templates and a cast, and nothing else to do."""
    _, faults = read_book(project(steps, head))

    assert told[0] in [(fault.code, fault.message) for fault in faults]

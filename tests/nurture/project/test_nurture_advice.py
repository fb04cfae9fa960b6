"""Warnings: what is no fault, and still unlikely to be meant."""

from __future__ import annotations

from datetime import datetime

import pytest

from nurture.files.diagnosis import Fault
from nurture.project.advice import advise
from nurture.project.book import read_book
from tests.nurture.gate_world import DAY, TUESDAY, project

SELLERS = "handoff: {sellers: [{name: Sam, address: sam@acme.example}]}\n"
ALL = "- send: hello\n- send: more\n  id: m\n- send: guide\n- send: sheet\n- send: asked\n- send: live\n"


def warnings(files: dict[str, str], now: datetime = TUESDAY) -> list[Fault]:
    book, faults = read_book(files)
    assert faults == []
    assert book is not None
    return advise(book, now)


def told(faults: list[Fault]) -> list[tuple[str, str, int, str]]:
    assert {fault.severity for fault in faults} <= {"warning"}
    return [(fault.code, fault.file, fault.line, fault.message) for fault in faults]


def whole(steps: str, head: str = "", caps: str = "2 per 7 days") -> dict[str, str]:
    """A project with sellers, in which another sequence sends every template."""
    files = project(steps, head, caps)
    files["nurture.yaml"] += SELLERS
    rest = project(ALL, "webinar: live\n")["sequences/s.yaml"].replace("sequence: s", "sequence: rest")
    return {**files, "sequences/rest.yaml": rest}


def test_nothing_to_warn_of() -> None:
    """A project as it should be gets no advice."""
    assert warnings(whole("- send: hello")) == []


def test_nobody_sells() -> None:
    """Without sellers mature leads stay unassigned."""
    files = whole("- send: hello")
    files["nurture.yaml"] = files["nurture.yaml"].replace(SELLERS, "")

    assert told(warnings(files)) == [
        ("NUR060", "nurture.yaml", 1, "nobody sells: mature leads will stay unassigned")
    ]


@pytest.mark.parametrize(
    ("links", "said"),
    [
        (("guide", "sheet"), "2 lines link to your-company.example, where nothing is"),
        (("guide",), "1 line links to your-company.example, where nothing is"),
    ],
)
def test_links_that_lead_nowhere_yet(links: tuple[str, ...], said: str) -> None:
    """What `nurture init` leaves in the catalogue is told once, at the first of its links."""
    files = whole("- send: hello")
    for link in links:
        files["catalog.yaml"] = files["catalog.yaml"].replace(
            f"https://acme.example/{link}", f"https://your-company.example/{link}"
        )
    line = files["catalog.yaml"].partition("your-company")[0].count("\n") + 1

    assert told(warnings(files)) == [("NUR069", "catalog.yaml", line, said)]


def test_templates_that_nothing_sends() -> None:
    """Each is named once, in its file; what the engine sends by itself is not."""
    files = project("- notify: asked\n  to: marketing\n- send: hello")
    files["nurture.yaml"] += SELLERS
    files["templates/seller/handoff.md.j2"] = files["templates/asked.md.j2"]

    assert [(code, file) for code, file, _, _ in told(warnings(files))] == [
        ("NUR061", f"templates/{name}.md.j2") for name in ("guide", "live", "more", "sheet")
    ]


def test_a_webinar_that_is_over() -> None:
    """The sequence is told at its `webinar:` line, once the webinar has ended."""
    files = whole("- send: hello", "webinar: live\n")
    over = [fault for fault in warnings(files, TUESDAY + 4 * DAY) if fault.file == "sequences/s.yaml"]

    assert told(over) == [("NUR062", "sequences/s.yaml", 6, "the webinar `live` is over since 2027-06-18")]


VAIN = "- send: hello\n- wait: 2 days\n- send: more"
POINTLESS = "the caps make this wait pointless: they allow 1 touch per 3 days"
WAITS = {
    "shorter than the cap": (VAIN, "1 per 3 days", [("NUR063", "sequences/s.yaml", 8, POINTLESS)]),
    "inside a path": (
        "- choose:\n    - when: lead.fit > 1\n      steps:\n        - send: hello\n        - wait: 2 days\n"
        "        - send: more",
        "1 per 3 days",
        [("NUR063", "sequences/s.yaml", 11, POINTLESS)],
    ),
    "as long as the cap": (VAIN.replace("2 days", "3 days"), "1 per 3 days", []),
    "several per span": (VAIN, "2 per 7 days", []),
    "a calendar day": (VAIN, "1 per calendar day", []),
    "skipped over the cap": (f"{VAIN}\n  over_cap: skip", "1 per 3 days", []),
    "after service mail": (VAIN.replace("hello", "asked"), "1 per 3 days", []),
    "before service mail": (VAIN.replace("more", "asked"), "1 per 3 days", []),
    "until a weekday": (VAIN.replace("2 days", '{until: "tue 10:00"}'), "1 per 3 days", []),
    "at the end": ("- send: hello\n- wait: 2 days", "1 per 3 days", []),
}


@pytest.mark.parametrize(("steps", "caps", "expected"), WAITS.values(), ids=WAITS.keys())
def test_waits_that_caps_make_pointless(
    steps: str, caps: str, expected: list[tuple[str, str, int, str]]
) -> None:
    """A wait between two touches is told when a cap of one touch is longer."""
    found = [fault for fault in warnings(whole(steps, caps=caps)) if fault.file == "sequences/s.yaml"]

    assert told(found) == expected


@pytest.mark.parametrize(
    ("assets", "expected"),
    [
        ("- guide: guide\n", "this stream is dry after 1 cast"),
        ("- guide: guide\n- sheet: sheet\n", "this stream is dry after 2 casts"),
    ],
)
def test_streams_that_are_soon_dry(assets: str, expected: str) -> None:
    """A stream of one or two assets has nothing to say next month."""
    files = whole("", f"stream:\n{assets}cast: tue 10:00\n")

    assert ("NUR064", expected) in [(fault.code, fault.message) for fault in warnings(files)]


def test_a_stream_with_enough_to_say() -> None:
    """Three assets and more are no matter of concern."""
    files = whole("", "stream:\n- guide: guide\n- sheet: sheet\n- third: hello\ncast: tue 10:00\n")
    files["catalog.yaml"] = files["catalog.yaml"].replace(
        "  sheet: {", "  third: {title: Third, url: https://acme.example/t}\n  sheet: {"
    )

    assert warnings(files) == []

"""Feedback-ID: every touch names its step, sequence and purpose to Gmail, and nobody."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.work.project.shelf import read_shelf
from flows.work.sending.feedback import LONGEST, feedback_id, safe_name, sender_id
from flows.work.sending.letters import Batch, compose
from flows.work.sending.touches import TOUCHES
from flows.work.shop.settings import Settings
from flows.work.shop.wire import Shop
from leadstore.store import Store
from nurture.links.web_tokens import Links
from nurture.project.book import Book, read_book
from nurture.sequences.steps import CastStep, SendStep
from nurture.values import Claim, Lead, Snapshot
from outbound.message.headers import feedback_line
from outbound.testing import MemoryRelay
from tests.flows.workshop import files, workshop
from tests.nurture.gate_world import TUESDAY

ROOT = Path(__file__).parents[3]
ADA = Lead(id=7, address_id=8, address="ada@leads.example", profile={"first_name": "Ada", "language": "en"})


def shipped() -> Book:
    """The shelves that are shipped, read."""
    book, _ = read_book(read_shelf(ROOT))
    assert book is not None
    return book


BOOK = shipped()
MAILS = [
    (sequence.name, step.id, template)
    for sequence in BOOK.sequences.values()
    for step in sequence.steps.values()
    for template in (
        [step.template]
        if isinstance(step, SendStep)
        else [name for _, name in step.assets]
        if isinstance(step, CastStep)
        else []
    )
]


def composed(place: tuple[str, str, str]) -> str:
    """The Feedback-ID of the touch at this place, as it stands in the letter."""
    sequence, step, template = place
    info = BOOK.templates.info(template)
    claim = Claim(
        1,
        1,
        "touch",
        "<1@atlas.example>",
        template,
        ADA.address,
        lead_id=ADA.id,
        address_id=ADA.address_id,
        sequence=sequence,
        step=step,
        purpose=info.purpose.value,
        asset=info.asset,
        payload={"webinar": next(iter(BOOK.catalog.webinars))},
    )
    settings = Settings(project=ROOT, secret_keys=("a" * 32,))
    links = Links(settings.secret_keys, "https://nurture.example.com")
    shop = Shop(settings, None, links, MemoryRelay(), "s")  # type: ignore[arg-type]  # composing asks no store
    snapshot = Snapshot(lead=ADA, enrolments=())
    batch = Batch(1, (claim,), {claim.id: snapshot}, BOOK)
    [letter], broken = compose(shop, TOUCHES, batch, [claim], TUESDAY)
    assert broken == {}
    return str(message_from_bytes(letter.content, policy=default)["Feedback-ID"])


@pytest.mark.parametrize("place", MAILS, ids="/".join)
def test_every_touch_of_the_shelves_carries_it(place: tuple[str, str, str]) -> None:
    """Four fields: the step in its sequence, the sequence, what it is for, and who sends."""
    sequence, step, template = place
    purpose = BOOK.templates.info(template).purpose

    step_field, *others = composed(place).split(":")

    assert step_field == f"{step.removeprefix(f'{sequence}/')}.{sequence}"
    assert others == [sequence, f"for.{purpose}", sender_id(BOOK.policy.sender.address.partition("@")[2])]


def test_no_two_touches_of_the_shelves_are_counted_as_one() -> None:
    """Gmail counts each field by itself, so what differs has different names in every field."""
    ids = {place[:2]: composed(place).split(":") for place in MAILS}

    assert len({fields[0] for fields in ids.values()}) == len(ids)
    for one, other in [(0, 1), (0, 2), (1, 2), (1, 3), (2, 3)]:
        assert {fields[one] for fields in ids.values()}.isdisjoint(fields[other] for fields in ids.values())


def test_its_exact_form() -> None:
    """The narrowest field first; a step is written without the name of its sequence twice."""
    assert feedback_id("white-paper", "white-paper/deliver", "service", "mail.Acme.example") == (
        "deliver.white-paper:white-paper:for.service:mail-ee15a0"
    )


@given(st.text(), st.text(), st.sampled_from(["marketing", "service"]), st.text())
def test_any_names_make_a_header(sequence: str, step: str, purpose: str, domain: str) -> None:
    """Whatever a step, a sequence or a domain is called, the header can be written."""
    value = feedback_id(sequence, step, purpose, domain)

    assert feedback_line(value) == f"Feedback-ID: {value}"
    assert value.count(":") == 3
    assert 5 <= len(value.rpartition(":")[2]) <= 15


@given(st.text(), st.text())
def test_two_names_stay_two(one: str, other: str) -> None:
    """A name that had to be changed or cut does not become another's."""
    assert (safe_name(one) == safe_name(other)) == (one == other)
    assert 0 < len(safe_name(one)) <= LONGEST


@pytest.mark.parametrize(
    "name",
    ["a\r\nBcc: x@y.z", "a:b:c", "=?utf-8?q?=0A?=", "été", "x" * 200],
    ids=["lines", "colons", "words", "accents", "long"],
)
def test_a_hostile_name_is_made_plain(name: str) -> None:
    """It adds neither a line nor a field."""
    value = feedback_id(name, name, "marketing", name)

    assert feedback_line(value).isascii()
    assert value.count(":") == 3


def test_the_sender_stays_the_same() -> None:
    """However the domain is spelt; another domain is another sender."""
    assert sender_id("ACME.example.") == sender_id("acme.example")
    assert sender_id("acme.example") != sender_id("acme.org")


async def test_a_seller_s_mail_carries_none(store: Store, tmp_path: Path) -> None:
    """Only what goes to leads can be reported by leads."""
    work = workshop(store, tmp_path)
    work.apply(files("- send: hello"))
    work.happens(work.lead("ada"), "form.submitted")
    work.happens(work.lead("bob", job_title="Head"), "demo.requested")

    await work.tick()

    told = {str(mail["To"]): mail["Feedback-ID"] for mail in work.mails()}
    assert told["sam@acme.example"] is None
    assert told["ada@leads.example"] == "hello.s:s:for.marketing:" + sender_id("acme.example")

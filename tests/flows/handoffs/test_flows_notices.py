"""What a seller is sent, whom an answer to it reaches, and in which language everybody reads."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from inbound.records.note import own_words
from leadstore.store import Store
from nurture.errors import NotFound
from nurture.links.mail_tokens import TOKEN
from tests.builders import HOUR
from tests.flows.signals.test_flows_mailing import HELLO, LATER, TEAM, Postbox, files
from tests.flows.workshop import Workshop, workshop
from tests.inbound.mails import letter

FRENCH = """\
handoff:
  due: 1 day
  sellers:
    - {name: Inès, address: ines@acme.example, language: fr}
"""


async def offered(store: Store, folder: Path, sellers: str = TEAM) -> Postbox:
    """A lead who asked for a demo, and the seller's notice about it."""
    box = Postbox(workshop(store, folder), folder / "mail")
    box.work.apply(files(HELLO, sellers=sellers))
    box.work.happens(box.work.lead("ada"), "demo.requested")
    await box.work.tick()
    return box


def seller_of(box: Postbox) -> str:
    return str(box.work.mails()[-1]["To"])


async def test_an_answer_to_a_notice_is_a_note_and_never_reaches_the_lead(
    store: Store, tmp_path: Path
) -> None:
    """It comes to an address that names the notice, is kept at the lead's handoff, and goes to the team."""
    box = await offered(store, tmp_path)
    notice = box.work.mails()[-1]
    answer_to = str(notice["Reply-To"])
    seller = seller_of(box)

    said = "I called them.\nMonday.\n\nOn Tuesday, Acme wrote:\n> points and pages\n"
    raw = letter(said, to=answer_to, sender=f"Seller <{seller}>", about=None)
    counts, again = await box.takes(raw), await box.takes(raw)
    await box.work.tick(LATER + HOUR)

    assert re.fullmatch(r"bounce\+n[0-9a-f]+-[a-z2-7]{16}@acme\.example", answer_to)
    assert (counts, again) == ({"noted": 1}, {"read_before": 1})
    assert (box.signals("handoff.noted")[0]["note"], box.signals("mail.replied")) == (
        "I called them. Monday.",
        [],
    )
    copies = [mail for mail in box.work.mails() if "I called them" in mail.as_string()]
    assert [(mail["To"], mail["Reply-To"]) for mail in copies] == [("sales@acme.example", seller)]
    assert "ada@leads.example" not in [str(mail["To"]) for mail in box.work.mails()]


async def test_an_answer_by_message_id_is_a_note_too(store: Store, tmp_path: Path) -> None:
    """A mail program that ignores Reply-To changes nothing; without a team the note is kept all the same."""
    box = await offered(store, tmp_path, FRENCH)
    raw = letter(about=box.message_id_of("seller"), sender="Inès <ines@acme.example>")

    assert await box.takes(raw) == {"noted": 1}
    assert len(box.signals("handoff.noted")) == 1


async def test_what_is_no_seller_s_answer_is_left_to_people(store: Store, tmp_path: Path) -> None:
    """Somebody else's mail, a forged address and an absence note nothing."""
    box = await offered(store, tmp_path)
    answer_to = str(box.work.mails()[-1]["Reply-To"])
    forged = re.sub(TOKEN, "+n1-aaaaaaaaaaaaaaaa@", answer_to)
    away = "Auto-Submitted: auto-replied\n"

    assert await box.takes(letter(to=answer_to, about=None)) == {"other": 1}
    assert await box.takes(letter(to=forged, about=None, name="b")) == {"forged": 1}
    assert await box.takes(letter(to=answer_to, about=None, name="c", head=away)) == {"auto_reply": 1}
    assert (box.signals("handoff.noted"), box.signals("mail.replied")) == ([], [])


@pytest.mark.parametrize(
    ("sellers", "answer_to"), [(TEAM, "sales@acme.example"), (FRENCH, None)], ids=["team", "sender"]
)
async def test_without_a_mailbox_answers_go_to_people_of_the_house(
    store: Store, tmp_path: Path, sellers: str, answer_to: str | None
) -> None:
    """To the team, else to the sender; never to the lead."""
    work = workshop(store, tmp_path)
    work.apply(files(HELLO, sellers=sellers))
    work.happens(work.lead("ada"), "demo.requested")
    await work.tick()

    assert work.mails()[-1]["Reply-To"] == answer_to


BODY = "---\nsubject: S {{ brief.name }}\npurpose: service\n---\n"
NOTICE = f"{BODY}now {{{{ brief.cause }}}}; {{{{ brief.due }}}}; {{{{ brief.reach | join(', ') }}}}; en\n"


def told(work: Workshop) -> str:
    return str(work.mails()[-1].get_body(("plain",)).get_content())  # type: ignore[union-attr]


@pytest.mark.parametrize(("language", "spoken"), [("fr", "fr"), ("fr-CA", "fr"), ("de", "en"), ("en", "en")])
async def test_a_notice_is_in_one_language(store: Store, tmp_path: Path, language: str, spoken: str) -> None:
    """All of it in the seller's, or all of it in English: words, cause, deadline and country."""
    work = workshop(store, tmp_path)
    project = files(HELLO, sellers=FRENCH.replace("fr}", f"{language}}}"))
    project["templates/seller/handoff.md.j2"] = NOTICE
    project["templates/seller/handoff.fr.md.j2"] = NOTICE.replace("; en", "; fr")
    work.apply(project)
    work.happens(work.lead("ada", country="DE"), "demo.requested")
    await work.tick()
    english = ("They asked for a demo", "(", "Germany", "; en")
    french = ("A demandé une démonstration", " à ", "Allemagne", "; fr")

    assert all(word in told(work) for word in (french if spoken == "fr" else english))
    assert not any(word in told(work) for word in (english if spoken == "fr" else french) if word != "(")


async def test_a_mail_shows_titles_and_links_in_its_language(store: Store, tmp_path: Path) -> None:
    """A French lead gets the French title, link, and reason; an English one the English."""
    work = workshop(store, tmp_path)
    project: dict[str, Any] = files(HELLO)
    pair = "pair: {title: {en: Pair, fr: Paire}, url: {en: https://a.example/e, fr: https://a.example/f}}"
    project["catalog.yaml"] = project["catalog.yaml"].replace("assets:\n", f"assets:\n  {pair}\n")
    mail = "---\nsubject: T\nasset: pair\n---\n[{{ asset.title }}]({{ asset.url }}) {{ because }}\n"
    project["templates/hello.md.j2"] = mail
    project["templates/hello.fr.md.j2"] = mail
    work.apply(project)
    for name, language in (("ada", "fr"), ("bob", "en")):
        work.happens(work.lead(name, language=language), "form.submitted")
    await work.tick()
    texts = {str(m["To"])[:3]: m.get_body(("plain",)).get_content() for m in work.mails()}  # type: ignore[union-attr]

    assert "Paire <https://a.example/f> Vous recevez ce message parce que" in texts["ada"]
    assert "Pair <https://a.example/e> You get this mail because" in texts["bob"]


def test_a_note_is_what_the_seller_wrote() -> None:
    """Quotes and what they begin with are left out."""
    assert own_words("Yes.\n\nLe mardi, Acme a écrit :\n> x") == "Yes."
    assert own_words("Yes.\n-- \nTom") == "Yes."
    assert own_words("> x") == ""


def test_an_unknown_notice_has_no_language() -> None:
    """A template that is not there is named."""
    from nurture.templates.render import TemplateSet

    with pytest.raises(NotFound):
        TemplateSet().spoken("x", "en")

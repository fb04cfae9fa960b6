"""What a writer wrote is told from what their program, their firm and we wrote."""

# ruff: noqa: E501 -- a mail stands on one line

from __future__ import annotations

import time

import pytest

from inbound.mail.html import readable
from inbound.mail.message import read_mail
from inbound.mail.own_words import own_words, quotes_a_letter, sentences
from inbound.mail.sort import MailKind, sort
from tests.inbound.mails import letter

FOOTER = (
    "Unsubscribe: https://acme.example/u/x - If you no longer wish to receive these messages, reply STOP."
)
BLOCK = (
    f"From: Ada <ada@acme.example>\nSent: Tuesday, 15 June 2027\nTo: Bo\nSubject: Guide\n\nHello\n\n{FOOTER}"
)
FORMS = {
    "marked": f"%s\n\nOn 15 Jun 2027, Ada <ada@acme.example> wrote:\n> Hello\n>\n> {FOOTER}",
    "below": f"On 15 Jun 2027, Ada\n<ada@acme.example> wrote:\n> Hello\n> {FOOTER}\n\n%s",
    "unmarked": f"%s\n\nAm 15.06.2027 um 09:12 schrieb Ada <ada@acme.example>:\nHallo\n\n{FOOTER}",
    "block": f"%s\n\n________________________________\n{BLOCK}",
    "bare block": f"%s\n\n{BLOCK}",
    "german block": f"%s\n\nVon: Ada\nGesendet: Dienstag\nAn: Bo\nBetreff: Leitfaden\n\n{FOOTER}",
    "ruled": f"%s\n\n-----Original Message-----\nHello\n{FOOTER}",
    "signature": "%s\n\n-- \nBo\nOur bulletin: unsubscribe\nstop",
    "closing": "%s\n\nMit freundlichen Gr\u00fc\u00dfen\nBo\nNewsletter abbestellen",
    "legal": "%s\n\nThis e-mail is confidential and intended for the addressee only.\nDelete me.",
    "phone": "%s\n\nSent from my iPhone",
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_only_the_writer_s_words_are_kept(form: str) -> None:
    """Above or below the answered letter, however it is marked; without signatures and notices."""
    assert own_words(form % "Please call me on Monday.") == "please call me on monday."


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_a_wish_is_seen_in_every_form_and_ours_in_none(form: str) -> None:
    """The letter that is answered is full of words with which people leave."""
    assert sort(read_mail(letter(form % "Please call me on Monday."))).kind is MailKind.LETTER
    assert sort(read_mail(letter(form % "Please take me off your list."))).kind is MailKind.LEAVE


PAGES = {
    "quoted": "<p>%s&nbsp;</p><div>On 15 Jun 2027 Ada wrote:<blockquote><p>Stop</p><p>Unsubscribe</p></blockquote></div>",
    "outlook": "<div>%s</div><hr><div id=divRplyFwdMsg><b>From:</b> Ada<br><b>Sent:</b> now</div><p>Unsubscribe</p>",
    "styled": "<html><head><style>p {a: b}</style></head><body><!-- stop --><p>%s</p></body></html>",
}


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_a_page_is_read_as_it_is_seen(page: str) -> None:
    """HTML alone, with entities, comments and styles: no word of the quotation is the writer's."""
    raw = letter(page % "Ne m&rsquo;&eacute;crivez plus").replace(b"text/plain", b"text/html")
    kept = letter(page % "Tr&egrave;s int&eacute;ress&eacute;").replace(b"text/plain", b"text/html")

    assert sort(read_mail(raw)).kind is MailKind.LEAVE
    assert sort(read_mail(kept)).kind is MailKind.LETTER


def test_quotations_of_a_page_are_marked() -> None:
    """As plain text marks them."""
    lines = readable("<p>Yes</p><blockquote>No<br>Never</blockquote>Fine").split("\n")

    assert [line for line in lines if line.strip(" >")] == ["Yes", "> No", "> Never", "Fine"]


def test_a_wrapped_sentence_is_one() -> None:
    """A short line ends a sentence, a long one goes on."""
    wrapped = "hello ada\nplease be so kind as to take the address that you see above off\nyour list. thanks"

    assert list(sentences(wrapped)) == [
        "hello ada",
        "please be so kind as to take the address that you see above off your list",
        "thanks",
    ]


def test_a_quoted_letter_is_noticed() -> None:
    """Machines quote seldom."""
    assert quotes_a_letter(FORMS["marked"])
    assert quotes_a_letter(FORMS["bare block"])
    assert not quotes_a_letter("Hello, I wrote to you yesterday: nothing came.")


@pytest.mark.parametrize(
    ("subject", "text", "kind"),
    [
        ("Out of office hours support?", "Do you work at night?", MailKind.LETTER),
        ("Automatic reply: can you do that?", "We need it.\n\nOn 1 May Ada wrote:\n> Hi", MailKind.LETTER),
        ("Absence de r\u00e9ponse \u00e0 ma demande", "Rappelez-moi.", MailKind.LETTER),
        ("Vacation homes", "Do you have a price list?", MailKind.LETTER),
        ("[External] Automatic reply: Guide", "We got it.", MailKind.AUTO_REPLY),
        ("RE: Guide", "I am out of the office until Monday.", MailKind.AUTO_REPLY),
        ("RE: Guide", "I am out of the office until Monday. Could we talk on Tuesday?", MailKind.LETTER),
        ("AW: Leitfaden", "Ich bin bis zum 3. M\u00e4rz nicht im B\u00fcro.", MailKind.AUTO_REPLY),
        ("RE: Gu\u00eda", "Me encuentro de vacaciones hasta el lunes.", MailKind.AUTO_REPLY),
        ("RE: Guide", "Je suis en cong\u00e9s jusqu'au 3 mars.", MailKind.AUTO_REPLY),
        ("Bo Berg is out of the office", "I will be out of the office until Monday.", MailKind.AUTO_REPLY),
        ("[#4711] Guide", "We have received your request. It will be answered shortly.", MailKind.AUTO_REPLY),
        (
            "Ticket",
            "Ihre Anfrage ist eingegangen und wird unter der Nummer 4711 bearbeitet.",
            MailKind.AUTO_REPLY,
        ),
        (
            "Re: Guide",
            "This is an automated message. Please do not reply to this e-mail.",
            MailKind.AUTO_REPLY,
        ),
        (
            "Re: Guide",
            "Thanks for your mail. Please remove us from your list as soon as possible.",
            MailKind.LEAVE,
        ),
        ("Re: Guide", "I was on holiday and my mailbox was full. Send me an offer.", MailKind.LETTER),
    ],
)
def test_people_and_their_machines_are_told_apart(subject: str, text: str, kind: MailKind) -> None:
    """By what they write, where no header tells: a title alone is a person's sentence as well."""
    assert sort(read_mail(letter(text, subject=subject))).kind is kind


@pytest.mark.parametrize(
    "text", ["<blockquote>" * 20_000, "> " * 100_000, "<p>&nbsp;" * 20_000, "-" * 200_000]
)
def test_no_page_takes_long(text: str) -> None:
    """However it is nested."""
    began = time.process_time()
    own_words(readable(text))

    assert time.process_time() - began < 2

"""What suppresses nobody: absences, receipts, tickets, challenges, delays, successes, in many languages."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inbound.kinds.bounce import Action
from inbound.mail.message import read_mail
from inbound.mail.sort import MailKind, Sorted, sort
from tests.inbound.mails import letter, report

GONE = "550 5.1.1 user unknown. The mailbox no longer exists."
"""The worst a harmless mail can say."""


def suppresses(found: Sorted) -> bool:
    """Whether it would be taken for a dead mailbox, or for a complaint."""
    return found.kind is MailKind.COMPLAINT or any(bounce.hard for bounce in found.bounces)


@pytest.mark.parametrize(
    "subject",
    [
        "Out of Office: your guide",
        "Automatic reply: your guide",
        "Réponse automatique : votre guide",
        "Absence du bureau",
        "Abwesenheitsnotiz: Ihr Leitfaden",
        "Automatische Antwort: Ihr Leitfaden",
        "Risposta automatica: la guida",
        "Respuesta automática: la guía",
        "Resposta automática: o guia",
        "Autosvar: guiden",
        "Afwezig: uw gids",
        "Automatyczna odpowiedź: przewodnik",
        "Автоматический ответ: руководство",
        "自動返信: ご案内",
        "自动回复: 指南",
        "자동 회신: 안내",
    ],
)
@pytest.mark.parametrize("head", ["", "Return-Path: <>\n"], ids=["with a path", "without"])
def test_an_absence_is_none_of_it(subject: str, head: str) -> None:
    """By its title alone, and whatever it says of other mailboxes."""
    found = sort(read_mail(letter(GONE, subject=subject, head=head)))

    assert (found.kind, found.bounces) == (MailKind.AUTO_REPLY, ())


@pytest.mark.parametrize(
    "head",
    [
        "Auto-Submitted: auto-replied\n",
        "Auto-Submitted: auto-replied (vacation)\n",
        "Auto-Submitted: auto-generated\n",
        "X-Autoreply: yes\n",
        "X-Autorespond: yes\n",
        "X-Auto-Reply: 1\n",
        "Precedence: auto_reply\n",
        "Return-Path: <>\n",
        "Return-Path: <>\nAuto-Submitted: auto-replied\nPrecedence: bulk\n",
    ],
)
@pytest.mark.parametrize(
    "text",
    [
        "Je suis absente jusqu'au 3 mars.",
        "Ich bin bis zum 3. März nicht im Haus. Ihre Nachricht wird nicht weitergeleitet.",
        "ただいま不在にしております。",
        "Your request has been received. Ticket #4711.",
        "To reach this mailbox, please confirm that a person wrote: your message is held until then.",
        "Ada has left the company. This mailbox no longer exists, your message was not delivered.",
        GONE,
    ],
    ids=["french", "german", "japanese", "ticket", "challenge", "left", "worst"],
)
def test_no_answering_machine_suppresses(head: str, text: str) -> None:
    """A machine that answers in a person's name knows nothing of mailboxes."""
    assert not suppresses(sort(read_mail(letter(text, head=head))))


@pytest.mark.parametrize("sender", ["MAILER-DAEMON@mx.example", "postmaster@mx.example"])
@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("<ada@leads.example>: 450 user unknown, will keep trying", Action.DELAYED),
        ("<ada@leads.example>\nThis is not a permanent error. Your mail will be retried.", Action.DELAYED),
        ("<ada@leads.example>\nDelivery attempts will continue for some time. user unknown", Action.DELAYED),
        ("<ada@leads.example>\nEs wird weiterhin versucht, Ihre Nachricht zuzustellen.", Action.DELAYED),
        ("<ada@leads.example>\nLes tentatives se poursuivent. Utilisateur inconnu", Action.DELAYED),
        ("<ada@leads.example>\n再送を試みています。宛先不明", Action.DELAYED),
        ("<ada@leads.example>\nwas successfully delivered to the mailbox", Action.DELIVERED),
        ("<ada@leads.example>\nYour message was relayed to mx.leads.example", Action.DELIVERED),
        ("<ada@leads.example>\nIhre Nachricht wurde erfolgreich zugestellt.", Action.DELIVERED),
    ],
)
def test_a_delay_and_a_success_are_no_failure(sender: str, text: str, action: Action) -> None:
    """In the words of a mail system, without the fields of a report."""
    [found] = sort(read_mail(letter(text, sender=sender, subject="Delivery status"))).bounces

    assert (found.action, found.hard) == (action, False)


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded", "Delivered", "DELAYED"])
@pytest.mark.parametrize("status", ["2.0.0", "4.1.1", "5.1.1", ""])
def test_a_report_of_no_failure_suppresses_nobody(action: str, status: str) -> None:
    """Its Action decides (RFC 3464 2.3.3), whatever code and words stand beside it."""
    found = sort(read_mail(report(action=action, status=status, said=f"smtp; {GONE}")))

    assert found.kind is MailKind.BOUNCE
    assert not suppresses(found)


WORDS = st.sampled_from([*GONE.split(), "failed", "permanent", "<ada@leads.example>", "550", "5.1.1", "\n"])


@settings(deadline=None, max_examples=60)
@given(
    text=st.lists(WORDS, max_size=40).map(" ".join),
    head=st.sampled_from(["Auto-Submitted: auto-replied\n", "Precedence: auto_reply\n", "Return-Path: <>\n"]),
    subject=st.sampled_from(["Re: your guide", "Undeliverable: your guide", "Delivery failure", ""]),
)
def test_no_words_make_a_person_a_mail_system(text: str, head: str, subject: str) -> None:
    """Whatever an answering machine says and is titled, in a person's name it is never hard."""
    assert not suppresses(sort(read_mail(letter(text, head=head, subject=subject))))

"""The corpus of incoming mails is whole, readable, varied and invented."""

import email
import re
from collections import Counter
from email.message import Message

import pytest

from tests.inbound.corpus import KINDS, CorpusMail, corpus

MESSAGE_ID = "touch-81.2c7f@mail.example.com"
VALUES = (
    MESSAGE_ID,
    "bounce+t81-9f3a@mail.example.com",
    "ada@example.com",
    "martin.holloway@depots.example.org",
)
DOMAIN = re.compile(
    r"[\w-]+\.(?:com|org|net|io|eu|uk|de|fr|es|it|nl|pt|be|ch|at|info|biz)\b(?!\.example)", re.I
)
OWN = re.compile(r"example\.(com|org|net)$", re.I)

MAILS = list(corpus(*VALUES))


def content(part: Message) -> str:
    """The text of one part; of the enclosed messages, their headers too."""
    payload = part.get_payload(decode=True)
    charset = part.get_content_charset("utf-8")
    text = payload.decode(charset, "replace") if isinstance(payload, bytes) else ""
    return "\n".join([*(f"{name}: {value}" for name, value in part.items()), text])


def shown(mail: CorpusMail) -> str:
    """Everything that a mail says, decoded."""
    return "\n".join(content(part) for part in email.message_from_bytes(mail.raw).walk())


def test_counts_by_kind() -> None:
    """Every kind has the number of mails that makes a percentage of it mean something."""
    least = {
        "leave": 50,
        "reply": 50,
        "absence": 25,
        "receipt": 25,
        "hard": 45,
        "soft": 25,
        "ours": 30,
        "unknown_bounce": 8,
        "complaint": 8,
        "report_other": 8,
    }
    counts = Counter(mail.kind for mail in MAILS)

    assert set(KINDS) == set(counts) == set(least)
    assert {kind: counts[kind] for kind in least if counts[kind] < least[kind]} == {}
    assert len(MAILS) >= 240


def test_counts_by_language() -> None:
    """People and their machines write in all four languages; bounces come in three more."""
    counts = Counter((mail.kind, mail.language) for mail in MAILS)

    for kind in ("leave", "reply"):
        assert all(counts[kind, language] >= 10 for language in ("en", "fr", "de", "es"))
    for kind in ("absence", "receipt", "hard", "soft", "ours"):
        assert all(counts[kind, language] >= 2 for language in ("en", "fr", "de", "es"))
    assert all(counts["hard", language] for language in ("it", "nl", "pt"))


def test_names_are_unique() -> None:
    """A mail is named by its kind, language, program and note, and has a Message-ID of its own."""
    assert [name for name, n in Counter(mail.name for mail in MAILS).items() if n > 1] == []
    assert len({email.message_from_bytes(mail.raw)["Message-ID"] for mail in MAILS}) == len(MAILS)


def test_same_values_give_same_bytes() -> None:
    """The corpus is the same at every run."""
    assert list(corpus(*VALUES)) == MAILS


@pytest.mark.parametrize("mail", MAILS, ids=lambda mail: mail.name)
def test_each_is_a_sound_mail_of_invented_people(mail: CorpusMail) -> None:
    """Each parses without a defect, says in which values it answers us, and names no real domain."""
    message = email.message_from_bytes(mail.raw)
    parts = list(message.walk())
    told = shown(mail)

    assert [defect for part in parts for defect in part.defects] == []
    assert all(message[name] for name in ("From", "To", "Subject", "Date", "Message-ID"))
    assert any(value in message["To"] for value in VALUES[1:3])
    assert re.findall(r"\{[a-z_]+\}", told) == []
    assert [name for name in DOMAIN.findall(told) if not OWN.search(name)] == []


def test_every_program_writes_as_it_does() -> None:
    """The transfer encodings, charsets and forms that programs use are all there."""
    parts = [part for mail in MAILS for part in email.message_from_bytes(mail.raw).walk()]
    transfers = {str(part["Content-Transfer-Encoding"]).lower() for part in parts}
    charsets = {part.get_content_charset() for part in parts}
    kinds = {part.get_content_type() for part in parts}

    assert {"quoted-printable", "base64", "8bit", "7bit"} <= transfers
    assert {"utf-8", "iso-8859-1", "windows-1252", "us-ascii"} <= charsets
    assert {
        "text/html",
        "multipart/alternative",
        "multipart/report",
        "message/delivery-status",
        "message/disposition-notification",
        "message/feedback-report",
        "message/rfc822",
        "text/rfc822-headers",
    } <= kinds
    assert {mail.raw.count(b"\r\n") > 0 for mail in MAILS} == {True, False}


@pytest.mark.parametrize("kind", ["leave", "reply"])
def test_quoted_letter_is_full_of_words_to_leave(kind: str) -> None:
    """A reader that looks into the quoted letter is caught by the answers of people."""
    quoting = [
        mail for mail in MAILS if mail.kind == kind and "https://www.example.com/u/Zm9v" in shown(mail)
    ]

    assert len(quoting) >= 30

"""Mails that a machine writes in answer to our letter, with the headers it chooses to carry."""

from dataclasses import dataclass

from tests.inbound.corpus import letters
from tests.inbound.corpus.clients import PERSON, Bundle, Part, word
from tests.inbound.corpus.letters import Letter


@dataclass(frozen=True, slots=True)
class Answer:
    """One such mail: its text, and the headers in which programs differ."""

    language: str
    subject: str  # `{subject}` stands for the subject of our letter
    text: str
    extra: str = ""  # the headers by which it says that it is a machine's, if it does
    sender: str = ""  # empty: the lead
    to: str = "{sender_address}"
    path: str = "<>"
    thread: bool = True
    charset: str = "utf-8"
    transfer: str = "quoted-printable"
    html: bool = False  # HTML alone
    both: bool = False  # text and HTML

    def content(self) -> Part | Bundle:
        """The text in the form that this program sends."""
        page = f"<html><body><p>{self.text.replace(chr(10), '<br>' + chr(10))}</p></body></html>\n"
        plain = Part("plain", self.text, self.charset, self.transfer)
        marked = Part("html", page, self.charset, self.transfer)
        if self.both:
            return Bundle("alternative", "--==_mimepart_6728a1f0c3d9", (plain, marked))
        return marked if self.html else plain

    def wire(self, letter: Letter) -> bytes:
        """The whole mail."""
        subject = self.subject.replace("{subject}", letters.SUBJECT[self.language])
        sender = self.sender or f"{word(PERSON[self.language], self.charset)} <{{lead_address}}>"
        thread = "In-Reply-To: <{message_id}>\nReferences: <{message_id}>\n" if self.thread else ""
        head = f"""\
Return-Path: {self.path}
Delivered-To: {self.to}
Received: from out.example.org (out.example.org [198.51.100.17])
\tby mx.example.com (Postfix) with ESMTPS id 4XqT9d3hQkz9s
\tfor <{self.to}>; Tue, 3 Nov 2026 09:12:09 +0100 (CET)
From: {sender}
To: <{self.to}>
Subject: {word(subject, self.charset)}
Date: Tue, 3 Nov 2026 09:12:07 +0100
Message-ID: <{{own_id}}@mail.example.org>
{thread}{self.extra}MIME-Version: 1.0
"""
        return letter.fill(head).encode() + self.content().wire(letter)

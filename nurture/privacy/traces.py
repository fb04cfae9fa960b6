"""Traces: by what a person is found in a text, a row of a file or a mail, so that it can be taken out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage

from nurture.address import AddressError, normalise

ADDRESS_LIKE = re.compile(r"[^\s@<>()\[\]\"'`,;:=|]{1,64}@[^\s@<>()\[\]\"'`,;:=|]{1,255}")
"""Whatever may be an address in a running text; bounded, for the text is anybody's."""
SHORTEST_KEY = 4
"""A shorter key, such as `12`, is found in too many rows that are not the person's."""


FEW = 100
"""So many addresses are looked for one by one; of more, the addresses that a text names are looked up."""


@dataclass(frozen=True, slots=True)
class TracedPerson:
    """What is known of one person, as it may stand in a row."""

    addresses: frozenset[str]
    keys: frozenset[str] = frozenset()
    names: frozenset[tuple[str, str]] = frozenset()  # first and last
    phones: frozenset[str] = frozenset()


class Traces:
    """By what erased persons are found: held in memory while their texts are removed, and never written."""

    def __init__(self, persons: Iterable[TracedPerson] = (), message_ids: Iterable[str] = ()) -> None:
        self.persons = tuple(persons)
        self.message_ids = frozenset(message_ids)
        self.addresses = frozenset(one for person in self.persons for one in person.addresses)
        keys = (key for person in self.persons for key in person.keys if len(key) >= SHORTEST_KEY)
        phones = (phone for person in self.persons for phone in person.phones)
        self._words = {_bare(word) for words in (keys, phones) for word in words}
        self._names = {(_bare(one), _bare(other)) for person in self.persons for one, other in person.names}

    def in_text(self, text: str) -> bool:
        """Whether a text names one of the addresses."""
        if len(self.addresses) > FEW:
            return not self.addresses.isdisjoint(addresses_in(text))
        folded = text.casefold()
        return any(one in folded for one in self.addresses)

    def in_row(self, cells: Iterable[str]) -> bool:
        """Whether a row of a file is about one of the persons: an address, a key, a phone, or both names."""
        said = list(cells)
        if any(self.in_text(cell) for cell in said):
            return True
        words = {_bare(cell) for cell in said}
        named = any((one, other) in self._names for one in words for other in words) if self._names else False
        return named or not words.isdisjoint(self._words)

    def in_mail(self, raw: bytes) -> bool:
        """Whether a mail is one of ours to or about a person, or names an address in a header or a text."""
        mail = parsed(raw)
        return str(mail.get("Message-ID", "")).strip() in self.message_ids or self.in_text(all_text(mail))

    @classmethod
    def joined(cls, parts: Sequence[Traces]) -> Traces:
        """The traces of all of these."""
        persons = (person for part in parts for person in part.persons)
        return cls(persons, (name for part in parts for name in part.message_ids))


def _bare(cell: str) -> str:
    """A cell without what guards it from spreadsheets, blanks and capitals."""
    return cell.strip().lstrip("'").strip().casefold()


def addresses_in(text: str) -> set[str]:
    """The addresses that a text names, normalised; what only looks like one is left out."""
    found = set()
    for written in ADDRESS_LIKE.findall(text):
        try:
            found.add(normalise(written.strip(".!?")))
        except AddressError:
            continue
    return found


def parsed(raw: bytes) -> EmailMessage:
    """A mail as a message, whatever its faults."""
    mail = message_from_bytes(raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def all_text(mail: EmailMessage) -> str:
    """All that can be read in a mail: its headers, its texts decoded, and those of mails within it."""
    said: list[str] = []
    for part in mail.walk():
        said += [_header(part, name) for name in part]
        if part.get_content_maintype() == "text":
            said.append(_content(part))
    return "\n".join(said)


def text_of(mail: EmailMessage) -> str:
    """What a person reads in a mail: its plain text, else what it has."""
    parts = [part for part in mail.walk() if part.get_content_maintype() == "text"]
    plain = [part for part in parts if part.get_content_type() == "text/plain"]
    return "\n".join(_content(part) for part in plain or parts)


def _header(part: EmailMessage, name: str) -> str:
    return _or_bare(lambda: str(part[name]))


def _content(part: EmailMessage) -> str:
    raw = part.get_payload(decode=True)
    plain = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else str(raw)
    return _or_bare(lambda: str(part.get_content()), plain)


def _or_bare(read: Callable[[], str], otherwise: str = "") -> str:
    """What the library reads; it raises whatever it meets in a mail that breaks every rule."""
    try:
        return read()
    except Exception:
        return otherwise

"""The mailbox that bounces and replies come to: its URL, its interface, and the name of its cursor."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol
from urllib.parse import SplitResult, unquote, urlsplit

from inbound.mailbox.imap import Imap, ImapPlace, Tls
from inbound.mailbox.maildir import Maildir
from nurture.errors import SettingError

SCHEMES = "imaps://user:password@host/INBOX, imap:// (STARTTLS) or maildir:///path"


class Mailbox(Protocol):
    """A folder of mails that is read from a cursor on. Nothing is ever deleted, or marked unasked."""

    def read(self, cursor: str, limit: int) -> Iterator[tuple[str, bytes | None, str]]:
        """The mails after the cursor, oldest first: (name, bytes, cursor after it); "" is the beginning.

        A mail that the mailbox does not give, while it gives others, comes without bytes.
        """
        ...

    def mark(self, names: Sequence[str]) -> None:
        """Mark these as handled, for people who look at the same folder."""
        ...


def open_mailbox(url: str) -> AbstractContextManager[Mailbox]:
    """The mailbox that a setting names: connects when entered.

    Raises:
        SettingError: the URL cannot be used; it is not repeated, for it holds a password.
    """
    parts = _split(url)
    if parts.scheme == "maildir":
        return Maildir(Path(unquote(parts.path)))
    written = (option.partition("=") for option in parts.query.split("&") if option)
    options = {name: value for name, _, value in written}
    tls = Tls.ALWAYS if parts.scheme == "imaps" else _tls(options.get("starttls", "required"))
    if parts.scheme not in ("imaps", "imap") or not parts.hostname or not parts.username:
        raise _unusable(f"write it as {SCHEMES}")
    if tls == Tls.NEVER and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise _unusable("a password goes over the network only under TLS; starttls=never is for this machine")
    place = ImapPlace(
        host=parts.hostname,
        port=parts.port or (993 if tls == Tls.ALWAYS else 143),
        user=unquote(parts.username),
        password=unquote(parts.password or ""),
        folder=unquote(parts.path.strip("/")) or "INBOX",
        tls=tls,
    )
    return Imap(place)


def _tls(written: str) -> Tls:
    try:
        return Tls(written)
    except ValueError:
        raise _unusable("starttls is either required or never") from None


def cursor_name(url: str) -> str:
    """Under which name the cursor of a mailbox is kept: one for each place, without a secret in it."""
    parts = _split(url)
    place = f"{parts.scheme}|{parts.username}|{parts.hostname}|{parts.port}|{parts.path}"
    return f"mailbox:{hashlib.sha256(place.encode()).hexdigest()[:24]}"


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise _unusable(f"write it as {SCHEMES}; encode special characters of the password") from None
    return parts


def _unusable(hint: str) -> SettingError:
    return SettingError("NURTURE_MAILBOX_URL cannot be used", hint=hint)

"""An IMAP folder as the mailbox: read without changing a flag, marked where handled, nothing deleted."""

from __future__ import annotations

import imaplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

from imap_tools import BaseMailBox, ImapToolsError, MailBox, MailBoxUnencrypted

from inbound.mail.message import MAX_BYTES
from nurture.errors import MailboxError

KEYWORD = "$NurtureHandled"
"""The keyword that handled mails bear, where the server keeps keywords."""
TIMEOUT = 60
"""Seconds without a word from the server."""
AWAY = (imaplib.IMAP4.error, ImapToolsError, OSError, ValueError)


class Tls(StrEnum):
    """How a connection is kept from listeners."""

    ALWAYS = "always"  # from its first byte
    REQUIRED = "required"  # by STARTTLS, before the password
    NEVER = "never"  # on this machine


@dataclass(frozen=True, slots=True)
class ImapPlace:
    """Where the folder is and how to get there."""

    host: str
    port: int
    user: str = field(repr=False)
    password: str = field(repr=False)
    folder: str = "INBOX"
    tls: Tls = Tls.ALWAYS


class Imap:
    """One connection to one folder. The cursor is the folder's UIDVALIDITY and the last UID read.

    imap-tools' own flag() expunges, which would delete what a person marked for deletion elsewhere:
    flags are stored by the plain command instead.
    """

    def __init__(self, place: ImapPlace, context: ssl.SSLContext | None = None) -> None:
        self._place = place
        self._context = context or ssl.create_default_context()
        self._box: BaseMailBox | None = None
        self._validity = ""
        self._flags = "(\\Seen)"

    def __enter__(self) -> Self:
        """Connect, log in and select the folder.

        Raises:
            MailboxError: the server is away, or refuses the name, the password or the folder.
        """
        try:
            self._box = self._connect()
            if self._place.tls == Tls.REQUIRED:
                self._client.starttls(self._context)
            self._box.login(self._place.user, self._place.password, initial_folder=None)
            self._box.folder.set(self._place.folder)
            self._validity = _number(self._client, "UIDVALIDITY")
            kept = str(self._client.response("PERMANENTFLAGS")[1]).replace("\\\\", "\\")
            self._flags = f"(\\Seen {KEYWORD})" if "\\*" in kept else "(\\Seen)"
        except AWAY as error:
            self.__exit__()
            raise _away(error) from None  # the library's text may hold the user's name
        return self

    def __exit__(self, *_: object) -> None:
        """Log out; never CLOSE, which expunges."""
        if self._box is not None:
            with suppress(*AWAY):
                self._box.logout()
            with suppress(*AWAY):
                self._client.shutdown()  # a failed LOGOUT leaves the socket open
            self._box = None

    def read(self, cursor: str, limit: int) -> Iterator[tuple[str, bytes | None, str]]:
        """The mails after the cursor, one fetched at a time, by PEEK so that none becomes seen.

        A mail that the server refuses comes without bytes once the server gives the next one: else it is
        the server that cannot be read.

        Raises:
            MailboxError: the connection broke, or the server gives nothing more.
        """
        validity, _, last = cursor.partition(":")
        after = int(last) if validity == self._validity and last else 0
        refused: list[int] = []
        try:
            for uid in [uid for uid in self._uids(after) if uid > after][:limit]:
                given, raw = self._fetch(uid)
                if not given:
                    refused.append(uid)
                    continue
                for one in refused:
                    yield str(one), None, f"{self._validity}:{one}"
                refused.clear()
                if raw is not None:
                    yield str(uid), raw, f"{self._validity}:{uid}"
            if refused:
                raise ValueError("FETCH refused")
        except AWAY as error:
            raise _away(error) from None

    def mark(self, names: Sequence[str]) -> None:
        """Set the keyword, and \\Seen.

        Raises:
            MailboxError: the connection broke, or the folder may only be read.
        """
        if not names:
            return
        try:
            status, said = self._client.uid("STORE", ",".join(names), "+FLAGS.SILENT", self._flags)
        except AWAY as error:
            raise _away(error) from None
        if status != "OK":
            raise _away(ValueError(str(said)))

    @property
    def _client(self) -> imaplib.IMAP4:
        assert self._box is not None
        return self._box.client

    def _connect(self) -> BaseMailBox:
        place = self._place
        if place.tls == Tls.ALWAYS:
            return MailBox(place.host, place.port, timeout=TIMEOUT, ssl_context=self._context)
        # Not imap-tools' own MailBoxStartTls: it loses the open socket when STARTTLS fails.
        return MailBoxUnencrypted(place.host, place.port, timeout=TIMEOUT)

    def _uids(self, after: int) -> list[int]:
        assert self._box is not None
        return sorted(int(uid) for uid in self._box.uids(f"UID {after + 1}:*", charset=None))

    def _fetch(self, uid: int) -> tuple[bool, bytes | None]:
        """Whether the server gives it, and the first part, which holds all that is read; None: it is gone."""
        status, found = self._client.uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{MAX_BYTES}>)")
        if status != "OK":
            return False, None
        bodies = [one[1] for one in found or [] if isinstance(one, tuple)]
        return True, bytes(bodies[0]) if bodies else None


def _number(client: Any, name: str) -> str:
    found = client.response(name)[1]
    return found[0].decode("ascii", "replace") if found and found[0] else "0"


def _away(error: BaseException) -> MailboxError:
    kind = type(error).__name__
    return MailboxError(
        f"the mailbox cannot be read ({kind})", hint="look at NURTURE_MAILBOX_URL and the server"
    )

"""Reads the mails that came into the demo's Maildir, each once."""

from __future__ import annotations

import re
from datetime import UTC
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parsedate_to_datetime
from html import unescape
from pathlib import Path

from flows.work.demo.acts import DemoMail

_HREF = re.compile(r'<a\s[^<>]{0,500}?href="([^"]+)"')
_PARSER = BytesParser(policy=policy.default)


class DemoMailbox:
    """A Maildir and what was read of it."""

    def __init__(self, maildir: Path) -> None:
        self._folder = maildir / "new"
        self._seen: set[str] = set()
        self.mails: list[DemoMail] = []

    def read_new(self) -> list[DemoMail]:
        """The mails that came since the last look, in an order that does not depend on who was quicker."""
        names = sorted({path.name for path in self._folder.iterdir()} - self._seen)
        self._seen.update(names)
        found = [read_mail(self._folder / name) for name in names]
        found.sort(key=lambda mail: (mail.sent_at, mail.recipient, mail.subject))
        self.mails += found
        return found


def read_mail(path: Path) -> DemoMail:
    """One message file as its reader sees it."""
    message = _PARSER.parsebytes(path.read_bytes())
    assert isinstance(message, EmailMessage)
    body = message.get_body(("html",))
    html = body.get_content() if body is not None else ""
    way_out = message["List-Unsubscribe"]
    leave = way_out.split(",")[0].strip().strip("<>") if way_out else None
    automatic = "Auto-Submitted" in message  # service mail, and a seller's notice
    links = dict.fromkeys(unescape(link) for link in _HREF.findall(html))
    return DemoMail(
        recipient=str(message["Delivered-To"]).lower(),
        subject=str(message["Subject"]),
        sent_at=parsedate_to_datetime(str(message["Date"])).astimezone(UTC),
        message_id=str(message["Message-ID"]).strip(),
        links=tuple(link for link in links if link != leave),
        leave_url=None if automatic else leave,
        about=next((link[7:].partition("?")[0] for link in links if link.startswith("mailto:")), "").lower(),
        html=html,
        path=path,
    )

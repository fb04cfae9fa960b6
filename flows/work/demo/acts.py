"""What demo leads do, and the mails they do it with, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

LEAVES = "leaves"
"""An act that is no signal: the lead presses unsubscribe."""


@dataclass(frozen=True, slots=True)
class Act:
    """Something one lead does at a moment: a signal, or leaving. `name` tells a lead's acts apart."""

    at: datetime
    address: str
    name: str
    type: str
    properties: Mapping[str, str] = field(default_factory=dict)
    machine: bool = False
    url: str = ""  # where to leave


@dataclass(frozen=True, slots=True)
class DemoMail:
    """One message as its reader sees it."""

    recipient: str
    subject: str
    sent_at: datetime
    message_id: str
    links: tuple[str, ...]  # in the order of the text, without the way out
    leave_url: str | None  # List-Unsubscribe of what counts for caps; None: service mail, or a seller's
    about: str  # whom a seller may write to by the notice's button; empty: the mail is to a lead
    html: str
    path: Path

    @property
    def marketing(self) -> bool:
        """Whether it counts for caps: what was asked for, and what tells sellers, does not."""
        return self.leave_url is not None

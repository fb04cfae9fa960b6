"""Builders of letters and of the moment they are sent at."""

from __future__ import annotations

from datetime import UTC, datetime

from nurture.values import Letter

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CONTENT = b"Subject: hello\r\n\r\nBody\r\n"


def now() -> datetime:
    """The one moment of these tests."""
    return NOW


def letter(
    recipient: str = "ada@example.com",
    number: int = 1,
    content: bytes = CONTENT,
    sender: str = "us@example.org",
) -> Letter:
    """A letter to one recipient."""
    return Letter(outbox_id=number, attempt=3, sender=sender, recipient=recipient, content=content)


def letters(count: int) -> list[Letter]:
    """Letters to lead1, lead2 and so on."""
    return [letter(f"lead{n}@example.com", n) for n in range(1, count + 1)]

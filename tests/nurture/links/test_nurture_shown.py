"""A URL is shown without what it keeps secret, however it was written."""

from __future__ import annotations

import pytest

from nurture.links.redaction import secrets_in, shown_url, without_secrets


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://user:hunter2@db.example:5432/leads", "postgresql://db.example:5432/leads"),
        ("postgresql://user:hunter2@[::1]:5432/leads", "postgresql://[::1]:5432/leads"),
        ("postgresql://user:hunter2@a:1,b:2/leads", "postgresql://a:1,b:2/leads"),
        ("postgresql://db/leads?password=hunter2&sslpassword=hunter2", "postgresql://db/leads"),
        ("postgresql://db/leads?password=hun@ter2", "postgresql://db/leads"),
        ("postgresql:///leads?host=/tmp&password=hunter2", "postgresql:///leads"),
        ("postgresql://user:hunter2/leads", "postgresql://***"),
        ("postgresql://user:hun@ter2@db/leads", "postgresql://***"),
        ("postgresql://user:hun?ter2@db/leads", "postgresql://***"),
        ("postgresql://user:hun/ter2@db/leads", "postgresql://db/leads"),
        ("postgresql://user:hun#ter2@db/leads", "postgresql://***"),
        ("host=db port=5 dbname=leads user=u password='hun ter2'", "host=db port=5 dbname=leads"),
        ("hunter2", ""),
        ("sqlite:////srv/a@b/store.db", "sqlite:////srv/a@b/store.db"),
        ("sqlite:///store.db?key=hunter2", "sqlite:///store.db"),
        ("smtp://user:hunter2@relay.example:587?starttls=required", "smtp://relay.example:587"),
        ("imaps://user%40x:hunter2@mail.example/INBOX", "imaps://mail.example/INBOX"),
        ("maildir:///srv/mail", "maildir:///srv/mail"),
    ],
)
def test_what_is_shown(url: str, shown: str) -> None:
    """Scheme, host, port and path; of two readings, none."""
    assert shown_url(url) == shown


@pytest.mark.parametrize(
    ("url", "secrets"),
    [
        ("postgresql://user:hunter2@db/leads", {"hunter2"}),
        ("postgresql://user:hun%74er2@db/leads", {"hun%74er2", "hunter2"}),
        ("postgresql://user:hun/ter2@db/leads?sslmode=require", {"hun/ter2"}),
        ("postgresql://db/leads?host=/tmp&password=hunter+2", {"hunter+2", "hunter 2"}),
        ("postgresql://db/leads?passwrod=hunter2", {"hunter2"}),
        ("host=db dbname=leads password='hunter2'", {"hunter2"}),
        ("sqlite:////srv/a@b/store.db", set()),
        ("smtp://relay.example", set()),
    ],
)
def test_what_a_text_must_not_repeat(url: str, secrets: set[str]) -> None:
    """The password as it is written and as it is meant, and whatever an option may hide."""
    assert secrets_in(url) == secrets


def test_secrets_are_taken_out() -> None:
    """The longest first, so that no half of one stays."""
    assert without_secrets("got hunter2x and hunter2", {"hunter2", "hunter2x"}) == "got *** and ***"

"""Every shipped message as SpamAssassin's local rules judge it: no points at all, where it is installed."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path

import pytest

from nurture.words import Purpose
from outbound.message.build import build_message
from tests.content.test_content_shipped import FULL, VARIANTS, book, mail

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        shutil.which("spamassassin") is None,
        reason="SpamAssassin is not installed (Debian: apt-get install spamassassin)",
    ),
]
WHEN = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
VERDICT = re.compile(r"score=(-?[\d.]+)")


def letter(number: int, name: str, language: str) -> bytes:
    """The message as it leaves: to a lead with its ways to leave, to a seller as a machine's notice."""
    rendered = mail(name, language, FULL)
    to_seller = name.startswith("seller/")
    automatic = to_seller or book().templates.info(name).purpose is Purpose.SERVICE
    return build_message(
        sender=("Marion Delcourt", "marion@verrou.example"),
        recipient="claire@lumen.example",
        subject=rendered.subject,
        html=rendered.html,
        text=rendered.text,
        message_id=f"<{number}.5f2c1d@verrou.example>",
        date=WHEN,
        unsubscribe_url=None if to_seller else "https://nurture.verrou.example/u/Zm9vYmFy",
        reply_to="hello@verrou.example",
        list_id=None if to_seller else "guides.verrou.example",
        automatic=automatic,
    )


def test_no_message_has_a_point(tmp_path: Path) -> None:
    """Each in each language: 0.0 by the rules that need no network."""
    box = b"".join(
        b"From marion@verrou.example Tue Nov 24 09:30:00 2026\n"
        + letter(number, *variant).replace(b"\r\n", b"\n").replace(b"\nFrom ", b"\n>From ")
        + b"\n"
        for number, variant in enumerate(VARIANTS)
    )
    judged = subprocess.run(
        [
            "spamassassin",
            "--local",
            "--mbox",
            "--siteconfigpath=/etc/spamassassin",
            f"--prefspath={tmp_path}/prefs",
        ],
        input=box,
        capture_output=True,
        check=True,
        env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin:/usr/sbin"},
    ).stdout
    mails = [message_from_bytes(one) for one in re.split(rb"^From marion@.*\n", judged, flags=re.M)[1:]]
    said = [str(one["X-Spam-Status"]) for one in mails]

    assert len(said) == len(VARIANTS)
    points = dict(zip(VARIANTS, said, strict=True))
    assert {one: why for one, why in points.items() if float(VERDICT.findall(why)[0]) > 0} == {}

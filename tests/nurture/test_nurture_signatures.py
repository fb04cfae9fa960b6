"""Signatures of Standard Webhooks: made and verified by the same few lines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from nurture.signatures import MOST_SIGNATURES, derived_secret, is_signed, sign

NOW = datetime(2027, 6, 15, 8, 0, tzinfo=UTC)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = b'{"test": 2432232314}'
STAMP = str(int(NOW.timestamp()))
GOOD = f"v1,{sign(SECRET, 'msg_1', STAMP, BODY)}"


def test_the_published_example_is_signed_alike() -> None:
    """The one that the specification prints."""
    made = sign(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", BODY)

    assert made == "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


CALLS = {
    "good": ({}, True),
    "one of two": ({"signatures": f"v1,bm90IHRoaXM= {GOOD}"}, True),
    "another secret": ({"secret": "a plain text secret"}, False),
    "another id": ({"key": "msg_2"}, False),
    "another body": ({"content": b"{}"}, False),
    "a replay": ({"now": NOW + timedelta(minutes=6)}, False),
    "from the future": ({"now": NOW - timedelta(minutes=6)}, False),
    "within the tolerance": ({"now": NOW + timedelta(minutes=4)}, True),
    "no moment": ({"stamp": "yesterday"}, False),
    "digits of another script": ({"stamp": "١٢٣"}, False),
    "a moment without end": ({"stamp": "9" * 400}, False),
    "no signature": ({"signatures": ""}, False),
    "another scheme": ({"signatures": GOOD.replace("v1,", "v1a,")}, False),
    "not ASCII": ({"signatures": "v1,ä"}, False),
    "hidden behind many": ({"signatures": "v1,x " * MOST_SIGNATURES + GOOD}, False),
}


@pytest.mark.parametrize(("changed", "expected"), CALLS.values(), ids=CALLS.keys())
def test_only_a_fresh_signature_by_the_secret_is_one(changed: dict[str, object], expected: bool) -> None:
    """Forged, replayed and garbled ones are none."""
    call = {"secret": SECRET, "key": "msg_1", "stamp": STAMP, "signatures": GOOD, "content": BODY, "now": NOW}

    assert is_signed(**{**call, **changed}) is expected  # type: ignore[arg-type]


def test_each_purpose_has_a_secret_of_its_own() -> None:
    """The same each time, and none of another root."""
    made = derived_secret("root", "a")

    assert made == derived_secret("root", "a")
    assert made not in (derived_secret("root", "b"), derived_secret("other", "a"))
    assert made.startswith("whsec_")

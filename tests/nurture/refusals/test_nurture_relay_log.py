"""A relay's log, read for what became of the messages that nobody knows the end of."""

from __future__ import annotations

import pytest

from nurture.refusals.relay_log import Fate, read_log

OURS = "<nurture.0f3a@acme.example>"
OTHER = "<nurture.1b2c@acme.example>"
CLEANUP = "Nov 28 10:00:01 mx postfix/cleanup[12]: 4AbC12: message-id=<nurture.0f3a@acme.example>"
TO = "Nov 28 10:00:02 mx postfix/smtp[13]: 4AbC12: to=<a@x.example>, relay=mx.x.example[192.0.2.1]:25, "
SENDMAIL = "Nov 28 10:00:01 mx sendmail[9]: xAS1abcd012345: "
EXIM = "2026-11-28 10:00:01 1tGabc-000000001Qx-2aBc "


@pytest.mark.parametrize(
    ("lines", "fate"),
    [
        ([CLEANUP, TO + "dsn=2.0.0, status=sent (250 ok)"], Fate.SENT),
        ([CLEANUP, TO + "dsn=5.1.1, status=bounced (host said: 550)"], Fate.FAILED),
        ([CLEANUP, TO + "dsn=4.0.0, status=deferred (timed out)"], Fate.WAITS),
        ([CLEANUP, TO + "status=deferred (timed out)", TO + "status=sent (250 ok)"], Fate.SENT),
        ([CLEANUP, "Nov 28 10:00:03 mx postfix/qmgr[1]: 4AbC12: status=expired, returned"], Fate.FAILED),
        ([CLEANUP, "Nov 28 10:00:03 mx postfix/qmgr[1]: 4AbC12: removed"], Fate.NAMED),
        ([CLEANUP.replace("Nov 28 10:00:01", "2026-11-28T10:00:01.12+01:00")], Fate.NAMED),
        (
            [
                SENDMAIL + "from=<b@acme.example>, msgid=<nurture.0f3a@acme.example>",
                SENDMAIL + "stat=Sent (ok)",
            ],
            Fate.SENT,
        ),
        (
            [SENDMAIL + "msgid=<nurture.0f3a@acme.example>", SENDMAIL + "dsn=5.1.1, stat=User unknown"],
            Fate.FAILED,
        ),
        (
            [EXIM + "<= b@acme.example U=mail id=nurture.0f3a@acme.example", EXIM + "=> a@x.example R=dns"],
            Fate.SENT,
        ),
        ([EXIM + "<= b@acme.example id=nurture.0f3a@acme.example", EXIM + "** a@x.example"], Fate.FAILED),
        ([EXIM + "<= b@acme.example id=nurture.0f3a@acme.example", EXIM + "== a@x.example"], Fate.WAITS),
        ([EXIM + "<= b@acme.example id=nurture.0f3a@acme.example", EXIM + "Completed"], Fate.NAMED),
        ([OURS], Fate.NAMED),
        (["nurture.0f3a@acme.example;delivered"], Fate.SENT),
        ([f"{OURS}, Bounced"], Fate.FAILED),
        ([f"{OURS} perhaps"], Fate.NAMED),
        (["", "mx kernel: out of memory", CLEANUP.replace("0f3a", "ffff")], None),
    ],
)
def test_what_a_log_says(lines: list[str], fate: Fate | None) -> None:
    """Postfix, Sendmail, Exim and plain lists; the last word on a queue counts."""
    assert read_log(lines, [OURS]).get(OURS) is fate


def test_a_second_queue_may_spoil_what_the_first_delivered() -> None:
    """Behind a content filter a message comes again under another name, and may come back then."""
    again = CLEANUP.replace("4AbC12", "9XyZ99")
    bounced = TO.replace("4AbC12", "9XyZ99") + "status=bounced (550)"

    assert read_log([CLEANUP, TO + "status=sent (250 ok)", again, bounced], [OURS]) == {OURS: Fate.FAILED}


def test_a_name_that_is_used_again_tells_of_another_message() -> None:
    """Short queue names come again: what is said after that is not about ours."""
    stranger = CLEANUP.replace("nurture.0f3a", "stranger")

    assert read_log([CLEANUP, stranger, TO + "status=bounced (550)"], [OURS, OTHER]) == {OURS: Fate.NAMED}

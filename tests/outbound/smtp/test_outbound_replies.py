"""What replies ask for, and that no address survives in them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nurture.words import OUTCOMES, Outcome, Remedy
from outbound.smtp.replies import MAX_REPLY, Phase, remedy_of, remedy_of_silence, scrub

REAL_REPLIES = Path(__file__).parents[4] / "shared" / "data" / "smtp_replies" / "provider_replies.toml"

TAKEN, RETRY, SLOW_RELAY, SLOW_DOMAIN = Remedy.TAKEN, Remedy.RETRY, Remedy.SLOW_RELAY, Remedy.SLOW_DOMAIN
STOP_SENDER, SUPPRESS, FAIL, LIST = Remedy.STOP_SENDER, Remedy.SUPPRESS, Remedy.FAIL, Remedy.LIST
CONNECT, LOGIN, MAIL, RCPT, DATA, DOT = (
    Phase.CONNECT,
    Phase.LOGIN,
    Phase.MAIL,
    Phase.RCPT,
    Phase.DATA,
    Phase.DOT,
)


def asks_for(said: str, phase: Phase) -> Remedy:
    """What this line of a server asks for."""
    return remedy_of(phase, int(said[:3]), said[4:])


@pytest.mark.parametrize(
    ("phase", "said", "expected"),
    [
        (DOT, "250 2.0.0 ok", TAKEN),
        (DOT, "250 relayed, not delivered yet: your quota is low", TAKEN),
        (RCPT, "250 ok", RETRY),
        (DATA, "250 ok", RETRY),
        (DOT, "354 go on", LIST),
        (DOT, "200 hm", TAKEN),
        (CONNECT, "250 ok", SLOW_RELAY),
    ],
)
def test_what_is_no_refusal(phase: Phase, said: str, expected: Remedy) -> None:
    """2xx to the final dot is the only yes; what is out of place means what a silence means."""
    assert asks_for(said, phase) is expected


@pytest.mark.parametrize(
    ("phase", "said", "expected"),
    [
        (CONNECT, "421 4.7.0 too many connections", SLOW_RELAY),
        (CONNECT, "421 Too many concurrent SMTP connections", SLOW_RELAY),
        (CONNECT, "554 5.7.1 your host is listed", SLOW_RELAY),
        (CONNECT, "521 no mail here", SLOW_RELAY),
        (CONNECT, "530 5.7.0 STARTTLS first", STOP_SENDER),
        (LOGIN, "454 4.7.0 Too many login attempts, wait a little", SLOW_RELAY),
        (LOGIN, "454 4.7.0 Temporary authentication failure", SLOW_RELAY),
        (LOGIN, "421 closing", SLOW_RELAY),
        (LOGIN, "550 Too many messages. Try again in 92 seconds.", SLOW_RELAY),
        (LOGIN, "535 5.7.8 who are you", STOP_SENDER),
        (LOGIN, "534 5.7.9 use an app password", STOP_SENDER),
        (LOGIN, "525 5.7.13 account disabled", STOP_SENDER),
        (LOGIN, "504 5.7.4 unknown mechanism", STOP_SENDER),
        (MAIL, "421 4.4.2 idle for too long", SLOW_RELAY),
        (MAIL, "452 4.3.1 no room on our disk", SLOW_RELAY),
        (MAIL, "550 5.7.1 sender rejected", STOP_SENDER),
        (MAIL, "553 5.7.1 not owned by user us", STOP_SENDER),
        (MAIL, "550 5.1.8 domain of sender does not exist", STOP_SENDER),
        (MAIL, "550 5.4.5 Daily sending quota exceeded", SLOW_RELAY),
        (MAIL, "552 too large", FAIL),
        (MAIL, "500 5.3.4 too large", FAIL),
        (MAIL, "553 5.6.7 no UTF-8", FAIL),
        (MAIL, "552 5.2.2 over quota", RETRY),
        (MAIL, "501 5.5.4 what is SIZE", RETRY),
    ],
)
def test_before_the_recipient_is_named(phase: Phase, said: str, expected: Remedy) -> None:
    """What is said at the door or to MAIL is about the relay or us, and costs no lead."""
    assert asks_for(said, phase) is expected


@pytest.mark.parametrize(
    "said",
    [
        "454 Throttling failure: Maximum sending rate exceeded.",
        "454 Throttling failure: Daily message quota exceeded.",
        "450 4.2.1 Peak SMTP relay limit exceeded for customer",
        "550 5.4.5 Daily user sending limit exceeded",
        "550 5.7.1 Daily SMTP relay sending limit exceeded",
        "451 This account has sent too many messages in a short time",
        "451 4.7.1 too many messages for this login",
        "550 Domain example.org has exceeded the max emails per hour (100/100) allowed",
        "451 Maximum credits exceeded",
        "452 your hourly sending limit is reached",
        "452 4.3.1 insufficient system storage",
        "454 4.3.0 busy",
        "421 4.3.2 going down",
        "421 Service not available, closing transmission channel",
    ],
)
@pytest.mark.parametrize("phase", [RCPT, DATA, DOT])
def test_relay_is_slowed(phase: Phase, said: str) -> None:
    """The relay that goes down, is full, or has its fill of our account makes everything wait."""
    assert asks_for(said, phase) is SLOW_RELAY


@pytest.mark.parametrize(
    "said",
    [
        "552 5.2.2 This account has exceeded its quota",
        "450 4.2.2 The user's account has exceeded its quota",
        "452 4.2.2 Mailbox full: account exceeded disk quota",
        "554 5.7.1 Recipient exceeded daily quota",
        "450 4.1.1 Recipient address rejected: unverified address: host mx.example said: Relaying denied",
    ],
)
@pytest.mark.parametrize("phase", [RCPT, DOT])
def test_one_full_mailbox_is_not_the_relays_limit(phase: Phase, said: str) -> None:
    """What is said of one recipient, in words like those of a relay, is tried again and closes nothing."""
    assert asks_for(said, phase) is Remedy.RETRY


@pytest.mark.parametrize(
    "said",
    [
        "421 4.7.0 [TSS05] Messages from 192.0.2.1 deferred, users complain; see https://x.example/codes",
        "421 [IPTS03] All messages from 192.0.2.1 wait",
        "421 RP-001 (BAY) Messages from 192.0.2.1 exceeded the allowed rate",
        "421-4.7.28 There is an unusual amount of mail that nobody asked for\n4.7.28 from your SPF domain.",
        "451 4.7.500 Server busy. Come back later from [192.0.2.1]. (S77719)",
        "451 4.7.650 The server [192.0.2.1] is limited for now because of its IP reputation (S775)",
        "451 4.7.1 Too many messages from a host we do not know",
        "452 4.3.2 Connection rate limit exceeded",
        "451 DNS says your reputation is poor",
        "550 Ip frequency limited",
        "550 5.7.1 This mail has been rate limited",
        "421 4.7.24 SPF record has suspicious entries",
    ],
)
@pytest.mark.parametrize("phase", [RCPT, DOT])
def test_domain_is_slowed(phase: Phase, said: str) -> None:
    """A domain that has had enough of us for now makes the letters to it wait."""
    assert asks_for(said, phase) is SLOW_DOMAIN


@pytest.mark.parametrize(
    "said",
    [
        "450 4.2.0 Greylisted, see http://postgrey.example/help",
        "451 4.7.1 Greylisting in action, please come back",
        "421 4.7.0 Graylisted",
        "450 4.2.1 The user gets mail at a rate; he is receiving mail at a rate that we stop",
        "550 5.2.1 The user is receiving mail too quickly",
        "432 4.3.2 STOREDRV.Deliver; recipient thread limit exceeded",
        "450 4.2.1 mailbox busy",
        "452 4.2.2 full",
        "552 5.2.2 over quota",
        "554 5.2.2 mailbox full",
        "550 5.1.1 mailbox is full",
        "550 bo\u00eete de réception pleine",
        "452 4.5.3 too many recipients",
        "450 4.1.8 Sender address rejected: Domain not found",
        "451 4.7.26 DMARC policy says no, but temporary DNS failures keep us from checking",
        "451 4.3.0 something broke",
        "451 later",
        "421 No more messages per connection",
    ],
)
@pytest.mark.parametrize("phase", [RCPT, DOT])
def test_letter_is_tried_again(phase: Phase, said: str) -> None:
    """Greylisting, and a mailbox that is full or busy, hold up one letter and no other."""
    assert asks_for(said, phase) is RETRY


@pytest.mark.parametrize(
    "said",
    [
        "535 log in",
        "530 5.7.57 Client not authenticated to send anonymous mail",
        "550 5.7.26 SPF",
        "550 5.7.515 access denied",
        "550 5.7.509 Access denied, the domain fails DMARC and asks to reject",
        "550 5.7.23 no SPF match",
        "550 5.7.25 no PTR",
        "421 4.7.26 rate limited: this mail is unauthenticated",
        "421-4.7.30 rate limited: DKIM\n4.7.30 did not pass",
        "550 5.7.1 Unauthenticated mail is refused by the DMARC\n5.7.1 policy of example.org",
        "550 5.7.1 Rejected: the sender\u2019s SPF record does not allow 192.0.2.1",
        "501 5.0.2 DMARC check failed",
        "554 5.7.1 missing DKIM signature",
        "503 This server requires authentication",
        "550 relaying denied for <ada@example.com>",
        "454 4.7.1 <ada@example.com>: Relay access denied",
        "554 Message rejected: Email address is not verified.",
        "554 Sending paused for this account",
        "553 5.7.1 <us@example.org>: Sender address rejected: not owned by user us",
        "550 5.1.7 bad sender",
        "550 5.1.8 the sender's domain does not exist",
    ],
)
@pytest.mark.parametrize("phase", [RCPT, DOT])
def test_sender_is_stopped(phase: Phase, said: str) -> None:
    """Our login, SPF, DKIM or DMARC is broken, or our sender is not in order: no lead pays for it."""
    assert asks_for(said, phase) is STOP_SENDER


@pytest.mark.parametrize(
    "said",
    [
        "550 5.1.1 unknown",
        "550 5.1.10 RESOLVER.ADR.RecipientNotFound",
        "556 5.1.10 null MX",
        "556 takes no mail",
        "550 5.1.2 no such host",
        "550 5.1.6 has moved",
        "550 no such user here (#5.1.1)",
        "550-5.1.1 The account you tried to\n5.1.1 reach does not exist",
        "550 <ada@example.com>: Recipient address rejected: User unknown in virtual mailbox table",
        "550 User full.name@example.com does not exist",
        "551 Mailbox not found",
        "553 sorry, no mailbox here by that name",
        "552 aborted, mailbox not found",
        "554 dd This user doesn't have an example.com account (ada@example.com)",
        "550 5.2.1 This mailbox no longer exists",
        "550 5.5.0 the recipient was not found",
        "550 Utilisateur inconnu",
        "550 Empfänger unbekannt",
        "550 5.4.1 Recipient address rejected: Access denied",
        "550 5.1.351 Remote server returned unknown recipient or mailbox unavailable",
        "550 User unknown",
        "550 No such user",
        "550 La cuenta no existe",
        "550 L'indirizzo non esiste",
        "550 Gebruiker onbekend",
    ],
)
@pytest.mark.parametrize("phase", [RCPT, DOT])
def test_address_is_suppressed(phase: Phase, said: str) -> None:
    """A mailbox or a domain that is unmistakably not there is never mailed again."""
    assert asks_for(said, phase) is SUPPRESS


@pytest.mark.parametrize(
    "said",
    [
        "550 unknown",
        "550 5.2.1 disabled",
        "554 5.7.1 spam",
        "554 5.7.9 Not accepted for policy reasons",
        "550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required",
        "550 4.1.1 whatever",
        "552 5.3.4 message exceeds our storage",
        "552 5.2.3 too large for this user",
        "554 5.5.1 no",
        "501 Syntax error",
    ],
)
@pytest.mark.parametrize("phase", [RCPT, DOT])
def test_touch_fails(phase: Phase, said: str) -> None:
    """Policy, content, size, and all that may mean something else than a missing mailbox: FAIL."""
    assert asks_for(said, phase) is FAIL


@pytest.mark.parametrize(
    "said",
    [
        "550 Sender verify failed: no such user <us@example.org>",
        "550 Verification failed for <us@example.org>: no such user here",
        "550 5.1.1 blocked by Spamhaus",
        "550 your domain does not exist",
        "550 5.7.1 part of their network is on our block list (S3140)",
        "554 5.7.1 blocked, see http://list.example/185.1.1.3",
        "550 your host 10.5.1.1 is blocked",
        "504 5.5.2 <us>: Helo command rejected: need fully-qualified hostname",
        "550 5.7.1 <us.example.org>: Helo command rejected: Host not found",
        "550 Votre adresse IP est sur liste noire",
        "554 Ihre IP-Adresse steht auf einer Sperrliste",
        "550 La IP del remitente está en una lista negra",
    ],
)
def test_what_is_said_of_our_host_fails_no_letter_before_it_is_written(said: str) -> None:
    """At RCPT it makes the domain wait; of a letter that was written it may speak of the words in it."""
    assert asks_for(said, RCPT) is asks_for(said, DATA) is SLOW_DOMAIN
    assert asks_for(said, DOT) is FAIL


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("554 5.7.1 Kein gueltiger PTR-Eintrag fuer 192.0.2.10", STOP_SENDER),
        ("550 El servidor no tiene DNS inverso", STOP_SENDER),
        ("550 Client host rejected: cannot find your reverse hostname", STOP_SENDER),
        ("553 Le domaine de l'expéditeur est introuvable", STOP_SENDER),
        ("550 Die Absenderdomain existiert nicht", STOP_SENDER),
        ("552 Das Postfach des Empfängers ist voll", RETRY),
        ("552 Cuota excedida", RETRY),
        ("550 La casella del destinatario è piena", RETRY),
        ("550 Requested action not taken: mailbox unavailable", SUPPRESS),
        ("550 5.2.1 The email account that you tried to reach is disabled", SUPPRESS),
    ],
)
def test_in_the_language_of_the_provider(said: str, expected: Remedy) -> None:
    """A missing PTR, an unknown sender domain, a full mailbox and a closed one, as servers say it to RCPT."""
    assert asks_for(said, RCPT) is expected


@pytest.mark.parametrize(
    ("phase", "said", "expected"),
    [
        (DOT, "550 mailbox unavailable", FAIL),
        (RCPT, "552 exceeded storage allocation", RETRY),
        (DOT, "552 exceeded storage allocation", FAIL),
        (DOT, "552 too much mail data", FAIL),
    ],
)
def test_552_without_a_status(phase: Phase, said: str, expected: Remedy) -> None:
    """552 to RCPT speaks of the mailbox, which may be emptied; to the letter it speaks of its size."""
    assert asks_for(said, phase) is expected


@given(
    st.sampled_from(Phase), st.integers(-1, 999), st.text() | st.from_regex(r"[245]\.\d{1,2}\.\d{1,3} \w* *")
)
def test_remedy_keeps_to_its_code(phase: Phase, code: int, text: str) -> None:
    """4xx is never final, 5xx is never in doubt, and no lead pays for what is said before its name."""
    outcome = OUTCOMES[remedy_of(phase, code, text)]

    assert outcome is not Outcome.REFUSED or (500 <= code < 600 and phase not in (CONNECT, LOGIN))
    assert outcome is not Outcome.UNCERTAIN or (phase is DOT and not 400 <= code < 600)
    assert (outcome is Outcome.SENT) == (phase is DOT and 200 <= code < 300)


@pytest.mark.parametrize("phase", Phase)
def test_silence_asks_for(phase: Phase) -> None:
    """A silence at the door is the relay's, before the final dot the letter's, and after it a doubt."""
    expected = {CONNECT: SLOW_RELAY, LOGIN: SLOW_RELAY, DOT: LIST}

    assert remedy_of_silence(phase) is expected.get(phase, RETRY)


@pytest.mark.parametrize(
    ("text", "recipient", "expected"),
    [
        ("<a@b.c>: no", "", "<address>: no"),
        ("no such user a.b+c=d@sub.example.co.uk.", "", "no such user <address>"),
        ('"john doe"@example.com gone', "", "<address> gone"),
        ("RCPT TO:<A@B>", "", "RCPT TO:<address>"),
        ("see https://x.example/?u=a%40b.c", "", "see https:<address>"),
        ("zoé@münchen.example", "", "<address>"),
        ("no mailbox john.doe here", "John.Doe@example.com", "no mailbox <address> here"),
        ("no mailbox user here", "user@example.com", "no mailbox user here"),
        ("two\r\nlines\tand\x00more", "", "two lines and more"),
    ],
)
def test_address_is_taken_out(text: str, recipient: str, expected: str) -> None:
    """Addresses become `<address>`, and the rest can still be read."""
    assert scrub(text, recipient) == expected


@given(st.text(), st.emails(), st.text())
def test_no_address_survives(before: str, address: str, after: str) -> None:
    """Whatever surrounds an address, the kept line is short, printable and holds no @."""
    kept = scrub(f"{before} {address} {after}")

    assert len(kept) <= MAX_REPLY
    assert address not in kept
    assert not any(ord(c) < 32 for c in kept)


@pytest.mark.skipif(not REAL_REPLIES.exists(), reason="the collection of real replies is not here")
def test_real_replies() -> None:
    """Real replies of 4xx are LATER; those of 5xx fall into the classes that their words tell a reader."""
    groups = tomllib.loads(REAL_REPLIES.read_text())
    replies = [r for group in ("defer", "bounce") for said in groups[group].values() for r in said]
    asked = {(r["code"], r["msg"]): remedy_of(RCPT, r["code"], r["msg"]) for r in replies}
    gone = "does not exist|not found|doesn't have a|no longer valid|5\\.1\\.[12] |moved with no"
    ours = "DMARC|relaying"
    passes = "over quota|at a rate"
    shut = "mailbox unavailable|is disabled"
    host = "spamhaus|reputation|unsolicited"

    def of(pattern: str, unless: str = "$^") -> set[Remedy]:
        """What 5xx replies with such words ask for."""
        return {
            remedy
            for (code, said), remedy in asked.items()
            if code >= 500 and re.search(pattern, said, re.I) and not re.search(unless, said, re.I)
        }

    assert {OUTCOMES[remedy] for (code, _), remedy in asked.items() if code < 500} == {Outcome.LATER}
    assert {remedy for (code, said), remedy in asked.items() if "TS0" in said or "TSS" in said} == {
        SLOW_DOMAIN
    }
    assert (of(gone), of(ours), of(passes)) == ({SUPPRESS}, {STOP_SENDER}, {RETRY})
    assert (of(shut), of(host)) == ({SUPPRESS}, {SLOW_DOMAIN})
    assert of(".", unless=f"{gone}|{ours}|{passes}|{shut}|{host}") == {FAIL}
    assert not any("@" in scrub(said) for _, said in asked)

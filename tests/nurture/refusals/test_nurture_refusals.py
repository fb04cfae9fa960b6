"""A refusal is read alike wherever it is met: gone for good, passing, or a fault of ours."""

from __future__ import annotations

import pytest

from nurture.refusals.refusal import judge, tells_of_full
from nurture.texts.fold import folded

GONE = """\
550 User unknown
550 No such user
550 No such user here
550 unknown user
550 Unknown recipient
550 Invalid recipient
550 5.1.1 User unknown
550 5.1.351 Remote server returned unknown recipient or mailbox unavailable
550 mailbox not found
550 Mailbox does not exist
550 account does not exist
550 Address unknown
550 recipient unknown
550 User not found
550 no such recipient
550 no such mailbox
550 user does not exist
550 5.4.1 Recipient address rejected: Access denied
550 Empfänger existiert nicht
550 Benutzer unbekannt
550 unbekannter Empfänger
550 Postfach nicht vorhanden
550 Der Empfänger ist unbekannt
550 Die E-Mail-Adresse existiert nicht
550 Utilisateur inconnu
550 Destinataire inconnu
550 Cette adresse n'existe pas
550 Boîte aux lettres inexistante
550 Compte inexistant
550 L'utilisateur n'existe pas
550 El usuario no existe
550 Usuario desconocido
550 Destinatario desconocido
550 La dirección no existe
550 Buzón inexistente
550 la cuenta no existe
550 Utente sconosciuto
550 Casella inesistente
550 L'indirizzo non esiste
550 Gebruiker onbekend
550 Ontvanger bestaat niet
550 Destinatário desconhecido
550 Usuário não existe
550 5.1.0 Address rejected
553 sorry, that domain isn't in my list; no such mailbox
550 5.1.1 <ada@leads.example>: Email address could not be found, or was misspelled
550 5.1.1 The user you are trying to contact does not exist
550 #5.1.0 Address rejected.
554 5.1.1 unknown
550 ada@leads.example... No such user
550 5.1.1 invalid address
550 5.2.1 Mailbox has been closed
501 5.1.3 Bad recipient address syntax
550 5.1.2 Bad destination host
512 5.1.2 Host unknown
550 The address is not valid
550 There is no such account
550 Recipient does not exist here
550 that mailbox does not exist
""".splitlines()
PASSING = """\
452 4.2.2 Mailbox full
552 5.2.2 Mailbox quota exceeded
550 User over quota
552 Storage limit exceeded
550 mailbox is full
552 Postfach voll
552 Das Postfach ist voll
552 Speicherplatz überschritten
552 La boîte est pleine
552 boîte aux lettres saturée
552 quota dépassé
552 Buzón lleno
552 cuota excedida
552 La casella è piena
552 casella piena
552 mailbox vol
552 caixa cheia
451 try again later
450 greylisted
550 5.2.1 The user is receiving mail too quickly
421 server busy
451 4.4.1 connection timed out
450 Bitte versuchen Sie es später erneut
451 réessayez plus tard
451 inténtelo más tarde
""".splitlines()
OURS = """\
550 5.7.1 <relay.acme.example>: Helo command rejected: Host not found
504 5.5.2 <relay>: Helo command rejected: need fully-qualified hostname
550 Helo command rejected: You are not me
550 Invalid HELO name
550 HELO host not found
550 5.1.8 Sender address rejected: Domain not found
550 5.7.1 <bounce@acme.example>: Sender address rejected: User unknown
550 Sender unknown
550 unknown sender
550 invalid sender
550 Sender address does not exist
550 Sender verify failed
550 Verification failed for <bounce@acme.example> No such user
550 your domain does not exist
550 Your hostname does not resolve
550 5.7.1 Client host rejected: cannot find your reverse hostname
550 Client host rejected: Host not found
550 no PTR record
550 Your IP has no reverse DNS
550 missing rDNS
550 sender domain has no MX
550 Domain of sender address bounce@acme.example does not exist
550 5.1.1 blocked by Spamhaus
554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org
550 5.7.1 Message rejected due to SPF
550 DKIM failed
550 5.7.26 unauthenticated
554 rejected due to spam
550 spam detected
550 Expéditeur inconnu
550 Expéditeur refusé
550 Le domaine de l'expéditeur n'existe pas
550 Absender unbekannt
550 Absenderadresse abgelehnt
550 Die Absenderdomain existiert nicht
550 Remitente desconocido
550 El dominio del remitente no existe
550 Mittente sconosciuto
550 Afzender onbekend
550 Votre serveur est sur liste noire
550 Ihre IP steht auf einer Blacklist
550 Su IP está en una lista negra
550 5.7.1 Relay access denied
421 4.7.0 too many connections from your IP
550 5.7.1 mail from your server is not accepted: bad reputation
550 Host name lookup failed for your HELO
550 EHLO argument does not match calling host
550 Access denied - Invalid HELO name (See RFC2821 4.1.1.1)
550 5.7.1 Recipient address rejected: Your sender domain has no DNS
550 5.1.1 <bounce@acme.example>: sender rejected
553 5.1.8 <bounce@acme.example>... Domain of sender does not resolve
550 relay not permitted
550 5.7.1 Unable to relay
550 5.7.1 Kein PTR-Eintrag
550 Pas d'enregistrement PTR
550 Rückwärtsauflösung fehlt
550 sin registro PTR
""".splitlines()
AT_RCPT = " (in reply to RCPT TO command)"


@pytest.mark.parametrize("moment", ["", AT_RCPT], ids=["bare", "at RCPT"])
@pytest.mark.parametrize("said", GONE)
def test_nobody_is_there(said: str, moment: str) -> None:
    """With a code or without, in several languages, whether or not it is told what the server was asked."""
    assert judge("", said + moment).hard


@pytest.mark.parametrize("moment", ["", AT_RCPT], ids=["bare", "at RCPT"])
@pytest.mark.parametrize("said", PASSING)
def test_somebody_is_there(said: str, moment: str) -> None:
    """A full mailbox, a busy server: neither gone nor our fault, and not without a reason."""
    verdict = judge("", said + moment)

    assert (verdict.hard, verdict.ours, verdict.reason == "unclear") == (False, False, False)


@pytest.mark.parametrize("moment", ["", AT_RCPT], ids=["bare", "at RCPT"])
@pytest.mark.parametrize("status", ["", "5.1.1"])
@pytest.mark.parametrize("said", OURS)
def test_no_address_pays_for_us(said: str, status: str, moment: str) -> None:
    """Our HELO, host, sender, reputation or words were refused, whatever the reporter's code says."""
    verdict = judge(status, said + moment)

    assert not verdict.hard
    assert verdict.ours


@pytest.mark.parametrize(
    ("status", "text", "reason"),
    [
        ("5.1.1", "550 5.1.1 <ada@leads.example>: Recipient address rejected: User unknown", "user_unknown"),
        ("5.0.0", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found", "no_mail_taken"),
        ("", "550 No such user here (in reply to RCPT TO command)", "user_unknown"),
        ("5.2.1", "550 5.2.1 <ada@leads.example>... User Unknown (in reply to RCPT TO)", "user_unknown"),
        ("", "550 No such user (in reply to\n    RCPT TO command)", "user_unknown"),
        ("", "The recipient name is not recognized", "user_unknown"),
        ("5.1.6", "recipient no longer on server", "moved"),
        ("5.4.4", "unable to route: no mail hosts", "host_unknown"),
        ("5.0.0", "Host or domain name not found. Name service error for name=leads.example", "host_unknown"),
        ("", "556 Domain takes nothing", "no_mail_taken"),
        ("5.3.0", "553 5.3.0 No such user here (in reply to RCPT TO command)", "user_unknown"),
        ("5.5.0", "550 5.5.0 Adresse destinataire invalide", "user_unknown"),
        ("5.5.0", "550 Requested action not taken: mailbox unavailable (-17:4711:-3)", "user_unknown"),
        ("5.0.0", "554 delivery error: This user doesn't have a leads.example account", "user_unknown"),
        ("5.7.27", "550 Host does not accept mail", "host_unknown"),
        ("5.3.2", "521 5.3.2 System not accepting network messages", "no_mail_taken"),
        ("4.1.1", "450 4.1.1 User unknown in virtual alias table (in reply to RCPT TO)", "user_unknown"),
        ("", "DNS lookup failure: host leads.example not found", "host_unknown"),
        ("", "Invalid final delivery userid: ada@leads.example", "user_unknown"),
    ],
)
def test_gone_for_good(status: str, text: str, reason: str) -> None:
    """Codes of the address itself, and words that can mean nothing else."""
    verdict = judge(status, text)

    assert (verdict.hard, verdict.reason) == (True, reason)


@pytest.mark.parametrize(
    ("status", "text", "reason"),
    [
        ("5.2.2", "552 5.2.2 over quota", "mailbox_full"),
        ("5.1.1", "550 mailbox is full", "mailbox_full"),
        ("4.1.1", "450 4.1.1 User unknown in virtual alias table", "later"),
        ("", "421 try again later", "later"),
        ("5.7.1", "550 5.7.1 Message rejected as spam by content filter", "content_refused"),
        ("5.1.1", "550 5.7.1 IP address blacklisted by recipient", "blocked"),
        (
            "5.7.26",
            "550-5.7.26 This mail has been blocked because the sender is unauthenticated",
            "sender_refused",
        ),
        ("5.1.8", "553 5.1.8 Domain of sender address does not exist", "sender_refused"),
        ("5.0.0", "550 SPF check failed", "sender_refused"),
        ("5.4.6", "554 5.4.6 Too many hops", "too_many_hops"),
        ("4.1.1", "450 4.1.1 Address verification in progress (in reply to RCPT TO)", "later"),
        ("4.1.1", "450 4.1.1 User unknown, greylisted (in reply to RCPT TO)", "later"),
        ("5.1.1", "550 5.1.1 <ada@leads.example> - 192.0.2.7 wrote to too many this hour", "later"),
        ("5.7.1", "550 5.7.1 User unknown", "unclear"),
        ("5.2.1", "550 5.2.1 <ada@leads.example>... User Unknown", "unclear"),
        ("5.5.0", "550 Requested action not taken: mailbox unavailable", "disabled"),
        ("", "Name service error: Host not found, try again", "later"),
        ("5.4.4", "Name service error: Malformed or unexpected name server reply", "later"),
        ("5.2.0", "550 5.2.0 Unknown user ada@leads.example", "mailbox_status"),
        ("5.0.0", "550 User unknown (in reply to end of DATA command)", "unclear"),
        ("", "553 acme.example does not exist after MAIL FROM", "sender_refused"),
        ("", "550 host name unknown (in reply to EHLO command)", "sender_refused"),
        ("", "554 blocked (in reply to MAIL FROM command)", "blocked"),
        ("", "450 busy, try again later (in reply to MAIL FROM command)", "later"),
        ("5.2.1", "550 5.2.1 This account is inactive", "disabled"),
        ("5.0.0", "554 delivery error: this account has been disabled or discontinued", "disabled"),
        ("", "connect to host 192.0.2.1 failed", "later"),
        ("", "", "unclear"),
    ],
)
def test_only_for_now(status: str, text: str, reason: str) -> None:
    """What passes, what is about us, and what nobody can tell."""
    verdict = judge(status, text)

    assert (verdict.hard, verdict.reason) == (False, reason)


def test_a_filter_s_excuse_is_no_proof() -> None:
    """Sendmail sends DATA ahead: of "user unknown" in its transcript nobody knows to what it was said."""
    transcript = ">>> DATA\n<<< 550 5.0.0 <ada@leads.example>... User unknown"

    assert judge("5.0.0", transcript).reason == "unclear"
    assert judge("5.0.0", f"{transcript}\nserver has rejected address").hard


@pytest.mark.parametrize(
    ("status", "said", "hard"),
    [
        ("5.2.1", "550 5.2.1 The email account that you tried to reach is disabled", True),
        ("5.2.1", "550 5.2.1 The email account that you tried to reach is inactive", False),
        (
            "5.7.1",
            f"554 5.7.1 <a@b.example>: Recipient address rejected: Account disabled{AT_RCPT}",
            True,
        ),
        ("5.0.0", f"550 Requested action not taken: mailbox unavailable{AT_RCPT}", True),
        ("5.0.0", f"554 Requested action not taken: mailbox unavailable{AT_RCPT}", False),
        ("5.0.0", "550 Requested action not taken: mailbox unavailable", False),
        ("5.0.0", f"550 mailbox unavailable, your IP is blocked{AT_RCPT}", False),
        ("", "vdelivermail: account is locked", False),
    ],
)
def test_a_mailbox_that_was_shut(status: str, said: str, hard: bool) -> None:
    """Closed by its house it is gone; of a locked or idle one nobody knows for how long."""
    assert judge(status, said).hard is hard


def test_links_are_no_words() -> None:
    """A page that explains may be named after anything, except a list that we stand on."""
    assert judge("", "550 User unknown, see https://x.example/rdns/spf-blocked").hard
    assert judge("", "553 see http://www.spamhaus.org/query/bl?ip=192.0.2.1").reason == "blocked"


def test_codes_repeated_within_a_sentence_are_skipped() -> None:
    """Google writes them before each line, and reporters join the lines."""
    said = "550-5.1.1 The email account that you tried to 550-5.1.1 reach does not exist"

    assert judge("", said).hard


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("plain", "plain"),
        ("B\u00f6se Gr\u00fc\u00dfe \u2019n", "bose grusse 'n"),
        ("D\u00e9sabonn\u00e9", "desabonne"),
        ("\u30c7\u30a3\u30ec\u30af\u30c8\u30ea", "\u30c7\u30a3\u30ec\u30af\u30c8\u30ea"),
        ("\uc874\uc7ac", "\uc874\uc7ac"),
    ],
    ids=["ascii", "german", "french", "japanese", "korean"],
)
def test_folding_drops_accents_and_nothing_else(text: str, bare: str) -> None:
    """Voice marks of Japanese and the letters of Korean are no accents."""
    assert folded(text) == bare


def test_a_full_mailbox_is_told_in_any_words() -> None:
    """Somebody must be there whose mailbox is full."""
    assert tells_of_full("Das Postfach ist voll")
    assert not tells_of_full("no such user")

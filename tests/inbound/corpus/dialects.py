"""Postmasters: how each mail system words and builds the report that a letter of ours did not arrive."""
# ruff: noqa: E501 -- a line of a mail stands on one line

import textwrap
from collections.abc import Callable
from dataclasses import dataclass

from tests.inbound.corpus import letters
from tests.inbound.corpus.clients import Bundle, Part, word
from tests.inbound.corpus.letters import Letter


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong with our letter, in the words of the machine that refused or kept it."""

    diagnostic: str
    status: str = "5.1.1"
    action: str = "failed"
    language: str = "en"
    prose: str = ""  # empty: what this mail system usually says
    command: str = "RCPT TO"
    to: str = "{bounce_address}"


@dataclass(frozen=True, slots=True)
class Raw:
    """Lines that go out as they stand, with our values in them."""

    text: str

    def wire(self, letter: Letter) -> bytes:
        """The lines as bytes."""
        return letter.fill(self.text).encode()


def head(failure: Failure, sender: str, subject: str, extra: str = "") -> str:
    """The headers of a postmaster's mail."""
    return f"""\
Return-Path: <>
Delivered-To: {failure.to}
Received: from mx.example.net (mx.example.net [203.0.113.25])
\tby mx.example.com (Postfix) with ESMTPS id 4XqTB02yfGz9v
\tfor <{failure.to}>; Tue, 3 Nov 2026 09:12:31 +0100 (CET)
Date: Tue, 3 Nov 2026 09:12:30 +0100 (CET)
From: {sender}
To: {failure.to}
Subject: {word(subject)}
Message-Id: <20261103081230.{{own_id}}@mx.example.net>
{extra}MIME-Version: 1.0
"""


def folded(text: str, start: str = "", indent: str = "    ") -> str:
    """A long text over several lines, never broken inside a word."""
    return textwrap.fill(
        text,
        72,
        initial_indent=start,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def fields(failure: Failure, reporter: str, more: str = "", own: str = "smtp") -> Raw:
    """The part that a machine reads (RFC 3464); words without a reply code are of the reporter's own kind."""
    kind = "smtp" if failure.diagnostic[:3].isdigit() else own
    diagnostic = folded(f"{kind}; {failure.diagnostic}", "Diagnostic-Code: ")
    return Raw(f"""\
Content-Type: message/delivery-status

Reporting-MTA: dns; {reporter}
Arrival-Date: Tue, 3 Nov 2026 09:12:03 +0100 (CET)

Final-Recipient: rfc822; {{lead_address}}
{more}Action: {failure.action}
Status: {failure.status}
Remote-MTA: dns; mx.example.net
{diagnostic}
""")


def returned(language: str, whole: bool = False) -> Raw:
    """Our letter as it comes back: its headers alone, or all of it."""
    if whole:
        return Raw("Content-Type: message/rfc822\n\n" + letters.whole(language))
    return Raw("Content-Type: text/rfc822-headers\n\n" + letters.headers(language))


REPORT = "report; report-type=delivery-status"


def postfix(failure: Failure) -> tuple[str, Bundle]:
    """Postfix: three parts, and the remote answer in the first."""
    said = failure.prose or (
        f"host mx.example.net[203.0.113.25] said: {failure.diagnostic} (in reply to {failure.command} command)"
    )
    opening = {
        "failed": "I'm sorry to have to inform you that your message could not\nbe delivered to one or more "
        "recipients. It's attached below.\n\nFor further assistance, please send mail to postmaster.\n\n"
        "If you do so, please include this problem report. You can\ndelete your own text from the attached "
        "returned message.",
        "delayed": "####################################################################\n"
        "# THIS IS A WARNING ONLY.  YOU DO NOT NEED TO RESEND YOUR MESSAGE. #\n"
        "####################################################################\n\nYour message could not be "
        "delivered for more than 4 hour(s).\nIt will be retried until it is 5 day(s) old.",
    }[failure.action]
    text = (
        f"This is the mail system at host relay.example.com.\n\n{opening}\n\n                   The mail system\n\n"
        + folded(said, "<{lead_address}>: ")
        + "\n"
    )
    subject = {
        "failed": "Undelivered Mail Returned to Sender",
        "delayed": "Delayed Mail (still being retried)",
    }[failure.action]
    sender = "MAILER-DAEMON@relay.example.com (Mail Delivery System)"
    more = "Original-Recipient: rfc822;{lead_address}\n"
    return head(failure, sender, subject, "Auto-Submitted: auto-replied\n"), Bundle(
        REPORT,
        "4XqT2k1vBzz9s.1730621550/relay.example.com",
        (
            Raw("Content-Description: Notification\nContent-Type: text/plain; charset=us-ascii\n\n" + text),
            fields(failure, "relay.example.com", more, "X-Postfix"),
            returned(failure.language, whole=failure.action == "failed"),
        ),
    )


NOT_REACHED = {
    "en": ("Undeliverable: ", "Your message to {lead_address} couldn't be delivered.", "Reported error"),
    "fr": ("Non remis : ", "Votre message à {lead_address} n'a pas pu être remis.", "Erreur signalée"),
    "de": (
        "Unzustellbar: ",
        "Ihre Nachricht an {lead_address} konnte nicht zugestellt werden.",
        "Gemeldeter Fehler",
    ),
    "es": ("No se puede entregar: ", "No se pudo entregar el mensaje a {lead_address}.", "Error notificado"),
}
STILL_TRYING = {
    "en": (
        "Delivery delayed: ",
        "Delivery to these recipients has been delayed: {lead_address}",
        "Reported error",
    ),
    "fr": (
        "Remise retardée : ",
        "La remise à ces destinataires est retardée : {lead_address}",
        "Erreur signalée",
    ),
    "de": ("Zustellung verzögert: ", "Die Zustellung an {lead_address} verzögert sich.", "Gemeldeter Fehler"),
    "es": ("Entrega retrasada: ", "Se ha retrasado la entrega a {lead_address}.", "Error notificado"),
}


def exchange(failure: Failure) -> tuple[str, Bundle]:
    """Exchange Online: prose in the reader's language, the error further down, all in quoted-printable."""
    words = NOT_REACHED if failure.action == "failed" else STILL_TRYING
    prefix, prose, label = words[failure.language]
    text = (
        f"{failure.prose or prose}\n\n{label}:\n{failure.diagnostic}\n\nDSN generated by:\n"
        "AM6PR07MB3547.eurprd07.prod.example.net\n"
    )
    page = (
        "<html><body>" + "".join(f"<p>{line}</p>" for line in text.split("\n") if line) + "</body></html>\n"
    )
    alternatives = Bundle(
        "alternative",
        "_000_AM6PR07MB3547NDR_",
        (
            Part("plain", text, "utf-8", "quoted-printable"),
            Part("html", page, "utf-8", "quoted-printable"),
        ),
    )
    extra = "Auto-Submitted: auto-replied\nX-MS-Exchange-Message-Is-Ndr:\nX-Auto-Response-Suppress: All\n"
    subject = prefix + letters.SUBJECT[failure.language]
    sender = "Microsoft Outlook <postmaster@tenant.example.net>"
    return head(failure, sender, subject, extra), Bundle(
        REPORT,
        "_bc4f9a3e-1a2b_",
        (
            alternatives,
            fields(failure, "AM6PR07MB3547.eurprd07.prod.example.net"),
            returned(failure.language, whole=True),
        ),
    )


ON_PREMISES = {
    "en": (
        "Undeliverable: ",
        "Delivery has failed to these recipients or groups:",
        "Diagnostic information for administrators:",
    ),
    "fr": (
        "Non remis : ",
        "Échec de la remise pour les destinataires ou les groupes suivants :",
        "Informations de diagnostic pour les administrateurs :",
    ),
    "de": (
        "Unzustellbar: ",
        "Fehler bei der Nachrichtenzustellung an folgende Empfänger oder Gruppen:",
        "Diagnoseinformationen für Administratoren:",
    ),
    "es": (
        "No se puede entregar: ",
        "Error de entrega a los siguientes destinatarios o grupos:",
        "Información de diagnóstico para los administradores:",
    ),
}


def exchange_server(failure: Failure) -> tuple[str, Bundle]:
    """Exchange in a firm's own cellar: base64 prose, `#` before the error."""
    prefix, prose, label = ON_PREMISES[failure.language]
    text = (
        f"{prose}\n\n{{lead_address}}\n{failure.prose}\n\n{label}\n\nGenerating server: EX01.{{lead_domain}}\n\n"
        f"{{lead_address}}\n#{failure.diagnostic} ##\n"
    )
    subject = prefix + letters.SUBJECT[failure.language]
    extra = "Auto-Submitted: auto-replied\nX-MS-Exchange-Organization-SCL: -1\n"
    return head(failure, "<postmaster@{lead_domain}>", subject, extra), Bundle(
        REPORT,
        "7c0a1b60-EX01",
        (
            Part("plain", text, "utf-8", "base64"),
            fields(failure, "EX01.{lead_domain}"),
            returned(failure.language, whole=True),
        ),
    )


GOOGLE = {
    "en": (
        "Address not found",
        "Your message wasn't delivered to {lead_address} because the address couldn't be found, or is unable to "
        "receive mail.",
        "The response was:",
    ),
    "fr": (
        "Adresse introuvable",
        "Votre message n'a pas été remis à {lead_address}, car l'adresse est introuvable ou ne peut pas recevoir "
        "de messages.",
        "Réponse :",
    ),
    "de": (
        "Adresse nicht gefunden",
        "Ihre Nachricht wurde nicht an {lead_address} zugestellt, weil die Adresse nicht gefunden wurde oder "
        "keine E-Mails empfangen kann.",
        "Antwort:",
    ),
    "es": (
        "No se ha encontrado la dirección",
        "Tu mensaje no se ha entregado a {lead_address} porque no se ha encontrado la dirección o esta no puede "
        "recibir correo.",
        "La respuesta ha sido:",
    ),
}


def google(failure: Failure) -> tuple[str, Bundle]:
    """Google: two forms of the prose with a blank-laden layout, `X-Failed-Recipients` in the head."""
    title, prose, label = GOOGLE[failure.language]
    told = failure.prose or prose
    if failure.prose:
        title = {"failed": "Message not delivered", "delayed": "Delivery incomplete"}[failure.action]
    text = f"\n** {title} **\n\n{told}\n\n{label}\n"
    text += f"\n{failure.diagnostic}\n"
    page = f"<html><body><table><tr><td><h2>{title}</h2>{told}</td></tr></table><p>{label}<br/>"
    page += f'<p style="font-family:monospace">{failure.diagnostic}</p></body></html>\n'
    subject = {
        "failed": "Delivery Status Notification (Failure)",
        "delayed": "Delivery Status Notification (Delay)",
    }[failure.action]
    extra = "X-Failed-Recipients: {lead_address}\nAuto-Submitted: auto-replied\nIn-Reply-To: <{message_id}>\n"
    extra += "References: <{message_id}>\n"
    alternatives = Bundle(
        "alternative",
        "0000000000005b1c3a0626a0f1d2",
        (Part("plain", text, "UTF-8", "quoted-printable"), Part("html", page, "UTF-8", "quoted-printable")),
    )
    related = Bundle("related", "0000000000005b1c4b0626a0f1d3", (alternatives,))
    sender = "Mail Delivery Subsystem <mailer-daemon@mail.example.net>"
    return head(failure, sender, subject, extra), Bundle(
        REPORT,
        "0000000000005b1c2d0626a0f1d1",
        (related, fields(failure, "mail.example.net"), returned(failure.language)),
    )


def exim(failure: Failure) -> tuple[str, Raw]:
    """Exim before 4.90, and the hosters that still send so: text alone, no report for machines."""
    subject = {
        "failed": "Mail delivery failed: returning message to sender",
        "delayed": "Warning: message 1t7Qxk-0003Cf-2B delayed 24 hours",
    }[failure.action]
    told = failure.prose or (
        "host mx.example.net [203.0.113.25]\n    "
        f"SMTP error from remote mail server after {failure.command}:<{{lead_address}}>:\n    {failure.diagnostic}"
    )
    opening = {
        "failed": "A message that you sent could not be delivered to one or more of its\nrecipients. This is a "
        "permanent error. The following address(es) failed:",
        "delayed": "A message that you sent has not yet been delivered to one or more of its\nrecipients after "
        "more than 24 hours on the queue on mx.example.net.\n\nThe address to which the message has not yet "
        "been delivered is:",
    }[failure.action]
    closing = {
        "failed": "------ This is a copy of the message, including all the headers. ------\n\n"
        + letters.whole(failure.language),
        "delayed": "No action is required on your part. Delivery attempts will continue for\nsome time, and this "
        "warning may be repeated at intervals if the message\nremains undelivered.\n",
    }[failure.action]
    failed = "X-Failed-Recipients: {lead_address}\n" if failure.action == "failed" else ""
    extra = f"{failed}Auto-Submitted: auto-replied\n"
    sender = "Mail Delivery System <Mailer-Daemon@mx.example.net>"
    return head(failure, sender, subject, extra), Raw(
        "\nThis message was created automatically by mail delivery software.\n\n"
        f"{opening}\n\n  {{lead_address}}\n    {told}\n\n{closing}"
    )


def qmail(failure: Failure) -> tuple[str, Raw]:
    """qmail: a friendly text, the address and its fate, a line, our letter."""
    return head(failure, "MAILER-DAEMON@mail.example.net", "failure notice"), Raw(
        "\nHi. This is the qmail-send program at mail.example.net.\nI'm afraid I wasn't able to deliver your "
        "message to the following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out."
        f"\n\n<{{lead_address}}>:\n{failure.diagnostic}\n\n--- Below this line is a copy of the message.\n\n"
        + letters.whole(failure.language)
    )


def sendmail(failure: Failure) -> tuple[str, Bundle]:
    """Sendmail: a transcript of the session before the report."""
    told = {
        "failed": (
            "Returned mail: see transcript for details",
            "   ----- The following addresses had permanent fatal errors -----",
        ),
        "delayed": (
            "Warning: could not send message for past 4 hours",
            "    **********************************************\n    **      THIS IS A WARNING MESSAGE ONLY      "
            "**\n    **  YOU DO NOT NEED TO RESEND YOUR MESSAGE  **\n    "
            "**********************************************\n\n"
            "   ----- The following addresses had transient non-fatal errors -----",
        ),
    }
    subject, opening = told[failure.action]
    text = (
        "The original message was received at Tue, 3 Nov 2026 09:12:03 +0100\nfrom relay.example.com [192.0.2.10]\n\n"
        f"{opening}\n<{{lead_address}}>\n    (reason: {failure.diagnostic})\n\n"
        "   ----- Transcript of session follows -----\n... while talking to mx.example.net.:\n"
        f">>> RCPT To:<{{lead_address}}>\n<<< {failure.diagnostic}\n{failure.prose}\n"
    )
    sender = "Mail Delivery Subsystem <MAILER-DAEMON@mail.example.net>"
    extra = "Auto-Submitted: auto-generated (failure)\n"
    return head(failure, sender, subject, extra), Bundle(
        REPORT,
        "4A38CD3m012345.1730621550/mail.example.net",
        (Raw("\n" + text), fields(failure, "mail.example.net"), returned(failure.language)),
    )


DOMINO = {
    "en": ("DELIVERY FAILURE: ", "Your message", "was not delivered to:", "because:"),
    "fr": ("ECHEC DE LA DISTRIBUTION : ", "Votre document", "n'a pas été remis à :", "motif :"),
    "de": ("ZUSTELLFEHLER: ", "Ihre Nachricht", "wurde nicht zugestellt an:", "aus folgendem Grund:"),
    "es": ("ERROR DE ENTREGA: ", "Su mensaje", "no se ha entregado a:", "porque:"),
}


def domino(failure: Failure) -> tuple[str, Bundle]:
    """Lotus Domino: the reason in the subject and in the text, in the language of the server."""
    start, message, missed, because = DOMINO[failure.language]
    text = (
        f"{message}\n\n  Subject: {letters.SUBJECT[failure.language]}\n\n{missed}\n\n  {{lead_address}}\n\n"
        f"{because}\n\n  {failure.diagnostic}\n"
    )
    shown = failure.diagnostic.replace("{lead_local}", "lead").replace("{lead_address}", "lead")
    return head(failure, "Postmaster@domino.example.net", start + shown), Bundle(
        REPORT,
        "==IFJRGLKFGIR60158UHRUHIHD",
        (
            Part("plain", text, "utf-8", "quoted-printable"),
            fields(failure, "domino.example.net", own="X-Notes"),
            returned(failure.language),
        ),
    )


def ses(failure: Failure) -> tuple[str, Bundle]:
    """Amazon SES: one sentence and the remote answer."""
    text = (
        "An error occurred while trying to deliver the mail to the following recipients:\n{lead_address}\n"
        + (failure.prose and failure.prose + "\n")
    )
    subject = "Delivery Status Notification (Failure)"
    return head(failure, "MAILER-DAEMON@eu-west-1.ses.example.net", subject), Bundle(
        REPORT,
        "----=_Part_2241_77.1730621550",
        (
            Raw("Content-Type: text/plain; charset=us-ascii\nContent-Description: Notification\n\n" + text),
            fields(failure, "a4-12.smtp-out.example.net"),
            returned(failure.language, whole=True),
        ),
    )


def filtering(failure: Failure) -> tuple[str, Part]:
    """A filtering service in front of a firm (Mimecast, Proofpoint, Barracuda): HTML alone."""
    page = (
        "<html><body><h3>Email Delivery Failure</h3><p>Your message to <b>{lead_address}</b> was not delivered."
        f"</p><p>Reason: {failure.diagnostic}</p><p>Subject: {letters.SUBJECT[failure.language]}<br>"
        "Message-ID: &lt;{message_id}&gt;</p></body></html>\n"
    )
    subject = "[Postmaster] Email Delivery Failure"
    extra = "Auto-Submitted: auto-generated\n"
    return head(failure, "Postmaster <postmaster@filter.example.net>", subject, extra), Part(
        "html", page, "utf-8", "quoted-printable"
    )


def bare(failure: Failure) -> tuple[str, Raw]:
    """A small server that says one line, and no more."""
    prose = (
        failure.prose or f"Your message could not be delivered.\n\n<{{lead_address}}>: {failure.diagnostic}\n"
    )
    kind = "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
    subject = {
        "en": "Mail delivery failed",
        "fr": "Échec de remise du message",
        "de": "Nachricht nicht zustellbar",
        "es": "Mensaje no entregado",
        "it": "Mancata consegna del messaggio",
        "nl": "Bericht niet bezorgd",
        "pt": "Mensagem não entregue",
    }[failure.language]
    return head(failure, "Mail Delivery System <MAILER-DAEMON@mx.example.net>", subject), Raw(kind + prose)


DIALECTS: dict[str, Callable[[Failure], tuple[str, Bundle | Part | Raw]]] = {
    "postfix": postfix,
    "exchange": exchange,
    "exchange-server": exchange_server,
    "google": google,
    "exim": exim,
    "qmail": qmail,
    "sendmail": sendmail,
    "domino": domino,
    "ses": ses,
    "filter": filtering,
    "bare": bare,
}
"""Every mail system by the name that the corpus gives it."""

NETWORK_LINE_ENDS = {"exchange", "exchange-server", "google", "ses"}
"""The systems whose reports keep CRLF; the others arrive as a Maildir stores them."""


def reported(letter: Letter, dialect: str, failure: Failure) -> bytes:
    """The bytes of a postmaster's mail."""
    headers, content = DIALECTS[dialect](failure)
    raw = letter.fill(headers).encode() + content.wire(letter)
    return raw.replace(b"\n", b"\r\n") if dialect in NETWORK_LINE_ENDS else raw

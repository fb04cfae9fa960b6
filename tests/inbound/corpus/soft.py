"""Failures that pass: a full mailbox, a delay, a server that is busy or cannot be reached."""
# ruff: noqa: E501 -- an answer stands as its server gives it, on one line

from tests.inbound.corpus.dialects import Failure

MAILS: list[tuple[str, str, Failure]] = [
    (
        "postfix",
        "over-quota",
        Failure("552 5.2.2 <{lead_address}>: Recipient address rejected: Mailbox is over quota", "5.2.2"),
    ),
    (
        "postfix",
        "maildir-over-quota",
        Failure(
            "maildrop: maildir over quota.",
            "5.2.2",
            prose="permission denied. Command output: maildrop: maildir over quota.",
        ),
    ),
    (
        "postfix",
        "dovecot-quota",
        Failure(
            "552 5.2.2 <{lead_address}> Quota exceeded (mailbox for user is full)",
            "5.2.2",
            command="end of DATA",
        ),
    ),
    ("postfix", "too-many-messages", Failure("550 User has too many messages on the server", "5.0.0")),
    (
        "postfix",
        "greylisted",
        Failure(
            "450 4.2.0 <{lead_address}>: Recipient address rejected: Greylisted, see https://postgrey.example.net/help",
            "4.2.0",
            "delayed",
        ),
    ),
    (
        "postfix",
        "connection-timed-out",
        Failure(
            "connect to mx.example.net[203.0.113.25]:25: Connection timed out",
            "4.4.1",
            "delayed",
            prose="connect to mx.example.net[203.0.113.25]:25: Connection timed out",
        ),
    ),
    (
        "postfix",
        "expired",
        Failure(
            "connect to mx.example.net[203.0.113.25]:25: Connection refused",
            "4.4.1",
            prose="connect to mx.example.net[203.0.113.25]:25: Connection refused",
        ),
    ),
    (
        "postfix",
        "lost-connection",
        Failure(
            "lost connection with mx.example.net[203.0.113.25] while receiving the initial server greeting",
            "4.4.2",
            "delayed",
            prose="lost connection with mx.example.net[203.0.113.25] while receiving the initial server greeting",
        ),
    ),
    (
        "postfix",
        "try-again",
        Failure("451 4.3.0 <{lead_address}>: Temporary lookup failure", "4.3.0", "delayed"),
    ),
    ("postfix", "insufficient-storage", Failure("452 4.3.1 Insufficient system storage", "4.3.1", "delayed")),
    (
        "google",
        "over-quota",
        Failure(
            "452-4.2.2 The recipient's inbox is out of storage space. Please direct the 452-4.2.2 recipient to https://support.example.com/mail/?p=OverQuotaTemp a640c23a62f3a - gsmtp",
            "4.2.2",
            "delayed",
            prose="There was a temporary problem delivering your message to {lead_address}. Gmail will retry for 45 more hours. You'll be notified if the delivery fails permanently.",
        ),
    ),
    (
        "google",
        "inbox-full",
        Failure(
            "552-5.2.2 The email account that you tried to reach is over quota. Please direct the 552 5.2.2 recipient to https://support.example.com/mail/?p=OverQuotaPerm - gsmtp",
            "5.2.2",
            prose="Your message wasn't delivered to {lead_address} because their inbox is full, or it's getting too much mail right now.",
        ),
    ),
    (
        "google",
        "too-quickly",
        Failure(
            "450-4.2.1 The user you are trying to contact is receiving email at a rate that 450-4.2.1 prevents additional messages from being delivered. - gsmtp",
            "4.2.1",
            "delayed",
            prose="There was a temporary problem delivering your message to {lead_address}.",
        ),
    ),
    (
        "exchange",
        "mailbox-full",
        Failure(
            "554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded; Failed to process message due to a permanent exception",
            "5.2.2",
            prose="{lead_address}'s mailbox is full and can't accept messages now.",
        ),
    ),
    (
        "exchange",
        "mailbox-full",
        Failure(
            "554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded",
            "5.2.2",
            language="fr",
            prose="La boîte aux lettres de {lead_address} est pleine et ne peut plus recevoir de messages.",
        ),
    ),
    (
        "exchange",
        "mailbox-full",
        Failure(
            "554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded",
            "5.2.2",
            language="de",
            prose="Das Postfach von {lead_address} ist voll und kann zurzeit keine Nachrichten annehmen.",
        ),
    ),
    (
        "exchange",
        "mailbox-full",
        Failure(
            "554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded",
            "5.2.2",
            language="es",
            prose="El buzón de {lead_address} está lleno y no puede aceptar mensajes en este momento.",
        ),
    ),
    (
        "exchange",
        "delayed",
        Failure("451 4.7.0 Temporary server error. Please try again later. PRX2", "4.4.7", "delayed"),
    ),
    ("exchange", "delayed", Failure("400 4.4.7 Message delayed", "4.4.7", "delayed", language="de")),
    (
        "exchange-server",
        "expired",
        Failure(
            "550 4.4.7 QUEUE.Expired; message expired",
            "4.4.7",
            prose="Delivery was attempted several times. The message could not be delivered in time.",
        ),
    ),
    ("exim", "delayed", Failure("451 Temporary local problem - please try later", "4.0.0", "delayed")),
    (
        "exim",
        "retry-timeout",
        Failure(
            "",
            "4.4.1",
            prose="host mx.example.net [203.0.113.25]: Connection timed out:\n    retry timeout exceeded",
        ),
    ),
    ("qmail", "mailbox-full", Failure("Sorry, the mailbox of this user is over quota. (#5.2.2)")),
    (
        "qmail",
        "no-connection",
        Failure(
            "Sorry, I wasn't able to establish an SMTP connection. (#4.4.1)\nI'm not going to try again; this message has been in the queue too long."
        ),
    ),
    (
        "sendmail",
        "still-trying",
        Failure(
            "452 4.2.2 <{lead_address}>... Mailbox full",
            "4.2.2",
            "delayed",
            prose="<{lead_address}>... Deferred\nMessage could not be delivered for 4 hours\nMessage will be deleted from queue",
        ),
    ),
    (
        "postfix",
        "orange-quota",
        Failure(
            "552 5.2.2 Boite du destinataire pleine. Recipient overquota. OFR_417 [417]",
            "5.2.2",
            language="fr",
        ),
    ),
    (
        "postfix",
        "web-de-quota",
        Failure(
            "550 Benutzer hat das Speichervolumen ueberschritten. / User has exhausted allowed storage space.",
            "5.0.0",
            language="de",
        ),
    ),
    (
        "postfix",
        "t-online-quota",
        Failure("552 5.2.2 Over STORAGE quota", "5.2.2", language="de", command="end of DATA"),
    ),
    ("bare", "quota-in-words", Failure("La boîte aux lettres du destinataire est pleine", language="fr")),
    ("bare", "quota-in-words", Failure("Das Postfach des Empfängers ist voll", language="de")),
    ("bare", "quota-in-words", Failure("552 El buzón del destinatario está lleno", language="es")),
    ("bare", "quota-in-words", Failure("552 5.2.2 La casella del destinatario è piena", language="it")),
    ("bare", "quota-in-words", Failure("552 De mailbox van de ontvanger is vol", language="nl")),
    ("bare", "quota-in-words", Failure("552 5.2.2 A caixa postal do destinatário está cheia", language="pt")),
    (
        "postfix",
        "exceeded-quota",
        Failure("552 5.2.2 El usuario ha excedido su cuota de correo", "5.2.2", language="es"),
    ),
    (
        "exchange",
        "delayed",
        Failure(
            "451 4.4.0 Primary target IP address responded with: 421 4.4.2 Connection dropped due to SocketError",
            "4.4.7",
            "delayed",
            language="es",
        ),
    ),
    ("bare", "try-later", Failure("451 Erreur temporaire, veuillez réessayer plus tard", language="fr")),
    (
        "bare",
        "try-later",
        Failure("450 Der Empfängerserver ist vorübergehend nicht erreichbar", language="de"),
    ),
]

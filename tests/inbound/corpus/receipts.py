"""Receipts that a machine writes: tickets, reads, deliveries, challenges, confirmations. Nobody has answered."""
# ruff: noqa: E501 -- a text stands as its program sends it, a paragraph on a line

from tests.inbound.corpus.clients import Bundle, Part
from tests.inbound.corpus.dialects import REPORT, Failure, Raw, head, returned
from tests.inbound.corpus.letters import Letter
from tests.inbound.corpus.machines import Answer

DESK = "Service desk <{lead_address}>"
AUTO = "Auto-Submitted: auto-generated\n"
REPLIED = "Auto-Submitted: auto-replied\n"
SUPPRESS = "X-Auto-Response-Suppress: All\n"

MAILS: list[tuple[str, str, Answer]] = [
    (
        "zendesk",
        "request-received",
        Answer(
            "en",
            "[Request received] {subject}",
            "##- Please type your reply above this line -##\n\nYour request (48213) has been received and is being reviewed by our support staff.\n\nTo add additional comments, reply to this email.\n",
            AUTO
            + "X-Auto-Response-Suppress: All\nX-Mailer: Zendesk Mailer\nX-Zendesk-From-Account-Id: 7c1d\n",
            DESK,
            path="<{lead_address}>",
            both=True,
        ),
    ),
    (
        "freshdesk",
        "ticket-received",
        Answer(
            "en",
            "Ticket Received - {subject}",
            "Dear Ada Brook,\n\nWe would like to acknowledge that we have received your request and a ticket has been created with Ticket ID - 10342. A support representative will be reviewing your request and will send you a personal response.\n",
            AUTO + "X-FD-Account-Id: 88112\n",
            DESK,
            path="<{lead_address}>",
            both=True,
        ),
    ),
    (
        "jira",
        "issue-created",
        Answer(
            "en",
            "SUP-1423 {subject}",
            "Reply above this line.\n\nJust confirming that we got your request. We're on it.\n\nView request: https://desk.example.org/portal/SUP-1423\n\nTurn off this request's notifications: https://desk.example.org/unsubscribe\n",
            AUTO + "Precedence: bulk\nX-JIRA-FingerPrint: 5a7d1c\n",
            DESK,
            path="<{lead_address}>",
            both=True,
        ),
    ),
    (
        "otrs",
        "ticket-number",
        Answer(
            "en",
            "[Ticket#2026110310000427] RE: {subject}",
            "Thanks for your email.\n\nYou wrote: The cold chain guide you asked for\n\nYour email will be answered by a human as soon as possible.\n",
            "Precedence: bulk\nX-Powered-By: OTRS 6\nAuto-Submitted: auto-generated\n",
            DESK,
            path="<{lead_address}>",
            transfer="8bit",
        ),
    ),
    (
        "servicenow",
        "incident-opened",
        Answer(
            "en",
            "Incident INC0012345 has been opened on your behalf",
            "Hello,\n\nYour incident INC0012345 has been created.\nShort description: The cold chain guide you asked for\nPriority: 4 - Low\n\nRef:MSG0098121\n",
            AUTO + "X-ServiceNow-Generated: true\nPrecedence: bulk\n",
            DESK,
            path="<{lead_address}>",
            both=True,
        ),
    ),
    (
        "exchange",
        "external-automatic-reply",
        Answer(
            "en",
            "[External] Automatic reply: {subject}",
            "Thank you for contacting Holloway Freight. We have received your email and aim to respond within two working days.",
            AUTO + SUPPRESS,
            path="<>",
        ),
    ),
    (
        "no-header",
        "external-automatic-reply",
        Answer(
            "en",
            "[EXTERNAL] Automatic reply: {subject}",
            "Your message has reached the accounts department. This mailbox is read once a day. Please do not reply to this automated message.",
            path="<{lead_address}>",
        ),
    ),
    (
        "no-header",
        "ticket-number",
        Answer(
            "en",
            "[#77120] We received your message",
            "This is an automated message to let you know that we have received your enquiry. Your reference number is 77120. A member of our team will be in touch.",
            sender=DESK,
            path="<{lead_address}>",
            thread=False,
        ),
    ),
    (
        "desk",
        "unmonitored-mailbox",
        Answer(
            "en",
            "Re: {subject}",
            "This is an automated response. This mailbox is not monitored and replies are not read. Please use our contact form.",
            REPLIED,
            path="<>",
            to="{bounce_address}",
        ),
    ),
    (
        "boxtrapper",
        "challenge",
        Answer(
            "en",
            "Your email requires verification verify#Qk2hT9-1730621527-8812",
            "The message you sent requires that you verify that you are a real live human being and not a spam source.\n\nTo complete this verification, simply reply to this message and leave the subject line intact.\n\nThe headers of the message sent from your address are shown below:\n\nFrom: {sender_address}\n",
            "Auto-Submitted: auto-replied\nX-Boxtrapper: yes\nPrecedence: bulk\n",
            to="{bounce_address}",
            charset="us-ascii",
            transfer="7bit",
        ),
    ),
    (
        "spam-filter",
        "challenge",
        Answer(
            "en",
            "Please confirm your message to {lead_address}",
            "I use an anti-spam service to keep my mailbox clean. Click the link to have your mail delivered; you only need to do this once:\nhttps://challenge.example.net/c/9f2b",
            REPLIED,
            both=True,
        ),
    ),
    (
        "list",
        "moderator",
        Answer(
            "en",
            "Your message to Logistics awaits moderator approval",
            "Your mail to 'Logistics' with the subject\n\n    The cold chain guide you asked for\n\nIs being held until the list moderator can review it for approval.\n\nThe reason it is being held:\n\n    Post by non-member to a members-only list\n",
            "Precedence: bulk\nAuto-Submitted: auto-replied\nX-List-Administrivia: yes\nX-Mailman-Version: 2.1.39\n",
            "logistics-bounces@example.org",
            charset="us-ascii",
            transfer="7bit",
        ),
    ),
    (
        "newsletter",
        "confirm-subscription",
        Answer(
            "en",
            "Please confirm your subscription to our newsletter",
            "You are nearly there! Please confirm your subscription by following this link:\nhttps://www.example.org/confirm/81c2\n\nIf you did not ask for this newsletter, ignore this email.\n",
            AUTO + "Precedence: bulk\nList-Unsubscribe: <https://www.example.org/u/81c2>\n",
            path="<{lead_address}>",
            thread=False,
            both=True,
        ),
    ),
    (
        "desk",
        "ticket-closed",
        Answer(
            "en",
            "[Ticket #10342] has been closed - how did we do?",
            "Your ticket has been marked as solved. How would you rate the support you received?\n\nGood, I'm satisfied: https://desk.example.org/rate/1\nBad, I'm unsatisfied: https://desk.example.org/rate/0\n",
            AUTO + SUPPRESS,
            DESK,
            path="<{lead_address}>",
            both=True,
        ),
    ),
    (
        "glpi",
        "ticket",
        Answer(
            "fr",
            "[GLPI #0004821] Nouveau ticket : {subject}",
            "Bonjour,\n\nVotre demande a bien été enregistrée sous le numéro 4821. Un technicien va la prendre en charge.\n\nGénéré automatiquement par GLPI\n",
            AUTO + "X-Auto-Response-Suppress: OOF, DR, NDR, RN, NRN\n",
            DESK,
            path="<{lead_address}>",
        ),
    ),
    (
        "no-header",
        "well-received",
        Answer(
            "fr",
            "Accusé de réception : {subject}",
            "Bonjour,\n\nNous avons bien reçu votre message et vous répondrons dans les meilleurs délais.\n\nCeci est un message automatique, merci de ne pas y répondre.",
            path="<{lead_address}>",
            charset="iso-8859-1",
            transfer="8bit",
        ),
    ),
    (
        "filter",
        "challenge",
        Answer(
            "fr",
            "Votre message à {lead_address} est en attente",
            "Bonjour,\n\nCette adresse est protégée contre le spam. Votre message est en attente de votre authentification : cliquez une seule fois sur le lien pour qu'il soit remis.\nhttps://filtre.example.net/a/77ab",
            REPLIED,
            both=True,
        ),
    ),
    (
        "otrs",
        "ticket-number",
        Answer(
            "de",
            "[Ticket#2026110310000511] {subject}",
            "Guten Tag,\n\nIhre Anfrage ist bei uns eingegangen und wird unter der Ticketnummer 2026110310000511 bearbeitet.\n\nDiese E-Mail wurde automatisch erstellt.\n",
            "Precedence: bulk\nX-Powered-By: OTRS\n",
            DESK,
            path="<{lead_address}>",
        ),
    ),
    (
        "no-header",
        "receipt",
        Answer(
            "de",
            "Eingangsbestätigung: {subject}",
            "Vielen Dank für Ihre Nachricht. Wir haben Ihre E-Mail erhalten und melden uns innerhalb von zwei Werktagen. Dies ist eine automatisch erzeugte Nachricht, bitte antworten Sie nicht darauf.",
            path="<{lead_address}>",
            charset="iso-8859-1",
            transfer="8bit",
        ),
    ),
    (
        "desk",
        "ticket",
        Answer(
            "es",
            "[Solicitud recibida] {subject}",
            "Hemos recibido su solicitud (48213) y nuestro equipo la está revisando.\n\nPara añadir comentarios, responda a este correo.\n",
            AUTO,
            DESK,
            path="<{lead_address}>",
            both=True,
        ),
    ),
    (
        "no-header",
        "receipt",
        Answer(
            "es",
            "Acuse de recibo: {subject}",
            "Gracias por ponerse en contacto con nosotros. Hemos recibido su mensaje y le responderemos lo antes posible. Este es un mensaje automático, no responda a este correo.",
            path="<{lead_address}>",
        ),
    ),
]

DISPOSITIONS = [
    (
        "outlook",
        "read",
        "en",
        "Read: The cold chain guide you asked for",
        "Your message\n\n   To: {lead_address}\n   Subject: The cold chain guide you asked for\n   Sent: Tuesday, November 3, 2026 9:12:00 AM (UTC+01:00)\n\n was read on Tuesday, November 3, 2026 10:01:22 AM (UTC+01:00).",
        "automatic-action/MDN-sent-automatically; displayed",
    ),
    (
        "outlook",
        "deleted-unread",
        "en",
        "Not read: The cold chain guide you asked for",
        "Your message\n\n   To: {lead_address}\n   Subject: The cold chain guide you asked for\n\n was deleted without being read on Tuesday, November 3, 2026 10:01:22 AM.",
        "automatic-action/MDN-sent-automatically; deleted",
    ),
    (
        "thunderbird",
        "read",
        "fr",
        "Accusé de réception (affiché) - Le guide de la chaîne du froid",
        "Ceci est un accusé de réception pour le courrier que vous avez envoyé à {lead_address}.\n\nNote : cet accusé de réception indique seulement que le message a été affiché sur l'ordinateur du destinataire.",
        "manual-action/MDN-sent-manually; displayed",
    ),
    (
        "outlook",
        "read",
        "de",
        "Gelesen: Der Leitfaden zur Kühlkette",
        "Ihre Nachricht\n\n   An: {lead_address}\n   Betreff: Der Leitfaden zur Kühlkette\n\n wurde am Dienstag, 3. November 2026 10:01:22 gelesen.",
        "automatic-action/MDN-sent-automatically; displayed",
    ),
    (
        "outlook",
        "read",
        "es",
        "Leído: La guía de la cadena de frío",
        "El mensaje\n\n   Para: {lead_address}\n   Asunto: La guía de la cadena de frío\n\n se leyó el martes, 3 de noviembre de 2026 10:01:22.",
        "manual-action/MDN-sent-manually; displayed",
    ),
]
"""Read receipts (RFC 8098): program, note, language, subject, text, disposition."""

DELIVERIES = [
    (
        "postfix",
        "delivered",
        "en",
        "Successful Mail Delivery Report",
        "This is the mail system at host mx.example.net.\n\nYour message was successfully delivered to the destination(s)\nlisted below. If the message was delivered to mailbox you will\nreceive no further notifications. Otherwise you may still receive\nnotifications of mail delivery errors from other systems.\n\n                   The mail system\n\n<{lead_address}>: delivery via local mailbox: delivered to mailbox",
        "delivered",
        "2.0.0",
    ),
    (
        "exchange",
        "relayed",
        "en",
        "Relayed: The cold chain guide you asked for",
        "Delivery to these recipients or groups is complete, but no delivery notification was sent by the destination server:\n\n{lead_address} (mailto:{lead_address})\n\nSubject: The cold chain guide you asked for",
        "relayed",
        "2.6.0",
    ),
    (
        "exchange",
        "expanded",
        "de",
        "Erweitert: Der Leitfaden zur Kuehlkette",
        "Die folgende Gruppe wurde erweitert:\n\n{lead_address}",
        "expanded",
        "2.0.0",
    ),
    (
        "exchange",
        "delivered",
        "fr",
        "Remis : Le guide de la chaine du froid",
        "Votre message a ete remis aux destinataires suivants :\n\n{lead_address}",
        "delivered",
        "2.0.0",
    ),
]
"""Reports of success (RFC 3464): program, note, language, subject, text, action, status."""


def read_receipt(letter: Letter, subject: str, text: str, disposition: str) -> bytes:
    """The mail by which a program says what became of our letter (RFC 8098)."""
    told = Raw(
        "Content-Type: message/disposition-notification\n\nReporting-UA: mail.example.org; Mailer 16.0\n"
        "Final-Recipient: rfc822;{lead_address}\nOriginal-Message-ID: <{message_id}>\n"
        f"Disposition: {disposition}\n"
    )
    kind = "report; report-type=disposition-notification"
    content = Bundle(kind, "_000_MDN_7c1d_", (Part("plain", text, "utf-8", "quoted-printable"), told))
    to = Failure("", to="{sender_address}")
    start = head(to, "<{lead_address}>", subject, "In-Reply-To: <{message_id}>\nReferences: <{message_id}>\n")
    return letter.fill(start).encode() + content.wire(letter)


def success(letter: Letter, subject: str, text: str, action: str, status: str) -> bytes:
    """The mail by which a mail system says that our letter went on or arrived (RFC 3464)."""
    told = Raw(
        "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.net\n\n"
        f"Final-Recipient: rfc822; {{lead_address}}\nAction: {action}\nStatus: {status}\n"
    )
    said = Part("plain", text + "\n", "utf-8", "quoted-printable")
    start = head(Failure(""), "MAILER-DAEMON@mx.example.net", subject, "Auto-Submitted: auto-replied\n")
    return letter.fill(start).encode() + Bundle(REPORT, "_success_91c2_", (said, told, returned("en"))).wire(
        letter
    )

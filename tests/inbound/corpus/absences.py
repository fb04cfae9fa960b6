"""Absences: every style of headers, four languages and two more, and those that carry no header at all."""
# ruff: noqa: E501 -- a text stands as its program sends it, a paragraph on a line

from tests.inbound.corpus.machines import Answer

EXCHANGE = "Auto-Submitted: auto-generated\nX-Auto-Response-Suppress: All\nX-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent\n"
GMAIL = "Auto-Submitted: auto-replied\nPrecedence: bulk\nX-Autoreply: yes\n"
SIEVE = "Auto-Submitted: auto-replied (vacation)\nX-Sieve: Pigeonhole Sieve 0.5.21\nPrecedence: bulk\n"
ZIMBRA = "Auto-Submitted: auto-replied (zimbra; vacation)\nPrecedence: bulk\n"
BOUNCE = "{bounce_address}"

MAILS: list[tuple[str, str, Answer]] = [
    (
        "exchange",
        "automatic-reply",
        Answer(
            "en",
            "Automatic reply: {subject}",
            "I am out of the office until Monday, 9 November with limited access to e-mail. For urgent matters please contact Priya on +44 20 7946 0000.\n\nMartin",
            EXCHANGE,
            charset="iso-8859-1",
            both=True,
        ),
    ),
    (
        "gmail",
        "same-subject",
        Answer(
            "en",
            "Re: {subject}",
            "Hi,\n\nI'm on vacation until 9 November and will answer when I am back.\n\nMartin",
            GMAIL,
            to=BOUNCE,
        ),
    ),
    (
        "sieve",
        "auto",
        Answer(
            "en",
            "Auto: {subject}",
            "Thank you for your message. I am away from 2 to 13 November and will not be reading my mail.",
            SIEVE,
            to=BOUNCE,
            transfer="8bit",
        ),
    ),
    (
        "vacation",
        "precedence-alone",
        Answer(
            "en",
            "away from my mail",
            'I will not be reading my mail for a while. Your mail regarding "The cold chain guide" will be read when I return.',
            "Precedence: bulk\n",
            to=BOUNCE,
            charset="us-ascii",
            transfer="7bit",
        ),
    ),
    (
        "notes",
        "auto-subject",
        Answer(
            "en",
            "AUTO: Martin Holloway is out of the office (returning 11/10/2026)",
            '\nI am out of the office until 11/10/2026.\n\nI will respond to your message when I return.\n\n\nNote: This is an automated response to your message  "The cold chain guide you asked for" sent on 11/3/2026 9:12:03 AM.\n\nThis is the only notification you will receive while this person is away.\n',
            "Auto-Submitted: auto-generated\nX-Mailer: Lotus Notes Release 9.0.1\n",
            charset="us-ascii",
            transfer="7bit",
        ),
    ),
    (
        "notes",
        "no-header",
        Answer(
            "en",
            "Martin Holloway is out of the office.",
            "\nI will be out of the office starting  11/02/2026 and will not return until\n11/10/2026.\n\nI will respond to your message when I return.\n",
            "X-Mailer: Lotus Notes Release 6.5\n",
            path="<{lead_address}>",
            thread=False,
            charset="us-ascii",
            transfer="7bit",
        ),
    ),
    (
        "no-header",
        "out-of-office",
        Answer(
            "en",
            "Out of Office: {subject}",
            "Hello,\n\nI am currently out of the office and will be back on 10 November.\n\nBest wishes\nMartin",
            path="<{lead_address}>",
        ),
    ),
    (
        "no-header",
        "subject-kept",
        Answer(
            "en",
            "RE: {subject}",
            "Thank you for your email. I am currently out of the office with no access to email. I will return on Monday 9 November. If your matter is urgent, please contact the switchboard.",
            path="<{lead_address}>",
        ),
    ),
    (
        "cpanel",
        "autorespond",
        Answer(
            "en",
            "On leave Re: {subject}",
            "I am on annual leave until 16 November. My colleagues on reception will help you.",
            "X-Autorespond: The cold chain guide you asked for\nAuto-Submitted: auto-replied\nPrecedence: auto_reply\n",
            to=BOUNCE,
            transfer="8bit",
        ),
    ),
    (
        "groupwise",
        "old-exchange",
        Answer(
            "en",
            "Out of Office AutoReply: {subject}",
            "I am away on maternity leave until April. Please write to Priya in the meantime.",
            "X-MimeOLE: Produced By Microsoft Exchange V6.5\nContent-class: urn:content-classes:message\n",
            path="<{lead_address}>",
        ),
    ),
    (
        "zimbra",
        "footer-of-a-list",
        Answer(
            "en",
            "Re: {subject}",
            "I am out of the office this week.\n\n-- \nTo unsubscribe from our bulletin, write to bulletin@example.org",
            ZIMBRA,
            to=BOUNCE,
        ),
    ),
    (
        "proton",
        "html-alone",
        Answer(
            "en",
            "Auto: {subject}",
            "I'm offline until 12 November.<br>I will get back to you after that.",
            "Auto-Submitted: auto-replied\nX-Autoreply: yes\nPrecedence: auto_reply\n",
            html=True,
            transfer="base64",
        ),
    ),
    (
        "exchange",
        "automatic-reply",
        Answer(
            "fr",
            "Réponse automatique : {subject}",
            "Bonjour,\n\nJe suis absent du bureau jusqu'au 9 novembre inclus. En cas d'urgence, contactez le standard.\n\nHervé Vasseur",
            EXCHANGE,
            charset="windows-1252",
            both=True,
        ),
    ),
    (
        "gmail",
        "same-subject",
        Answer(
            "fr",
            "Re: {subject}",
            "Bonjour, je suis en congés jusqu'au 16 novembre. Je vous répondrai à mon retour.",
            GMAIL,
            to=BOUNCE,
            transfer="base64",
        ),
    ),
    (
        "no-header",
        "absent",
        Answer(
            "fr",
            "Absence du bureau : {subject}",
            "Bonjour,\n\nJe suis actuellement absent et ne peux pas consulter mes messages. Retour le 10 novembre.",
            path="<{lead_address}>",
            charset="iso-8859-1",
            transfer="8bit",
        ),
    ),
    (
        "no-header",
        "subject-kept",
        Answer(
            "fr",
            "RE: {subject}",
            "Bonjour,\n\nJe suis absente du 2 au 13 novembre. Votre message ne sera pas transféré. Pour toute urgence, merci de joindre l'accueil.",
            path="<{lead_address}>",
            thread=False,
        ),
    ),
    (
        "ovh",
        "answering-machine",
        Answer(
            "fr",
            "Répondeur : {subject}",
            "Je suis en vacances, de retour le 16 novembre.",
            "Auto-Submitted: auto-replied\nX-Autoreply: yes\n",
            to=BOUNCE,
        ),
    ),
    (
        "exchange",
        "automatic-reply",
        Answer(
            "de",
            "Automatische Antwort: {subject}",
            "Sehr geehrte Damen und Herren,\n\nich bin bis einschließlich 9. November nicht im Büro. Ihre E-Mail wird nicht weitergeleitet.\n\nJens Overbeck",
            EXCHANGE,
            charset="iso-8859-1",
            both=True,
        ),
    ),
    (
        "gmx",
        "absence-note",
        Answer(
            "de",
            "Abwesenheitsnotiz: {subject}",
            "Ich bin im Urlaub und ab dem 16. November wieder erreichbar.",
            "Auto-Submitted: auto-replied\nX-UI-Autoresponder: true\n",
            to=BOUNCE,
        ),
    ),
    (
        "no-header",
        "subject-kept",
        Answer(
            "de",
            "AW: {subject}",
            "Vielen Dank für Ihre Nachricht. Ich bin bis zum 10.11. nicht im Büro. Ihre E-Mail wird nicht weitergeleitet. In dringenden Fällen wenden Sie sich bitte an die Zentrale.",
            path="<{lead_address}>",
            charset="iso-8859-1",
            transfer="8bit",
        ),
    ),
    (
        "no-header",
        "not-at-my-desk",
        Answer(
            "de",
            "Abwesend: {subject}",
            "Guten Tag,\n\nich befinde mich in Elternzeit und bin ab März wieder für Sie da.",
            path="<{lead_address}>",
        ),
    ),
    (
        "notes",
        "auto-subject",
        Answer(
            "de",
            "AUTO: Jens Overbeck ist außer Haus (Rückkehr am 10.11.2026)",
            '\nIch bin bis 10.11.2026 abwesend.\n\nIch kehre zurück am 10.11.2026.\n\nHinweis: Dies ist eine automatische Antwort auf Ihre Nachricht "Der Leitfaden zur Kühlkette", gesendet am 03.11.2026 09:12:03.\n\nDiese ist die einzige Benachrichtigung, die Sie empfangen werden, während diese Person abwesend ist.\n',
            "Auto-Submitted: auto-generated\n",
            charset="iso-8859-1",
        ),
    ),
    (
        "exchange",
        "automatic-reply",
        Answer(
            "es",
            "Respuesta automática: {subject}",
            "Buenos días:\n\nEstoy fuera de la oficina hasta el 9 de noviembre. Para asuntos urgentes, llame a la centralita.\n\nMarta Olmedo Peña",
            EXCHANGE,
            charset="windows-1252",
            both=True,
        ),
    ),
    (
        "gmail",
        "same-subject",
        Answer(
            "es",
            "Re: {subject}",
            "Hola: estoy de vacaciones hasta el 16 de noviembre. Le responderé a mi regreso.",
            GMAIL,
            to=BOUNCE,
        ),
    ),
    (
        "no-header",
        "out-of-office",
        Answer(
            "es",
            "Fuera de la oficina: {subject}",
            "Estoy ausente y sin acceso al correo hasta el 10 de noviembre.",
            path="<{lead_address}>",
            charset="iso-8859-1",
            transfer="8bit",
        ),
    ),
    (
        "no-header",
        "subject-kept",
        Answer(
            "es",
            "RE: {subject}",
            "Gracias por su mensaje. Me encuentro fuera de la oficina y regresaré el lunes 9 de noviembre. Si es urgente, escriba a mi compañero.",
            path="<{lead_address}>",
        ),
    ),
    (
        "exchange",
        "automatic-reply",
        Answer(
            "it",
            "Risposta automatica: {subject}",
            "Sono fuori ufficio fino al 9 novembre. Per urgenze contattare il centralino.",
            EXCHANGE,
            both=True,
        ),
    ),
    (
        "exchange",
        "automatic-reply",
        Answer(
            "nl",
            "Automatisch antwoord: {subject}",
            "Ik ben tot en met 9 november afwezig. Bel bij spoed het algemene nummer.",
            EXCHANGE,
            both=True,
        ),
    ),
]

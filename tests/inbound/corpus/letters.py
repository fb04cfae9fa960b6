"""Our own letter, to which every mail of the corpus is an answer, and how it is quoted and returned."""

import html
from dataclasses import dataclass
from email.header import Header

SUBJECT = {
    "en": "The cold chain guide you asked for",
    "fr": "Le guide de la chaîne du froid que vous avez demandé",
    "de": "Der Leitfaden zur Kühlkette, den Sie angefordert haben",
    "es": "La guía de la cadena de frío que solicitó",
}
"""What our letter is called in each language."""

BODY = {
    "en": [
        "Hello,",
        "here is the guide on monitoring a cold chain: https://www.example.com/guide?l=en",
        "It shows how three carriers stopped losing vaccines in transit. Shall we talk about your depots?",
        "Ada Brook, Northlight",
        "You receive this mail because you asked for our guide. Unsubscribe: https://www.example.com/u/Zm9v "
        "- If you no longer wish to receive these messages, reply STOP.",
    ],
    "fr": [
        "Bonjour,",
        "voici le guide sur le suivi de la chaîne du froid : https://www.example.com/guide?l=fr",
        "Il montre comment trois transporteurs ont cessé de perdre des vaccins. Parlons-nous de vos dépôts ?",
        "Ada Brook, Northlight",
        "Vous recevez ce message car vous avez demandé notre guide. Se désinscrire : "
        "https://www.example.com/u/Zm9v - Si vous ne souhaitez plus recevoir nos messages, répondez STOP.",
    ],
    "de": [
        "Guten Tag,",
        "hier ist der Leitfaden zur Überwachung der Kühlkette: https://www.example.com/guide?l=de",
        "Er zeigt, wie drei Spediteure keine Impfstoffe mehr verlieren. Sprechen wir über Ihre Lager?",
        "Ada Brook, Northlight",
        "Sie erhalten diese E-Mail, weil Sie unseren Leitfaden angefordert haben. Abmelden: "
        "https://www.example.com/u/Zm9v - Möchten Sie keine E-Mails mehr erhalten, antworten Sie mit STOP.",
    ],
    "es": [
        "Buenos días:",
        "aquí tiene la guía sobre el control de la cadena de frío: https://www.example.com/guide?l=es",
        "Muestra cómo tres transportistas dejaron de perder vacunas. ¿Hablamos de sus almacenes?",
        "Ada Brook, Northlight",
        "Recibe este correo porque solicitó nuestra guía. Darse de baja: https://www.example.com/u/Zm9v "
        "- Si no desea recibir más mensajes, responda BAJA.",
    ],
}
"""What our letter says; its last paragraph is a footer full of words with which people leave."""

for other in ("it", "nl", "pt"):  # leads of these languages were sent the English letter
    SUBJECT[other], BODY[other] = SUBJECT["en"], BODY["en"]


@dataclass(frozen=True, slots=True)
class Letter:
    """The letter that is answered: its Message-ID without angle brackets, and the three addresses in play."""

    message_id: str
    bounce_address: str
    sender_address: str
    lead_address: str

    def fill(self, text: str) -> str:
        """Put our values where the tokens stand; other braces (style sheets) are left alone."""
        lead_local, _, lead_domain = self.lead_address.partition("@")
        tokens = {
            "{message_id}": self.message_id.strip("<>"),
            "{bounce_address}": self.bounce_address,
            "{sender_address}": self.sender_address,
            "{sender_domain}": self.sender_address.rpartition("@")[2],
            "{lead_address}": self.lead_address,
            "{lead_local}": lead_local,
            "{lead_domain}": lead_domain,
        }
        for token, value in tokens.items():
            text = text.replace(token, value)
        return text


def lines(language: str) -> list[str]:
    """Our letter as lines of text, a blank line between paragraphs and a rule before the footer."""
    *said, footer = BODY[language]
    return [*"\n\n".join(said).split("\n"), "", "---", footer]


def page(language: str) -> str:
    """Our letter as the HTML that a mail program quotes."""
    *said, footer = (html.escape(paragraph, quote=False) for paragraph in BODY[language])
    return (
        "".join(f"<p>{paragraph}</p>\n" for paragraph in said) + f'<p style="font-size:12px">{footer}</p>\n'
    )


def headers(language: str = "en") -> str:
    """The headers of our letter as a postmaster sends them back."""
    subject = Header(SUBJECT[language], "us-ascii" if SUBJECT[language].isascii() else "utf-8").encode()
    return f"""\
Return-Path: <{{bounce_address}}>
Received: from relay.example.com (relay.example.com [192.0.2.10])
\tby mx.example.net (Postfix) with ESMTPS id 4XqT2k1vBzz9s
\tfor <{{lead_address}}>; Tue, 3 Nov 2026 09:12:03 +0100 (CET)
From: Ada Brook <{{sender_address}}>
To: {{lead_address}}
Subject: {subject}
Date: Tue, 03 Nov 2026 08:12:00 +0000
Message-ID: <{{message_id}}>
List-Unsubscribe: <https://www.example.com/u/Zm9v>
List-Unsubscribe-Post: List-Unsubscribe=One-Click
MIME-Version: 1.0
Content-Type: text/plain; charset="utf-8"
Content-Transfer-Encoding: 8bit
"""


def whole(language: str = "en") -> str:
    """Our letter, headers and text, as a postmaster returns it whole."""
    return headers(language) + "\n" + "\n".join(lines(language)) + "\n"

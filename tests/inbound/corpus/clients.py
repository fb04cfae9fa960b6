"""Mail programs: how each wraps what a person wrote, quotes our letter, encodes and heads it."""

import base64
import html
from collections.abc import Callable
from dataclasses import dataclass, replace
from email.header import Header
from email.quoprimime import body_encode
from html.entities import codepoint2name
from typing import Any

from tests.inbound.corpus import letters
from tests.inbound.corpus.letters import Letter

PREFIX = {"en": "Re: ", "fr": "RE: ", "de": "AW: ", "es": "RE: "}
PERSON = {
    "en": "Martin Holloway",
    "fr": "Hervé Vasseur",
    "de": "Jens Overbeck",
    "es": "Marta Olmedo Peña",
    "it": "Giulia Bassi",
    "nl": "Joost Verhagen",
}
PHONE = {
    "en": "Sent from my iPhone",
    "fr": "Envoyé de mon iPhone",
    "de": "Von meinem iPhone gesendet",
    "es": "Enviado desde mi iPhone",
}
GALAXY = {
    "en": "Sent from my Galaxy",
    "fr": "Envoyé depuis mon appareil Galaxy",
    "de": "Von meinem Galaxy gesendet",
    "es": "Enviado desde mi Galaxy",
}
OUTLOOK_PHONE = {
    "en": "Get Outlook for iOS",
    "fr": "Obtenir Outlook pour iOS",
    "de": "Holen Sie sich Outlook für Android",
    "es": "Obtener Outlook para Android",
}
PROTON = {
    "en": "Sent with Proton Mail secure email.",
    "fr": "Envoyé avec la messagerie sécurisée Proton Mail.",
    "de": "Mit Proton Mail sicherer E-Mail gesendet.",
    "es": "Enviado con el correo electrónico seguro de Proton Mail.",
}
WROTE = {
    "en": "On Tue, Nov 3, 2026 at 9:12 AM Ada Brook <{sender_address}> wrote:",
    "fr": "Le mar. 3 nov. 2026 à 09:12, Ada Brook <{sender_address}> a écrit :",
    "de": "Am Di., 3. Nov. 2026 um 09:12 Uhr schrieb Ada Brook <{sender_address}>:",
    "es": "El mar, 3 nov 2026 a las 9:12, Ada Brook (<{sender_address}>) escribió:",
}
APPLE_WROTE = {
    "en": "On 3 Nov 2026, at 09:12, Ada Brook <{sender_address}> wrote:",
    "fr": "Le 3 nov. 2026 à 09:12, Ada Brook <{sender_address}> a écrit :",
    "de": "Am 03.11.2026 um 09:12 schrieb Ada Brook <{sender_address}>:",
    "es": "El 3 nov 2026, a las 9:12, Ada Brook <{sender_address}> escribió:",
}
BIRD_WROTE = {
    "en": "On 03/11/2026 09:12, Ada Brook wrote:",
    "fr": "Le 03/11/2026 à 09:12, Ada Brook a écrit :",
    "de": "Am 03.11.26 um 09:12 schrieb Ada Brook:",
    "es": "El 3/11/26 a las 9:12, Ada Brook escribió:",
}
BLOCK = {
    "en": ("From", "Sent", "Tuesday, November 3, 2026 9:12 AM", "To", "Subject"),
    "fr": ("De", "Envoyé", "mardi 3 novembre 2026 09:12", "À", "Objet"),
    "de": ("Von", "Gesendet", "Dienstag, 3. November 2026 09:12", "An", "Betreff"),
    "es": ("De", "Enviado el", "martes, 3 de noviembre de 2026 9:12", "Para", "Asunto"),
}
ORIGINAL = {
    "en": "-------- Original message --------",
    "fr": "-------- Message d'origine --------",
    "de": "-------- Ursprüngliche Nachricht --------",
    "es": "-------- Mensaje original --------",
}


@dataclass(frozen=True, slots=True)
class Said:
    """What a person wrote, and the choices that their mail program leaves them."""

    language: str
    text: str
    signature: str = ""
    subject: str = ""  # empty: an answer to our subject
    quote: bool = True
    above: bool = False  # the quoted letter stands above the answer
    extra: str = ""  # further header lines
    thread: bool = True  # In-Reply-To and References name our letter


def encoded(text: str, charset: str, transfer: str) -> bytes:
    """A text as it crosses the wire in one charset and one transfer encoding, ending in a line end."""
    raw = text.encode(charset, "xmlcharrefreplace" if charset == "us-ascii" else "strict")
    if transfer == "base64":
        return base64.encodebytes(raw)
    if transfer == "quoted-printable":
        return body_encode(raw.decode("latin-1")).encode("ascii").rstrip(b"\n") + b"\n"
    return raw.rstrip(b"\n") + b"\n"


@dataclass(frozen=True, slots=True)
class Part:
    """One text part before its encoding; tokens may stand anywhere in the text."""

    subtype: str
    text: str
    charset: str
    transfer: str
    more: str = ""

    def wire(self, letter: Letter) -> bytes:
        """Its headers, a blank line and the encoded text with our values in it."""
        kind = f'Content-Type: text/{self.subtype}; charset="{self.charset}"{self.more}\n'
        start = f"{kind}Content-Transfer-Encoding: {self.transfer}\n\n"
        return start.encode() + encoded(letter.fill(self.text), self.charset, self.transfer)


@dataclass(frozen=True, slots=True)
class Bundle:
    """A multipart, of texts or of parts that are written out already."""

    kind: str
    boundary: str
    parts: tuple[Any, ...]  # bytes, or anything that wires itself

    def wire(self, letter: Letter) -> bytes:
        """The multipart with its boundary lines."""
        start = f'Content-Type: multipart/{self.kind};\n\tboundary="{self.boundary}"\n\n'.encode()
        line = b"--" + self.boundary.encode()
        wired = (each if isinstance(each, bytes) else each.wire(letter) for each in self.parts)
        return start + b"".join(line + b"\n" + each + b"\n" for each in wired) + line + b"--\n"


Wrapped = tuple[str, Part | Bundle]
"""The header lines of a mail, and its content."""


def word(text: str, charset: str = "utf-8") -> str:
    """A header's value, as encoded words (RFC 2047) where it is not ASCII."""
    return text if text.isascii() else Header(text, charset, maxlinelen=70).encode()


def named(text: str) -> str:
    """HTML whose letters beyond ASCII are written as named entities, as older programs do."""
    return "".join(
        f"&{codepoint2name[ord(char)]};" if ord(char) > 127 and ord(char) in codepoint2name else char
        for char in text
    )


def head(said: Said, agent: str, charset: str = "utf-8") -> str:
    """The headers of a person's mail, in the order in which a mailbox shows them."""
    subject = said.subject or PREFIX[said.language] + letters.SUBJECT[said.language]
    thread = "In-Reply-To: <{message_id}>\nReferences: <{message_id}>\n" if said.thread else ""
    return f"""\
Return-Path: <{{lead_address}}>
Delivered-To: {{sender_address}}
Received: from out.example.org (out.example.org [198.51.100.17])
\tby mx.example.com (Postfix) with ESMTPS id 4XqV7c0s1Pz9t
\tfor <{{sender_address}}>; Tue, 3 Nov 2026 10:40:11 +0100 (CET)
From: {word(PERSON[said.language], charset)} <{{lead_address}}>
To: Ada Brook <{{sender_address}}>
Subject: {word(subject, charset)}
Date: Tue, 3 Nov 2026 10:40:08 +0100
Message-ID: <{{own_id}}@mail.example.org>
{thread}{agent}{said.extra}MIME-Version: 1.0
"""


def block(language: str, bold: bool = False) -> list[str]:
    """The header lines that Outlook puts above what it quotes."""
    sender, sent, at, to, subject = BLOCK[language]
    rows = [
        (sender, "Ada Brook <{sender_address}>"),
        (sent, at),
        (to, "{lead_address}"),
        (subject, letters.SUBJECT[language]),
    ]
    gap = " " if language == "fr" else ""
    if bold:
        return [f"<b>{label}{gap}:</b> {html.escape(value, quote=False)}" for label, value in rows]
    return [f"{label}{gap}: {value}" for label, value in rows]


def marked(language: str) -> list[str]:
    """Our letter with a mark before each line."""
    return [f"> {line}".rstrip() for line in letters.lines(language)]


def plainly(said: Said, quoted: list[str], gap: str = "\n\n") -> str:
    """The answer, its signature, and the quoted lines below or above it."""
    own = "\n".join(piece for piece in (said.text, said.signature) if piece)
    if not said.quote:
        return own + "\n"
    below, above = own + gap + "\n".join(quoted), "\n".join(quoted) + gap + own
    return (above if said.above else below) + "\n"


def divided(text: str) -> str:
    """Text as Gmail's HTML: a division for each line."""
    return "".join(f"<div>{html.escape(line, quote=False) or '<br>'}</div>" for line in text.split("\n"))


def paragraphs(text: str) -> str:
    """Text as Outlook's HTML: a paragraph of its own class for each line."""
    return "".join(
        f'<p class="MsoNormal">{html.escape(line, quote=False) or "&nbsp;"}<o:p></o:p></p>\n'
        for line in text.split("\n")
    )


def own_html(said: Said, shape: Callable[[str], str] = divided) -> str:
    """What the person wrote, with the signature, in one program's HTML."""
    return shape(said.text) + (f"<div>{shape(said.signature)}</div>" if said.signature else "")


def gmail(said: Said) -> Wrapped:
    """Gmail on the web: both forms, an attribution line, and the quote in a class of its own."""
    wrote = WROTE[said.language]
    text = plainly(said, [wrote, "", *marked(said.language)])
    page = f'<div dir="ltr">{own_html(said)}</div>'
    if said.quote:
        page += (
            '<br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">'
            f'{html.escape(wrote, quote=False)}<br></div><blockquote class="gmail_quote" '
            'style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex">'
            f"{letters.page(said.language)}</blockquote></div>\n"
        )
    transfer = "quoted-printable"
    alternatives = Part("plain", text, "UTF-8", transfer), Part("html", page, "UTF-8", transfer)
    return head(said, ""), Bundle("alternative", "000000000000d1f3a20646a1b2c3", alternatives)


def outlook(said: Said, charset: str = "windows-1252") -> Wrapped:
    """Outlook on a desk: a header block and no marks before the quoted lines."""
    text = plainly(said, [*block(said.language), "", *letters.lines(said.language)])
    quote = (
        "<div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'>"
        f'<p class="MsoNormal">{"<br>".join(block(said.language, bold=True))}<o:p></o:p></p></div>'
        + letters.page(said.language)
    )
    page = (
        '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style><!-- p.MsoNormal {margin:0cm;} '
        '--></style></head><body lang="EN-GB" link="#0563C1"><div class="WordSection1">'
        f"{own_html(said, paragraphs)}{quote if said.quote else ''}</div></body></html>\n"
    )
    agent = (
        "Thread-Topic: Northlight\nThread-Index: AQHaB2p1kq0xvJ8Wd0m5Y3uL\n"
        "X-Mailer: Microsoft Outlook 16.0\nAccept-Language: en-GB, de-DE\n"
    )
    transfer = "quoted-printable"
    alternatives = Part("plain", text, charset, transfer), Part("html", page, charset, transfer)
    return head(said, agent, charset), Bundle("alternative", "_000_AM6PR07MB3547A1B2C3_", alternatives)


def owa(said: Said) -> Wrapped:
    """Outlook on the web: a rule before the header block, all in base64."""
    text = plainly(said, ["_" * 32, *block(said.language), "", *letters.lines(said.language)])
    quote = (
        '<div id="appendonsend"></div><hr style="display:inline-block;width:98%" tabindex="-1">'
        '<div id="divRplyFwdMsg" dir="ltr"><font face="Calibri">'
        f"{'<br>'.join(block(said.language, bold=True))}</font><div>&nbsp;</div></div>"
        f"{letters.page(said.language)}"
    )
    page = (
        '<html><head><style type="text/css" style="display:none;"> P {margin-top:0;margin-bottom:0;} </style>'
        f'</head><body dir="ltr"><div class="elementToProof">{named(own_html(said))}</div>'
        f"{quote if said.quote else ''}</body></html>\n"
    )
    agent = "X-MS-Has-Attach:\nX-MS-TNEF-Correlator:\nX-Originating-IP: [198.51.100.44]\n"
    alternatives = Part("plain", text, "utf-8", "base64"), Part("html", page, "utf-8", "base64")
    return head(said, agent), Bundle("alternative", "_000_DB9PR10MB4321F00D_", alternatives)


def outlook_phone(said: Said) -> Wrapped:
    """Outlook on a telephone: as on the web, with its advertisement as signature."""
    advert = OUTLOOK_PHONE[said.language]
    signature = "\n".join(piece for piece in (said.signature, "", advert) if piece or not said.signature)
    return owa(replace(said, signature=signature))


def apple(said: Said) -> Wrapped:
    """Apple Mail: text alone, the quote marked, attribution inside the quote."""
    text = plainly(said, [f"> {APPLE_WROTE[said.language]}", "> ", *marked(said.language)])
    agent = "X-Mailer: Apple Mail (2.3826.200.121)\n"
    return head(said, agent), Part("plain", text, "utf-8", "quoted-printable", ";\n\tformat=flowed")


def iphone(said: Said) -> Wrapped:
    """Mail on an iPhone: both forms, its own signature, the attribution below it."""
    wrote = APPLE_WROTE[said.language]
    text = plainly(said, [PHONE[said.language], "", f"> {wrote}", "> ", *marked(said.language)])
    page = (
        '<html><head><meta http-equiv="content-type" content="text/html; charset=utf-8"></head>'
        f'<body dir="auto">{own_html(said)}<br><div dir="ltr">{PHONE[said.language]}</div>'
    )
    if said.quote:
        page += (
            f'<div dir="ltr"><br><blockquote type="cite">{html.escape(wrote, quote=False)}<br><br>'
            '</blockquote></div><blockquote type="cite">'
            f'<div dir="ltr">{letters.page(said.language)}</div></blockquote>'
        )
    else:
        text += f"\n{PHONE[said.language]}\n"
    alternatives = (
        Part("plain", text, "utf-8", "quoted-printable"),
        Part("html", page + "</body></html>\n", "utf-8", "quoted-printable"),
    )
    agent = "X-Mailer: iPhone Mail (22B83)\n"
    return head(said, agent), Bundle("alternative", "Apple-Mail-7F2C1D4A-0B3E", alternatives)


def thunderbird(said: Said) -> Wrapped:
    """Thunderbird: text in 8bit, marked quote, often above the answer."""
    text = plainly(said, [BIRD_WROTE[said.language], *marked(said.language)], "\n\n")
    agent = "User-Agent: Mozilla Thunderbird\nContent-Language: en-GB\n"
    return head(said, agent), Part("plain", text, "UTF-8", "8bit", "; format=flowed")


def yahoo(said: Said) -> Wrapped:
    """Yahoo Mail: the quote is indented by blanks, without marks."""
    language = said.language
    quoted = [f"    {WROTE[language]}  ", " ", *(f"   {line}" for line in letters.lines(language))]
    text = plainly(said, quoted)
    quote = (
        '<div id="ydp5c1e8yahoo_quoted_1234567890" class="ydp5c1e8yahoo_quoted"><div>'
        f"<div>{html.escape(WROTE[language], quote=False)}</div><br>{letters.page(language)}</div></div>"
    )
    page = (
        '<html><head></head><body><div class="ydp9b7ayahoo-style-wrap" style="font-size:16px;">'
        f"{own_html(said)}</div>{quote if said.quote else ''}</body></html>\n"
    )
    alternatives = (
        Part("plain", text, "UTF-8", "quoted-printable"),
        Part("html", page, "UTF-8", "quoted-printable"),
    )
    agent = "X-Mailer: WebService/1.1.22876 YMailNorrin\n"
    return head(said, agent), Bundle("alternative", "----=_Part_1183_92.1730626808", alternatives)


def proton(said: Said) -> Wrapped:
    """Proton Mail: text in base64, its own signature before the marked quote."""
    quoted = [PROTON[said.language], "", WROTE[said.language], "", *marked(said.language)]
    agent = "Feedback-ID: 3141592:user:proton\nX-Pm-Message-ID: 8a2f\n"
    return head(said, agent), Part("plain", plainly(said, quoted), "utf-8", "base64")


def gmx(said: Said) -> Wrapped:
    """GMX on the web: HTML alone with named entities, the quote in a named division."""
    quote = (
        '<div name="quote" style="margin:10px 5px 5px 10px; padding: 10px 0 10px 10px; border-left:2px solid '
        f'#C3D9E5;"><div>{"<br/>".join(block(said.language, bold=True))}</div>'
        f'<div name="quoted-content">{letters.page(said.language)}</div></div>'
    )
    page = (
        '<html><head></head><body><div style="font-family: Verdana;font-size: 12.0px;">'
        f"{own_html(said)}{quote if said.quote else ''}</div></body></html>\n"
    )
    agent = "X-Priority: 3\nX-Provags-ID: V03:K1:aGVsbG8\n"
    return head(said, agent), Part("html", named(page), "UTF-8", "quoted-printable")


def html_only(said: Said) -> Wrapped:
    """A program that sends HTML alone, in ASCII, with named entities and a bare block quote."""
    own = named(html.escape(said.text, quote=False)).replace("'", "&#8217;").replace("\n", "<br>\n")
    signature = named(html.escape(said.signature, quote=False)).replace("\n", "<br>\n")
    quote = f"<p>{named(html.escape(WROTE[said.language], quote=False))}</p><blockquote>"
    quote += f"{named(letters.page(said.language))}</blockquote>"
    page = (
        f"<HTML><HEAD><TITLE>Mail</TITLE></HEAD><BODY><P>{own}&nbsp;</P>{signature}"
        f"{quote if said.quote else ''}</BODY></HTML>\n"
    )
    return head(said, "X-Mailer: Webmail 4.2\n"), Part("html", page, "us-ascii", "7bit")


def notes(said: Said) -> Wrapped:
    """Lotus Notes: text in Latin-1, the header block below, no marks."""
    sender, _, at, to, subject = BLOCK[said.language]
    quoted = [
        "",
        f"{sender}:   Ada Brook <{{sender_address}}>",
        f"{to}:     {{lead_address}}",
        f"Date:   {at}",
        f"{subject}:        {letters.SUBJECT[said.language]}",
        "",
        "",
        *letters.lines(said.language),
    ]
    agent = "X-Mailer: Lotus Notes Release 9.0.1FP10\nX-KeepSent: 5C2B1A3D:0F4E\n"
    return head(said, agent, "iso-8859-1"), Part(
        "plain", plainly(said, quoted), "iso-8859-1", "quoted-printable"
    )


def samsung(said: Said) -> Wrapped:
    """Mail on a Galaxy: text in base64 with its own signature and a ruled header block."""
    quoted = [
        GALAXY[said.language],
        "",
        "",
        ORIGINAL[said.language],
        *block(said.language),
        "",
        *letters.lines(said.language),
    ]
    return head(said, ""), Part("plain", plainly(said, quoted), "utf-8", "base64")


def latin(said: Said) -> Wrapped:
    """An old program: Latin-1 in 8bit, a marked quote and hardly a header."""
    text = plainly(said, [WROTE[said.language], *marked(said.language)])
    return head(said, "X-Mailer: Sylpheed 3.7\n", "iso-8859-1"), Part("plain", text, "iso-8859-1", "8bit")


def attaching(said: Said) -> Wrapped:
    """A firm's program that adds its logo to every mail, as a file after the text."""
    text = plainly(said, [*block(said.language), "", *letters.lines(said.language)])
    logo = (
        b'Content-Type: image/png; name="logo.png"\nContent-Disposition: attachment; filename="logo.png"\n'
        b"Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(b"\x89PNG\r\n\x1a\n" + bytes(60))
    )
    parts = Part("plain", text, "utf-8", "quoted-printable"), logo
    return head(said, "X-Mailer: eM Client/10\n"), Bundle("mixed", "------=_MB5A4A17", parts)


def signed(said: Said) -> Wrapped:
    """A program that signs what it sends (RFC 3156)."""
    text = plainly(said, [BIRD_WROTE[said.language], *marked(said.language)])
    signature = (
        b'Content-Type: application/pgp-signature; name="signature.asc"\n\n-----BEGIN PGP SIGNATURE-----\n\n'
        b"iHUEABYKAB0WIQTexampleexampleexampleexampleFAmcnAAoJEexample\n=aB3d\n-----END PGP SIGNATURE-----\n"
    )
    kind = 'signed; micalg=pgp-sha256;\n\tprotocol="application/pgp-signature"'
    parts = Part("plain", text, "utf-8", "quoted-printable"), signature
    return head(said, "User-Agent: Mutt/2.2.13\n"), Bundle(kind, "GvXjxJ+pjyke8COw", parts)


CLIENTS: dict[str, Callable[[Said], Wrapped]] = {
    "gmail": gmail,
    "outlook": outlook,
    "owa": owa,
    "outlook-phone": outlook_phone,
    "apple": apple,
    "iphone": iphone,
    "thunderbird": thunderbird,
    "yahoo": yahoo,
    "proton": proton,
    "gmx": gmx,
    "html-only": html_only,
    "notes": notes,
    "samsung": samsung,
    "latin": latin,
    "attaching": attaching,
    "signed": signed,
}
"""Every program by the name that the corpus gives it."""

NETWORK_LINE_ENDS = {"gmail", "outlook", "owa", "outlook-phone", "yahoo", "proton"}
"""The programs whose mails keep CRLF; the others arrive as a Maildir stores them."""


def written(letter: Letter, client: str, said: Said) -> bytes:
    """The bytes of a person's mail, wrapped by the program, with our values in it."""
    headers, content = CLIENTS[client](said)
    raw = letter.fill(headers).encode() + content.wire(letter)
    return raw.replace(b"\n", b"\r\n") if client in NETWORK_LINE_ENDS else raw

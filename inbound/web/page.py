"""What a lead reads on our pages, in the language its browser asks for."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

FOLDER = Path(__file__).parent / "pages"
STYLE = (FOLDER / "page.css").read_text(encoding="utf-8")
STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
"""What the Content-Security-Policy lets through: this style and nothing else."""

_environment = Environment(
    loader=FileSystemLoader(FOLDER),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class Words:
    """The text of one page in one language; {company} stands for the sender's company."""

    title: str
    text: str
    button: str = ""
    note: str = ""


PAGES = {
    "ask": {
        "en": Words(
            title="Unsubscribe?",
            text="Press the button and {company} will send you no more marketing mail.",
            button="Unsubscribe",
            note="Nothing changes until you press it. "
            "What you ask for yourself, such as a document, can still be sent to you.",
        ),
        "fr": Words(
            title="Vous désabonner\u00a0?",
            text="Appuyez sur le bouton et {company} ne vous enverra plus d’e-mails commerciaux.",
            button="Me désabonner",
            note="Rien ne change tant que vous n’appuyez pas. "
            "Ce que vous demandez vous-même, comme un document, pourra encore vous être envoyé.",
        ),
    },
    "done": {
        "en": Words(
            title="You are unsubscribed",
            text="You will get no more marketing mail from {company}.",
            note="You can close this page.",
        ),
        "fr": Words(
            title="Désabonnement enregistré",
            text="Vous ne recevrez plus d’e-mails commerciaux de la part de {company}.",
            note="Vous pouvez fermer cette page.",
        ),
    },
    "lost": {
        "en": Words(
            title="This link does not work",
            text="Your mail program may have cut it in two.",
            note="Open it again from the message, or reply to the message and ask to be unsubscribed.",
        ),
        "fr": Words(
            title="Ce lien ne fonctionne pas",
            text="Votre logiciel de messagerie l’a peut-être coupé en deux.",
            note="Ouvrez-le de nouveau depuis le message, "
            "ou répondez au message en demandant votre désabonnement.",
        ),
    },
    "later": {
        "en": Words(
            title="Not done yet",
            text="Your request could not be recorded just now.",
            button="Try again",
            note="If it fails again, reply to the message and ask to be unsubscribed.",
        ),
        "fr": Words(
            title="Pas encore enregistré",
            text="Votre demande n’a pas pu être enregistrée pour le moment.",
            button="Réessayer",
            note="En cas de nouvel échec, répondez au message en demandant votre désabonnement.",
        ),
    },
}
"""Every page, by name and language."""

LANGUAGES = ("en", "fr")


def render_page(name: str, language: str, company: str) -> str:
    """One whole HTML page."""
    words = PAGES[name][language]
    return _environment.get_template("page.html.j2").render(
        language=language,
        style=STYLE,
        company=company,
        title=words.title.format(company=company),
        text=words.text.format(company=company),
        button=words.button,
        note=words.note,
        done=name == "done",
    )


def pick_language(accept: str, default: str = "en") -> str:
    """The language of ours that an Accept-Language header likes best (RFC 9110 12.5.4), else the default."""
    best, liking = default, 0.0
    for choice in accept.split(",")[:20]:
        tag, _, quality = choice.strip().lower().partition(";q=")
        language = tag.split("-")[0]
        weight = _weight(quality)
        if weight > liking and (language in LANGUAGES or tag == "*"):
            best, liking = (default if tag == "*" else language), weight
    return best


def _weight(quality: str) -> float:
    try:
        return float(quality) if quality else 1.0
    except ValueError:
        return 0.0

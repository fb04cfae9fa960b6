"""Words of other tools and languages for our keys, and the key that each stands for."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping

from nurture.files.diagnosis import did_you_mean, suggest

_OURS: Mapping[str, str] = {
    "send": "senden sende schicke schicken verschicken envoyer envoie envoi email mail message send_email",
    "wait": "warten warte pause attendre attends attente delai delay sleep wait_until after",
    "wait_for": "warten_auf warte_auf attendre_que until_event wait_until_event waitfor",
    "choose": "wahl waehle waehlen choisir choix branch switch decision condition_split",
    "split": "aufteilen teilen test ab_test abtest repartir",
    "end": "ende beenden stop stopp fin finir arreter quit",
    "set": "setze setzen definir update assign",
    "handoff": "uebergabe uebergeben transfert transmettre hand_off handover",
    "notify": "benachrichtigen melden notifier alert",
    "sequence": "sequenz kampagne campaign name workflow",
    "title": "titel titre",
    "funnel": "trichter entonnoir stage phase",
    "topic": "thema sujet theme topics",
    "priority": "prioritaet wichtigkeit priorite",
    "enter": "eintritt einstieg start entree trigger entry",
    "exit": "ausstieg austritt sortie leave exits",
    "goal": "ziel objectif but target goals",
    "window": "fenster zeitfenster fenetre schedule",
    "caps": "grenzen limite limites limits cap",
    "steps": "schritte etapes etape step actions",
    "on": "bei auf sur event signal trigger",
    "when": "wenn falls quand si if condition where",
    "unless": "ausser sauf",
    "again": "wieder nochmal encore repeat",
    "within": "innerhalb binnen dans timeout",
    "then": "dann alors yes ja oui",
    "otherwise": "sonst andernfalls sinon else no nein non default",
    "expires": "ablauf expire",
    "days": "tage jours",
    "hours": "stunden uhrzeit heures",
    "subject": "betreff objet betreffzeile subject_line",
    "preheader": "vorschau preview preview_text pre_header",
    "purpose": "zweck",
    "company": "firma unternehmen entreprise societe",
    "sender": "absender expediteur from",
    "language": "sprache langue lang",
    "languages": "sprachen langues",
    "country": "land pays",
    "zone": "zeitzone fuseau timezone time_zone",
    "address": "adresse email mail",
    "postal_address": "anschrift postanschrift adresse_postale",
    "points": "punkte score",
    "rule": "regel regle name",
    "url": "link lien adresse",
    "email": "mail e_mail email_address courriel",
    "state": "status etat",
    "basis": "grundlage base legal_basis",
    "source": "quelle",
    "delimiter": "separator trennzeichen separateur",
}
_MEANT = {(word, ours): True for ours, words in _OURS.items() for word in words.split()}


def foreign_word(word: str, known: Collection[str]) -> str:
    """Answer the known word that another language or tool calls `word`, or an empty string."""
    plain = _plain(word)
    return next((ours for ours in sorted(known) if (plain, ours) in _MEANT), "")


def meant_key(word: str, known: Collection[str]) -> str:
    """Answer a help line for a key that is unknown here: what it is called, or what was probably meant."""
    if not suggest(word, known, 0.8) and (ours := foreign_word(word, known)):
        return f"this is called `{ours}` here"
    if word.startswith("-") and word[1:].strip():
        return f"a dash needs a blank after it: `- {word[1:].strip()}: ...`"
    return did_you_mean(word, known)


def _plain(word: str) -> str:
    folded = word.strip().lower().replace("\u00df", "ss")
    for umlaut, letters in (("\u00e4", "ae"), ("\u00f6", "oe"), ("\u00fc", "ue")):
        folded = folded.replace(umlaut, letters)
    bare = "".join(c for c in unicodedata.normalize("NFD", folded) if not unicodedata.combining(c))
    return bare.replace(" ", "_").replace("-", "_")

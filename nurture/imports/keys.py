"""Finds values that cannot be keys: placeholders, and numbers that a spreadsheet has rounded."""

from __future__ import annotations

import re

from nurture.texts.wishes import fold

# Most keys: a look at the rest takes longer.
_PLAIN = re.compile(r"[A-Za-z]{0,8}+[-_]?0{0,40}+[1-9]\d{0,80}+", re.ASCII)
_ROUNDED = re.compile(r"[+-]?\d{1,40}+([.,]\d{1,40}+)?e[+-]?\d{1,40}+", re.ASCII)
_SHEET_ERROR = re.compile(r"#[a-z0-9/_]+[!?]?", re.ASCII)
_ZERO = re.compile(r"[+-]?0*([.,]0*)?", re.ASCII)
_NOBODY = frozenset(
    {
        *("null", "nil", "none", "nan", "na", "n/a", "n.a", "n a", "not available", "not applicable"),
        *("no value", "undefined", "unknown", "unassigned", "anonymous", "anonym", "guest", "blank", "empty"),
        *("missing", "default", "test", "tests", "testing", "dummy", "sample", "example", "tbd", "tba"),
        *("todo", "tbc", "pending", "new", "other", "others", "yes", "no", "true", "false", "id", "key"),
        *("email", "deleted", "removed", "invalid", "error", "nothing", "void", "void 0", "object object"),
        *("[object object]", "vide", "anonyme", "non", "oui", "essai"),
        *("inconnu", "inconnue", "neant", "aucun", "aucune", "s/o"),
        *("unbekannt", "keine", "keiner", "kein", "k.a", "k. a", "leer", "nein", "ja", "entfallt", "ohne"),
        *("desconocido", "ninguno", "sconosciuto", "nessuno", "onbekend", "geen", "xxx", "xx", "x"),
    }
)


def key_fault(text: str) -> str:
    """Why a text cannot be anybody's key; empty when it can.

    Placeholders stand in many rows: taken as keys, they would make one lead of all these people.
    """
    if _PLAIN.fullmatch(text):
        return ""
    folded = fold(text)
    if _ROUNDED.fullmatch(text.strip().lower()):
        return "is a number that a spreadsheet has rounded; export the column as text"
    if _ZERO.fullmatch(text.strip()) or folded in _NOBODY or _SHEET_ERROR.fullmatch(text.strip().lower()):
        return "stands for no key"
    bare = [char for char in folded if char.isalnum()]
    if not bare or (len(bare) > 1 and set(bare) <= {"0", "x"} and len(set(bare)) == 1):
        return "stands for no key"
    return ""

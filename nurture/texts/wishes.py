"""Words that mean yes, no or a wish to leave, in the languages of imported lists."""

from __future__ import annotations

import re
from functools import lru_cache

from nurture.texts.fold import without_marks

_YES = """
yes y true t 1 x on checked oui o vrai ja j wahr si s sim verdadero vero tak
kylla ano da jes \u2713 \u2714 \u2611
"""
_NO = """
no n false f 0 off unchecked non faux nein falsch nao nej nee falso nie ei ne \u2717 \u2718 \u2610
"""
YES = frozenset(_YES.split())
"""Words that affirm, folded."""
NO = frozenset(_NO.split())
"""Words that deny, folded."""
STAYS = frozenset(
    {
        *("subscribed", "active", "opted in", "opt in", "optin", "in", "ok", "stay", "keep", "mailable"),
        *("none", "null", "nil", "na", "n/a", "nan", "unknown", "never", "undefined", "", "?"),
        *("abonne", "abonnee", "inscrit", "inscrite", "actif", "active", "jamais", "aucun", "aucune"),
        *("abonniert", "angemeldet", "aktiv", "niemals", "keine", "kein"),
        *("suscrito", "suscrita", "activo", "iscritto", "attivo", "ingeschreven", "actief", "nunca", "mai"),
        *("0000 00 00", "0000 00 00 00:00:00", "0000 00 00t00:00:00", "00/00/0000"),
    }
)
"""Words in a column of those who left that say: not this one."""
LEFT = frozenset(
    {
        *("unsubscribed", "unsubscribe", "unsub", "stop", "stopped", "opted out", "opt out", "optout", "out"),
        *("removed", "remove", "remove me", "leave", "left", "do not mail", "do not email", "do not contact"),
        *("dnc", "dne", "withdrawn", "revoked", "no mail", "no email", "cancelled", "canceled"),
        *("desabonne", "desabonnee", "desinscrit", "desinscrite", "desinscription", "desabonnement"),
        *("retire", "ne plus contacter", "ne pas contacter", "resilie"),
        *("abgemeldet", "abmelden", "abmeldung", "abbestellt", "ausgetragen", "widerrufen"),
        *("nicht kontaktieren", "baja", "dado de baja", "cancelado", "cancelada", "no contactar"),
        *("disiscritto", "disiscritta", "cancellato", "annullato", "uitgeschreven", "afgemeld"),
    }
)
"""Words of somebody who left, folded."""
_DASH = re.compile(r"[-_\u2010-\u2015]")


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """A word without case, accents, dashes and a full stop or exclamation mark at its end."""
    return " ".join(_DASH.sub(" ", without_marks(text).casefold()).split()).strip(" .!'\"\u2019")


def says_yes(value: object) -> bool:
    """Whether a cell affirms: a word of yes, a number that is not 0."""
    return fold(value) in YES if isinstance(value, str) else bool(value)


def says_no(value: object) -> bool:
    """Whether a cell denies; a blank one does."""
    return not value or (isinstance(value, str) and fold(value) in NO)


def says_left(value: object) -> bool:
    """Whether a cell of those who left names this one: whatever is no word for staying, as a date or STOP."""
    if not isinstance(value, str):
        return bool(value)
    folded = fold(value)
    return folded not in NO and folded not in STAYS


def wishes_to_leave(value: object) -> bool:
    """Whether a cell says by itself that somebody left, or affirms what its column asks."""
    return isinstance(value, str) and (fold(value) in LEFT or fold(value) in YES)


def words_like(word: str) -> frozenset[str]:
    """All that means the same as a written word, folded; a single letter or digit means only itself."""
    folded = fold(word)
    if len(folded) < 2:
        return frozenset({folded})
    return next((group for group in (YES, NO, LEFT) if folded in group), frozenset({folded}))

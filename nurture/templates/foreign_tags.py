"""Finds the merge tags of other mail tools in a template, which the lead would see as they are."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nurture.files.diagnosis import Fault, as_warning, suggest
from nurture.templates.source import Piece, TemplateSource
from nurture.values import PROFILE_FIELDS

_WORD = r"[A-Za-z\u00c0-\u024f][\w. \u00c0-\u024f-]{0,40}?"
_TAGS = re.compile(
    rf"\*\|(?P<star>{_WORD})\|\*|%%(?P<percents>{_WORD})%%|(?<!\[)\[\[(?P<square>{_WORD})\]\]"
    rf"|<%[=-]?\s*(?P<erb>{_WORD})\s*-?%>|\$\{{(?P<dollar>{_WORD})\}}|\#\{{(?P<hash>{_WORD})\}}"
    rf"|%(?P<percent>[A-Z][A-Z_]{{2,30}})%|<<(?P<angle>{_WORD})>>|\u00ab(?P<guillemet>{_WORD})\u00bb"
)
"""Tags that nobody writes as text."""
_DOUBTFUL = re.compile(
    r"(?<![{$#%\w])\{(?P<curly>[A-Za-z][\w.]{1,30})\}(?!\})|(?<![\[!\w\]])\[(?P<bracket>[A-Za-z]"
    r"[\w \u00c0-\u024f]{2,30})\](?![\[(:\]])"
    r"|(?<![\w$])\$(?P<name>[A-Za-z][A-Za-z_]{2,30})\b|(?<!:):(?P<colon>first_?name|last_?name|company):"
)
"""Tags that may be text: reported when their name is a field of a person or a firm."""
_OWN = re.compile(
    r"\{\{(?:[^{}]|\{(?!\{)|\}(?!\}))*+\}\}|\{%(?:[^{%]|\{(?!%)|%(?!\}))*+%\}|\{#(?:[^{#]|\{(?!#)|#(?!\}))*+#\}"
)
"""Each ends before the next of its kind begins, so that a text of openings is read once."""
_ON_THE_LINE = re.compile(r"[^\n]")
_BETWEEN = re.compile(r"[.\s]+")
_OURS = {
    "first_name": "name full_name fullname first_name firstname fname first "
    "vorname prenom pr\u00e9nom given_name givenname forename",
    "last_name": "last_name lastname lname last surname nachname nom family_name familyname",
    "company": "company company_name companyname firma organisation organization account_name "
    "entreprise societe soci\u00e9t\u00e9",
    "email": "email e_mail email_address mail emailaddress",
    "job_title": "job_title jobtitle title position funktion poste",
    "country": "country land pays",
}
_FIELD = {word: ours for ours, words in _OURS.items() for word in words.split()}
_VALUES = {
    "unsubscribe_url": "unsub unsubscribe unsubscribe_link unsubscribe_url abmeldelink abmelden "
    "desinscription unsubscribelink optout",
    "public_url": "view_in_browser archive webversion browser_link",
    "company.postal_address": "list_address sender_address physical_address address postal_address",
    "subject": "subject",
}
_VALUE = {word: ours for ours, words in _VALUES.items() for word in words.split()}


def foreign_tags(source: TemplateSource) -> list[Fault]:
    """One fault for each merge tag of another tool, in its place, with what to write instead."""
    pieces = [source.body, source.subject, source.preheader] if source.matter else [source.body]
    seen = [fault for piece in pieces for fault in _in_piece(source, piece)]
    return list(dict.fromkeys(seen))


def meant_name(name: str) -> str:
    """Answer what a name of another tool stands for here, such as `lead.first_name`; else nothing."""
    parts = [part for part in _BETWEEN.split(_plain(name)) if part]
    for word in ("_".join(parts), *reversed(parts)):
        if word in _FIELD:
            return f"lead.{_FIELD[word]}"
        if word in _VALUE:
            return _VALUE[word]
        if close := suggest(word, PROFILE_FIELDS, 0.85):
            return f"lead.{close}"
    return ""


def _in_piece(source: TemplateSource, piece: Piece) -> Iterator[Fault]:
    # With our own tags blanked, so that places stay what they are.
    text = _OWN.sub(lambda tag: _ON_THE_LINE.sub(" ", tag[0]), piece.text)
    for found in _TAGS.finditer(text):
        yield _fault(source, piece, text, found)
    for found in _DOUBTFUL.finditer(text):
        name = found[found.lastgroup or 0]
        if _plain(name) in _FIELD or _plain(name) in _VALUE or meant_name(name).startswith("lead."):
            yield as_warning(_fault(source, piece, text, found))


def _fault(source: TemplateSource, piece: Piece, text: str, found: re.Match[str]) -> Fault:
    line = piece.line + text.count("\n", 0, found.start())
    meant = meant_name(found[found.lastgroup or 0])
    write = f'{{{{ {meant} or "..." }}}}' if meant.startswith("lead.") else f"{{{{ {meant} }}}}"
    help = f"write {write}" if meant else "write {{ lead.first_name }}, or any other of the names in the docs"
    return source.fault("NUR421", f"`{found[0][:60]}` is a merge tag of another tool", line, found[0], help)


def _plain(name: str) -> str:
    plain = name.strip().lower().replace("-", "_").replace(" ", "_")
    return plain.removeprefix("contact.").removeprefix("user.")

"""What a writer wrote: without the quoted letter, the signature and legal notices."""
# ruff: noqa: E501 -- a phrase of a table stands on one line

from __future__ import annotations

import re
from collections.abc import Iterator

from nurture.texts.fold import folded

LONGEST = 20_000
"""Characters of a mail in which its writer's own words are looked for."""
LONGEST_LINE = 1000
_BLANKS = re.compile(r"\s+")
_QUOTED = re.compile(r"^[ \t]{0,8}[>|]")
_END = re.compile(r"[.?;\u2026]{1,20}+(?:\s|$)|[\n!\u00a1\u00bf]")
_ADDRESS = re.compile(r"[^\s@<>]{1,64}@[^\s@<>]{1,250}")

_WROTE = re.compile(
    r"\b(?:wrote|writes|ecrit|schrieb|schreibt|escribio|scritto|schreef|escreveu|skrev|napisal)\b"
    r"[^:]{0,160}:\s{0,3}$"
)
"""The end of the line that names whom one answers."""
_BEGINS = re.compile(r"^\W{0,3}(?:on|le|am|el|il|op|em|den)\b")
_ORIGINAL = re.compile(r"^[-_=*~ ]{2,40}[^-_=*~ ][^-_=]{2,60}[-_=*~]{2,40}\s{0,3}$")
"""-----Original Message-----, in whatever language."""
_RULE = re.compile(r"^(?:-{2,}|_{3,}|={3,}|\*{3,}|~{3,}|\u2014+|#{3,})\s{0,3}$")
"""A line that is only a line; a signature's `-- ` too."""
_FIELD = re.compile(r"^[ \t*>]{0,8}([a-z][a-z ]{0,20})\*{0,2} ?:")
_FROM = frozenset({
    "from", "de", "von", "da", "van", "fra", "expediteur", "absender", "remitente", "mittente", "afzender",
})  # fmt: skip
_FIELDS = _FROM | {
    "to", "a", "an", "para", "cc", "aan", "till", "sent", "date", "envoye", "gesendet", "enviado", "fecha", "datum",
    "inviato", "verzonden", "data", "subject", "objet", "betreff", "asunto", "oggetto", "onderwerp", "assunto",
    "reply-to",
}  # fmt: skip
"""How mail programs head the letter that is answered, as far as one word says it."""

_CLOSING = re.compile(
    r"^(?:(?:with |many )?(?:(?:kind|best|warm|kindest|warmest) )?(?:regards|wishes)|best|all the best|cheers"
    r"|sincerely|yours (?:sincerely|faithfully|truly)|respectfully"
    r"|(?:tres |bien )?(?:cordialement|amicalement|respectueusement)|bien a vous|salutations(?: \w{1,15}){0,2}"
    r"|meilleures salutations|bonne (?:journee|reception)|sinceres salutations"
    r"|(?:mit |viele |beste |schone |liebe |herzliche |freundliche |freundlichen |vielen |besten |den ){0,4}"
    r"(?:freundlichem gruss|grussen?|grusse|gruessen?|gruesse|gruss)|mfg|vg|lg|hochachtungsvoll"
    r"|(?:un |reciba un |muchos )?(?:cordial(?:es)? )?(?:saludos?)(?: cordial(?:es)?)?|atentamente|cordialmente"
    r"|cordiali saluti|distinti saluti|saluti|met vriendelijke groet(?:en)?|groeten?|mvg"
    r"|atenciosamente|cumprimentos|com os melhores cumprimentos)[ ,.!]{0,4}$"
)
"""The last line of a letter; below it are the name of the writer and a signature."""
_LEGAL = re.compile(
    r"\b(?:confidential|confidentiel\w{0,3}|vertraulich\w{0,3}|confidencial\w{0,3}|riservat\w{1,3}|vertrouwelijk\w{0,2})\b"
    r".{0,300}\b(?:intended|addressee|recipient|error|destinat\w{2,8}|adressat\w{0,2}|empfanger|erreur|irrtum\w{0,6})\b"
)
_PHONE = re.compile(
    r"^(?:sent (?:from|with|via)|get outlook|envoye (?:de|depuis|avec)|obtenir outlook|von meinem|gesendet (?:von|mit)"
    r"|enviado (?:desde|con)|obtener outlook|holen sie sich outlook|mit .{0,40} gesendet|inviato da|verzonden vanaf)\b"
)


def own_words(text: str) -> str:
    """The lines of a mail that its writer wrote for it, folded, paragraphs apart; maybe none."""
    kept: list[str] = []
    lines = [line[:LONGEST_LINE] for line in folded(text[:LONGEST]).split("\n")]
    for number, line in enumerate(lines):
        bare = line.strip(" \t\r*_")
        if _QUOTED.match(line):
            _drop_attribution(kept)
        elif _ends(line, lines, number) or _closes(bare):
            break
        elif not _PHONE.match(bare):
            kept.append(_BLANKS.sub(" ", line).strip(" *"))
    _drop_attribution(kept)
    return "\n".join(kept).strip()


def sentences(own: str) -> Iterator[str]:
    """The sentences of someone's own words; a line that ends early ends one, a wrapped one does not."""
    for paragraph in own.split("\n\n"):
        joined = ""
        for line in paragraph.split("\n"):
            joined += line + (" " if len(line) > 50 else "\n")
        yield from (one.strip(" -\u2013:,\"'()[]") for one in re.split(_END, joined) if one.strip())


def quotes_a_letter(text: str) -> bool:
    """Whether a letter is quoted in it, as people's mail programs do and few machines."""
    lines = [line[:LONGEST_LINE] for line in folded(text[:LONGEST]).split("\n")]
    return any(
        _QUOTED.match(line) or _heads_a_letter(lines, number) or (_WROTE.search(line) and len(line) < 300)
        for number, line in enumerate(lines)
    )


def _ends(line: str, lines: list[str], number: int) -> bool:
    """Whether here begins what is not the writer's: an answered letter, a signature, a legal notice."""
    bare = line.strip()
    if _RULE.match(bare) or _ORIGINAL.match(bare) or _LEGAL.search(line):
        return True
    return _heads_a_letter(lines, number) or _names_whom(lines, number)


def _closes(bare: str) -> bool:
    return len(bare) < 60 and bool(_CLOSING.match(bare))


def _heads_a_letter(lines: list[str], number: int) -> bool:
    """From, Sent, To, Subject, one below the other."""
    if _field(lines[number]) not in _FIELDS:
        return False
    after = [line for line in lines[number : number + 8] if line.strip()][:5]
    named = [one for one in map(_field, after) if one in _FIELDS]
    return len(named) >= 3 and bool(_FROM.intersection(named))


def _field(line: str) -> str:
    found = _FIELD.match(line)
    return found[1].strip().partition(" ")[0] if found else ""


def _names_whom(lines: list[str], number: int) -> bool:
    """`On Tuesday Ada wrote:` above a letter that nothing else marks; above marked lines it is only dropped."""
    if not _WROTE.search(lines[number]) or not _is_attribution(
        " ".join(lines[max(0, number - 2) : number + 1])
    ):
        return False
    after = [line for line in lines[number + 1 : number + 5] if line.strip()][:1]
    return not after or not _QUOTED.match(after[0])


def _is_attribution(line: str) -> bool:
    return len(line) < 600 and (
        any(char.isdigit() for char in line) or bool(_ADDRESS.search(line) or _BEGINS.match(line))
    )


def _drop_attribution(kept: list[str]) -> None:
    """Take out the line, or the two or three it was wrapped to, that name whom one answers."""
    while kept and not kept[-1]:
        kept.pop()
    if not kept or not _WROTE.search(kept[-1]):
        return
    begun = (count for count in (1, 2, 3) if _BEGINS.match(" ".join(kept[-count:])))
    count = next(begun, 1)
    if _is_attribution(" ".join(kept[-count:])):
        del kept[-count:]

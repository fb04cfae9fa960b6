"""How alike two leads are: a score with its reasons, and the blocking keys by which candidates are found."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

from nurture.texts.wishes import fold

FREE = frozenset(
    {
        *("gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "hotmail.fr", "live.com", "live.fr"),
        *("msn.com", "yahoo.com", "yahoo.fr", "yahoo.co.uk", "icloud.com", "me.com", "aol.com", "gmx.de"),
        *("gmx.net", "web.de", "t-online.de", "orange.fr", "wanadoo.fr", "free.fr", "laposte.net", "sfr.fr"),
        *("proton.me", "protonmail.com", "qq.com", "163.com", "mail.ru", "yandex.ru"),
    }
)
"""Domains where everybody may have an address: sharing one says nothing."""
ROLES = frozenset(
    {
        *("info", "contact", "sales", "office", "mail", "hello", "admin", "support", "service", "team"),
        *("marketing", "accueil", "kontakt", "vertrieb", "einkauf", "post", "webmaster", "noreply"),
    }
)
"""What stands before the @ of a firm, and of no person."""
SHORTEST_PHONE, PHONE_TAIL = 7, 9
"""Digits: of a shorter number nothing is said; of a longer one the last ones, whatever its prefix."""
SHORTEST_LOCAL = 5
ALIKE, UNLIKE = 0.92, 0.7
"""Jaro-Winkler: from here on two names may be one misspelt, and below they are two."""
_DIGITS, _MARKS = re.compile(r"\D"), re.compile(r"\W")


@dataclass(frozen=True, slots=True)
class LikenessFacts:
    """What two leads are compared by, as it is kept."""

    id: int
    address: str
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    phone: str = ""

    @property
    def local(self) -> str:
        """What stands before the @, without dots and what follows a plus."""
        return self.address.partition("@")[0].partition("+")[0].replace(".", "")

    @property
    def domain(self) -> str:
        """What stands after the @."""
        return self.address.partition("@")[2]

    @property
    def digits(self) -> str:
        """The last digits of the phone; none of a number too short to be one."""
        found = _DIGITS.sub("", self.phone)
        return found[-PHONE_TAIL:] if len(found) >= SHORTEST_PHONE else ""


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two leads are, from 0 to 1, and why."""

    score: float
    reasons: tuple[str, ...]


def blocking_keys(one: LikenessFacts) -> set[int]:
    """Numbers that two leads share if they may be one person: only such pairs are ever compared."""
    return {_number(*parts) for parts in _blocks(one)}


def _blocks(one: LikenessFacts) -> Iterator[tuple[str, ...]]:
    names = sorted((_word(one.first_name), _word(one.last_name)))
    if all(names):
        yield ("names", *names)  # in either order
        yield ("names at", *names, one.domain)  # where too many are called so
        yield ("names of", *names, _word(one.company))
    if (last := names_of(one)[1]) and one.domain not in FREE:
        yield ("at", last, one.domain)
    if one.digits:
        yield ("phone", one.digits)
    if len(one.local) >= SHORTEST_LOCAL and one.local not in ROLES:
        yield ("begins", one.local[:4], one.domain)
        yield ("ends", one.local[-4:], one.domain)
        yield ("local", one.local)


def _number(*parts: str) -> int:
    raw = hashlib.blake2b("\0".join(parts).encode(), digest_size=8).digest()
    return int.from_bytes(raw, "big", signed=True)


def names_of(one: LikenessFacts) -> tuple[str, str]:
    """First and last name as they are compared: without capitals, accents and marks."""
    return _word(one.first_name), _word(one.last_name)


def _word(name: str) -> str:
    return _MARKS.sub("", fold(name))


def compare(one: LikenessFacts, other: LikenessFacts) -> Likeness:
    """How alike two leads are. Reasons add up as chances do; two first names that differ take most of it."""
    found = [*_names(one, other), *_firm(one, other), *_addresses(one, other), *_phones(one, other)]
    score = 1 - prod(1 - weight for weight, _ in found)
    if _are_two(one, other):
        score *= 0.3
    return Likeness(round(score, 2), tuple(reason for _, reason in found))


def _names(one: LikenessFacts, other: LikenessFacts) -> Iterator[tuple[float, str]]:
    (first, last), (first2, last2) = names_of(one), names_of(other)
    if not (last and last2 and first and first2):
        return
    if (first, last) == (first2, last2):
        yield 0.5, "same name"
    elif (first, last) == (last2, first2):
        yield 0.5, "first and last name swapped"
    elif last == last2 and first[0] == first2[0] and 1 in (len(first), len(first2)):
        yield 0.35, "same last name and initial"
    elif min(jaro_winkler(first, first2), jaro_winkler(last, last2)) >= ALIKE:
        yield 0.4, "names nearly the same"


def _firm(one: LikenessFacts, other: LikenessFacts) -> Iterator[tuple[float, str]]:
    if one.domain == other.domain and one.domain not in FREE:
        yield 0.3, f"same company domain {one.domain}"
    elif (firm := _word(one.company)) and firm == _word(other.company):
        yield 0.25, "same company"


def _addresses(one: LikenessFacts, other: LikenessFacts) -> Iterator[tuple[float, str]]:
    if min(len(one.local), len(other.local)) < SHORTEST_LOCAL or ROLES & {one.local, other.local}:
        return
    if one.domain == other.domain and one.local == other.local:
        yield 0.6, "addresses differ by dots or a tag"
    elif _one_edit(f"{one.local}@{one.domain}", f"{other.local}@{other.domain}"):
        yield 0.6, "addresses differ by one character"
    elif one.local == other.local:
        yield 0.35, "same name before the @"


def _phones(one: LikenessFacts, other: LikenessFacts) -> Iterator[tuple[float, str]]:
    if one.digits and one.digits == other.digits:
        yield 0.5, "same phone"


def _are_two(one: LikenessFacts, other: LikenessFacts) -> bool:
    """Whether the first names say that these are two people: colleagues share all the rest."""
    first, first2 = names_of(one)[0], names_of(other)[0]
    if not (first and first2) or first2 == names_of(one)[1]:
        return False
    if 1 in (len(first), len(first2)):
        return first[0] != first2[0]
    return jaro_winkler(first, first2) < UNLIKE


def _one_edit(one: str, other: str) -> bool:
    """Whether one character was added, left out, changed, or two neighbours swapped."""
    if len(one) > len(other):
        one, other = other, one
    start = next((i for i, c in enumerate(one) if c != other[i]), len(one))
    rest, rest2 = one[start:], other[start:]
    if len(one) != len(other):
        return rest == rest2[1:]
    return rest[1:] == rest2[1:] or (rest[:2] == rest2[1::-1] and rest[2:] == rest2[2:])


def jaro_winkler(one: str, other: str) -> float:
    """The likeness of two words, from 0 to 1, by Jaro, with Winkler's favour for a common beginning."""
    if one == other:
        return 1.0
    reach = max(len(one), len(other), 2) // 2 - 1
    taken = [False] * len(other)
    common = []
    for at, letter in enumerate(one):
        for near in range(max(0, at - reach), min(len(other), at + reach + 1)):
            if not taken[near] and other[near] == letter:
                taken[near] = True
                common.append(letter)
                break
    if not common:
        return 0.0
    theirs = [letter for letter, is_taken in zip(other, taken, strict=True) if is_taken]
    many, moved = len(common), sum(a != b for a, b in zip(common, theirs, strict=True)) / 2
    jaro = (many / len(one) + many / len(other) + (many - moved) / many) / 3
    pairs = list(zip(one[:4], other[:4], strict=False))
    start = next((at for at, (a, b) in enumerate(pairs) if a != b), len(pairs))
    return jaro + start * 0.1 * (1 - jaro)

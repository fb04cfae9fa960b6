"""Recognises a person who asks, in an answer to one of our mails, for no more mail."""

from __future__ import annotations

import re
from itertools import islice

from inbound.kinds import leave_words as words
from inbound.mail.message import Mail
from inbound.mail.own_words import own_words, sentences
from nurture.texts.fold import folded

_ANSWERS = re.compile(
    r"(?:(?:re|aw|fwd?|tr|sv|rv|wg|antw|res|rif)\s{0,3}:\s{0,3}|\[[^\[\]]{1,40}\]\s{0,3}){1,9}"
)
LONGEST = 500
"""Characters of one sentence that are looked at."""
MOST = 60
"""Sentences of a letter that are looked at."""


def asks_to_leave(mail: Mail) -> bool:
    """Whether its subject is nothing but this wish, or its writer's own words hold it in any place."""
    return says_only_leave(mail.header("Subject")) or wants_to_leave(mail.text())


def wants_to_leave(text: str) -> bool:
    """Whether one of the sentences that the writer wrote asks for it."""
    own = list(islice(sentences(own_words(text)), MOST))
    return any(_is_wish(sentence[:LONGEST]) for sentence in own)


def says_only_leave(subject: str) -> bool:
    """Whether a subject says it, and nothing that the answered letter may have been called."""
    found = _ANSWERS.match(folded(subject))
    bare = folded(subject)[found.end() if found else 0 :].strip(" .!?\"'")
    return len(bare) <= 80 and bool(words.ALONE.fullmatch(bare) or (len(bare) < 60 and _is_wish(bare)))


def _is_wish(sentence: str) -> bool:
    if words.ALONE.fullmatch(sentence) or words.ALONE.fullmatch(sentence.rpartition(",")[2].strip()):
        return True
    if words.CONDITION.match(sentence) or _is_about_others(sentence):
        return False
    if words.NO_MORE.search(sentence):
        return True
    return any(_is_asked(sentence, found) for found in words.ACTS.finditer(sentence))


def _is_asked(sentence: str, found: re.Match[str]) -> bool:
    before = sentence[max(0, found.start() - 40) : found.start()]
    return not words.FORBIDDEN.search(before) and not words.NOT_DONE.search(found.group())


def _is_about_others(sentence: str) -> bool:
    """Whether somebody else would leave, or the writer would leave something else than a list."""
    if words.LINK.search(sentence):
        return True
    if words.OTHERS.search(sentence) and not words.MYSELF.search(sentence):
        return True
    return bool(words.OCCASION.search(sentence)) and not words.LISTED.search(sentence)

"""Words and links that are written once, or once per language; and which of them a reader gets."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, TypeVar

from pydantic import AfterValidator, Discriminator, Field, Tag, WithJsonSchema

from nurture.files.source import Written
from nurture.templates.written_links import link_fault

_LANGUAGE = r"[a-z]{2,3}(-[A-Z]{2})?"
Language = Annotated[str, Written(_LANGUAGE, "a language; write `fr` or `fr-CA`")]
"""A field of a model that reads a language such as `fr` or `fr-CA`."""
Text = Annotated[str, Field(min_length=1, max_length=500)]
"""A field of a model that holds some words."""
_LINK = r"(https?://[^\s/]|mailto:|/)\S{0,2000}"


def is_language(text: str) -> bool:
    """Whether it is spelt as a language is."""
    return re.fullmatch(_LANGUAGE, text) is not None


def _link(text: str) -> str:
    if told := link_fault(text):
        raise ValueError("; ".join(told))
    if re.fullmatch(_LINK, text) is None:
        raise ValueError(f"`{text[:60]}` is not a link; write `https://...`")
    return text


Link = Annotated[str, AfterValidator(_link), WithJsonSchema({"type": "string", "pattern": f"^{_LINK}$"})]
"""A link: http, https, mailto, or a path below the public URL."""

T = TypeVar("T")
_Each = Annotated[dict[Language, T], Field(min_length=1)]
_FORM = Discriminator(lambda said: "each" if isinstance(said, Mapping) else "once")

Words = Annotated[Annotated[Text, Tag("once")] | Annotated[_Each[Text], Tag("each")], _FORM]
"""A field of a model that holds some words: `The guide`, or `{en: The guide, fr: Le guide}`."""
Links = Annotated[Annotated[Link, Tag("once")] | Annotated[_Each[Link], Tag("each")], _FORM]
"""A field of a model that holds a link, or one per language."""
Said = str | Mapping[str, str]
"""What such a field holds."""


class Phrase(str):
    """Words of which some are in another language than the text they stand in.

    To everything else it is a text; in HTML those passages say their language, so that they are read aloud
    as they should be (WCAG 2.2, 3.1.2).
    """

    parts: tuple[tuple[str, str], ...]  # words, and their language; "" is that of the text around

    @classmethod
    def of(cls, parts: Sequence[tuple[str, str]]) -> Phrase:
        """Put passages together."""
        made = cls("".join(words for words, _ in parts))
        made.parts = tuple(parts)
        return made


def in_language(said: Said, language: str, home: str) -> str:
    """The words for a reader of `language`: theirs, else those of `home`, else the first that were written.

    What is written once is in `home`. Words in another language than the reader's are a Phrase that says so.
    """
    if isinstance(said, str):
        found, words = home, said
    else:
        tried = (language, language.partition("-")[0], home, home.partition("-")[0], *said)
        found = next(one for one in tried if one in said)
        words = said[found]
    same = found.partition("-")[0] == language.partition("-")[0]
    return words if same else Phrase.of([(words, found)])


def every(said: Said) -> tuple[str, ...]:
    """All that was written, whatever its language."""
    return (said,) if isinstance(said, str) else tuple(said.values())


def fill(pattern: str, *words: str) -> str:
    """The pattern with words in its `{}`; passages in another language stay known as such."""
    whole = pattern.format(*words)
    if not any(isinstance(one, Phrase) for one in words):
        return whole
    fixed = pattern.split("{}")
    parts = [(fixed[0], "")]
    for one, after in zip(words, fixed[1:], strict=True):
        parts += [*(one.parts if isinstance(one, Phrase) else [(one, "")]), (after, "")]
    return Phrase.of(parts)


def listed(words: Sequence[str], between: str = ", ", last: str = "") -> str:
    """The words one after another: `a, b and c` with ` and ` before the last."""
    pattern = between.join(["{}"] * len(words))
    if last and len(words) > 1:
        pattern = between.join(["{}"] * (len(words) - 1)) + last + "{}"
    return fill(pattern, *words)

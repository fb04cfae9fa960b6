"""Letters of three kinds, touches, sellers' mails and webhooks: how they differ, and how they are written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flows.work.aside.sieve import Sieved
from flows.work.counts import CountName, Counts
from flows.work.shop.wire import Shop
from nurture.blame import in_words, is_own
from nurture.project.book import Book
from nurture.project.catalog import worded
from nurture.project.types import typed
from nurture.values import PROFILE_FIELDS, Claim, Delivery, Lead, Letter
from nurture.words import OutboxKind, Reason

Broken = dict[int, tuple[int, str]]
"""Outbox id -> (attempt, why it could not be built)."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one claim brought: rows of the outbox, and the facts that each is written from, by its id."""

    found: int  # leads or notices that were looked at
    claims: Sequence[Claim] = ()
    facts: Mapping[int, Any] = field(default_factory=dict)
    book: Book | None = None
    tally: Counts = field(default_factory=Counter)
    held: Counter[Reason] = field(default_factory=Counter)
    interval: timedelta = timedelta(0)  # between two letters of one worker, when the relay is paced


def by_relay(
    shop: Shop, letters: Sequence[Letter], now: Callable[[], datetime]
) -> Awaitable[Sequence[Delivery]]:
    """Mails are spoken by the relay."""
    return shop.relay.send(letters, now)


@dataclass(frozen=True, slots=True)
class Kind:
    """How letters of a kind are claimed, at most so many at once, how one is written, and who speaks them."""

    name: OutboxKind
    size: int
    claim: Callable[[Shop, datetime, int], Batch]
    write: Callable[[Shop, Shared, Claim, Any, datetime], Any]
    send: Callable[[Shop, Sequence[Any], Callable[[], datetime]], Awaitable[Sequence[Delivery]]] = by_relay


def whole(sieved: Sieved[Batch], *raised: CountName) -> Batch:
    """The parts of a claim as one; those that raised are counted as `raised`, and as held."""
    if len(sieved.done) == 1 and not sieved.apart:
        return sieved.done[0]
    apart, parts = len(sieved.apart), sieved.done
    return Batch(
        sieved.found,
        [claim for part in parts for claim in part.claims],
        {i: facts for part in parts for i, facts in part.facts.items()},
        parts[0].book if parts else None,
        sum((part.tally for part in parts), Counts(dict.fromkeys(raised, apart))),
        sum((part.held for part in parts), Counter({Reason.BROKEN: apart} if apart else {})),
        max((part.interval for part in parts), default=timedelta(0)),
    )


def compose(
    shop: Shop, kind: Kind, batch: Batch, claims: Sequence[Claim], now: datetime
) -> tuple[list[Any], Broken]:
    """Write the letters of these claims; one that fails is returned with its reason."""
    assert batch.book is not None
    shared = Shared(batch.book, shop.links.public_url)
    letters: list[Any] = []
    broken: Broken = {}
    for claim in claims:
        try:
            letters.append(kind.write(shop, shared, claim, batch.facts.get(claim.id), now))
        except Exception as error:
            if not is_own(error):
                raise
            broken[claim.id] = (claim.attempt, in_words(error))
    return letters, broken


class Shared:
    """What every template may use, the same for all leads, made once for each language that is read."""

    def __init__(self, book: Book, public_url: str) -> None:
        self.book, self.public_url = book, public_url
        self._made: dict[str, dict[str, Any]] = {}

    def within(self, language: str) -> dict[str, Any]:
        """The context of a message in that language."""
        if language not in self._made:
            self._made[language] = book_context(self.book, self.public_url, language)
        return self._made[language]


def book_context(book: Book, public_url: str, language: str) -> dict[str, Any]:
    """What every template may use in a message of that language, as plain data."""
    catalog, home = book.catalog, book.policy.language
    return {
        "assets": {
            name: {"name": name, **one.model_dump(mode="json"), **worded(one, language, home)}
            for name, one in catalog.assets.items()
        },
        "webinars": {
            name: {"name": name, **one.model_dump(), **worded(one, language, home)}
            for name, one in catalog.webinars.items()
        },
        "company": book.policy.company.model_dump(mode="json"),
        "sender": book.policy.sender.model_dump(mode="json"),
        "public_url": public_url,
    }


def lead_context(book: Book, lead: Lead) -> dict[str, Any]:
    """The lead as templates see it: in the declared types; none where unknown, so that `or` works."""
    kinds = book.catalog.attributes
    return {**dict.fromkeys([*PROFILE_FIELDS, *kinds]), **typed(lead.fields(), kinds)}

"""What demo leads do by themselves and with each mail, drawn from a seed alone."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flows.work.demo.acts import LEAVES, Act, DemoMail
from nurture.project.catalog import Catalog
from nurture.texts.translation import every
from nurture.words import Sig

DAY = timedelta(days=1)
WHITE_PAPER = "security-guide"
"""What the form on the company's site offers."""

SCANNED = 0.06
"""Firms whose mail filter follows every link before a person does."""
GONE = 0.03
"""Mailboxes that no longer exist, though nobody has told us."""


@dataclass(frozen=True, slots=True)
class Temper:
    """Traits of a lead, which the engine does not see."""

    interest: float  # 0 to 1: how far the matter concerns it
    patience: float  # 0 to 1: how much mail it bears
    gone: bool
    scanned: bool


@dataclass(frozen=True, slots=True)
class Model:
    """Draws what leads do. Each draw has its own key, so that no order of events changes another draw."""

    seed: int
    catalog: Catalog
    website: str
    _shelf: dict[str, tuple[str, str]] = field(init=False, default_factory=dict)  # url -> (kind, name)

    def __post_init__(self) -> None:
        for name, asset in self.catalog.assets.items():
            self._shelf.update(dict.fromkeys(every(asset.url), ("asset", name)))
        for name, webinar in self.catalog.webinars.items():
            self._shelf.update(dict.fromkeys(every(webinar.register_url or ""), ("webinar", name)))

    def temper(self, address: str) -> Temper:
        """What kind of person answers at this address."""
        rng = self._rng(address, "temper")
        firm = self._rng(address.rpartition("@")[2], "firm")
        return Temper(
            interest=rng.betavariate(1.7, 2.6),
            patience=rng.betavariate(3, 1.4),
            gone=rng.random() < GONE,
            scanned=firm.random() < SCANNED,
        )

    def own_life(
        self, address: str, start: datetime, end: datetime, unconfirmed: tuple[str, ...] = ()
    ) -> list[Act]:
        """What a lead does between two moments without being written to."""
        acts = [*self._confirms(address, start, unconfirmed), *self._looks_around(address, start, end)]
        return [act for act in acts if act.at < end]

    def answer(self, mail: DemoMail, nth: int) -> list[Act]:
        """What a lead does with the nth mail of its demo life."""
        temper, rng = self.temper(mail.recipient), self._rng(mail.recipient, f"{nth}:{mail.subject}")
        acts = list(_scans(mail, nth)) if temper.scanned else []
        had_enough = 0.006 + 0.07 * (1 - temper.patience) ** 2 + 0.005 * max(0, nth - 3)
        if mail.leave_url is not None and rng.random() < had_enough:
            return [
                *acts,
                Act(_soon(rng, mail.sent_at), mail.recipient, f"{nth}:leaves", LEAVES, url=mail.leave_url),
            ]
        reads = 0.72 if mail.leave_url is None else 0.04 + 0.2 * temper.interest
        if rng.random() >= reads:
            return acts
        at = _soon(rng, mail.sent_at)
        return [*acts, *self._follows(mail, nth, at, temper, rng)]

    def after_handoff(self, address: str, at: datetime) -> list[Act]:
        """What comes of a lead once a seller has called it: a few buy within weeks."""
        rng = self._rng(address, "deal")
        if rng.random() >= 0.08:
            return []
        won_at = at + DAY * rng.uniform(6, 20)
        return [Act(won_at, address, "deal", Sig.DEAL_WON)]

    def after_registration(self, address: str, webinar: str) -> Act:
        """Whether a registered lead came; told an hour after the beginning."""
        came = self._rng(address, f"attends {webinar}").random() < 0.58
        kind = Sig.WEBINAR_ATTENDED if came else Sig.WEBINAR_MISSED
        at = self.catalog.webinars[webinar].starts_at + timedelta(hours=1)
        return Act(at, address, f"webinar:{webinar}", kind, {"webinar": webinar})

    def _follows(
        self, mail: DemoMail, nth: int, at: datetime, temper: Temper, rng: random.Random
    ) -> Iterator[Act]:
        """The link a reader follows first, and what comes of it."""
        who = mail.recipient
        link = next((url for url in mail.links if url in self._shelf), None)
        link = link or next((url for url in mail.links if self._asks_for_talk(url)), None)
        if link is None:
            if rng.random() < 0.5 * temper.interest:
                yield Act(at, who, f"{nth}:replies", Sig.MAIL_REPLIED)
            return
        yield Act(at, who, f"{nth}:clicks", Sig.MAIL_CLICKED, {"url": link})
        later = at + timedelta(minutes=rng.uniform(1, 30))
        kind, name = self._shelf.get(link, ("talk", ""))
        if kind == "asset" and rng.random() < 0.85:
            yield Act(later, who, f"{nth}:reads", Sig.ASSET_DOWNLOADED, {"asset": name})
        elif kind == "webinar" and rng.random() < 0.2 + 0.45 * temper.interest:
            yield Act(later, who, f"{nth}:registers", Sig.WEBINAR_REGISTERED, {"webinar": name})
        elif kind == "talk" and rng.random() < 0.6:
            yield Act(later, who, f"{nth}:asks", Sig.DEMO_REQUESTED, {"page": "talk"})
        if rng.random() < 0.2 * temper.interest:
            yield Act(
                later + timedelta(hours=rng.uniform(0, 40)), who, f"{nth}:price", Sig.PAGE_VISITED, PRICING
            )

    def _asks_for_talk(self, url: str) -> bool:
        return url.startswith(f"{self.website}/")

    def _looks_around(self, address: str, start: datetime, end: datetime) -> Iterator[Act]:
        temper, rng = self.temper(address), self._rng(address, "own life")
        weeks = (end - start) / (7 * DAY)
        if rng.random() < 0.2 + 0.5 * temper.interest:
            # Half of the requests come in the first days; the others over the weeks.
            span = 3 * DAY if rng.random() < 0.5 else 0.75 * (end - start)
            properties = {"form": "guide", "asset": WHITE_PAPER}
            yield Act(_by_day(rng, start, span), address, "form", Sig.FORM_SUBMITTED, properties)
        for n in range(int(rng.expovariate(1 / (0.1 + 0.5 * temper.interest)) * weeks / 4)):
            page = (
                PRICING
                if rng.random() < 0.1 * temper.interest
                else {"page": rng.choice(("blog", "product", "home"))}
            )
            yield Act(_by_day(rng, start, end - start), address, f"visit {n}", Sig.PAGE_VISITED, page)
        if rng.random() < 0.012 * temper.interest * weeks:
            yield Act(_by_day(rng, start, end - start), address, "demo", Sig.DEMO_REQUESTED, {"page": "demo"})
        if rng.random() < 0.02:
            trial = {"feature": "trial review"}
            yield Act(_by_day(rng, start, end - start), address, "trial", Sig.PRODUCT_USED, trial)

    def _confirms(self, address: str, start: datetime, topics: tuple[str, ...]) -> Iterator[Act]:
        rng = self._rng(address, "confirms")
        if topics and rng.random() < 0.6:
            at = start + timedelta(hours=rng.uniform(2, 120))
            for topic in topics:
                properties = {"topic": topic, "basis": "double_opt_in"}
                yield Act(at, address, f"confirms {topic}", Sig.CONSENT_GRANTED, properties)

    def _rng(self, *key: str) -> random.Random:
        return random.Random("|".join((str(self.seed), *key)))  # noqa: S311 - a simulation, not a secret


PRICING = {"page": "pricing"}


def _scans(mail: DemoMail, nth: int) -> Iterator[Act]:
    """A mail filter follows every link within seconds."""
    for n, link in enumerate(mail.links):
        at = mail.sent_at + timedelta(seconds=3 + n)
        yield Act(at, mail.recipient, f"{nth}:scan {n}", Sig.MAIL_CLICKED, {"url": link}, machine=True)


def _soon(rng: random.Random, after: datetime) -> datetime:
    """Most answers come within the day, some within the week."""
    return after + timedelta(minutes=min(5 + rng.expovariate(1 / 900), 8000))


def _by_day(rng: random.Random, start: datetime, span: timedelta) -> datetime:
    """Some moment of the span at which people are awake."""
    day = start + span * rng.random()
    return day.replace(hour=0, minute=0) + timedelta(minutes=rng.triangular(7 * 60, 23 * 60, 14 * 60))

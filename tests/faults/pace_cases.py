"""Faults 1, 5, 7 and 11 again, for many: a relay or a domain that answers badly costs no lead anything."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import update

from leadstore.rows import address, enrolment
from outbound.smtp.pool import Relay
from tests.faults.cases import DAY, Book, Trial, doubled, enter, message_ids, states, ticks
from tests.faults.relay_cases import HASTY, HELLO
from tests.flows.workshop import Workshop, files
from tests.nurture.gate_world import TUESDAY
from tests.outbound.rogue import MisbehavingServer, Misdeed, Then

BOOK = Book()
MANY = 200
AT_ONCE = 64
"""Touches that may be under way when the news comes: two lanes of a group each."""


async def meet_many(
    trial: Trial,
    *misdeeds: Misdeed,
    strict: Sequence[int] = (),
    days: int = 0,
    login: bool = False,
) -> tuple[Workshop, str]:
    """Mail to many, some of them at strict.example, while the server misbehaves; then to a healthy one."""
    work = trial.work()
    work.apply(files(HELLO))
    for lead_id in enter(work, MANY):
        if lead_id in strict:
            with work.shop.store.begin() as tx:
                mine = address.c.lead_id == lead_id
                tx.execute(update(address).where(mine).values(address=f"lead{lead_id}@strict.example"))
    async with MisbehavingServer(*misdeeds, login=login) as server:
        who = "ada:secret@" if login else ""
        url = f"smtp://{who}127.0.0.1:{server.port}?starttls=never"
        async with Relay(url, 2, timeouts=HASTY) as relay:
            work.shop.relay = relay
            await work.tick()
            for day in range(1, days):
                await work.tick(TUESDAY + day * DAY)
            first, tried = states(work), server.misdone
            server.heal()
            await ticks(work, start=TUESDAY + days * DAY)
        seen = f"{first}{_pays(work)}{_bothers(tried)}; then {states(work)}"
        return work, seen + doubled(work, message_ids(server))


def _pays(work: Workshop) -> str:
    spent = sum(row.retries > 0 for row in work.rows(enrolment))
    return f"; BREACH: {spent} leads paid" if spent else ", no lead pays"


def _bothers(tried: int) -> str:
    return f"; BREACH: tried {tried} times" if tried > AT_ONCE else ", few tried"


BACK = f"planned {MANY}, no lead pays, few tried; then sent {MANY}"


@BOOK.fault(1, "421 at connect, while 200 are due", BACK)
async def _away(trial: Trial) -> str:
    return (await meet_many(trial, Misdeed("connect", "421 4.3.2 not now", Then.HANG_UP)))[1]


@BOOK.fault(5, "454 throttled after the dot, while 200 are due", BACK)
async def _throttled(trial: Trial) -> str:
    return (await meet_many(trial, Misdeed("dot", "454 Throttling failure: Maximum sending rate exceeded.")))[
        1
    ]


@BOOK.fault(7, "535 for a week, while 200 are due", BACK)
async def _login(trial: Trial) -> str:
    return (await meet_many(trial, Misdeed("auth", "535 5.7.8 wrong"), login=True, days=7))[1]


@BOOK.fault(9, "550 5.7.26 to everybody, while 200 are due", BACK)
async def _unauthenticated(trial: Trial) -> str:
    return (await meet_many(trial, Misdeed("dot", "550 5.7.26 sender unauthenticated")))[1]


@BOOK.fault(
    1,
    "421 4.7.28 from one domain of two",
    f"planned {MANY // 2}, sent {MANY // 2}, no lead pays, few tried; then sent {MANY}",
)
async def _domain(trial: Trial) -> str:
    strict = range(1, MANY + 1, 2)
    slow = [
        Misdeed("rcpt", "421 4.7.28 unusual rate", Then.HANG_UP, to=f"lead{n}@strict.example") for n in strict
    ]
    return (await meet_many(trial, *slow, strict=strict))[1]


@BOOK.fault(
    11, "554 spam from one domain, to each of its 100 leads", "the breaker spares most; the others are sent"
)
async def _breaker(trial: Trial) -> str:
    strict = range(1, MANY + 1, 2)
    spam = [Misdeed("dot", "554 5.7.1 spam", to=f"lead{n}@strict.example") for n in strict]
    work, seen = await meet_many(trial, *spam, strict=strict)
    refused = sum(row.state == "refused" for row in work.rows())
    if "BREACH" in seen or not 25 <= refused <= 25 + AT_ONCE or f"sent {MANY - refused}" not in seen:
        return seen
    return "the breaker spares most; the others are sent"

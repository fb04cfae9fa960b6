"""`nurture outbox retry` and `skip`: let failed rows be tried again, or give them up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Literal

from console.format import say_many
from console.frame import InFrame, agreed, note, say, say_json
from console.options import All, Json, Yes
from flows.work.story.reasons import OUTBOX_REASONS
from leadstore.database.access import latest_moment
from leadstore.database.transaction import Transaction
from leadstore.leads.lookup import find_lead
from leadstore.outbox.failures import FailureFilter, Found, Refusal, Stuck, find_stuck
from leadstore.outbox.retry import retry as release
from leadstore.store import Store
from nurture.errors import NurtureError
from nurture.words import OutboxKind

Why = Literal["render_failed", "relay_said_later", "decision_failed", "relay_refused"]
NAMED = {OutboxKind.TOUCH: "touch", OutboxKind.SELLER: "seller mail", OutboxKind.WEBHOOK: "webhook"}
SHOWN = 20
"""At most so many refusals are printed one by one."""


def retry(
    *ids: int,
    reason: Why | None = None,
    lead: str | None = None,
    kind: OutboxKind | None = None,
    all_: All = False,
    yes: Yes = False,
    json: Json = False,
    frame: InFrame,
) -> int:
    """Let what failed be tried again, once its cause is mended; every touch passes the whole gate again.

    Nothing that was sent, or may have arrived, is sent again. Exits 1 when a row you named must stay as it
    is, or the question was answered with no.

    Parameters
    ----------
    ids
        The numbers of rows, from `nurture outbox list --state failed`.
    reason
        All that failed for it. decision_failed: enrolments that are held and have no row.
        relay_refused: seller mails and webhooks that were refused for good.
    lead
        All that failed for this lead: its id, address or key.
    kind
        Only touches, seller mails or webhooks.
    all_
        All that failed.
    yes
        Do not ask when it is more than one.
    json
        Print {retried, refused, late} for machines.
    """
    _refuse_misuse(ids, all_ or any(one is not None for one in (reason, lead, kind)))
    with frame.store() as store:
        with store.read() as tx:
            lead_id = None if lead is None else find_lead(tx, lead)
            wanted = FailureFilter(ids, reason, kind and kind.value, lead_id)
            found, _ = find_stuck(tx, wanted)
        if not ids and not yes and len(found) > 1 and not _agreed(found):
            return 1
        (found, refused), now = _write(store, lambda tx, now: release(tx, wanted, now))
    late = [one for one in found if one.is_late(now)]
    if json:
        say_json({"retried": _plain(found), "refused": _plain(refused), "late": [one.id for one in late]})
    else:
        say(f"{_counted(found)} due again, in the next tick" if found else "nothing to try again")
        _warn(late)
        _tell(refused)
    return 1 if refused else 0


def skip(*ids: int, json: Json = False, frame: InFrame) -> int:
    """Give up what failed: it is not sent, and the lead's sequence goes on with its next step.

    Exits 1 when a row you named must stay as it is.

    Parameters
    ----------
    ids
        The numbers of rows, from `nurture outbox list --state failed`.
    json
        Print {skipped, refused} for machines.
    """
    from flows.work.sending.give_up import give_up
    from flows.work.shop.wire import idle_shop

    if not ids:
        raise NurtureError(
            "skip what?", hint="give the numbers of rows: `nurture outbox list --state failed`"
        )
    with frame.store() as store:
        shop = idle_shop(frame.settings(), store)
        (found, refused), _ = _write(store, lambda tx, now: give_up(shop, tx, ids, now=now))
    if json:
        say_json({"skipped": _plain(found), "refused": _plain(refused)})
    else:
        say(f"{_counted(found)} given up" if found else "nothing given up")
        _tell(refused)
    return 1 if refused else 0


def _refuse_misuse(ids: Sequence[int], narrowed: bool) -> None:
    if ids and narrowed:
        raise NurtureError(
            "rows are named by their numbers, or by what they have in common, not by both",
            hint="`nurture outbox retry 7 8`, or `nurture outbox retry --reason render_failed`",
        )
    if not ids and not narrowed:
        raise NurtureError(
            "retry what?",
            hint="give the numbers of rows, --reason, --lead, --kind or --all; "
            "`nurture outbox list --state failed` lists what failed",
        )


def _write(store: Store, work: Callable[[Transaction, datetime], Found]) -> tuple[Found, datetime]:
    with store.begin("retry") as tx:
        now = latest_moment(tx, datetime.now(UTC))
        return work(tx, now), now


def _agreed(found: Sequence[Stuck]) -> bool:
    causes = Counter(OUTBOX_REASONS.get(one.reason, one.reason) for one in found)
    told = "; ".join(f"{count} because {cause}" for cause, count in causes.most_common())
    note(f"{_counted(found)} to be tried again ({told}). Try them again?")
    return agreed()


def _counted(found: Sequence[Stuck]) -> str:
    """`2 touches, 1 webhook are`: held enrolments without a row of their own are counted apart."""
    names = Counter("held enrolment" if one.id is None else NAMED[OutboxKind(one.kind)] for one in found)
    told = [say_many(n, name) for name, n in names.items()]
    return f"{', '.join(told)} {'is' if len(found) == 1 else 'are'}"


def _warn(late: Sequence[Stuck]) -> None:
    if late:
        many = f"{say_many(len(late), 'touch')} {'is' if len(late) == 1 else 'are'}"
        note(f"{many} past `expires`: the next tick skips what comes too late, and `nurture why` says so")


def _tell(refused: Sequence[Refusal]) -> None:
    for one in refused[:SHOWN]:
        note(f"{one.why}\n  help: {one.hint}")
    if len(refused) > SHOWN:
        note(f"and {len(refused) - SHOWN} more stay as they are; --json lists them")


def _plain(found: Sequence[Stuck] | Sequence[Refusal]) -> list[dict[str, Any]]:
    return [asdict(one) for one in found]

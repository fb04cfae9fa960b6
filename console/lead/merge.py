"""`nurture lead merge`: two leads that are one person become one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime

from console.format import say_many
from console.frame import InFrame, agreed, note, operator, say, say_json
from console.options import Json, Yes
from leadstore.database.access import latest_moment
from leadstore.leads.foresight import MergeForesight, foresee_merge
from leadstore.leads.lookup import find_lead
from leadstore.leads.merge import merge as merge_leads
from leadstore.privacy.journal import JournalAct, note_act
from leadstore.store import Store
from nurture.errors import NurtureError


def merge(
    lead: str,
    into: str,
    /,
    *,
    dry_run: bool = False,
    yes: Yes = False,
    json: Json = False,
    frame: InFrame,
) -> int:
    """Merge a lead into another that is the same person; says first what will happen, and asks.

    The history of both is kept. The stricter word holds: a topic that either has withdrawn, a suppression of
    either, the tighter cap. A merge cannot be taken back. Exits 1 when the question was answered with no.

    Parameters
    ----------
    lead
        The duplicate: its id (12 or id:12), its address or an alias, or its key (key:...).
    into
        The lead that lives on.
    dry_run
        Only say what would happen.
    yes
        Do not ask.
    json
        Print what happens for machines.
    """
    with frame.store() as store:
        foreseen = _foreseen(store, lead, into)
        if dry_run:
            _show(foreseen, json, done=False)
            return 0
        if not yes:
            note("\n".join(_lines(foreseen)))
            if not agreed(f"Type yes to merge lead {foreseen.duplicate} into lead {foreseen.into}: "):
                return 1
        _merge(store, foreseen)
    _show(foreseen, json, done=True)
    return 0


def _foreseen(store: Store, lead: str, into: str) -> MergeForesight:
    with store.begin() as tx:
        duplicate, other = find_lead(tx, lead), find_lead(tx, into)
        found = foresee_merge(tx, duplicate, other, latest_moment(tx, datetime.now(UTC)))
    if found is None:
        raise NurtureError(
            f"there is nothing to merge: both are lead {other}", hint="`nurture why` shows what a lead is"
        )
    return found


def _merge(store: Store, foreseen: MergeForesight) -> None:
    duplicate, into = foreseen.duplicate, foreseen.into
    with store.begin() as tx:
        now = latest_moment(tx, datetime.now(UTC))
        if not merge_leads(tx, duplicate, into, now, operator(), complete=True):
            raise NurtureError("one of them was merged or erased meanwhile", hint="look at both again")
        note_act(tx, operator(), JournalAct.MERGE, [duplicate], now, {"into": into})


def _show(foreseen: MergeForesight, json: bool, *, done: bool) -> None:
    if json:
        say_json({**asdict(foreseen), "done": done})
    elif done:
        say(f"lead {foreseen.duplicate} is merged into lead {foreseen.into}")
    else:
        say("\n".join(_lines(foreseen)))


def _lines(foreseen: MergeForesight) -> Iterator[str]:
    one, other = foreseen.duplicate, foreseen.into
    yield f"lead {one} is merged into lead {other}, which lives on:"
    addresses = "1 address" if foreseen.addresses == 1 else f"{foreseen.addresses} addresses"
    yield f"  {say_many(foreseen.signals, 'signal')} and {addresses} go over to it; its own history stays"
    if foreseen.fields:
        yield f"  it takes over what it does not know yet: {', '.join(foreseen.fields)}"
    if foreseen.withdrawn:
        topics = ["every topic" if topic == "*" else topic for topic in foreseen.withdrawn]
        yield f"  withdrawn from now on, as lead {one} has: {', '.join(topics)}"
    if foreseen.suppressed:
        yield f"  never mailed again, as lead {one} is not: {foreseen.suppressed}"
    if foreseen.cap:
        yield f"  its own cap: {foreseen.cap}"
    ended = [(foreseen.enrolments, "sequence"), (foreseen.messages, "planned message")]
    ended += [(foreseen.handoffs, "open handoff")]
    if said := [say_many(count, noun) for count, noun in ended if count]:
        yield f"  of lead {one} end: {', '.join(said)}"
    yield "  consents of the duplicate are not carried over: they belong to its address"

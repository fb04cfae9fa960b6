"""`nurture lead erase`: everything kept about a person goes; and again, after a backup was restored."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from console.format import say_many
from console.frame import InFrame, agreed, note, operator, say, say_json
from console.options import Json, Yes
from leadstore.database.access import latest_moment
from leadstore.leads.lookup import find_lead
from leadstore.privacy.belongings import whole_persons
from leadstore.store import Store
from nurture.errors import NurtureError

if TYPE_CHECKING:
    from flows.work.privacy.erase import Erasure
    from flows.work.privacy.replay import ReplayReport
    from flows.work.shop.settings import Settings


def erase(
    lead: str | None = None,
    /,
    *,
    replay: bool = False,
    yes: Yes = False,
    json: Json = False,
    frame: InFrame,
) -> int:
    """Erase everything kept about a person: rows, texts, rejected rows, mails of the local inbox.

    What is left is a seal, made with the project's secret key, by which the address is known again: an
    import that brings it is refused. Nothing brings the data back. Exits 1 when the question was answered
    with no, or a file could not be changed.

    Parameters
    ----------
    lead
        Its id (12 or id:12), its address or an alias, or its key (key:...).
    replay
        Apply all seals again: after a backup was restored, or when a file could not be changed.
    yes
        Do not ask.
    json
        Print what was done for machines.
    """
    if replay is (lead is not None):
        raise NurtureError(
            "it is not said whom to erase" if lead is None else "--replay is about all who were erased",
            hint="`nurture lead erase ann@example.com`, or `nurture lead erase --replay`",
        )
    settings = frame.settings()
    with frame.store() as store:
        if lead is None:
            return _replay(settings, store, json)
        return _erase(settings, store, lead, yes, json)


def _erase(settings: Settings, store: Store, lead: str, yes: bool, json: bool) -> int:
    from flows.work.privacy.erase import erase as erase_everywhere

    with store.read() as tx:
        number = find_lead(tx, lead)
        merged = len(whole_persons(tx, [number])) - 1
    if not yes:
        note(_question(number, merged))
        if not agreed():
            return 1
    done = erase_everywhere(settings, store, [number], who=operator(), now=_now(store))
    _tell(json, done, _in_words(done))
    return 1 if done.file_trouble else 0


def _replay(settings: Settings, store: Store, json: bool) -> int:
    from flows.work.privacy.replay import replay

    done = replay(settings, store, who=operator(), now=_now(store))
    _tell(json, done, _replayed(done))
    return 1 if done.file_trouble or done.unreadable else 0


def _now(store: Store) -> datetime:
    with store.read() as tx:
        return latest_moment(tx, datetime.now(UTC))


def _question(number: int, merged: int) -> str:
    more = f", and {say_many(merged, 'lead')} merged into it," if merged else ""
    return (
        f"lead {number}{more} will be erased: every row, text and mail about this person. Nothing brings it "
        f"back, and an import of the address is refused from then on. `nurture lead export {number}` first, "
        "if the person asked for its data. Erase it?"
    )


def _tell(json: bool, done: Any, told: str) -> None:
    if json:
        say_json(asdict(done))
    else:
        say(told)


def _in_words(done: Erasure) -> str:
    said = [f"erased: {say_many(len(done.leads), 'lead')}, {say_many(done.rows, 'row')} of the store"]
    said += [f"{say_many(done.mails, 'mail')} of the local inbox"] if done.mails else []
    said += [f"{say_many(done.rejects, 'rejected row')}"] if done.rejects else []
    lines = [", ".join(said)]
    if done.on_the_wire:
        lines.append(
            f"{say_many(done.on_the_wire, 'mail')} was on its way in that moment and may arrive; what became "
            "of it is not kept. `nurture lead erase --replay` clears a local inbox of it"
        )
    if not done.log_emptied:
        lines.append(
            "another process was at the store's file, whose free pages and log (store.db-wal) may still hold "
            "some of it: `nurture lead erase --replay` clears them"
        )
    if done.file_trouble:
        lines.append(f"{done.file_trouble}; mend that, then `nurture lead erase --replay`")
    return "\n".join(lines)


def _replayed(done: ReplayReport) -> str:
    lines = [
        f"{say_many(done.leads, 'lead')} erased again, {say_many(done.mails, 'mail')} of the local inbox and "
        f"{say_many(done.rejects, 'rejected row')} removed; the store had lost {say_many(done.lost, 'seal')}"
    ]
    if done.unreadable:
        lines.append(
            f"{say_many(done.unreadable, 'seal')} cannot be read: the key they were made with is no longer "
            "among NURTURE_SECRET_KEYS; put it at the end of the list"
        )
    if done.file_trouble:
        lines.append(f"{done.file_trouble}; mend that, and do this again")
    return "\n".join(lines)

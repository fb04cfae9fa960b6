"""`nurture cap`: shows or sets the cap that a lead chose for itself."""

from __future__ import annotations

from datetime import UTC, datetime

from console.frame import InFrame, say, say_json
from console.options import Json
from leadstore.consents.caps import OwnCap, choose_cap, read_cap
from leadstore.database.access import latest_moment
from leadstore.leads.lookup import find_lead
from leadstore.store import Store
from nurture.errors import NurtureError


def cap(
    lead: str, chosen: str | None = None, /, *, clear: bool = False, json: Json = False, frame: InFrame
) -> int:
    """Keep how often a lead wants to be written to; without a cap, show the one it has.

    It binds from now on besides all other caps, and can only tighten them.

    Parameters
    ----------
    lead
        Its id (12 or id:12), its address or an alias, or its key (key:...).
    chosen
        At most so many messages in such a span: "1 per 7 days", "2 per calendar month"; 62 days at most.
    clear
        Take the choice back: the caps of the policy then hold alone.
    json
        Print the result for machines.
    """
    if clear and chosen is not None:
        raise NurtureError("--clear takes the cap back, and a cap was given", hint="give one of them")
    with frame.store() as store:
        before, after = _kept(store, lead, chosen, clear)
    if json:
        say_json({"lead": after.lead, "before": before.cap, "cap": after.cap, "changed": before != after})
    else:
        say(_told(before, after, asked=chosen is None and not clear))
    return 0


def _kept(store: Store, lead: str, chosen: str | None, clear: bool) -> tuple[OwnCap, OwnCap]:
    if chosen is None and not clear:
        with store.read() as tx:
            held = read_cap(tx, find_lead(tx, lead))
        return held, held
    with store.begin() as tx:
        before = read_cap(tx, find_lead(tx, lead))
        try:
            choose_cap(tx, before.address_id, chosen, latest_moment(tx, datetime.now(UTC)))
        except ValueError as error:
            raise NurtureError(
                str(error), hint='for example: nurture cap ann@example.com "1 per 7 days"'
            ) from None
        return before, read_cap(tx, before.lead)


def _told(before: OwnCap, after: OwnCap, *, asked: bool) -> str:
    if asked or before == after:
        held = f"has the cap {after.cap}" if after.cap else "has no cap of its own"
        return f"lead {after.lead} {held}"
    if after.cap is None:
        return f"lead {after.lead} has no cap of its own any more; it was {before.cap}"
    was = f"; it was {before.cap}" if before.cap else ""
    return f"lead {after.lead} gets at most {after.cap} from now on{was}"

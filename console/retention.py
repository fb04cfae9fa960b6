"""`nurture retention`: whose data is too old to be kept, and its erasure where the policy says so."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from console.format import say_many
from console.frame import InFrame, say, say_json
from console.options import Json

if TYPE_CHECKING:
    from flows.work.counts import CountName, Summary


async def retention(
    *,
    dry_run: bool = False,
    json: Json = False,
    frame: InFrame,
) -> int:
    """Look at the retention clock: leads whose own last act is longer ago than data is kept.

    They are erased where nurture.yaml says `retention: {erase: true}`; else they are only counted. Exits 1
    when some are left that should go, or something could not be done.

    Parameters
    ----------
    dry_run
        Only count, whatever nurture.yaml says.
    json
        Print the counts for machines.
    """
    from flows.work.privacy.retention import keep_time
    from flows.work.shop.readiness import ready_store
    from flows.work.shop.wire import idle_shop
    from leadstore.database.access import latest_moment

    settings = frame.settings()
    store = ready_store(settings)
    try:
        shop = idle_shop(settings, store)
        with store.read() as tx:
            now, policy = latest_moment(tx, datetime.now(UTC)), shop.book(tx)[1].policy.retention
        counts = await keep_time(shop, now, dry=dry_run)
    finally:
        store.close()
    before = policy.after.before(now)
    if json:
        say_json({**counts, "before": before, "erase": policy.erase and not dry_run})
    else:
        say("\n".join(_lines(counts, before, policy.erase, dry_run)))
    left = counts["expired"] - counts["erased"]
    return 1 if left or any(counts[name] for name in _TROUBLE) else 0


_TROUBLE: tuple[CountName, ...] = ("seals_unreadable", "files_in_trouble", "elsewhere", "unfinished")


def _lines(counts: Summary, before: datetime, erase: bool, dry_run: bool) -> list[str]:
    if counts["elsewhere"]:
        return ["another process looks at the retention clock now"]
    did = "has" if counts["expired"] == 1 else "have"
    lines = [f"{say_many(counts['expired'], 'lead')} {did} done nothing since {before:%Y-%m-%d}"]
    if counts["erased"]:
        lines.append(f"{say_many(counts['erased'], 'lead')} erased")
    elif counts["expired"] and not (erase and not dry_run):
        asked = "write `retention: {erase: true}` in nurture.yaml to erase them"
        why = "--dry-run only counts" if dry_run else asked
        lines.append(f"nothing was erased: {why}")
    if counts["back_again"]:
        lines.append(f"{say_many(counts['back_again'], 'lead')} came back with a backup, erased again")
    if counts["seals_unreadable"]:
        lines.append(
            f"{say_many(counts['seals_unreadable'], 'seal')} cannot be read: the key they were made with is "
            "no longer among NURTURE_SECRET_KEYS"
        )
    if counts["files_in_trouble"]:
        lines.append("a file of .nurture could not be changed; `nurture lead erase --replay` tries again")
    return lines

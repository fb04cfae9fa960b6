"""`nurture keys`: the keys by which other systems post events and read; made, listed and revoked."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from cyclopts import App
from cyclopts.types import PositiveInt

from console.frame import Frame, InFrame, note, say, say_json
from console.options import Json, read_span
from leadstore.database.transaction import Transaction
from leadstore.events.keys import SourceKey, add_key, digest_of, list_keys, revoke_key
from leadstore.releases import current_release
from nurture.errors import NotFound, NurtureError
from nurture.events.map import read_events
from nurture.events.values import Scope
from nurture.files.diagnosis import did_you_mean
from nurture.signatures import derived_secret

app = App(name="keys", help="The keys by which other systems post events and read.", help_format="plaintext")

T = TypeVar("T")
_SOURCE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
USUAL = (Scope.TRACK, Scope.IDENTIFY)
"""What a key may do unless it is said: post signals and leads, and read nobody."""


@app.command(name="new")
def new(
    source: str,
    /,
    *,
    scope: tuple[Scope, ...] = USUAL,
    signals: tuple[str, ...] = (),
    signed: bool = False,
    expires: str | None = None,
    per_minute: PositiveInt = 60_000,
    json: Json = False,
    frame: InFrame,
) -> int:
    """Make a key for a source, and show it once: only a digest of it is stored.

    Parameters
    ----------
    source
        What posts by it, as `website` or `warehouse`: its events are told apart by this name.
    scope
        What it may do, once for each: track (post signals), identify (make and change leads), consent (state
        what leads agreed to), read (read a lead's story). track and identify when left out.
    signals
        The only signal types it may post, once for each. When left out: what leads do, and your own types;
        what sales, a mailbox or the engine says (as deal.won) must be named.
    signed
        Make a secret that signs each call (Standard Webhooks) instead of a key that is sent along.
    expires
        When it ends, as "90 days".
    per_minute
        How many items it may post in a minute, to each process.
    json
        Print it for machines.
    """
    if not _SOURCE.fullmatch(source):
        raise NurtureError(f"{source[:60]!r} is not a source", hint="write it as `website` or `crm-sync`")
    now = datetime.now(UTC)
    lasts = read_span(expires, f"--expires {expires}", 'write it as --expires "90 days"')
    secret = secrets.token_urlsafe(32)
    made = SourceKey(
        name=secrets.token_hex(4),
        source=source,
        digest=None if signed else digest_of(secret),
        scopes=frozenset(scope),
        made_at=now,
        types=frozenset(signals),
        per_minute=per_minute,
        expires_at=None if lasts is None else now + lasts,
    )
    settings = frame.settings()

    def act(tx: Transaction) -> None:
        _refuse_unknown(tx, signals)
        add_key(tx, made)

    _in_store(frame, act)
    shown = derived_secret(settings.secret_keys[0], made.name) if signed else f"nk_{made.name}_{secret}"
    if json:
        say_json({**_plain(made, now), "secret" if signed else "key": shown})
        return 0
    say(f"{'secret' if signed else 'key':8}{shown}")
    say(f"name    {made.name}  (for `nurture keys revoke {made.name}`)")
    if signed:
        say(f"address {settings.public_url}/api/v1/signals?key={made.name}  (or /track, /batch, /leads)")
    note("It is shown this once. " + ("Its source signs each call with it." if signed else SENT))
    return 0


SENT = "Send it as the user name of Basic authorization, with no password, or as a Bearer token."


@app.command(name="list")
def list_(*, json: Json = False, frame: InFrame) -> int:
    """List the keys: whose they are, what they may, and whether they are still valid.

    Parameters
    ----------
    json
        Print a list for machines.
    """
    now = datetime.now(UTC)
    found = _in_store(frame, list_keys)
    if json:
        say_json([_plain(one, now) for one in found])
    elif not found:
        note("there are no keys; `nurture keys new website` makes one")
    else:
        _table([_plain(one, now) for one in found])
    return 0


@app.command(name="revoke")
def revoke(name: str, /, *, json: Json = False, frame: InFrame) -> int:
    """Let a key open nothing any more: within a second, in every process.

    Parameters
    ----------
    name
        Its name in `nurture keys list`.
    json
        Print {revoked} for machines.
    """
    now = datetime.now(UTC)
    if not _in_store(frame, lambda tx: revoke_key(tx, name, now)):
        raise NotFound(f"there is no valid key {name!r}", hint="`nurture keys list` lists them")
    if json:
        say_json({"revoked": name})
    else:
        say(f"{name} opens nothing any more")
    return 0


def _in_store(frame: Frame, act: Callable[[Transaction], T]) -> T:
    with frame.store() as store:
        return store.write(act)


def _refuse_unknown(tx: Transaction, signals: tuple[str, ...]) -> None:
    release = current_release(tx)
    known = read_events(release.files).own if release is not None else {}
    for one in signals:
        if one not in known:
            hint = did_you_mean(one, known) or "`nurture apply` first: the types stand in catalog.yaml"
            raise NurtureError(f"unknown signal type {one!r}", hint=hint)


def _plain(one: SourceKey, now: datetime) -> dict[str, Any]:
    return {
        "name": one.name,
        "source": one.source,
        "kind": "signed" if one.digest is None else "key",
        "state": one.state(now),
        "scopes": sorted(one.scopes),
        "signals": sorted(one.types),
        "per_minute": one.per_minute,
        "made_at": one.made_at.isoformat(),
        "expires_at": one.expires_at.isoformat() if one.expires_at else None,
        "revoked_at": one.revoked_at.isoformat() if one.revoked_at else None,
    }


def _table(found: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for name in ("name", "source", "kind", "state", "may"):
        table.add_column(name, no_wrap=name != "may")
    for one in found:
        ends = one["expires_at"]
        state = f"until {ends[:10]}" if ends and one["state"] == "valid" else one["state"]
        only = f": only {', '.join(one['signals'])}" if one["signals"] else ""
        table.add_row(one["name"], one["source"], one["kind"], state, ", ".join(one["scopes"]) + only)
    Console(highlight=False).print(table)

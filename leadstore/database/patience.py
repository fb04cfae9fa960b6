"""Timeouts of PostgreSQL sessions, and how sessions of a process that stands still are ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine, text
from sqlalchemy.engine import URL

from leadstore.database.transaction import Transaction

FROZEN_SECONDS = 12.0
"""How long a process may stand still inside a transaction before PostgreSQL takes its rows back."""
LOCK_SECONDS = 5.0
"""How long a statement waits for what another session holds; then it is tried again."""
STATEMENT_SECONDS = 30.0
"""How long one statement may work."""
TRIES = 5
"""How often a transaction that found the store busy is begun; together longer than FROZEN_SECONDS."""

JOBS: Mapping[str, float] = {
    "apply": 600.0,  # moves everybody who is in a sequence that changed
    "clock": 600.0,  # mends whatever was dated by a wrong clock
    "import": 300.0,
    "migrate": 3600.0,  # may have to rewrite a table of millions
    "report": 600.0,  # reads the history of everybody
    "retry": 300.0,  # lets all that failed be tried again at once
    "rescore": 300.0,  # scores a page of leads by sets
    "sweep": 300.0,  # looks at all leads for standing sequences
}
"""Work that takes longer, by name: seconds for each statement. FROZEN_SECONDS holds for it as well."""

_ANSWERING = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
    "connect_timeout": 10,
    "application_name": "nurture",
}
"""libpq's options, by which it notices a server that is gone: seconds; tcp_user_timeout in milliseconds."""


def libpq_options(url: URL) -> dict[str, Any]:
    """The options for libpq that the URL does not set itself."""
    return {name: value for name, value in _ANSWERING.items() if name not in url.query}


def prepare_session(connection: Any) -> None:
    """Set the timeouts of a new session; `connection` is the driver's own.

    They are set by statements, because a pooler in between refuses them as options of the connection.
    """
    said = {
        "idle_in_transaction_session_timeout": _milliseconds(FROZEN_SECONDS),
        "lock_timeout": _milliseconds(LOCK_SECONDS),
        "statement_timeout": _milliseconds(STATEMENT_SECONDS),
        # By these the server notices that our machine is gone, and frees its rows.
        "tcp_keepalives_idle": "10",
        "tcp_keepalives_interval": "5",
        "tcp_keepalives_count": "3",
        "tcp_user_timeout": "20000",
        "TimeZone": "UTC",  # instants come as they are kept, with nothing to convert
    }
    for name, value in said.items():
        connection.execute("SELECT set_config(%s, %s, false)", (name, value))
    connection.commit()


def be_patient(tx: Transaction, job: str) -> None:
    """Let the statements of this transaction take as long as `job` may; PostgreSQL shows its name."""
    if tx.dialect.name == "postgresql":
        values = {"long": _milliseconds(JOBS[job]), "name": f"nurture {job}"}
        tx.execute(_LONGER, values)


def end_frozen(engine: Engine) -> int:
    """End sessions of ours that hold rows while their process has stood still for too long; how many.

    PostgreSQL's own timeout ends one that is frozen between two statements. One that is frozen in the
    middle of sending a batch, or of reading an answer, counts as active, and no timeout reaches it.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as session:
        return len(session.execute(_END_FROZEN, {"seconds": FROZEN_SECONDS}).all())


_LONGER = text(
    "SELECT set_config('statement_timeout', :long, true), set_config('application_name', :name, true)"
)
_END_FROZEN = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
    " AND application_name LIKE 'nurture%' AND backend_xid IS NOT NULL"
    " AND wait_event_type = 'Client' AND state_change < clock_timestamp() - make_interval(secs => :seconds)"
)
"""Sessions that have waited for their client for so long, in a transaction that has written."""


def _milliseconds(seconds: float) -> str:
    return str(int(seconds * 1000))

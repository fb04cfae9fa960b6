"""Turns what a database driver raises into errors that say what is wrong and what to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from nurture.blame import NAMES, scrubbed
from nurture.errors import StoreBusy, StoreError, StoreGone, Unstorable
from nurture.links.redaction import secrets_in, shown_url, without_secrets

RESTORE = (
    "stop what works on it, keep a copy of the file and put your latest backup in its place; "
    "if it is the wrong file, NURTURE_DATABASE_URL names the right one"
)
SQLITE: Mapping[int, tuple[str, str]] = {
    1: ("", "is it a store of this version of Nurture? `nurture apply` brings one up to date"),
    3: ("this user may not use it", "give the user that runs Nurture the right to read and write it"),
    5: ("", "is another process writing to it? it is tried again at the next tick"),
    6: ("", "is another process writing to it? it is tried again at the next tick"),
    8: ("", "may this user write there, or is the disk mounted for reading only?"),
    10: ("", "the disk does not answer as it should: look at it before anything is written again"),
    11: ("the file is damaged", RESTORE),
    13: ("the disk is full", "make room; nothing is sent meanwhile, and nothing is lost"),
    14: ("the file cannot be opened", "does its folder exist, is it a file, and may this user write there?"),
    26: ("the file is not a SQLite database", RESTORE),
}
"""SQLite's primary result codes (sqlite.org/rescode.html): what is wrong, else its words, and a remedy."""

BUSY = frozenset({"55P03", "40P01", "40001"})
"""PostgreSQL: what is wanted is held too long, a deadlock, two that changed one row. Worth another try."""
POSTGRESQL: Mapping[str, tuple[str, str]] = {
    "25P03": (
        "this process stood still inside a transaction for too long, and PostgreSQL took it back",
        "nothing of it was written, and others have gone on; the next tick goes on as well",
    ),
    "25P04": (
        "a transaction of this process took too long, and PostgreSQL took it back",
        "nothing of it was written, and others have gone on; the next tick goes on as well",
    ),
    "57P01": (
        "PostgreSQL ended this session: it was told to, it stops, or this process had stood still in it",
        "nothing of its last transaction was written; the next tick goes on",
    ),
    "57014": (
        "a statement took longer than it may",
        "is PostgreSQL overloaded, or a table not analysed? `SELECT * FROM pg_stat_activity` shows it",
    ),
    "53100": ("its disk is full", "make room; nothing is sent meanwhile, and nothing is lost"),
    "53300": ("it takes no more connections", "raise max_connections, or run fewer workers"),
    "25006": ("it may only be read", "is it a standby? NURTURE_DATABASE_URL must name the primary"),
    "42501": ("this user may not do that", "the user of NURTURE_DATABASE_URL must own its tables"),
    "42P01": ("a table is missing", "`nurture migrate` makes it; or is this another program's database?"),
}
"""PostgreSQL's codes (SQLSTATE): what is wrong, and what to do."""
LOST = (
    "the connection was lost: it was ended because this process had stood still in it, or PostgreSQL is away",
    "nothing of its last transaction was written; the next tick goes on",
)


_OF_VALUES = (
    *("Error binding parameter", "bad parameter", "can't adapt", "cannot adapt", "cannot dump"),
    *("malformed JSON", "JSON path error", "integer overflow", "too many SQL variables"),
    *("Expression tree is too large", "parser stack overflow", "LIKE or GLOB pattern too complex"),
)
"""What drivers say of a value, where the class of their error does not tell it from an outage."""
_STATES_OF_VALUES = ("42804", "42846", "42883", "42P18", "54")
"""PostgreSQL's: a type that does not fit its column or operator; larger than it can hold."""


@contextmanager
def said_plainly(url: str) -> Iterator[None]:
    """Turn what a driver raises into one of our errors that says what to do; let everything else through.

    Raises:
        StoreBusy: another session is in the way; worth another try. StoreGone: it is away, or unusable.
        Unstorable: the database does not take one of the values. StoreError: it refused a statement.
    """
    try:
        yield
    except PoolTimeout as error:
        raise StoreGone("every connection to the store is in use", hint=_remedy(url)) from error
    except StatementError as error:
        raise plain_error(error, url) from None  # a driver's text quotes values, and may quote the URL


def plain_error(error: StatementError, url: str) -> StoreError:
    """The error in words: never a value of a row, which may be an address, nor a secret of the URL."""
    place = f"the store at {shown_url(url)}"
    sqlite, state = _sqlite_code(error), str(getattr(error.orig, "sqlstate", None) or "")
    if state in BUSY:
        return StoreBusy(
            f"{place} is busy: another session has held what this needs for too long",
            hint="it is tried again; `SELECT pid, application_name, state, xact_start FROM pg_stat_activity` "
            "shows who works there",
        )
    kind = type(error.orig).__name__
    if not _is_lost(error) and _is_of_values(error, state):
        said = scrubbed(str(error.orig), names=isinstance(error.orig, NAMES))
        return Unstorable(f"the database refused a statement: {kind}: {said}", cause=kind)
    what, remedy = SQLITE.get(sqlite, ("", "")) if sqlite else POSTGRESQL.get(state, ("", ""))
    in_a_statement = error.statement is not None  # else there was no connection yet
    broken = _is_lost(error) or (in_a_statement and isinstance(error, OperationalError))
    if broken and not (what or sqlite or state):
        what, remedy = LOST
    if "invalid connection option" in str(error.orig):
        what, remedy = "its URL has an option that PostgreSQL does not know", "look at NURTURE_DATABASE_URL"
    if what or remedy or isinstance(error, OperationalError):
        why = what or _first_line(error, url)
        return StoreGone(f"{place} cannot be used: {why}", hint=remedy or _remedy(url))
    return StoreError(f"the database refused a statement: {kind}")


def _is_lost(error: StatementError) -> bool:
    return isinstance(error, DBAPIError) and error.connection_invalidated


def _is_of_values(error: StatementError, state: str) -> bool:
    """Whether the statement failed for what was to be written or compared, and not for the store."""
    if not isinstance(error, DBAPIError) or isinstance(error, (DataError, IntegrityError)):
        return True
    return state.startswith(_STATES_OF_VALUES) or str(error.orig).startswith(_OF_VALUES)


def _sqlite_code(error: StatementError) -> int:
    """SQLite's primary result code; 0 where the error is none of SQLite's."""
    return int(getattr(error.orig, "sqlite_errorcode", 0) or 0) & 0xFF


def _first_line(error: StatementError, url: str) -> str:
    lines = str(error.orig or "").strip().splitlines()
    return without_secrets(lines[0], secrets_in(url)) if lines else "no answer"


def _remedy(url: str) -> str:
    if url.startswith("sqlite"):
        return "is another process writing to it, is the disk full, may this user write there?"
    return "is PostgreSQL running, and does NURTURE_DATABASE_URL name it rightly?"

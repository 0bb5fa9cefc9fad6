"""What a PostgreSQL server answers, in our own errors; and what its connections are set up with."""

from sqlalchemy import URL

from callsheet.errors import CallsheetError, ConflictError, StorageError

_AGAIN = "Run again: what was finished is kept, nothing is half-written."
_UNREACHED = "Check that the server runs and that CALLSHEET_DATABASE_URL names it, then run again."
_KEYS = "Correct the user and the password in CALLSHEET_DATABASE_URL."
_CONNECT_S = 10
_IDLE_S = 60

_SAYS = {
    "53100": ("the server's disk is full", f"Free some space on the server. {_AGAIN}"),
    "53200": ("the server is out of memory", _AGAIN),
    "53300": ("the server takes no more connections", "Raise max_connections, or run fewer workers."),
    "42501": (
        "the database refuses this user",
        "Make the user owner of the database, or GRANT it CREATE on its schema.",
    ),
    "25006": ("the database is read-only", "Name the primary server in CALLSHEET_DATABASE_URL, not a copy of it."),
    "28000": ("the server refuses this user", _KEYS),
    "28P01": ("the server refuses this user or password", _KEYS),
    "3D000": ("there is no such database on the server", "Create it: createdb NAME; the tables are made by Callsheet."),
}
_COLLIDED = {"40001", "40P01", "55P03"}
"""Serialization failure, deadlock, lock not available: somebody else was writing the same rows; nothing of ours was kept."""

_AT_CONNECT = (
    # A connection that never was has no state code; the server's words are English unless it was told otherwise.
    ("password authentication failed", "28P01"),
    ("no password supplied", "28P01"),
    ("no pg_hba.conf entry", "28000"),
    ("too many clients", "53300"),
    ("remaining connection slots", "53300"),
)


def connect_arguments(url: URL) -> dict[str, object]:
    """What every connection is opened with, unless the address says otherwise: a limit on waiting for a server that does not answer, and one
    on a process that stops half-way in a transaction, so that a machine that fell asleep does not hold up the others."""
    more: dict[str, object] = {
        "connect_timeout": _CONNECT_S,
        "options": f"-c idle_in_transaction_session_timeout={_IDLE_S}s",
    }
    return {name: value for name, value in more.items() if name not in url.query}


def told(error: BaseException, name: str) -> CallsheetError:
    """Our error for psycopg's `error` on the database `name` (host:port/database). Its text never holds a password."""
    state = getattr(error, "sqlstate", None)
    words = str(error)
    if state is None:
        state = next((code for says, code in _AT_CONNECT if says in words), None)
        if state is None and "FATAL" in words and "does not exist" in words:
            state = "3D000" if "database" in words.rpartition("FATAL")[2] else "28000"
    if state in _COLLIDED:
        return ConflictError("somebody else was writing the same rows", where=name, remedy=_AGAIN)
    if state in _SAYS:
        what, remedy = _SAYS[state]
        return StorageError(what, where=name, remedy=remedy)
    if state is None or state.startswith(("08", "57P")):
        if type(error).__name__ == "ProgrammingError":
            return StorageError("the address holds an option that PostgreSQL does not know", where=name,
                                remedy="Correct what follows the ? in CALLSHEET_DATABASE_URL.")  # fmt: skip
        return StorageError(f"the database cannot be reached{_why(words)}", where=name, remedy=_UNREACHED)
    first = words.splitlines()[0] if words else type(error).__name__
    return StorageError(
        f"the database refused: {first}", where=name, remedy=f"{_AGAIN} If it stays, ask who runs the server."
    )


def _why(words: str) -> str:
    first = words.splitlines()[0] if words else ""
    reason = first.rpartition(" failed: ")[2] if " failed: " in first else first
    return f": {reason}" if reason else ""

"""The tables of the job store, and the format version that guards them."""

from __future__ import annotations

import sqlite3
import time

from ...core.errors import NewerFormat, StorageError
from .seals import damaged, teach

FORMAT = 3
"""Raised whenever an older rowmill could misread what this one writes."""

WAL_TRIES, WAL_PAUSE_S = 100, 0.05

# `number` counts jobs as they came: newest first stays newest first, whatever the clock does.
# A chunk that was lost keeps its row with present = 0, and with it its sha256.
# `seal` is the CRC-32 of the other columns in their order (seals.py). A lost row has none: it is
# found by the sums and numbers beside it, or by the index that a table with row ids has.
TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE job (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    job_id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    owner TEXT NOT NULL,
    state TEXT NOT NULL,
    version INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    wanted INTEGER NOT NULL,
    problem TEXT,
    created_at REAL NOT NULL,
    updated_at REAL NOT NULL,
    seal INTEGER NOT NULL
);
CREATE INDEX job_by_state ON job (state, number);

CREATE TABLE specification (
    number INTEGER PRIMARY KEY REFERENCES job ON DELETE CASCADE,
    document TEXT NOT NULL,
    seal INTEGER NOT NULL
);

CREATE TABLE chunk (
    number INTEGER NOT NULL REFERENCES job ON DELETE CASCADE,
    chunk_index INTEGER NOT NULL,
    table_name TEXT NOT NULL,
    start INTEGER NOT NULL,
    stop INTEGER NOT NULL,
    format TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    seconds REAL NOT NULL,
    stored_at REAL NOT NULL,
    present INTEGER NOT NULL,
    seal INTEGER NOT NULL,
    PRIMARY KEY (number, chunk_index)
) WITHOUT ROWID;

-- Sums over the chunks that are present, written with them in one transaction: for the price of
-- one row what a hundred thousand would say.
CREATE TABLE chunk_sum (
    number INTEGER NOT NULL REFERENCES job ON DELETE CASCADE,
    table_name TEXT NOT NULL,
    chunks INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    seal INTEGER NOT NULL,
    PRIMARY KEY (number, table_name)
) WITHOUT ROWID;

-- Every chunk below `first` is present: where the search for the next one begins.
CREATE TABLE chunk_front (
    number INTEGER PRIMARY KEY REFERENCES job ON DELETE CASCADE,
    first INTEGER NOT NULL,
    seal INTEGER NOT NULL
);

CREATE TABLE job_event (
    number INTEGER NOT NULL REFERENCES job ON DELETE CASCADE,
    event_number INTEGER NOT NULL,
    at REAL NOT NULL,
    event TEXT NOT NULL,
    state TEXT NOT NULL,
    detail TEXT NOT NULL,
    seal INTEGER NOT NULL,
    PRIMARY KEY (number, event_number)
) WITHOUT ROWID;

CREATE TABLE model_usage (
    number INTEGER NOT NULL REFERENCES job ON DELETE CASCADE,
    table_name TEXT NOT NULL,
    fields TEXT NOT NULL,
    calls INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    thinking_tokens INTEGER NOT NULL,
    cached_tokens INTEGER NOT NULL,
    lost_calls INTEGER NOT NULL,
    seal INTEGER NOT NULL,
    PRIMARY KEY (number, table_name, fields)
);

CREATE TABLE rejected (
    number INTEGER NOT NULL REFERENCES job ON DELETE CASCADE,
    reason TEXT NOT NULL,
    rows INTEGER NOT NULL,
    seal INTEGER NOT NULL,
    PRIMARY KEY (number, reason)
);

CREATE TABLE schema_document (
    schema_id TEXT PRIMARY KEY,
    document TEXT NOT NULL,
    seal INTEGER NOT NULL
);

CREATE TABLE answer (key TEXT PRIMARY KEY, rows TEXT NOT NULL, seal INTEGER NOT NULL);
"""


def _table(name: str) -> str:
    start = TABLES.index(f"CREATE TABLE {name} (")
    return TABLES[start : TABLES.index(";", start) + 1] + "\n"


def _resealed(name: str, columns: str) -> str:
    """The table as it is now, with the rows of the older one, sealed as they are found."""
    copy = f"INSERT INTO {name} SELECT {columns}, seal({columns}) FROM older_{name};\n"  # noqa: S608 - constants
    older = f"ALTER TABLE {name} RENAME TO older_{name};\n"
    return f"{older}{_table(name)}{copy}DROP TABLE older_{name};\n"


_USAGE_2 = _table("model_usage").replace("    seal INTEGER NOT NULL,\n", "")
_JOB_COLUMNS = (
    "number, job_id, name, owner, state, version, attempt, wanted, problem, created_at, updated_at"
)
_CHUNK_COLUMNS = (
    "number, chunk_index, table_name, start, stop, format, bytes, sha256, attempt, seconds, "
    "stored_at, present"
)
_USAGE_COLUMNS = (
    "number, table_name, fields, calls, input_tokens, output_tokens, thinking_tokens, "
    "cached_tokens, lost_calls"
)
_SEAL_JOBS = f"UPDATE job SET seal = seal({_JOB_COLUMNS});\n"  # noqa: S608 - constants
# By the format they lead to: what an older file lacks. Foreign keys are off meanwhile.
STEPS = {
    2: (
        "ALTER TABLE model_usage RENAME TO older_model_usage;\n",
        _USAGE_2,
        "INSERT INTO model_usage SELECT number, '', '', calls, input_tokens, output_tokens, "
        "0, 0, 0 FROM older_model_usage;\n",
        "DROP TABLE older_model_usage;\n",
    ),
    3: (
        "DROP TRIGGER chunk_stored;\nDROP TRIGGER chunk_lost;\nDROP TRIGGER chunk_back;\n",
        "ALTER TABLE job ADD COLUMN seal INTEGER NOT NULL DEFAULT 0;\n",
        _SEAL_JOBS,
        _resealed("specification", "number, document"),
        _resealed("chunk", _CHUNK_COLUMNS),
        _resealed("chunk_sum", "number, table_name, chunks, rows, bytes"),
        _table("chunk_front"),
        _resealed("job_event", "number, event_number, at, event, state, detail"),
        _resealed("model_usage", _USAGE_COLUMNS),
        _resealed("rejected", "number, reason, rows"),
        _resealed("schema_document", "schema_id, document"),
        _resealed("answer", "key, rows"),
        # What was kept here alone has to get its copies yet (migrating.py).
        "INSERT INTO meta VALUES ('uncopied', '');\n",
    ),
}


def prepare(db: sqlite3.Connection) -> None:
    """Makes the tables in an empty file, and refuses a file that is not ours to write.

    Raises:
        NewerFormat: a later rowmill wrote it; it stays as it is.
    """
    refuse_foreign(db)
    _use_wal(db)  # a copy that another program made may have come without it
    # Safe through power loss: NORMAL loses acknowledged commits.
    db.execute("PRAGMA synchronous = FULL")
    # On macOS plain fsync leaves the bytes in the drive's cache; elsewhere this changes nothing.
    db.execute("PRAGMA fullfsync = ON")
    teach(db)
    if is_empty(db):
        _create(db)
        refuse_foreign(db)
    for version in range(format_of(db) + 1, FORMAT + 1):
        _step_to(db, version)
    db.execute("PRAGMA foreign_keys = ON")


def is_current(db: sqlite3.Connection) -> bool:
    """Whether nothing has to be brought up to date. Raises: NewerFormat, StorageError."""
    refuse_foreign(db)
    if is_empty(db) or format_of(db) != FORMAT:
        return False
    return not db.execute("SELECT 1 FROM meta WHERE key = 'uncopied'").fetchone()


def format_of(db: sqlite3.Connection) -> int:
    (found,) = db.execute("SELECT value FROM meta WHERE key = 'format'").fetchone()
    return int(found)


def _step_to(db: sqlite3.Connection, version: int) -> None:
    db.execute("BEGIN IMMEDIATE")
    try:
        if format_of(db) < version:  # another process may have been first
            for statement in _statements("".join(STEPS[version])):
                db.execute(statement)
            db.execute("UPDATE meta SET value = ? WHERE key = 'format'", (str(version),))
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def is_empty(db: sqlite3.Connection) -> bool:
    return not db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]


def refuse_foreign(db: sqlite3.Connection) -> None:
    """Raises: NewerFormat; StoreDamaged; StorageError: it is another program's."""
    if is_empty(db):
        return
    try:
        version = format_of(db)
    except (sqlite3.OperationalError, TypeError, ValueError):
        ours = "SELECT 1 FROM sqlite_master WHERE name IN ('job', 'chunk', 'answer')"
        if db.execute(ours).fetchone():
            raise damaged("the format") from None
        hint = "point ROWMILL_HOME at another folder"
        raise StorageError("the job store's file belongs to another program", hint=hint) from None
    if version > FORMAT:
        text = f"a newer rowmill wrote this job store (format {version}, this one reads {FORMAT})"
        raise NewerFormat(text, hint="update rowmill, or point ROWMILL_HOME at another folder")


def _use_wal(db: sqlite3.Connection) -> None:
    """Readers and a writer at once. Two processes that switch together ignore the busy timeout."""
    for _ in range(WAL_TRIES):
        try:
            db.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as exc:
            if exc.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            time.sleep(WAL_PAUSE_S)


def _create(db: sqlite3.Connection) -> None:
    db.execute("BEGIN IMMEDIATE")
    try:
        if is_empty(db):  # another process may have been first
            for statement in _statements(TABLES):
                db.execute(statement)
            db.execute("INSERT INTO meta VALUES ('format', ?)", (str(FORMAT),))
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def _statements(script: str) -> list[str]:
    """One at a time: executescript would commit in between."""
    statements, text = [], ""
    for line in script.splitlines(keepends=True):
        text += line
        if sqlite3.complete_statement(text):
            statements.append(text)
            text = ""
    return statements

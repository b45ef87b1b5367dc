"""The tables of the job store, and the format version that guards them."""

from __future__ import annotations

import sqlite3
import time

from ...core.errors import NewerFormat, StorageError

FORMAT = 2
"""Raised whenever an older rowmill could misread what this one writes."""

WAL_TRIES, WAL_PAUSE_S = 100, 0.05

# `number` counts jobs as they came: newest first stays newest first, whatever the clock does.
# A chunk that was lost keeps its row with present = 0, and with it its sha256.
# `chunk_sum` is kept by triggers, inside each transaction: sums over a hundred thousand rows for
# the price of one. Nobody else writes it, so it cannot disagree with the rows.
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
    updated_at REAL NOT NULL
);
CREATE INDEX job_by_state ON job (state, number);

CREATE TABLE specification (
    number INTEGER PRIMARY KEY REFERENCES job ON DELETE CASCADE,
    document TEXT NOT NULL
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
    PRIMARY KEY (number, chunk_index)
) WITHOUT ROWID;

CREATE TABLE chunk_sum (
    number INTEGER NOT NULL REFERENCES job ON DELETE CASCADE,
    table_name TEXT NOT NULL,
    chunks INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    PRIMARY KEY (number, table_name)
) WITHOUT ROWID;

CREATE TRIGGER chunk_stored AFTER INSERT ON chunk WHEN new.present BEGIN
    INSERT INTO chunk_sum VALUES
        (new.number, new.table_name, 1, new.stop - new.start, new.bytes)
    ON CONFLICT DO UPDATE SET
        chunks = chunks + 1, rows = rows + excluded.rows, bytes = bytes + excluded.bytes;
END;
CREATE TRIGGER chunk_lost AFTER UPDATE OF present ON chunk WHEN old.present AND NOT new.present
BEGIN
    UPDATE chunk_sum SET
        chunks = chunks - 1, rows = rows - (old.stop - old.start), bytes = bytes - old.bytes
    WHERE number = old.number AND table_name = old.table_name;
END;
CREATE TRIGGER chunk_back AFTER UPDATE OF present ON chunk WHEN new.present AND NOT old.present
BEGIN
    UPDATE chunk_sum SET
        chunks = chunks + 1, rows = rows + (new.stop - new.start), bytes = bytes + new.bytes
    WHERE number = new.number AND table_name = new.table_name;
END;

CREATE TABLE job_event (
    number INTEGER NOT NULL REFERENCES job ON DELETE CASCADE,
    event_number INTEGER NOT NULL,
    at REAL NOT NULL,
    event TEXT NOT NULL,
    state TEXT NOT NULL,
    detail TEXT NOT NULL,
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
    PRIMARY KEY (number, table_name, fields)
) WITHOUT ROWID;
CREATE TABLE rejected (
    number INTEGER NOT NULL REFERENCES job ON DELETE CASCADE,
    reason TEXT NOT NULL,
    rows INTEGER NOT NULL,
    PRIMARY KEY (number, reason)
) WITHOUT ROWID;

CREATE TABLE schema_document (schema_id TEXT PRIMARY KEY, document TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE answer (key TEXT PRIMARY KEY, rows TEXT NOT NULL);
"""

# By the format they lead to: what an older file lacks.
STEPS = {
    2: "ALTER TABLE model_usage RENAME TO model_usage_1;\n"
    + TABLES[TABLES.index("CREATE TABLE model_usage") : TABLES.index("CREATE TABLE rejected")]
    + "INSERT INTO model_usage SELECT number, '', '', calls, input_tokens, output_tokens, 0, 0, 0 "
    "FROM model_usage_1;\nDROP TABLE model_usage_1;\n",
}


def prepare(db: sqlite3.Connection) -> None:
    """Makes the tables in an empty file, and refuses a file that is not ours to write.

    Raises:
        NewerFormat: a later rowmill wrote it; it stays as it is.
    """
    _refuse_foreign(db)
    if _is_empty(db):
        _use_wal(db)
    # Safe through power loss: NORMAL loses acknowledged commits.
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA foreign_keys = ON")
    if _is_empty(db):
        _create(db)
        _refuse_foreign(db)
    for version in range(_format(db) + 1, FORMAT + 1):
        _step_to(db, version)


def _format(db: sqlite3.Connection) -> int:
    (found,) = db.execute("SELECT value FROM meta WHERE key = 'format'").fetchone()
    return int(found)


def _step_to(db: sqlite3.Connection, version: int) -> None:
    db.execute("BEGIN IMMEDIATE")
    try:
        if _format(db) < version:  # another process may have been first
            for statement in _statements(STEPS[version]):
                db.execute(statement)
            db.execute("UPDATE meta SET value = ? WHERE key = 'format'", (str(version),))
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def _is_empty(db: sqlite3.Connection) -> bool:
    return not db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]


def _refuse_foreign(db: sqlite3.Connection) -> None:
    if _is_empty(db):
        return
    try:
        version = _format(db)
    except (sqlite3.OperationalError, TypeError, ValueError):
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
        if _is_empty(db):  # another process may have been first
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

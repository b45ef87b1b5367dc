"""Job stores as older rowmills left them."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from src.core.models import Job
from src.storage.jobs import rows as jobs_rows
from src.utils.checksums import sha256

TABLES_2 = """
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

DATA_SHA256 = sha256(b"data")

_USAGE_1 = """
DROP TABLE model_usage;
CREATE TABLE model_usage (
    number INTEGER PRIMARY KEY REFERENCES job ON DELETE CASCADE,
    calls INTEGER NOT NULL, input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL
);
"""


def write_store(path: Path, job: Job, *, format: int) -> None:  # noqa: A002 - the file's own word
    """One generating job in its first attempt, with three chunks, an answer, a schema and usage."""
    db = sqlite3.connect(path)
    db.executescript(TABLES_2)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("INSERT INTO meta VALUES ('format', ?)", (str(format),))
    db.execute(
        "INSERT INTO job VALUES (1, ?, ?, ?, 'GENERATING', 2, 1, 1, NULL, ?, 9.0)",
        (job.job_id, job.name, job.owner, job.created_at),
    )
    spec = jobs_rows.specification_text(job.spec)
    db.execute("INSERT INTO specification VALUES (1, ?)", (spec,))
    for index in range(3):
        db.execute(
            "INSERT INTO chunk VALUES (1, ?, 'things', ?, ?, 'csv', 4, ?, 1, 0.5, 9.0, 1)",
            (index, index * 10, index * 10 + 10, DATA_SHA256),
        )
    for number, event in enumerate(("create", "attempt", "start"), start=1):
        state = "GENERATING" if event == "start" else "PENDING"
        db.execute("INSERT INTO job_event VALUES (1, ?, 5.0, ?, ?, '')", (number, event, state))
    db.execute("INSERT INTO rejected VALUES (1, 'type', 2)")
    db.execute("INSERT INTO schema_document VALUES ('sch_1', '{\"name\":\"x\"}')")
    db.execute("INSERT INTO answer VALUES ('key', '[[0,[\"paid for\"]]]')")
    if format == 1:
        db.executescript(_USAGE_1)
        db.execute("INSERT INTO model_usage VALUES (1, 3, 400, 50)")
    else:
        db.execute("INSERT INTO model_usage VALUES (1, '', '', 3, 400, 50, 0, 0, 0)")
    db.commit()
    db.close()

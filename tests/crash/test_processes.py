"""Real servers that are killed, doubled and put to sleep, on one folder."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from src.storage.jobs.store import SqliteJobStore
from tests.mcp_server.test_process import Server

from .world import MovingClock

ROOT = Path(__file__).parents[2]
KILLS = 20
IN_THE_MERGE = (".rowmill-*", "*.unjudged.json", "*.csv", "*.manifest.json")
"""What lies in the folder of datasets, as the merge goes on."""
ROWS, CHUNK = 10_000, 50
PATIENCE_S = 60.0
SCHEMA = {"name": "t", "fields": [{"name": "id", "type": "integer", "unique": True}]}


class Folder:
    """A data folder and the processes on it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.servers: list[Server] = []

    def server(self) -> Server:
        server = Server(self.home, self.home.parent)
        self.servers.append(server)
        server.hello()
        return server

    def command(self, *words: str) -> dict[str, Any]:
        done = subprocess.run(
            [sys.executable, "-m", "src.cli", *words, "--json"],
            cwd=ROOT,
            env={**os.environ, "ROWMILL_HOME": str(self.home)},
            capture_output=True,
            check=True,
        )
        return json.loads(done.stdout)

    async def attempts(self, job_id: str) -> dict[int, int]:
        """By chunk: in which attempt it was stored."""
        store = SqliteJobStore(self.home / "rowmill.db", clock=MovingClock())
        found = {chunk.key.index: chunk.attempt for chunk in await store.chunks(job_id)}
        await store.close()
        return found


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    found = Folder(tmp_path / "home")
    yield found
    for server in found.servers:
        server.close()


def begun(server: Server, **changes: Any) -> str:
    wish = {"schema": SCHEMA, "row_count": ROWS, "chunk_size": CHUNK, "seed": 1, "start": True}
    return server.call("create_job", **{**wish, **changes})["job_id"]


def until(server: Server, job_id: str, chunks: int) -> dict[str, Any]:
    """Progress, once so many chunks are done or the job no longer runs."""
    limit = time.monotonic() + PATIENCE_S
    while time.monotonic() < limit:
        now = server.call("get_job_progress", job_id=job_id, wait_s=0)
        if now["chunks_done"] >= chunks or now["status"] not in ("SCHEMA_VALIDATION", "GENERATING"):
            return now
    raise AssertionError(now)


def done(server: Server, job_id: str) -> dict[str, Any]:
    now = until(server, job_id, ROWS)
    assert (now["status"], now["rows_done"]) == ("COMPLETED", ROWS), now
    return now


def reached(output: Path, stage: str) -> None:
    """Once the merge has come so far, or further: a file may be gone before anybody looks."""
    limit = time.monotonic() + PATIENCE_S
    while not any(any(output.glob(one)) for one in (stage, IN_THE_MERGE[-1])):
        assert time.monotonic() < limit


def is_exact(path: str) -> None:
    lines = Path(path).read_text("utf-8").splitlines()
    assert lines == ["id", *(str(number) for number in range(1, ROWS + 1))]


def test_killed_twenty_times_a_job_has_exactly_its_rows(folder: Folder) -> None:
    chance = Random(11)
    server = folder.server()
    job_id = begun(server)
    answered = 0
    for _ in range(KILLS - len(IN_THE_MERGE)):
        now = until(server, job_id, answered + chance.randrange(1, 15))
        assert now["chunks_done"] >= answered, "an answer was taken back"
        answered = now["chunks_done"]
        server.child.kill()
        server.child.wait()
        server = folder.server()
    done(server, job_id)
    for stage in IN_THE_MERGE:
        server.send(
            json.dumps(
                {"jsonrpc": "2.0", "id": 9999, "method": "tools/call"}
                | {"params": {"name": "merge_and_download", "arguments": {"job_id": job_id}}}
            )
        )
        reached(folder.home / "output", stage)
        server.child.kill()
        server.child.wait()
        server = folder.server()
    is_exact(server.call("merge_and_download", job_id=job_id)["path"])


def test_two_servers_and_a_command_line_share_a_folder(folder: Folder) -> None:
    one, two = folder.server(), folder.server()
    job_id = begun(one)
    until(one, job_id, 3)
    refused = two.ask(
        "tools/call", name="generate_chunk", arguments={"job_id": job_id, "chunk_index": 199}
    )["result"]
    assert refused["isError"]
    assert refused["content"][0]["text"].startswith("[conflict] another process is running this")
    assert two.call("control_job", job_id=job_id, action="resume")["before"] == "GENERATING"

    folder.command("jobs", "pause", job_id)
    paused = until(two, job_id, ROWS)
    assert paused["status"] == "PAUSED"
    assert two.call("control_job", job_id=job_id, action="resume")["after"] == "SCHEMA_VALIDATION"
    done(one, job_id)
    done(two, job_id)
    is_exact(one.call("merge_and_download", job_id=job_id)["path"])
    assert folder.command("jobs", "verify", job_id)


def put_to_sleep(server: Server, job_id: str, home: Path) -> None:
    """Stopped where it does not hold the job store: whoever sleeps in the middle of a commit keeps
    all others from writing, and they say so (tests/core/test_moves.py)."""
    chunks = 3
    while True:
        chunks = until(server, job_id, chunks)["chunks_done"] + 1
        server.child.send_signal(signal.SIGSTOP)
        os.waitpid(server.child.pid, os.WUNTRACED)
        if is_free(home / "rowmill.db"):
            return
        server.child.send_signal(signal.SIGCONT)


def is_free(store: Path) -> bool:
    db = sqlite3.connect(store, isolation_level=None, timeout=0)
    try:
        db.execute("BEGIN IMMEDIATE")
        db.execute("ROLLBACK")
    except sqlite3.OperationalError:
        return False
    finally:
        db.close()
    return True


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="no such signals here")
async def test_a_holder_that_was_asleep_while_another_took_over_cannot_write(
    folder: Folder,
) -> None:
    """A file lock is lost where a network disk forgets it; a person may remove the file, too."""
    asleep, other = folder.server(), folder.server()
    job_id = begun(asleep)
    put_to_sleep(asleep, job_id, folder.home)
    before = await folder.attempts(job_id)
    assert set(before.values()) == {1}
    now = other.call("get_job_progress", job_id=job_id, wait_s=0)
    assert now["running"], "it holds its lease while it sleeps"
    (folder.home / "leases" / f"{job_id}.lock").unlink()

    other.call("control_job", job_id=job_id, action="resume")
    until(other, job_id, len(before) + 3)
    asleep.child.send_signal(signal.SIGCONT)
    done(other, job_id)
    done(asleep, job_id)
    after = await folder.attempts(job_id)
    assert {index for index, attempt in after.items() if attempt == 1} == set(before)
    is_exact(asleep.call("merge_and_download", job_id=job_id)["path"])

"""What lies as files beside the store and the chunks: whole, in time, and never in the way."""

from __future__ import annotations

import errno
import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from src.core.errors import NewerFormat, StorageError, StorageFull
from src.core.models import JobState, Usage
from src.core.ports import Answer, JobEvent
from src.storage.files import Files
from src.storage.jobs.copies import FileCopies
from src.storage.jobs.history import read_history
from src.storage.jobs.journal import FORMAT, Journal, line
from src.storage.jobs.rows import note
from src.storage.jobs.store import SqliteJobStore

from .failing import Died, FailingFiles
from .records import JOB, Ticking, chunk_key, job, metadata
from .test_every_job_store import running

PAID, LATER = Answer(((0, ("paid for",)),)), Answer(((0, ("another",)),))


class Standing(Ticking):
    """A clock of which only the time of day moves."""

    def monotonic(self) -> float:
        return 0.0


def opened(home: Path, files: Files | None = None, clock: Ticking | None = None) -> SqliteJobStore:
    return SqliteJobStore(home / "rowmill.db", clock=clock or Ticking(), files=files)


def copies(home: Path) -> FileCopies:
    return FileCopies(home, home / "temp", Files(), lambda: 0.0)


def journal(home: Path) -> Path:
    return home / "rowmill.journal.jsonl"


def status(home: Path) -> Path:
    return home / "temp" / JOB / "job.json"


# ── a journal ─────────────────────────────────────────────────────────────────────────────────


def test_entries_come_back_in_order(tmp_path: Path) -> None:
    written = Journal(Files(), tmp_path / "j")
    assert list(written.entries()) == []
    sizes = [written.append({"n": n, "text": "é\n\U0001f600"}) for n in range(3)]
    assert sizes == sorted(set(sizes))
    assert [entry["n"] for entry in written.entries() if entry] == [0, 1, 2]
    assert [entry["n"] for entry in written.entries(sizes[0]) if entry] == [1, 2]


def test_a_torn_or_flipped_line_costs_no_other(tmp_path: Path) -> None:
    path = tmp_path / "j"
    torn, flipped = line({"n": 1})[:-3], bytearray(line({"n": 2}))
    flipped[12] ^= 1
    path.write_bytes(line({"n": 0}) + torn + bytes(flipped))
    Journal(Files(), path).append({"n": 3})
    found = list(Journal(Files(), path).entries())
    assert [entry and entry["n"] for entry in found] == [0, None, None, 3]


def test_of_many_changed_lines_none_is_believed(tmp_path: Path) -> None:
    at, whole = Random(3), line({"n": 1, "text": "what a model answered"})
    changed = [bytearray(whole) for _ in range(2_000)]
    for text in changed:
        for _ in range(2):
            text[at.randrange(10, len(text))] = at.randrange(32, 127)
    broken = [text for text in changed if text != whole]
    (tmp_path / "j").write_bytes(b"".join(broken))
    assert [entry for entry in Journal(Files(), tmp_path / "j").entries() if entry] == []


def test_a_line_of_a_newer_format_is_not_guessed_at(tmp_path: Path) -> None:
    (tmp_path / "j").write_bytes(line({"v": FORMAT + 1}))
    with pytest.raises(NewerFormat):
        list(Journal(Files(), tmp_path / "j").entries())


def test_a_link_in_place_of_a_journal_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    (tmp_path / "j").symlink_to(tmp_path / "secret")
    with pytest.raises(OSError, match="symbolic links"):
        Journal(Files(), tmp_path / "j").append({})
    assert (tmp_path / "secret").read_bytes() == b"secret"


# ── what a job is, and its moves ──────────────────────────────────────────────────────────────


async def test_a_job_can_be_told_from_its_folder_alone(tmp_path: Path) -> None:
    store = opened(tmp_path)
    await running(store)
    await store.record_usage(JOB, Usage(1, 2, 3), {"bad": 2}, table="t", fields=["a"])
    await store.record_usage(JOB, Usage(1, 2, 3), {"bad": 1}, table="t", fields=["a"])
    last = await store.get(JOB)
    events = await store.events(JOB)
    await store.close()
    history = read_history(copies(tmp_path), JOB)
    assert history.job.evolve(updated_at=last.updated_at) == last
    assert [event.event for event in history.events] == [event.event for event in events]
    assert history.spent == (("t", "a", Usage(1, 2, 3)),) * 2
    assert history.rejected == {"bad": 3}
    assert history.lost == ()


async def test_of_two_entries_about_one_move_the_last_was_committed(tmp_path: Path) -> None:
    """The process that wrote the first one died before its commit."""
    store = opened(tmp_path)
    begun = await store.begin_attempt((await store.create(job())).job_id)
    await store.close()
    event = JobEvent(2, 5.0, "pause", JobState.PAUSED)
    copies(tmp_path).noted(JOB, note(begun.evolve(state=JobState.PAUSED), event))
    history = read_history(copies(tmp_path), JOB)
    assert [(one.number, one.event) for one in history.events] == [(1, "create"), (2, "pause")]


async def test_a_job_whose_files_cannot_be_taken_away_is_not_deleted(tmp_path: Path) -> None:
    """Else a rebuild would bring back what nobody can see any more."""
    store = opened(tmp_path)
    await running(store)
    folder = tmp_path / "temp" / JOB
    folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StorageError):
        await store.delete(JOB)
    assert (await store.get(JOB)).job_id == JOB
    await store.close()


async def test_a_deleted_job_leaves_nothing_that_could_come_back(tmp_path: Path) -> None:
    store = opened(tmp_path)
    await running(store)
    await store.delete(JOB)
    await store.close()
    assert list((tmp_path / "temp").iterdir()) == []


async def test_a_specification_that_changed_is_not_believed(tmp_path: Path) -> None:
    store = opened(tmp_path)
    await store.create(job())
    await store.close()
    path = tmp_path / "temp" / JOB / "job.spec.json"
    path.write_text(path.read_text().replace('"seed": 7', '"seed": 8'))
    with pytest.raises(StorageError, match=r"job.spec.json is damaged"):
        copies(tmp_path).job(JOB)


@pytest.mark.parametrize("step", range(20))
async def test_dying_at_any_step_leaves_no_job_without_its_specification(
    step: int, tmp_path: Path
) -> None:
    files = FailingFiles(step, error=None)
    store = opened(tmp_path, files)
    with suppress(Died):
        await running(store)
    await store.close()
    after = opened(tmp_path)
    jobs, _ = await after.page(state=None, limit=5, cursor=None)
    for found in jobs:
        told = read_history(copies(tmp_path), found.job_id).job
        assert told.spec == found.spec
        assert told.version >= found.version  # never behind the record
    await after.close()


async def test_a_move_that_cannot_be_copied_is_not_made(tmp_path: Path) -> None:
    store = opened(tmp_path)
    seen = await running(store)
    await store.close()
    full = opened(tmp_path, FailingFiles(0, errno.ENOSPC))
    with pytest.raises(StorageFull) as caught:
        await full.replace(seen.evolve(state=JobState.PAUSED), seen=seen.version, event="pause")
    assert "ROWMILL_HOME" in caught.value.hint
    assert await full.get(JOB) == seen
    await full.replace(seen.evolve(state=JobState.PAUSED), seen=seen.version, event="pause")
    await full.close()


# ── what was paid for ─────────────────────────────────────────────────────────────────────────


async def test_an_answer_is_durable_in_its_copy_before_it_is_committed(tmp_path: Path) -> None:
    store = opened(tmp_path)
    await store.create(job())
    await store.close()
    files = FailingFiles()
    store = opened(tmp_path, files)
    await store.record_answer("key", PAID)
    assert files.steps == ["append", "write", "sync", "sync_folder"]
    await store.record_usage(JOB, Usage(1), answers={"key": PAID, "a": PAID, "b": LATER})
    # One line for all that is new; what was spent follows without waiting for the disk.
    assert files.steps[4:] == ["append", "write", "sync", "append", "write", "sync_folder"]
    await store.close()


async def test_a_move_is_durable_in_its_copy_before_it_is_committed(tmp_path: Path) -> None:
    store = opened(tmp_path)
    await running(store)
    await store.close()
    files = FailingFiles()
    store = opened(tmp_path, files)
    await store.begin_attempt(JOB)
    assert files.steps == ["append", "write", "sync"]
    await store.close()


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO, errno.EDQUOT])
async def test_an_answer_that_cannot_be_copied_is_not_accepted(error: int, tmp_path: Path) -> None:
    store = opened(tmp_path)
    await store.record_answer("first", PAID)
    await store.close()
    failing = opened(tmp_path, FailingFiles(1, error))  # half of the line is written
    with pytest.raises(StorageError):
        await failing.record_answer("key", PAID)
    assert await failing.answer("key") is None
    assert await failing.record_answer("key", LATER) == LATER
    await failing.close()
    (tmp_path / "rowmill.db").unlink()
    after = opened(tmp_path)
    assert await after.answers(["first", "key"]) == {"first": PAID, "key": LATER}
    await after.close()


async def test_an_answer_whose_commit_was_lost_is_taken_up_from_its_copy(tmp_path: Path) -> None:
    store = opened(tmp_path)
    await store.record_answer("first", PAID)
    await store.close()
    copies(tmp_path).kept("answer", {"key": '[[0,["paid for"]]]'})  # and here the process died
    after = opened(tmp_path)
    assert await after.answer("key") == PAID
    assert await after.record_answer("key", LATER) == PAID
    await after.close()


async def test_of_two_answers_to_one_question_the_one_that_was_used_comes_back(
    tmp_path: Path,
) -> None:
    store = opened(tmp_path)
    await store.save_schema("sch_1", {})
    copies(tmp_path).kept("answer", {"key": '[[0,["another"]]]'})  # written, never committed
    await store.record_answer("key", PAID)
    await store.close()
    (tmp_path / "rowmill.db").unlink()
    after = opened(tmp_path)
    assert await after.answer("key") == PAID
    await after.close()


async def test_a_lost_journal_of_answers_is_no_obstacle(tmp_path: Path) -> None:
    store = opened(tmp_path)
    await store.record_answer("key", PAID)
    await store.close()
    journal(tmp_path).unlink()
    after = opened(tmp_path)
    assert await after.answer("key") == PAID
    await after.record_answer("more", PAID)
    await after.close()
    entries = Journal(Files(), journal(tmp_path)).entries()
    assert {key for entry in entries if entry for key in entry["texts"]} == {"key", "more"}


# ── the picture for people ────────────────────────────────────────────────────────────────────


async def test_people_see_where_a_job_stands(tmp_path: Path) -> None:
    store = opened(tmp_path)
    seen = await running(store)
    shown = json.loads(status(tmp_path).read_bytes())
    assert (shown["state"], shown["chunks"], shown["chunks_wanted"]) == ("GENERATING", 0, 100)
    await store.commit_chunk(metadata(chunk_key(0), b"data"))
    await store.replace(
        seen.evolve(state=JobState.PAUSED, problem="no key"), seen=seen.version, event="pause"
    )
    shown = json.loads(status(tmp_path).read_bytes())
    assert (shown["state"], shown["problem"], shown["rows"]) == ("PAUSED", "no key", 10)
    await store.close()


async def test_the_picture_is_drawn_now_and_then_and_at_every_change(tmp_path: Path) -> None:
    store = opened(tmp_path, clock=Standing())  # a second never passes
    await running(store)
    before = status(tmp_path).read_bytes()
    for index in range(3):
        await store.commit_chunk(metadata(chunk_key(index), b"data"))
    assert status(tmp_path).read_bytes() == before
    await store.begin_attempt(JOB)
    assert json.loads(status(tmp_path).read_bytes())["chunks"] == 3
    await store.close()


def _garbage() -> Iterator[bytes]:
    yield from (b"", b"{", b'{"state": "COMPLETED", "chunks": 999, "attempt": 7}', b"\xff" * 50)


@pytest.mark.parametrize("garbage", list(_garbage()))
async def test_garbage_in_the_picture_changes_nothing(garbage: bytes, tmp_path: Path) -> None:
    store = opened(tmp_path)
    seen = await running(store)
    status(tmp_path).write_bytes(garbage)
    await store.commit_chunk(metadata(chunk_key(0), b"data"))
    await store.close()
    status(tmp_path).write_bytes(garbage)
    after = opened(tmp_path)
    assert await after.get(JOB) == seen
    assert await after.stored(JOB) == {0}
    await after.check()
    await after.close()
    assert read_history(copies(tmp_path), JOB).job.state is JobState.GENERATING


async def test_a_picture_that_cannot_be_drawn_stops_nobody(tmp_path: Path) -> None:
    store = opened(tmp_path)
    await store.create(job())
    status(tmp_path).unlink()
    status(tmp_path).mkdir()  # a folder has its name
    begun = await store.begin_attempt(JOB)
    assert begun.attempt == 1
    await store.close()

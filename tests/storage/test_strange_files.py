"""Files beside the job store that are whole, and not what we would have written."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from src.core.chunk_about import ChunkAbout
from src.core.models import ChunkKey, JobState
from src.storage import abouts
from src.storage.disk import DiskStorageHandler
from src.storage.jobs.home import FORMAT_FILE
from src.storage.jobs.journal import line
from src.utils.checksums import canonical_sha256, sha256

from .records import JOB, SCHEMA, chunk_key, job
from .test_rebuilding import CHUNKS, OTHER, damage, filled, opened, rebuild, rows

DEEP = b"[" * 200_000
HUGE = 10**30
MOVE = {
    "number": 9, "at": 1.0, "event": "x", "detail": "", "state": "PAUSED", "name": "a",
    "version": 9, "attempt": 3, "problem": None,
}  # fmt: skip
DAMAGED_LINE = ("1 lines of its journal are damaged",)


def folder(home: Path) -> Path:
    return home / "temp" / JOB


def sealed_specification(home: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = folder(home) / "job.spec.json"
    document = json.loads(path.read_bytes())
    del document["sha256"]
    change(document)
    path.write_text(json.dumps({**document, "sha256": canonical_sha256(document)}))


def checked(text: bytes) -> bytes:
    return b"\n%08x %b" % (zlib.crc32(text), text)


def words(name: str, key: ChunkKey, home: Path, **said: Any) -> None:
    data = rows(key.index)
    found = {"attempt": 2, "bytes": len(data), "sha256": sha256(data)} | said
    about = ChunkAbout(key, canonical_sha256(SCHEMA.document()), **found)
    (folder(home) / name).write_bytes(abouts.written(about))


async def is_whole(home: Path) -> bool:
    store = opened(home)
    await store.check()
    await store.close()
    return True


@pytest.mark.parametrize(
    "change",
    [
        lambda it: it.update(name=5),
        lambda it: it.update(created_at=None),
        lambda it: it.update(created_at=HUGE),
        lambda it: it.update(job_spec_format="x"),
        lambda it: it.pop("owner"),
        lambda it: it.pop("job_id"),
        lambda it: it.update(specification=[]),
        lambda it: it["specification"].update(chunk_size=0),
        lambda it: it["specification"].update(chunk_size=-5),
        lambda it: it["specification"].update(rows=[["things", HUGE]]),
        lambda it: it["specification"].update(rows=[["things", -10]]),
        lambda it: it["specification"].update(rows=[["../things", 10]]),
        lambda it: it["specification"].update(rows="abc"),
        lambda it: it["specification"].update(output_format="../csv"),
        lambda it: it["specification"].update(storage="tape"),
        lambda it: it["specification"].update(schema=5),
        lambda it: it["specification"].update(more=1),
    ],
)
async def test_a_specification_that_cannot_be_costs_only_its_own_job(
    change: Callable[[dict[str, Any]], object], tmp_path: Path
) -> None:
    await filled(tmp_path, chunks=1)
    store = opened(tmp_path)
    await store.create(job(OTHER))
    await store.close()
    sealed_specification(tmp_path, change)
    damage(tmp_path)
    made = rebuild(tmp_path)
    assert [restored.job_id for restored in made.jobs] == [OTHER]
    assert [text.partition(":")[0] for text in made.lost] == [JOB]
    assert await is_whole(tmp_path)


@pytest.mark.parametrize(
    "entry",
    [
        checked(b"[1]"),
        checked(b"{}"),
        checked(b'{"v":"x"}'),
        checked(DEEP),
        line({"event": "x"}),
        line({**MOVE, "state": "FLYING"}),
        line({**MOVE, "version": HUGE}),
        line({**MOVE, "attempt": -1}),
        line({**MOVE, "number": [1]}),
        line({**MOVE, "at": float("nan")}),
        line({**MOVE, "name": "\ud800"}),
        line({"spent": [["t"]], "rejected": {}}),
        line({"spent": [["t", "f", HUGE]], "rejected": {}}),
        line({"spent": 5, "rejected": {}}),
        line({"spent": [], "rejected": {"bad": "x"}}),
    ],
)
async def test_a_whole_line_that_cannot_be_costs_no_other(entry: bytes, tmp_path: Path) -> None:
    await filled(tmp_path, chunks=2)
    with (folder(tmp_path) / "job.journal.jsonl").open("ab") as journal:
        journal.write(entry)
    damage(tmp_path)
    (restored,) = rebuild(tmp_path).jobs
    assert (restored.chunks, restored.lost) == (2, DAMAGED_LINE)
    assert await is_whole(tmp_path)


@pytest.mark.parametrize(
    "entry",
    [
        {"shelf": "evil", "texts": {}},
        {"texts": {}},
        {"shelf": "answer", "texts": 5},
        {"shelf": "answer", "texts": {"key": {}}},
        {"shelf": "answer", "texts": {"\ud800": "[]"}},
    ],
)
async def test_a_strange_answer_keeps_nobody_from_the_store(entry: object, tmp_path: Path) -> None:
    await filled(tmp_path, chunks=1)
    with (tmp_path / "rowmill.journal.jsonl").open("ab") as journal:
        journal.write(line(entry))  # type: ignore[arg-type]  # that is the point
    assert await is_whole(tmp_path)
    damage(tmp_path)
    assert rebuild(tmp_path).lost == ("1 lines of rowmill.journal.jsonl are damaged",)


async def test_what_sqlite_cannot_keep_as_text_does_not_close_the_store(tmp_path: Path) -> None:
    store = opened(tmp_path)
    document = {"name": "half a pair: \ud800"}
    await store.save_schema("sch_1", document)
    with pytest.raises(UnicodeEncodeError):
        await store.save_schema("\ud800", {})
    await store.close()
    store = opened(tmp_path)
    assert await store.schema("sch_1") == document
    await store.close()


async def test_a_copy_of_words_about_a_chunk_does_not_stand_for_a_lost_one(tmp_path: Path) -> None:
    await filled(tmp_path, end=JobState.COMPLETED)
    words("about_000103.csv.json", chunk_key(3), tmp_path)
    words("about_000005.csv (copy).json", chunk_key(5), tmp_path, sha256="0" * 64)
    (folder(tmp_path) / "about_000004.csv.json").unlink()
    (folder(tmp_path) / chunk_key(4).file_name).unlink()
    damage(tmp_path)
    (restored,) = rebuild(tmp_path).jobs
    assert (restored.state, restored.chunks, restored.owed) == (JobState.PAUSED, CHUNKS - 1, 1)
    assert await is_whole(tmp_path)


async def test_chunks_that_changed_places_with_all_their_words_are_named(tmp_path: Path) -> None:
    await filled(tmp_path, end=JobState.COMPLETED)
    for name in ("about_00000{}.csv.json", "chunk_00000{}.csv"):
        one, other = (folder(tmp_path) / name.format(index) for index in (3, 5))
        one.rename(tmp_path / "aside")
        other.rename(one)
        (tmp_path / "aside").rename(other)
    damage(tmp_path)
    (restored,) = rebuild(tmp_path).jobs
    assert (restored.state, restored.owed) == (JobState.PAUSED, 2)
    assert "chunk 3" in restored.lost[1]
    assert "holds the rows of chunk 5 of this job" in restored.lost[1]
    assert await is_whole(tmp_path)


@pytest.mark.parametrize(
    "said", [{"attempt": HUGE}, {"attempt": -1}, {"bytes": -HUGE}, {"bytes": HUGE}]
)
async def test_numbers_that_cannot_be_are_no_words_about_a_chunk(
    said: dict[str, int], tmp_path: Path
) -> None:
    await filled(tmp_path, chunks=2)
    words("about_000001.csv.json", chunk_key(1), tmp_path, **said)
    damage(tmp_path)
    (restored,) = rebuild(tmp_path).jobs
    assert restored.chunks == 1
    assert await is_whole(tmp_path)


@pytest.mark.parametrize("data", [DEEP, b'{"chunk_format": NaN, "check": ""}', b'{"check": "'])
def test_no_bytes_beside_a_chunk_stop_whoever_looks(data: bytes) -> None:
    assert abouts.parsed(data) is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names are of Unix")
def test_a_pipe_in_place_of_a_chunk_keeps_nobody_waiting(tmp_path: Path) -> None:
    storage = DiskStorageHandler(tmp_path / "temp", tmp_path / "output")
    folder(tmp_path).mkdir(parents=True)
    os.mkfifo(folder(tmp_path) / chunk_key(1).file_name)
    assert storage.read_chunk(chunk_key(1)) == b""


async def test_a_folder_that_tells_nothing_is_no_reason_to_rebuild(tmp_path: Path) -> None:
    await filled(tmp_path, chunks=1)
    left = tmp_path / "temp" / OTHER
    left.mkdir()
    (left / "job.json").write_text("{}")
    store = opened(tmp_path)
    assert await store.unknown() == []
    (left / "job.spec.json").write_text("{}")
    assert await store.unknown() == [OTHER]
    await store.close()


async def test_folders_that_only_look_like_a_job_are_left_alone(tmp_path: Path) -> None:
    await filled(tmp_path, chunks=1)
    copy = tmp_path / "temp" / f"{JOB} (copy)"
    copy.mkdir()
    (copy / "job.spec.json").write_bytes((folder(tmp_path) / "job.spec.json").read_bytes())
    store = opened(tmp_path)
    assert await store.unknown() == []
    await store.close()
    damage(tmp_path)
    made = rebuild(tmp_path)
    assert [restored.job_id for restored in made.jobs] == [JOB]
    assert made.lost == ()


@pytest.mark.parametrize("text", ['{"format": NaN}', '{"format": 1e999}', "[]", "[" * 200_000])
async def test_a_damaged_format_of_the_folder_is_written_again(text: str, tmp_path: Path) -> None:
    await filled(tmp_path, chunks=1)
    (tmp_path / FORMAT_FILE).write_text(text)
    assert await is_whole(tmp_path)
    assert json.loads((tmp_path / FORMAT_FILE).read_text())["format"] == 1

"""What every place for chunks and datasets does; a new backend joins by one entry."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from src.core.chunk_about import ChunkAbout, chunk_metadata
from src.core.errors import (
    AlreadyExists,
    ChunkDamaged,
    ChunkMissing,
    InvalidArgument,
    NotFound,
)
from src.core.models import ChunkKey
from src.core.ports import StorageHandler
from src.storage.cloud import CloudStorageHandler
from src.storage.disk import DiskStorageHandler
from src.storage.formats.encoding import encode
from src.storage.memory import MemoryStorageHandler
from src.storage.outputs import DiskOutputs

from .records import JOB, chunk_key, metadata
from .s3 import endpoint

OTHER = "job_" + "b" * 16


def _disk(folder: Path) -> StorageHandler:
    return DiskStorageHandler(folder / "temp", folder / "output")


def _memory(folder: Path) -> StorageHandler:
    outputs = DiskOutputs(folder / "output")
    return MemoryStorageHandler(outputs, max_bytes=1 << 20, max_chunks=100)


def _s3(folder: Path) -> StorageHandler:
    server = endpoint()
    return CloudStorageHandler(server.open(f"s3://{server.new_bucket()}/some folder/rowmill"))


@pytest.fixture(params=[_disk, _memory, _s3], ids=["disk", "memory", "s3"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> StorageHandler:
    make: Callable[[Path], StorageHandler] = request.param
    return make(tmp_path)


def publish(storage: StorageHandler, name: str, data: bytes, *, overwrite: bool = False) -> None:
    with storage.publish(name, overwrite=overwrite) as publication:
        publication.file.write(data)


def read(storage: StorageHandler, name: str) -> bytes:
    with storage.open_dataset(name) as file:
        return file.read()


def _outputs(storage: StorageHandler, folder: Path) -> list[str]:
    """All that lies in the place of datasets, hidden names too."""
    if storage.kind != "cloud":
        return [path.name for path in (folder / "output").iterdir()]
    found = storage._bucket.names("output")  # type: ignore[attr-defined]  # the s3 handler's
    return [path.removeprefix("output/") for path, _ in found]


def test_a_chunk_comes_back_as_it_was(storage: StorageHandler) -> None:
    data = bytes(range(256)) * 100
    storage.put_chunk(chunk_key(3), data)
    assert storage.read_chunk(chunk_key(3)) == data


def test_a_chunk_without_bytes_is_there(storage: StorageHandler) -> None:
    storage.put_chunk(chunk_key(0), b"")
    assert storage.read_chunk(chunk_key(0)) == b""


def test_a_chunk_put_again_is_replaced(storage: StorageHandler) -> None:
    storage.put_chunk(chunk_key(0), b"a longer one")
    storage.put_chunk(chunk_key(0), b"new")
    assert storage.read_chunk(chunk_key(0)) == b"new"


def test_a_missing_chunk_is_named_by_index_and_file(storage: StorageHandler) -> None:
    storage.put_chunk(chunk_key(0), b"x")
    with pytest.raises(ChunkMissing, match=r"chunk 12 \(chunk_000012.csv\)") as caught:
        storage.read_chunk(chunk_key(12))
    assert "--mend" in caught.value.hint


def test_chunks_of_jobs_and_formats_do_not_meet(storage: StorageHandler) -> None:
    keys = [
        ChunkKey(job, 0, "t", 0, 1, form)  # type: ignore[arg-type]  # from the tuples below
        for job in (JOB, OTHER)
        for form in ("csv", "parquet")
    ]
    for number, key in enumerate(keys):
        storage.put_chunk(key, b"%d" % number)
    assert [storage.read_chunk(key) for key in keys] == [b"0", b"1", b"2", b"3"]


def test_deleting_a_job_takes_its_chunks_and_leaves_the_rest(storage: StorageHandler) -> None:
    storage.put_chunk(chunk_key(0), b"gone")
    storage.put_chunk(chunk_key(0, job_id=OTHER), b"stays")
    storage.put_note(JOB, "manifest.json", b"{}")
    publish(storage, f"{JOB}.csv", b"stays too")
    storage.delete_job(JOB)
    storage.delete_job(JOB)
    with pytest.raises(ChunkMissing):
        storage.read_chunk(chunk_key(0))
    assert storage.read_chunk(chunk_key(0, job_id=OTHER)) == b"stays"
    assert read(storage, f"{JOB}.csv") == b"stays too"


# ── what a chunk is ───────────────────────────────────────────────────────────────────────────


def put(storage: StorageHandler, key: ChunkKey, data: bytes, *, attempt: int = 1) -> None:
    storage.put_chunk(key, data, schema_sha256="5c" * 32, attempt=attempt)


def test_a_chunk_is_read_as_it_was_recorded(storage: StorageHandler) -> None:
    put(storage, chunk_key(3), b"three")
    assert storage.read_recorded(metadata(chunk_key(3), b"three")) == b"three"
    with pytest.raises(ChunkMissing, match="chunk 4"):
        storage.read_recorded(metadata(chunk_key(4), b"four"))


def test_every_chunk_says_what_it_is(storage: StorageHandler) -> None:
    for index in (1, 0, 12):
        put(storage, chunk_key(index), b"%d" % index, attempt=2)
    put(storage, chunk_key(0, job_id=OTHER), b"another job's")
    found = list(storage.abouts(JOB))
    assert [about.key for about in found] == [chunk_key(0), chunk_key(1), chunk_key(12)]
    recorded = metadata(chunk_key(12), b"12")
    assert found[2] == ChunkAbout(chunk_key(12), "5c" * 32, 2, recorded.bytes, recorded.sha256)
    storage.delete_job(JOB)
    assert list(storage.abouts(JOB)) == []


def lay(storage: StorageHandler, folder: Path, key: ChunkKey, data: bytes) -> None:
    """The bytes at the chunk's place, without a word about them."""
    if storage.kind == "disk":
        (folder / "temp" / key.job_id / key.file_name).write_bytes(data)
    elif storage.kind == "memory":
        storage._chunks[key.job_id, key.file_name] = data  # type: ignore[attr-defined]
    else:
        path = f"temp/{key.job_id}/{key.file_name}"
        storage._bucket.replace(path, data)  # type: ignore[attr-defined]  # the s3 handler's


def test_swapped_chunks_are_told_apart_by_name(storage: StorageHandler, tmp_path: Path) -> None:
    for index in (3, 5):
        put(storage, chunk_key(index), b"rows of %d" % index)
    lay(storage, tmp_path, chunk_key(3), b"rows of 5")
    lay(storage, tmp_path, chunk_key(5), b"rows of 3")
    for index, other in ((3, 5), (5, 3)):
        said = rf"chunk {index} .* holds the rows of chunk {other} of this job"
        with pytest.raises(ChunkDamaged, match=said) as caught:
            storage.read_recorded(metadata(chunk_key(index), b"rows of %d" % index))
        assert "--mend" in caught.value.hint


def test_another_jobs_chunk_is_told_by_its_job(storage: StorageHandler, tmp_path: Path) -> None:
    put(storage, chunk_key(3), b"rows of 3")
    put(storage, chunk_key(7, job_id=OTHER), b"rows of another job")
    lay(storage, tmp_path, chunk_key(3), b"rows of another job")
    who = "its bytes changed" if storage.kind == "cloud" else f"of chunk 7 of job {OTHER}"
    with pytest.raises(ChunkDamaged, match=who):
        storage.read_recorded(metadata(chunk_key(3), b"rows of 3"))


def test_another_making_of_a_chunk_is_told_by_its_attempt(storage: StorageHandler) -> None:
    put(storage, chunk_key(3), b"of another schema", attempt=4)
    with pytest.raises(ChunkDamaged, match=r"another making .*attempt 4, schema 5c5c5c"):
        storage.read_recorded(metadata(chunk_key(3), b"rows of 3"))


def test_a_flipped_bit_is_told_as_such(storage: StorageHandler, tmp_path: Path) -> None:
    put(storage, chunk_key(3), b"rows of 3")
    lay(storage, tmp_path, chunk_key(3), b"rows of 2")
    with pytest.raises(ChunkDamaged, match="its bytes changed since it was stored"):
        storage.read_recorded(metadata(chunk_key(3), b"rows of 3"))


def parquet(key: ChunkKey) -> bytes:
    rows = pa.table({"id": list(range(key.start, key.stop))})
    return encode(rows.replace_schema_metadata(chunk_metadata(key, "5c" * 32)), "parquet")


def test_a_parquet_file_says_itself_what_it_is(storage: StorageHandler, tmp_path: Path) -> None:
    key = ChunkKey(JOB, 3, "things", 30, 40, "parquet")
    foreign = parquet(ChunkKey(OTHER, 9, "things", 90, 100, "parquet"))
    put(storage, key, parquet(key))
    assert storage.read_recorded(metadata(key, parquet(key))) == parquet(key)
    lay(storage, tmp_path, key, foreign)  # nothing else is known of that job here
    with pytest.raises(ChunkDamaged, match=f"holds the rows of chunk 9 of job {OTHER}"):
        storage.read_recorded(metadata(key, parquet(key)))


@pytest.mark.parametrize("job_id", ["..", "../x", "/etc", "", ".", "a/b", "a\\b", "nul\x00"])
def test_a_record_whose_job_id_is_a_path_is_refused(storage: StorageHandler, job_id: str) -> None:
    for act in (
        lambda: storage.put_chunk(chunk_key(0, job_id=job_id), b"x"),
        lambda: storage.put_note(job_id, "manifest.json", b"x"),
        lambda: storage.put_note(JOB, job_id, b"x"),
    ):
        with pytest.raises(InvalidArgument):
            act()


def test_a_dataset_is_seen_only_when_it_is_whole(storage: StorageHandler) -> None:
    with storage.publish("data.csv", overwrite=False) as publication:
        publication.file.write(b"half")
        with pytest.raises(NotFound):
            storage.open_dataset("data.csv")
        publication.file.write(b" and half")
    assert read(storage, "data.csv") == b"half and half"


def test_a_dataset_may_lie_in_a_folder_of_its_job(storage: StorageHandler) -> None:
    publish(storage, f"{JOB}/orders.csv", b"1")
    publish(storage, f"{JOB}/lines.csv", b"2")
    assert read(storage, f"{JOB}/orders.csv") == b"1"
    assert storage.locate(f"{JOB}/lines.csv").endswith(f"{JOB}/lines.csv")


def test_a_taken_name_is_refused_unless_overwriting(storage: StorageHandler) -> None:
    publish(storage, "data.csv", b"first")
    with pytest.raises(AlreadyExists, match=r"data\.csv"):
        publish(storage, "data.csv", b"second")
    assert read(storage, "data.csv") == b"first"
    publish(storage, "data.csv", b"third", overwrite=True)
    assert read(storage, "data.csv") == b"third"


def test_a_name_taken_meanwhile_is_refused_at_the_end(storage: StorageHandler) -> None:
    def slow() -> None:
        with storage.publish("data.csv", overwrite=False) as publication:
            publication.file.write(b"slow")
            publish(storage, "data.csv", b"quick")

    with pytest.raises(AlreadyExists):
        slow()
    assert read(storage, "data.csv") == b"quick"


def test_an_abandoned_dataset_leaves_nothing(storage: StorageHandler, tmp_path: Path) -> None:
    publish(storage, "data.csv", b"old")

    def abandon(name: str, *, overwrite: bool) -> None:
        with storage.publish(name, overwrite=overwrite) as publication:
            publication.file.write(b"unfinished" * 1_000_000)
            raise KeyboardInterrupt

    for name, overwrite in (("new.csv", False), ("data.csv", True)):
        with pytest.raises(KeyboardInterrupt):
            abandon(name, overwrite=overwrite)
    assert _outputs(storage, tmp_path) == ["data.csv"]
    assert read(storage, "data.csv") == b"old"


def test_of_many_racing_writers_exactly_one_wins(storage: StorageHandler) -> None:
    gate = threading.Barrier(8, timeout=30)
    outcomes: list[bytes | None] = []

    def race(name: bytes) -> None:
        try:
            with storage.publish("data.csv", overwrite=False) as publication:
                publication.file.write(name * 1000)
                gate.wait()  # all have written before any may be seen
            outcomes.append(name)
        except AlreadyExists:
            outcomes.append(None)

    threads = [threading.Thread(target=race, args=(b"%d" % number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (winner,) = [name for name in outcomes if name]
    assert len(outcomes) == 8
    assert read(storage, "data.csv") == winner * 1000


def test_a_discarded_dataset_is_gone_and_its_name_is_free(storage: StorageHandler) -> None:
    storage.discard("data.csv")
    publish(storage, "data.csv", b"first")
    storage.discard("data.csv")
    with pytest.raises(NotFound):
        storage.open_dataset("data.csv")
    publish(storage, "data.csv", b"second")
    assert read(storage, "data.csv") == b"second"


def test_a_dataset_can_be_sought_in_as_its_readers_need(storage: StorageHandler) -> None:
    publish(storage, "data.csv", bytes(range(256)))
    with storage.open_dataset("data.csv") as file:
        file.seek(-6, 2)
        assert (file.read(2), file.tell()) == (b"\xfa\xfb", 252)
        file.seek(3)
        assert file.read(2) == b"\x03\x04"


def test_an_unknown_dataset_is_not_found(storage: StorageHandler) -> None:
    for name in ("data.csv", "no/such/data.csv"):
        with pytest.raises(NotFound):
            storage.open_dataset(name)


@pytest.mark.parametrize(
    "name",
    ["", "/etc/passwd", "../x.csv", "a/../../x.csv", "a//b.csv", "./x.csv", "C:x.csv", "C:\\x.csv",
     "a\\b.csv", "x\x00.csv", "x\n.csv", "x\u202e.csv", "con.csv", "NUL", "sub/lpt1.csv", "x.csv.",
     "x.csv ", "x" * 201, ".rowmill-x.tmp", "é" * 130],
)  # fmt: skip
def test_a_name_that_leads_elsewhere_is_refused(storage: StorageHandler, name: str) -> None:
    for act in (
        lambda: publish(storage, name, b"x", overwrite=True),
        lambda: storage.open_dataset(name),
        lambda: storage.locate(name),
        lambda: storage.discard(name),
    ):
        with pytest.raises(InvalidArgument) as caught:
            act()
        assert caught.value.hint


@pytest.mark.parametrize("name", ["Kunden 2026.csv", "a/b/c.parquet", "x" * 200, "été.csv", ".x"])
def test_an_ordinary_name_is_taken_as_it_is(storage: StorageHandler, name: str) -> None:
    publish(storage, name, b"x")
    assert storage.locate(name).endswith(name)
    assert read(storage, name) == b"x"

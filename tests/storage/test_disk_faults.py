"""A disk that fails or dies at any step leaves the old state or the new one, never a part."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from src.core.errors import (
    AlreadyExists,
    ChunkDamaged,
    ChunkMissing,
    InvalidArgument,
    NotFound,
    StorageError,
    StorageFull,
)
from src.core.ports import RefusedRow, RowRequest
from src.storage.base import CHUNKS, refusal
from src.storage.disk import DiskStorageHandler
from src.storage.files import Files
from src.storage.outputs import BEHIND, DiskOutputs
from src.storage.rejected import RejectedRows

from .failing import Died, FailingFiles
from .records import JOB, SCHEMA, chunk_key, metadata

OLD, NEW = b"old" * 1000, b"new" * 2000
# What a chunk is stands beside it: both are durable before either has its name.
PUT = ["make_folder", *["create", "write", "sync"] * 2, "replace", "replace", "sync_folder"]


def fresh(folder: Path, files: Files | None = None) -> DiskStorageHandler:
    return DiskStorageHandler(folder / "temp", folder / "output", files=files)


def put(storage: DiskStorageHandler) -> None:
    storage.put_chunk(chunk_key(0), NEW)


def publish(storage: DiskStorageHandler) -> None:
    with storage.publish("data.csv", overwrite=False) as publication:
        publication.file.write(NEW)


def overwrite(storage: DiskStorageHandler) -> None:
    with storage.publish("data.csv", overwrite=True) as publication:
        publication.file.write(NEW)


def steps_of(action, folder: Path) -> list[str]:
    files = FailingFiles()
    (folder / "output").mkdir()
    (folder / "temp" / JOB).mkdir(parents=True)
    action(fresh(folder, files))
    return files.steps


def left_over(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.name.startswith(".rowmill-")]


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (put, PUT),
        (publish, ["make_folder", "create", "write", "sync", "link", "sync_folder"]),
        (overwrite, ["make_folder", "create", "write", "sync", "replace", "sync_folder"]),
    ],
)
def test_bytes_are_durable_before_their_name_is(action, expected, tmp_path: Path) -> None:
    assert steps_of(action, tmp_path) == expected


@pytest.mark.parametrize("step", range(len(PUT)))
def test_dying_at_any_step_leaves_the_old_chunk_or_the_new(step: int, tmp_path: Path) -> None:
    fresh(tmp_path).put_chunk(chunk_key(0), OLD)
    with pytest.raises(Died):
        put(fresh(tmp_path, FailingFiles(step, error=None)))
    expected = NEW if step == len(PUT) - 1 else OLD  # the last step makes the new names durable
    assert fresh(tmp_path).read_chunk(chunk_key(0)) == expected


@pytest.mark.parametrize("step", range(len(PUT)))
def test_no_chunk_is_there_without_words_about_it(step: int, tmp_path: Path) -> None:
    with pytest.raises(Died):
        put(fresh(tmp_path, FailingFiles(step, error=None)))
    after = fresh(tmp_path)
    is_there = (tmp_path / "temp" / JOB / chunk_key(0).file_name).exists()
    said = [about.sha256 for about in after.abouts(JOB)]
    assert said == [metadata(chunk_key(0), NEW).sha256] * len(said)
    assert said or not is_there


@pytest.mark.parametrize("step", range(len(PUT)))
@pytest.mark.parametrize(
    ("error", "kind"), [(errno.ENOSPC, StorageFull), (errno.EIO, StorageError)]
)
def test_a_step_that_fails_says_so_and_leaves_no_litter(
    step: int, error: int, kind: type[StorageError], tmp_path: Path
) -> None:
    fresh(tmp_path).put_chunk(chunk_key(0), OLD)
    with pytest.raises(kind) as caught:
        put(fresh(tmp_path, FailingFiles(step, error)))
    assert "STORAGE_TEMP_DIR" in caught.value.hint
    assert fresh(tmp_path).read_chunk(chunk_key(0)) in (OLD, NEW)
    assert left_over(tmp_path) == []
    put(fresh(tmp_path))
    assert fresh(tmp_path).read_chunk(chunk_key(0)) == NEW


@pytest.mark.parametrize("step", range(6))
def test_dying_at_any_step_shows_no_dataset_or_all_of_it(step: int, tmp_path: Path) -> None:
    (tmp_path / "output").mkdir()
    with pytest.raises(Died):
        publish(fresh(tmp_path, FailingFiles(step, error=None)))
    if step == 5:
        with fresh(tmp_path).open_dataset("data.csv") as file:
            assert file.read() == NEW
    else:
        with pytest.raises(NotFound):
            fresh(tmp_path).open_dataset("data.csv")
        publish(fresh(tmp_path))


@pytest.mark.parametrize("step", range(6))
def test_a_dataset_that_cannot_be_written_names_its_folder(step: int, tmp_path: Path) -> None:
    with pytest.raises(StorageFull) as caught:
        publish(fresh(tmp_path, FailingFiles(step)))
    assert "STORAGE_OUTPUT_DIR" in caught.value.hint
    assert left_over(tmp_path) == []


@pytest.mark.parametrize("refused", [errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK])
def test_without_links_a_taken_name_is_still_refused(refused: int, tmp_path: Path) -> None:
    class NoLinks(Files):
        def link(self, source: Path, target: Path) -> None:
            raise OSError(refused, os.strerror(refused))

    publish(fresh(tmp_path, NoLinks()))
    with pytest.raises(AlreadyExists):
        publish(fresh(tmp_path, NoLinks()))

    def late() -> None:
        with fresh(tmp_path, NoLinks()).publish("late.csv", overwrite=False):
            (tmp_path / "output" / "late.csv").write_bytes(OLD)

    with pytest.raises(AlreadyExists):
        late()
    assert (tmp_path / "output" / "late.csv").read_bytes() == OLD
    assert left_over(tmp_path) == []


def test_a_file_size_limit_of_the_process_is_a_full_disk(tmp_path: Path) -> None:
    """A real refusal in the middle of a write, by the kernel."""
    script = f"""
import resource, signal
from pathlib import Path
from src.core.errors import StorageFull
from tests.storage.records import chunk_key
from src.storage.disk import DiskStorageHandler
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
storage = DiskStorageHandler(Path({str(tmp_path)!r}) / "temp", Path({str(tmp_path)!r}) / "output")
storage.put_chunk(chunk_key(0), b"x" * 5000)
try:
    storage.put_chunk(chunk_key(1), b"x" * 5001)
except StorageFull:
    pass
else:
    raise SystemExit("a chunk beyond the limit was taken")
try:
    with storage.publish("data.csv", overwrite=False) as publication:
        publication.file.write(b"x" * 3_000_000)
except StorageFull:
    pass
else:
    raise SystemExit("a dataset beyond the limit was taken")
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr + done.stdout
    assert fresh(tmp_path).read_chunk(chunk_key(0)) == b"x" * 5000
    with pytest.raises(ChunkMissing):
        fresh(tmp_path).read_chunk(chunk_key(1))
    assert left_over(tmp_path) == []
    assert list((tmp_path / "output").iterdir()) == []


def test_a_process_without_a_file_left_to_open_is_told_which_limit_to_raise(
    tmp_path: Path,
) -> None:
    """Chunks and job records alike; and both go on once there are files again."""
    script = f"""
import asyncio, os, resource
from pathlib import Path
from src.core.errors import StorageError
from src.storage.disk import DiskStorageHandler
from src.storage.jobs.store import SqliteJobStore
from tests.storage.records import JOB, Ticking, chunk_key, job
home = Path({str(tmp_path)!r})
storage = DiskStorageHandler(home / "temp", home / "output")
store = SqliteJobStore(home / "rowmill.db", clock=Ticking())

async def main():
    await store.create(job())
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    held = []
    try:
        while True:
            held.append(os.open("/", os.O_RDONLY))
    except OSError:
        pass
    for act in (lambda: storage.put_chunk(chunk_key(0), b"x"), store.begin_attempt):
        try:
            await act(JOB) if act == store.begin_attempt else act()
        except StorageError as exc:
            print(exc)
    other = SqliteJobStore(home / "rowmill.db", clock=Ticking())
    try:
        await other.get(JOB)
    except StorageError as exc:
        print(exc)
    for descriptor in held:
        os.close(descriptor)
    storage.put_chunk(chunk_key(0), b"x")
    assert (await store.begin_attempt(JOB)).attempt == 1
    await store.close()
    await other.close()

asyncio.run(main())
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    told = done.stdout.splitlines()
    assert len(told) == 3, done.stdout
    assert all("too many files are open" in line and "ulimit -n" in line for line in told)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "is full"),
        (errno.EDQUOT, "quota"),
        (errno.EFBIG, "larger than"),
        (errno.EROFS, "read-only"),
        (errno.EACCES, "no permission"),
        (errno.EMFILE, "too many files"),
        (errno.EIO, "failed to read or write"),
        (errno.ENAMETOOLONG, "longer than"),
        (errno.ENOTDIR, "a file stands where the folder for the chunks belongs"),
        (errno.EEXIST, "a file stands where the folder for the chunks belongs"),
        (errno.EISDIR, "a folder stands where a file of the chunks belongs"),
        (errno.ENOTTY, "cannot be used"),
    ],
)
def test_each_refusal_has_a_sentence_of_its_own_and_a_way_out(number: int, words: str) -> None:
    error = refusal(OSError(number, os.strerror(number)), CHUNKS)
    assert words in error.message
    assert error.hint
    assert isinstance(error, StorageFull) == (number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG))


def test_a_link_in_place_of_a_chunk_is_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")
    storage = fresh(tmp_path)
    storage.put_chunk(chunk_key(0), OLD)
    path = tmp_path / "temp" / JOB / chunk_key(0).file_name
    path.unlink()
    path.symlink_to(secret)
    with pytest.raises(ChunkDamaged, match="chunk 0"):
        storage.read_chunk(chunk_key(0))
    put(storage)
    assert secret.read_bytes() == b"secret"
    assert storage.read_chunk(chunk_key(0)) == NEW


def test_a_link_in_place_of_a_job_folder_is_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "temp").mkdir()
    (tmp_path / "temp" / JOB).symlink_to(elsewhere)
    storage = fresh(tmp_path)
    for act in (lambda: put(storage), lambda: storage.delete_job(JOB)):
        with pytest.raises(StorageError, match="link"):
            act()
    assert elsewhere.is_dir()


def test_a_link_in_place_of_a_dataset_is_replaced_and_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")
    output = tmp_path / "output"
    output.mkdir()
    (output / "data.csv").symlink_to(secret)
    storage = fresh(tmp_path)
    with pytest.raises(AlreadyExists):
        publish(storage)
    with pytest.raises(StorageError):
        storage.open_dataset("data.csv")
    overwrite(storage)
    assert secret.read_bytes() == b"secret"
    assert (output / "data.csv").read_bytes() == NEW


def test_a_link_in_place_of_an_output_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "output").mkdir()
    (tmp_path / "output" / "sub").symlink_to(tmp_path)
    with pytest.raises(InvalidArgument, match="link"):
        fresh(tmp_path).open_dataset("sub/secret")
    with (
        pytest.raises(InvalidArgument, match="link"),
        fresh(tmp_path).publish("sub/data.csv", overwrite=True),
    ):
        pass


def test_what_is_not_a_file_is_never_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with (
        pytest.raises(InvalidArgument, match="not a file"),
        DiskOutputs(tmp_path).publish("pipe", overwrite=True),
    ):
        pass


def test_any_folder_can_be_a_place_of_datasets(tmp_path: Path) -> None:
    wanted = tmp_path / "reports" / "customers.parquet"
    outputs = DiskOutputs(wanted.parent)
    with outputs.publish(wanted.name, overwrite=False) as publication:
        publication.file.write(NEW)
    assert wanted.read_bytes() == NEW
    assert outputs.locate(wanted.name) == str(wanted)


def test_a_file_that_the_disk_begins_with_early_is_the_same_file(tmp_path: Path) -> None:
    outputs, data = DiskOutputs(tmp_path), bytes(range(256)) * (BEHIND // 256)
    with outputs.publish("large", overwrite=False) as publication:
        for _ in range(3):
            publication.file.write(data)
            publication.file.write(NEW)
    assert (tmp_path / "large").read_bytes() == (data + NEW) * 3


def test_a_place_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "output").write_bytes(b"")
    with pytest.raises(StorageError) as caught:
        publish(fresh(tmp_path))
    assert "STORAGE_OUTPUT_DIR" in caught.value.hint


async def test_a_link_in_place_of_rejected_rows_is_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")
    (tmp_path / JOB).mkdir()
    (tmp_path / JOB / "rejected.jsonl").symlink_to(secret)
    request = RowRequest(SCHEMA, "things", (), (0,), ({},), 1)
    await RejectedRows(tmp_path)(JOB, request, [RefusedRow(0, "type", "text")])
    assert secret.read_bytes() == b"secret"

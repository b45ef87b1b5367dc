"""What killed processes left is swept; what living ones write, or what is not ours, stays."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from src.core.errors import StorageError, StorageFull
from src.storage.disk import DiskStorageHandler
from src.storage.outputs import DiskOutputs
from src.storage.scratch import STALE_S, held, is_stale, scratch_folder
from tests.patience import patience

from .records import JOB, chunk_key


def aged(path: Path) -> Path:
    past = path.stat().st_mtime - 2 * STALE_S
    os.utime(path, (past, past))
    return path


def publish(outputs: DiskOutputs, name: str) -> None:
    with outputs.publish(name, overwrite=False) as publication:
        publication.file.write(b"x")


def test_only_old_files_of_ours_are_swept(tmp_path: Path) -> None:
    for name in (".rowmill-young.tmp", ".rowmill-old.tmp", "old.tmp", ".rowmill-old.csv"):
        (tmp_path / name).write_bytes(b"x")
    for name in (".rowmill-old.tmp", "old.tmp", ".rowmill-old.csv"):
        aged(tmp_path / name)
    publish(DiskOutputs(tmp_path), "data.csv")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        ".rowmill-old.csv", ".rowmill-young.tmp", "data.csv", "old.tmp",
    ]  # fmt: skip


def test_what_a_living_writer_holds_is_not_swept_however_old(tmp_path: Path) -> None:
    outputs = DiskOutputs(tmp_path)
    with outputs.publish("slow.csv", overwrite=False) as publication:
        publication.file.write(b"slow")
        (temporary,) = tmp_path.iterdir()
        aged(temporary)
        publish(outputs, "quick.csv")
        assert temporary.exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["quick.csv", "slow.csv"]


_KILLED = """
import os, sys
from pathlib import Path
from src.storage.outputs import DiskOutputs
with DiskOutputs(Path(sys.argv[1])).publish("data.csv", overwrite=False) as publication:
    publication.file.write(b"half")
    publication.file.flush()
    print("written", flush=True)
    sys.stdin.read()
"""


def test_a_killed_writers_file_is_swept_by_the_next_one(tmp_path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", _KILLED, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with child:
        assert child.stdout is not None
        with patience(child):
            assert child.stdout.readline() == b"written\n"
        (temporary,) = tmp_path.iterdir()
        assert not is_stale(aged(temporary))
        child.send_signal(signal.SIGKILL)
    assert is_stale(temporary)
    publish(DiskOutputs(tmp_path), "data.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["data.csv"]


def test_a_jobs_folder_is_swept_when_its_manifest_is_written(tmp_path: Path) -> None:
    disk = DiskStorageHandler(tmp_path, tmp_path / "output")
    disk.put_chunk(chunk_key(0), b"x")
    (tmp_path / JOB / ".rowmill-old.tmp").write_bytes(b"half")
    aged(tmp_path / JOB / ".rowmill-old.tmp")
    disk.put_note(JOB, "manifest.json", b"{}")
    names = sorted(path.name for path in (tmp_path / JOB).iterdir())
    assert names == ["about_000000.csv.json", "chunk_000000.csv", "manifest.json"]


def test_scratch_folders_of_the_dead_are_taken_away(tmp_path: Path) -> None:
    dead = tmp_path / "judging-dead"
    dead.mkdir()
    (dead / "keys").write_bytes(b"x")
    living = tmp_path / "judging-living"
    living.mkdir()
    aged(dead)
    with held(aged(living)), scratch_folder(tmp_path, "judging-") as mine:
        assert sorted(tmp_path.iterdir()) == sorted([living, mine])
    assert list(tmp_path.iterdir()) == [living]


def test_a_folder_is_gone_after_a_failure(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), scratch_folder(tmp_path, "x-"):
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_what_the_disk_refuses_is_said_in_our_words(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    with (
        pytest.raises(StorageError, match="belongs") as caught,
        scratch_folder(file / "scratch", "judging-"),
    ):
        raise AssertionError("there is no such folder")
    assert "STORAGE_TEMP_DIR" in caught.value.hint
    with pytest.raises(StorageFull), scratch_folder(tmp_path, "judging-"):
        raise OSError(errno.ENOSPC, "no space left on device")

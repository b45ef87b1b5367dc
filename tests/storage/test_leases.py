"""One holder a job, and none once it is dead."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from src.core.errors import InvalidArgument, StorageError
from src.storage.jobs.leases import FileLeases
from tests.patience import patience

from .records import JOB

OTHER = "job_" + "b" * 16
DESCRIPTORS = Path("/proc/self/fd")

_HOLDER = """
import sys
from pathlib import Path
from src.storage.jobs.leases import FileLeases
lease = FileLeases(Path(sys.argv[1])).acquire(sys.argv[2])
print("no" if lease is None else "yes", flush=True)
sys.stdin.read()
"""


def holder(folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", _HOLDER, str(folder), JOB]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with patience(process):
        assert process.stdout.readline() == "yes\n"
    return process


def test_a_second_acquire_in_the_same_process_gets_nothing(tmp_path: Path) -> None:
    leases = FileLeases(tmp_path / "leases")
    lease = leases.acquire(JOB)
    assert lease is not None
    assert leases.acquire(JOB) is None
    assert FileLeases(tmp_path / "leases").acquire(JOB) is None
    assert leases.acquire(OTHER) is not None
    lease.release()
    lease.release()
    assert leases.acquire(JOB) is not None


def test_held_says_what_is_and_takes_nothing(tmp_path: Path) -> None:
    leases = FileLeases(tmp_path / "leases")
    assert not leases.held(JOB)
    assert not (tmp_path / "leases").exists()
    lease = leases.acquire(JOB)
    assert lease is not None
    assert leases.held(JOB)
    lease.release()
    assert not leases.held(JOB)
    assert list((tmp_path / "leases").iterdir()) == []


def test_a_lease_dies_with_its_process(tmp_path: Path) -> None:
    leases = FileLeases(tmp_path)
    with holder(tmp_path) as process:
        assert leases.held(JOB)
        assert leases.acquire(JOB) is None
        process.kill()
        process.wait()
    assert not leases.held(JOB)
    assert leases.acquire(JOB) is not None


def test_a_child_process_does_not_keep_the_lease(tmp_path: Path) -> None:
    leases = FileLeases(tmp_path)
    lease = leases.acquire(JOB)
    assert lease is not None
    assert not os.get_inheritable(lease.descriptor)
    command = [sys.executable, "-c", "import sys; sys.stdin.read()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, close_fds=False) as child:
        lease.release()
        assert leases.acquire(JOB) is not None
        child.kill()


def test_lookers_never_make_an_acquire_fail(tmp_path: Path) -> None:
    leases = FileLeases(tmp_path)
    stop = threading.Event()

    def look() -> None:
        while not stop.is_set():
            leases.held(JOB)

    lookers = [threading.Thread(target=look) for _ in range(2)]
    for looker in lookers:
        looker.start()
    try:
        for _ in range(200):
            lease = leases.acquire(JOB)
            assert lease is not None
            lease.release()
    finally:
        stop.set()
        for looker in lookers:
            looker.join()


def test_who_only_looks_is_taken_for_no_holder(tmp_path: Path) -> None:
    fcntl = pytest.importorskip("fcntl")
    leases, path = FileLeases(tmp_path), tmp_path / f"{JOB}.lock"
    path.touch()  # as a killed holder leaves it
    with path.open() as looking:
        fcntl.flock(looking, fcntl.LOCK_SH)
        assert not leases.held(JOB)


@pytest.mark.skipif(not DESCRIPTORS.exists(), reason="nobody tells which files are open")
def test_neither_a_lease_nor_a_refusal_leaves_a_file_open(tmp_path: Path) -> None:
    leases = FileLeases(tmp_path)

    def still_open() -> int:
        """Files of the folder, those that were removed included."""
        found = 0
        for descriptor in DESCRIPTORS.iterdir():
            with suppress(OSError):  # the one that lists them is gone already
                found += os.readlink(descriptor).startswith(str(tmp_path))
        return found

    lease = leases.acquire(JOB)
    assert lease is not None
    assert leases.acquire(JOB) is None
    assert leases.held(JOB)
    assert still_open() == 1
    lease.release()
    assert still_open() == 0


def test_a_lock_on_a_removed_file_is_no_lease(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between our open and our lock the holder lets go, its file with it, and another comes."""
    fcntl = pytest.importorskip("fcntl")
    leases, flock = FileLeases(tmp_path), fcntl.flock
    first = leases.acquire(JOB)
    assert first is not None
    others = []

    def interleaved(descriptor: int, kind: int) -> None:
        monkeypatch.setattr(fcntl, "flock", flock)
        first.release()
        others.append(leases.acquire(JOB))
        flock(descriptor, kind)

    monkeypatch.setattr(fcntl, "flock", interleaved)
    assert leases.acquire(JOB) is None
    assert others[0] is not None


def test_a_holder_whose_file_was_removed_takes_away_no_other_one(tmp_path: Path) -> None:
    leases = FileLeases(tmp_path)
    asleep = leases.acquire(JOB)
    assert asleep is not None
    asleep.path.unlink()
    assert leases.acquire(JOB) is not None
    asleep.release()
    assert leases.held(JOB)
    assert leases.acquire(JOB) is None


def test_a_link_in_the_place_of_a_lease_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "leases").mkdir()
    (tmp_path / "leases" / f"{JOB}.lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StorageError):
        FileLeases(tmp_path / "leases").acquire(JOB)
    assert not (tmp_path / "elsewhere").exists()


def test_a_job_id_that_is_a_path_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgument):
        FileLeases(tmp_path).acquire("../x")


def test_a_folder_that_cannot_be_names_its_setting(tmp_path: Path) -> None:
    (tmp_path / "leases").write_bytes(b"")
    with pytest.raises(StorageError) as caught:
        FileLeases(tmp_path / "leases").acquire(JOB)
    assert "ROWMILL_HOME" in caught.value.hint

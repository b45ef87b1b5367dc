"""Memory storage has limits."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from src.core.errors import LimitExceeded
from src.storage.memory import MemoryStorageHandler
from src.storage.outputs import DiskOutputs

from .records import JOB, chunk_key


def storage(folder: Path, *, max_bytes: int = 100, max_chunks: int = 3) -> MemoryStorageHandler:
    return MemoryStorageHandler(DiskOutputs(folder), max_bytes=max_bytes, max_chunks=max_chunks)


def test_the_byte_limit_names_its_setting(tmp_path: Path) -> None:
    memory = storage(tmp_path)
    memory.put_chunk(chunk_key(0), b"x" * 100)
    with pytest.raises(LimitExceeded, match="100 bytes") as caught:
        memory.put_chunk(chunk_key(1), b"x")
    assert "STORAGE_MEMORY_MAX_BYTES" in caught.value.hint


def test_the_chunk_limit_names_its_setting(tmp_path: Path) -> None:
    memory = storage(tmp_path)
    for index in range(3):
        memory.put_chunk(chunk_key(index), b"x")
    with pytest.raises(LimitExceeded, match="3 chunks") as caught:
        memory.put_chunk(chunk_key(3), b"x")
    assert "STORAGE_MEMORY_MAX_CHUNKS" in caught.value.hint
    memory.put_chunk(chunk_key(2), b"again")


def test_what_is_deleted_or_replaced_makes_room(tmp_path: Path) -> None:
    memory = storage(tmp_path)
    memory.put_chunk(chunk_key(0), b"x" * 100)
    memory.put_chunk(chunk_key(0), b"y" * 60)
    memory.put_chunk(chunk_key(1), b"z" * 40)
    memory.delete_job(JOB)
    memory.put_chunk(chunk_key(2), b"w" * 100)
    assert memory.read_chunk(chunk_key(2)) == b"w" * 100


def test_threads_cannot_pass_the_limit_together(tmp_path: Path) -> None:
    memory = storage(tmp_path, max_bytes=50, max_chunks=1000)
    gate = threading.Barrier(8, timeout=30)
    taken: list[int] = []

    def fill(first: int) -> None:
        gate.wait()
        for index in range(first, first + 20):
            try:
                memory.put_chunk(chunk_key(index), b"x" * 5)
            except LimitExceeded:
                continue
            taken.append(index)

    threads = [threading.Thread(target=fill, args=(number * 20,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 10

"""1,000 chunks × 1,000 rows × 12 columns merged, beside bare copying or polars' scan-and-sink.

`python -m bench.merge` prints every pair of formats: seconds of the merge alone (both sides read,
write, hash and sync one file), the ratio, and the peak memory of the whole process, also at four
times the rows.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from src.lean import be_lean

from .timing import median, ratio

ROOT = Path(__file__).parents[1]
FORMATS = ("csv", "json", "jsonl", "parquet")
CHUNKS, ROWS = 1000, 1000
RUNS = 3
COPIED = frozenset({("csv", "csv"), ("json", "json"), ("jsonl", "jsonl")})
# Reading or writing the array form is the same work for polars, plus what it cannot do streaming.
LINES = {"json": "jsonl"}


def run() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _worker("make", folder)
        print(f"{'merge':20}{'rowmill':>9}{'bare':>9}{'ratio':>7}{'MB':>6}{'MB at 4×':>10}")
        for source in FORMATS:
            for target in FORMATS:
                _compare(folder, source, target)


def _compare(folder: Path, source: str, target: str) -> None:
    kind = "copy" if (source, target) in COPIED else "polars"
    ours: list[dict[str, float]] = []
    bare: list[dict[str, float]] = []
    for number in range(RUNS + 1):
        pair = (
            _worker("merge", folder, source, target, "1"),
            _worker(kind, folder, source, target, "1"),
        )
        if number:
            ours.append(pair[0])
            bare.append(pair[1])
    more = _worker("merge", folder, source, target, "4")
    seconds = [[run["s"] for run in runs] for runs in (ours, bare)]
    print(
        f"{source + ' → ' + target:20}{median(seconds[0]):8.2f}s{median(seconds[1]):8.2f}s"
        f"{ratio(*seconds):7.2f}{median([run['mb'] for run in ours]):6.0f}{more['mb']:10.0f}"
        f"   beside {kind}",
        flush=True,
    )


def _worker(what: str, folder: Path, *words: str) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.merge", what, str(folder), *words]
    environment = os.environ | {"ARROW_DEFAULT_MEMORY_POOL": "jemalloc"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False)
    if done.returncode:
        sys.exit(done.stderr.decode()[-2000:])
    return json.loads(done.stdout)


# ── in a process of its own ───────────────────────────────────────────────────────────────────


def _table(rows: int) -> Any:
    import numpy as np
    import pyarrow as pa

    some = np.random.default_rng(7)
    number = np.arange(rows)
    day = np.datetime64("2024-01-01") + some.integers(0, 365, rows)
    moment = np.datetime64("2024-01-01T00:00:00", "us") + some.integers(0, 3 * 10**13, rows)
    note = np.where(number % 5 == 0, None, [f"a note, on {n % 977}" for n in number])
    return pa.table(
        {
            "id": number,
            "code": [f"{n * 7919 % 10**8:08d}" for n in number],
            "name": [f"Person {n % 9973}" for n in number],
            "email": [f"person.{n}@example.org" for n in number],
            "country": [("US", "UK", "DE", "FR")[n] for n in some.integers(0, 4, rows)],
            "quantity": some.integers(0, 50, rows),
            "price": some.lognormal(3, 0.7, rows).round(2),
            "score": some.random(rows),
            "active": some.random(rows) < 0.4,
            "born": pa.array(day.astype("datetime64[D]")),
            "seen": pa.array(moment),
            "note": pa.array(note.tolist(), pa.string()),
        }
    )


def _schema() -> Any:
    import pyarrow as pa

    text, whole = pa.string(), pa.int64()
    return pa.schema(
        {
            "id": whole,
            "code": text,
            "name": text,
            "email": text,
            "country": text,
            "quantity": whole,
            "price": pa.float64(),
            "score": pa.float64(),
            "active": pa.bool_(),
            "born": pa.date32(),
            "seen": pa.timestamp("us"),
            "note": text,
        }
    )


def _make(folder: Path) -> None:
    from src.core.models import ChunkKey
    from src.storage.disk import DiskStorageHandler
    from src.storage.formats.encoding import encode

    storage = DiskStorageHandler(folder, folder)
    table = _table(CHUNKS * ROWS)
    for form in FORMATS:
        records = []
        for index in range(CHUNKS):
            data = encode(table.slice(index * ROWS, ROWS), form)
            key = ChunkKey("job", index, "t", index * ROWS, (index + 1) * ROWS, form)
            storage.put_chunk(key, data)
            records.append((len(data), hashlib.sha256(data).hexdigest()))
        (folder / f"{form}.json").write_text(json.dumps(records))


def _merge(folder: Path, source: str, target: str, times: int) -> Callable[[], None]:
    from src.core.models import ChunkKey, ChunkMetadata
    from src.storage.disk import DiskStorageHandler
    from src.storage.merging.chunk_source import Source
    from src.storage.merging.merge import merge

    storage = DiskStorageHandler(folder, folder)
    schema = _schema()
    chunks = [
        ChunkMetadata(
            ChunkKey("job", index, "t", index * ROWS, (index + 1) * ROWS, source),
            size, sha256, 1, 0.0, 0.0,
        )
        for index, (size, sha256) in enumerate(json.loads((folder / f"{source}.json").read_text()))
    ]  # fmt: skip

    def work() -> None:
        with storage.publish("ours", overwrite=True) as publication:
            merge(Source(storage, chunks * times, schema), target, publication.file)

    return work


def _copy(folder: Path, source: str, target: str, times: int) -> Callable[[], None]:
    """Bytes only: headers and brackets are cut off where they are known to end."""
    del target
    paths = sorted((folder / "job").glob(f"*.{source}")) * times
    inside = {
        "csv": lambda data: data[data.index(b"\n") + 1 :],
        "json": lambda data: data[2:-3] + b",\n",
        "jsonl": lambda data: data,
    }[source]

    def work() -> None:
        digest = hashlib.sha256()
        with open(folder / "bare", "wb") as out:
            for path in paths:
                data = inside(path.read_bytes())
                out.write(data)
                digest.update(data)
            out.flush()
            os.fsync(out.fileno())

    return work


def _polars(folder: Path, source: str, target: str, times: int) -> Callable[[], None]:
    import polars as pl

    source, target = LINES.get(source, source), LINES.get(target, target)
    paths = sorted((folder / "job").glob(f"*.{source}")) * times
    schema = pl.from_arrow(_schema().empty_table()).schema
    scans: dict[str, Callable[[], pl.LazyFrame]] = {
        "csv": lambda: pl.scan_csv(paths, schema=schema),
        "jsonl": lambda: pl.scan_ndjson(paths, schema=schema),
        "parquet": lambda: pl.scan_parquet(paths),
    }
    sinks: dict[str, Callable[[pl.LazyFrame, Path], Any]] = {
        "csv": lambda frame, path: frame.sink_csv(path),
        "jsonl": lambda frame, path: frame.sink_ndjson(path),
        "parquet": lambda frame, path: frame.sink_parquet(
            path, compression="zstd", row_group_size=65_536
        ),
    }

    def work() -> None:
        path = folder / "bare"
        sinks[target](scans[source](), path)
        digest = hashlib.sha256()
        with path.open("rb") as file:
            for block in _blocks(file):
                digest.update(block)
            os.fsync(file.fileno())

    return work


def _blocks(file: Any) -> Iterator[bytes]:
    while block := file.read(1 << 20):
        yield block


WORK: dict[str, Callable[[Path, str, str, int], Callable[[], None]]] = {
    "merge": _merge,
    "copy": _copy,
    "polars": _polars,
}


def _main(words: Iterable[str]) -> None:
    import resource

    be_lean()  # as the command line and the server do
    what, folder, *more = words
    if what == "make":
        _make(Path(folder))
        print("{}")
        return
    source, target, times = more
    work = WORK[what](Path(folder), source, target, int(times))
    began = time.perf_counter()
    work()
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"s": seconds, "mb": peak}))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        _main(sys.argv[1:])
    else:
        run()

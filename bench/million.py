"""1,000,000 rows of the customers example beside a NumPy script written for that one table."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from datetime import date
from functools import partial
from pathlib import Path

from src.core.parsing import parse_schema
from src.core.planning import CODE_ROWS
from src.data import load_pools
from src.generation.compiling import compile_schema
from src.generation.recipe import Recipe

from .timing import Run, in_turn, median, process, ratio

ROOT = Path(__file__).parents[1]
ROWS = 1_000_000
PEER_ROWS = 100_000
SCHEMA = ROOT / "examples" / "customers.schema.json"


def run() -> None:
    with tempfile.TemporaryDirectory() as folder:
        peers = ("mimesis", "faker")
        ours, numpy, *theirs = in_turn(
            3,
            lambda: _generate(folder),
            lambda: _numpy(folder),
            *(partial(process, _peer(peer, folder)) for peer in peers),
        )
    _print("the whole process, to Parquet", ours, numpy)
    for peer, runs in zip(peers, theirs, strict=True):
        _print_peer(peer, ours, runs)
    engine, hand = in_turn(3, _engine, _numpy_alone)
    _print("rows as Arrow, no files", engine, hand)
    _print_far_cell()


def _generate(folder: str) -> Run:
    os.environ["ROWMILL_HOME"] = folder
    return process(
        [
            *(sys.executable, "-m", "src.cli", "generate", "--schema", str(SCHEMA)),
            *("--rows", str(ROWS), "--seed", "7", "--overwrite", "--format", "parquet"),
            *("-o", f"{folder}/ours.parquet"),
        ]
    )


def _numpy(folder: str) -> Run:
    script = str(ROOT / "bench" / "numpy_customers.py")
    return process([sys.executable, script, str(ROWS), f"{folder}/numpy.parquet"])


def _peer(name: str, folder: str) -> list[str]:
    script = str(ROOT / "bench" / "peer_customers.py")
    return [sys.executable, script, name, str(PEER_ROWS), f"{folder}/{name}.parquet"]


def _print_peer(name: str, ours: list[Run], theirs: list[Run]) -> None:
    """By the quickest run of each, and by the processor's time, which other work hardly touches."""
    shares = [
        min(each(run) for run in theirs) * ROWS / PEER_ROWS / min(each(run) for run in ours)
        for each in (lambda run: run.wall_s, lambda run: run.cpu_s)
    ]
    speed = PEER_ROWS / min(run.wall_s for run in theirs)
    print(
        f"{'the same through ' + name:40} {speed:10,.0f} rows/s   rowmill × {shares[0]:.1f} "
        f"(by processor time × {shares[1]:.1f})"
    )


def _print_far_cell() -> None:
    """One row of a table so large that nothing before it can have been made."""
    table = _compiled(2 * 10**9).tables["customers"]
    far = 10**9
    table.make(far, far + 1)  # the first one imports what it needs
    began = time.perf_counter()
    table.make(far, far + 1)
    print(f"{'row 1,000,000,000 alone, ms':40} {(time.perf_counter() - began) * 1000:.1f}")


def _engine() -> Run:
    began = time.perf_counter()
    table = _compiled(ROWS).tables["customers"]
    for start in range(0, ROWS, CODE_ROWS):
        table.make(start, min(start + CODE_ROWS, ROWS))
    return Run(time.perf_counter() - began, 0.0, 0.0)


def _compiled(rows: int) -> Recipe:
    return compile_schema(
        parse_schema(json.loads(SCHEMA.read_text("utf-8"))),
        rows={"customers": rows},
        seed=7,
        as_of=date(2026, 1, 1),
        pools=load_pools(),
    )


def _numpy_alone() -> Run:
    from .numpy_customers import table

    began = time.perf_counter()
    table(ROWS)
    return Run(time.perf_counter() - began, 0.0, 0.0)


def _print(what: str, ours: list[Run], numpy: list[Run]) -> None:
    speeds = [ROWS / median([run.wall_s for run in runs]) for runs in (ours, numpy)]
    share = ratio([run.wall_s for run in numpy], [run.wall_s for run in ours])
    peak = median([run.peak_mb for run in ours])
    print(
        f"{what:40} rowmill {speeds[0]:10,.0f} rows/s   NumPy by hand {speeds[1]:10,.0f} rows/s   "
        f"× {share:.2f}"
        + (f"   peak {peak:.0f} MB, {min(run.cpu_s for run in ours):.2f} s of CPU" if peak else "")
    )

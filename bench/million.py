"""1,000,000 rows of the customers example beside a NumPy script written for that one table."""

from __future__ import annotations

import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from .timing import Run, in_turn, median, process, ratio

ROOT = Path(__file__).parents[1]
ROWS = 1_000_000
SCHEMA = ROOT / "examples" / "customers.schema.json"


def run() -> None:
    with tempfile.TemporaryDirectory() as folder:
        ours, numpy = in_turn(3, lambda: _generate(folder), lambda: _numpy(folder))
        _print("the whole process, to Parquet", ours, numpy)
        engine, hand = in_turn(3, _engine, _numpy_alone)
        _print("rows as Arrow, no files", engine, hand)


def _generate(folder: str) -> Run:
    import os

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


def _engine() -> Run:
    import json

    from src.core.parsing import parse_schema
    from src.core.planning import CODE_ROWS
    from src.data import load_pools
    from src.generation.recipe import compile_schema

    schema = parse_schema(json.loads(SCHEMA.read_text("utf-8")))
    began = time.perf_counter()
    recipe = compile_schema(
        schema,
        rows={"customers": ROWS},
        seed=7,
        as_of=date(2026, 1, 1),
        pools=load_pools(),
    )
    table = recipe.tables["customers"]
    for start in range(0, ROWS, CODE_ROWS):
        table.make(start, min(start + CODE_ROWS, ROWS))
    return Run(time.perf_counter() - began, 0.0, 0.0)


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
        f"× {share:.2f}" + (f"   peak {peak:.0f} MB" if peak else "")
    )

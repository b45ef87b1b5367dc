"""A million rows × 12 columns judged and reported, beside one bare polars scan of the same file.

`python -m bench.judge` prints seconds and peak memory, each side a process of its own, in turn; the
bare scan reads every column and takes its nulls, its least and its greatest value. A quarter and
four times the rows show how memory grows.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from threading import Thread
from typing import Any

from src.lean import be_lean

from .timing import median, ratio

ROOT = Path(__file__).parents[1]
ROWS = 1_000_000
RUNS = 3
BATCH = 65_536
MOST_TIMES, PLUS_S, MOST_MB = 5, 2.0, 400
KINDS = {"garden": ["tools", "seeds"], "kitchen": ["pans", "knives"], "office": ["paper", "pens"]}
FIELDS: list[dict[str, Any]] = [
    {"name": "id", "type": "integer", "generator": {"kind": "sequence"}},
    {"name": "sku", "constraints": {"unique": True, "pattern": "[A-Z]{3}-[0-9]{4}-[A-Z]"}},
    {"name": "ean", "format": "ean13"},
    {"name": "name", "generator": {"kind": "person"}},
    {"name": "email", "format": "email", "generator": {"kind": "person", "part": "email"}},
    {"name": "category", "generator": {"kind": "category", "values": list(KINDS),
     "weights": [5, 3, 2]}},
    {"name": "subcategory", "generator": {"kind": "subcategory", "of": "category",
     "values": KINDS}},
    {"name": "price", "type": "number", "generator": {"kind": "lognormal", "median": 25,
     "sigma": 0.7, "decimal_places": 2}},
    {"name": "quantity", "type": "integer", "generator": {"kind": "poisson", "mean": 2}},
    {"name": "total", "type": "number", "generator": {"kind": "expression",
     "expr": "price * quantity", "decimal_places": 2}},
    {"name": "ordered_at", "type": "datetime", "constraints": {"minimum": "2024-01-01",
     "maximum": "2025-12-31"}},
    {"name": "paid_at", "type": "datetime", "nullable": True, "null_fraction": 0.2,
     "constraints": {"minimum": "2024-01-01", "maximum": "2026-12-31"}},
]  # fmt: skip
EXPECTATIONS: list[dict[str, Any]] = [
    {"check": "unique", "fields": ["id"]},
    {"check": "share", "field": "category", "value": "garden", "equals": 0.5},
    {"check": "shares", "field": "category", "values": list(KINDS), "weights": [5, 3, 2]},
    {"check": "median", "field": "price", "equals": 25},
    {"check": "quantile", "field": "price", "q": 0.9, "equals": 61.3, "tolerance": 0.5},
    {"check": "distribution", "field": "price"},
    {"check": "mean", "field": "quantity", "equals": 2},
    {"check": "distribution", "field": "quantity"},
    {"check": "null_share", "field": "paid_at", "equals": 0.2},
    {"check": "correlation", "fields": ["price", "total"], "equals": 0.67, "tolerance": 0.1},
    {"check": "expression", "expr": "total = round(price * quantity, 2)"},
    {"check": "implies", "when": "quantity = 0", "then": "total = 0"},
    {"check": "length", "field": "name", "minimum": 3, "maximum": 60},
    {"check": "one_of", "field": "category", "values": list(KINDS)},
]
DOCUMENT = {"name": "orders", "locale": "en", "as_of": "2026-01-01", "fields": FIELDS,
            "expectations": EXPECTATIONS, "rules": [
                {"rule": "inequality", "low": "ordered_at", "high": "paid_at"}]}  # fmt: skip


def run() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        found = _compare(folder, ROWS, RUNS)
        for rows in (ROWS // 4, 4 * ROWS):
            _compare(folder, rows, 1)
    allowed = MOST_TIMES * found["scan"] + PLUS_S
    print(f"aim: at most {MOST_TIMES} × the scan plus {PLUS_S:g} s = {allowed:.2f} s, under "
          f"{MOST_MB} MB")  # fmt: skip


def _compare(folder: Path, rows: int, runs: int) -> dict[str, float]:
    _worker("make", folder, rows)
    ours, both, bare = [], [], []
    for number in range(runs + 1):
        found = [_worker(what, folder, rows) for what in ("judge", "report", "scan")]
        if number:  # the first ones warm the page cache
            for side, one in zip((ours, both, bare), found, strict=True):
                side.append(one)
    seconds = [[one["s"] for one in side] for side in (ours, bare, both)]
    peak = max(one["mb"] for one in ours)
    print(f"{rows:>9,} rows, {ours[0]['checks']:.0f} checks ({ours[0]['held']:.0f} hold): judged "
          f"{median(seconds[0]):.2f} s, bare scan {median(seconds[1]):.2f} s, "
          f"{ratio(*seconds[:2]):.1f} × ({_cpu(ours):.2f} and {_cpu(bare):.2f} s of CPU), "
          f"peak {peak:.0f} MB", flush=True)  # fmt: skip
    print(f"{'':>9}  and reported as a page of {both[0]['page'] / 1000:,.0f} kB: "
          f"{median(seconds[2]):.2f} s in all, {ratio(seconds[2], seconds[1]):.1f} × "
          f"({_cpu(both):.2f} s of CPU), peak {max(one['mb'] for one in both):.0f} MB",
          flush=True)  # fmt: skip
    return {"scan": median(seconds[1])}


def _cpu(runs: list[dict[str, float]]) -> float:
    return median([one["cpu"] for one in runs])


def _worker(what: str, folder: Path, rows: int) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.judge", what, str(folder), str(rows)]
    environment = os.environ | {"ARROW_DEFAULT_MEMORY_POOL": "jemalloc"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False)
    if done.returncode:
        sys.exit(done.stderr.decode()[-2000:])
    answer: dict[str, float] = json.loads(done.stdout)
    return answer


# ── in a process of its own ───────────────────────────────────────────────────────────────────


def _make(path: Path, rows: int) -> dict[str, float]:
    import pyarrow.parquet as pq

    from src.core.parsing import parse_schema
    from src.data import load_pools
    from src.generation.compiling import compile_schema

    schema = parse_schema(DOCUMENT)
    recipe = compile_schema(
        schema, rows={"orders": rows}, seed=7, as_of=date(2026, 1, 1), pools=load_pools()
    )
    table = recipe.tables["orders"]
    with pq.ParquetWriter(path, table.arrow_schema, compression="zstd") as writer:
        for start in range(0, rows, BATCH):
            writer.write_table(table.make(start, min(start + BATCH, rows)))
    return {}


def _judge(path: Path, rows: int) -> dict[str, float]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from src.core.parsing import parse_schema
    from src.data import load_pools
    from src.storage.judging.judge import Judge

    schema = parse_schema(DOCUMENT)
    with Judge(schema, {"orders": rows}, path.parent / "scratch", load_pools()) as judge:
        for batch in pq.ParquetFile(path, pre_buffer=False).iter_batches(BATCH):
            judge.feed("orders", pa.Table.from_batches([batch]))
        verdicts = judge.verdicts()
    held = sum(verdict.held for verdict in verdicts)
    return {"checks": len(verdicts), "held": held}


def _report(path: Path, rows: int) -> dict[str, float]:
    """After judging, and in the same process, as `rowmill.report` follows `rowmill.generate`."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from src.core.parsing import parse_schema
    from src.reporting.charts import warm_up
    from src.reporting.columns import card
    from src.reporting.profile import TableProfile
    from src.storage.merging.batches import one_ahead

    drawing = Thread(target=warm_up)
    found = _judge(path, rows)
    drawing.start()
    schema = parse_schema(DOCUMENT)
    profile = TableProfile(schema, schema.tables[0], rows)
    for batch in one_ahead(pq.ParquetFile(path, pre_buffer=False).iter_batches(BATCH)):
        profile.feed(pa.Table.from_batches([batch]))
    columns = profile.columns()
    drawing.join()
    return found | {"page": len("".join(map(card, columns)).encode())}


def _scan(path: Path, rows: int) -> dict[str, float]:
    import polars as pl

    del rows
    each = pl.all()
    pl.scan_parquet(path).select(
        each.null_count().name.suffix("_nulls"),
        each.min().name.suffix("_least"),
        each.max().name.suffix("_greatest"),
    ).collect(engine="streaming")
    return {}


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main(what: str, folder: str, rows: str) -> None:
    be_lean()  # as the command line and the server are
    work = {"make": _make, "judge": _judge, "report": _report, "scan": _scan}[what]
    path, began, busy = Path(folder) / f"orders_{rows}.parquet", time.perf_counter(), _cpu_s()
    found = work(path, int(rows))
    found |= {"s": time.perf_counter() - began, "cpu": _cpu_s() - busy}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(found | {"mb": peak}))


if __name__ == "__main__":
    main(*sys.argv[1:]) if len(sys.argv) > 1 else run()

"""Quotas that bind, a pool for many rows, and memory."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from src.core.planning import MODEL_BATCH
from src.lean import be_lean

from .world import PRODUCTS, ROOT, SCHEMA, app, job, say, service


async def quotas() -> None:
    import google.genai  # noqa: F401 - its import is no part of a quota

    await asyncio.gather(
        under_quota("15 requests in 20 s", 15, 20.0, None, 1, 60),
        under_quota("15,000 input tokens in 20 s", 1000, 20.0, 15_000, 1, 0),
        under_quota("three keys, 5 requests in 20 s each", 5, 20.0, None, 3, 60),
    )


async def under_quota(
    what: str, requests: int, period: float, tokens: int | None, keys: int, calls: int
) -> None:
    more = ["--quota", f"{requests}/{period}"]
    more += ["--token-quota", str(tokens)] if tokens else []
    with service("--latency-ms", "100", *more) as gemini, tempfile.TemporaryDirectory() as home:
        limits = {"requests": requests, "tokens": tokens or 10**9, "period_s": period}
        async with app(gemini.url, home, at_once=10, limits=limits, keys=keys) as opened:
            calls = calls or 76
            done, _, seconds, _ = await job(opened, SCHEMA, calls * MODEL_BATCH)
            seen = gemini.get("/calls")
            if tokens:
                progress = await opened.manager.progress(done.job_id)
                one = progress.usage.input_tokens / seen["calls"]
                per_window = int(tokens // one)
            else:
                per_window = requests * keys
    # The last call may start when all but the last window's share have left their windows.
    soonest = (seen["counts"]["ok"] - 1) // per_window * period + 0.1
    say(
        f"under a quota: {what}",
        f"{soonest:.1f} / {seconds:.1f} s = {soonest / seconds:.3f}",
        "≥ 0.95",
    )
    limit = tokens or requests
    over = seen["counts"].get("over_quota", 0)
    say(
        "  most in any window; answers 429",
        f"{seen['most_in_a_window']} of {limit}; {over}",
        "never over; 0",
    )


async def pool() -> None:
    with service() as gemini, tempfile.TemporaryDirectory() as home:
        async with app(gemini.url, home, at_once=10) as opened:
            wanted = {"generation": "auto", "output_format": "parquet"}
            done, estimate, seconds, _ = await job(opened, PRODUCTS, 100_000, **wanted)
            calls = gemini.get("/calls")["calls"]
            frame = await opened.datasets.merge(done)
    say("auto, 100,000 products with a pool of 2,000 names: calls", str(calls), "≤ 20")
    say(
        "  estimated calls; rows; seconds",
        f"{estimate.calls}; {frame.rows}; {seconds:.1f}",
        "±30 %",
    )


async def memory() -> None:
    """In a process of its own: the peak is the process's."""
    rows = int(os.environ.get("BENCH_MEMORY_ROWS", "100000"))
    script = f"import asyncio; from bench.llm.limits import _memory; asyncio.run(_memory({rows}))"
    said = await asyncio.to_thread(
        lambda: subprocess.run(
            [sys.executable, "-c", script], cwd=ROOT, capture_output=True, check=False
        )
    )
    if said.returncode:
        sys.exit(said.stderr.decode()[-2000:])
    peak, seconds, cpu = json.loads(said.stdout)
    say(f"{rows:,} rows × 5 fields by the model: peak memory", f"{peak:.0f} MB", "< 300 MB")
    calls = rows / MODEL_BATCH
    say("  seconds; CPU a call", f"{seconds:.0f} s; {cpu / calls * 1e3:.1f} ms", "≤ 5 ms")


async def _memory(rows: int) -> None:
    be_lean()
    with service() as gemini, tempfile.TemporaryDirectory() as home:
        async with app(gemini.url, home, at_once=10) as opened:
            _, _, seconds, cpu = await job(opened, SCHEMA, rows)
    # Not getrusage: its peak is handed down from the process that started this one.
    status = await asyncio.to_thread(Path("/proc/self/status").read_text)
    peak = int(status.partition("VmHWM:")[2].split()[0]) / 1024
    print(json.dumps([peak, seconds, cpu]))

"""Gemini jobs against the emulator in a process of its own: time, tokens, faults, quotas, kills.

python -m bench.llm [calm|faults|quotas|pool|memory|kills …]
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import numpy as np

from src.api.gemini import GeminiClient, GeminiOptions
from src.api.limits import Limiter
from src.api.prompts import row_prompt
from src.config import GeminiSettings, Settings
from src.core.datasets import DatasetWish
from src.core.job_manager import JobRequest
from src.core.models import JobState
from src.core.planning import MODEL_BATCH
from src.core.ports import RowRequest
from src.core.recipes import compiled
from src.core.schemas import Given
from src.utils.validators import check_row
from src.wiring import App, open_app, pools

ROOT = Path(__file__).parents[1]
KEY = "AIza" + "b" * 35
LATENCY = ("--latency-ms", "300", "--ms-per-token", "2")
ROWS = 1000
SCHEMA: dict[str, Any] = {
    "name": "reviews",
    "as_of": "2026-01-01",
    "fields": [
        {"name": "id", "type": "integer", "generator": {"kind": "sequence"}},
        {"name": "product_name", "generator": {"kind": "llm_text", "words": [2, 4]}},
        {"name": "category", "constraints": {"enum": ["garden", "kitchen", "office", "sport"]}},
        {"name": "star_rating", "type": "integer", "constraints": {"minimum": 1, "maximum": 5}},
        {"name": "unit_price", "type": "number", "constraints": {"minimum": 5, "maximum": 400}},
        {"name": "comment", "generator": {"kind": "llm_text", "words": [4, 10]}},
    ],
}
PRODUCTS: dict[str, Any] = {
    "name": "products",
    "as_of": "2026-01-01",
    "primary_key": ["sku"],
    "fields": [
        {
            "name": "sku",
            "constraints": {"unique": True},
            "generator": {"kind": "pattern", "pattern": "[A-Z]{3}-[0-9]{4}-[A-Z]"},
        },
        {"name": "ean", "format": "ean13", "constraints": {"unique": True}},
        {"name": "category", "generator": {"kind": "category", "values": ["garden", "office"]}},
        {
            "name": "subcategory",
            "generator": {
                "kind": "subcategory",
                "of": "category",
                "values": {"garden": ["tools", "seeds"], "office": ["paper", "pens"]},
            },
        },
        {
            "name": "price",
            "type": "number",
            "generator": {"kind": "lognormal", "median": 25, "sigma": 0.6, "decimal_places": 2},
        },
        {"name": "title", "generator": {"kind": "llm_pool", "size": 2000}},
    ],
}


def say(what: str, figure: str, bound: str) -> None:
    print(f"{what:58} {figure:>24}   asked: {bound}", flush=True)


# ── the emulator ──────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Service:
    url: str

    def get(self, path: str) -> Any:
        return httpx2.get(f"{self.url}{path}").json()


@contextlib.contextmanager
def service(*options: str) -> Iterator[Service]:
    command = [sys.executable, "-m", "tests.api.emulator", *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as child:
        try:
            yield Service(json.loads(child.stdout.readline())["url"])
        finally:
            child.terminate()


# ── rowmill ───────────────────────────────────────────────────────────────────────────────────


@contextlib.asynccontextmanager
async def app(url: str, home: str, *, at_once: int, **more: Any) -> AsyncIterator[App]:
    """An application with wide limits; `more` are options of the client and of its limiter."""
    limits = {"requests": 1_000_000, "tokens": 10**10} | more.pop("limits", {})
    keys = tuple(f"{KEY[:-1]}{n}" for n in range(more.pop("keys", 1)))
    options = GeminiOptions(api_keys=keys, base_url=url, max_concurrency=at_once, **more)
    client = GeminiClient(
        options,
        check=check_row,
        limiter=lambda _: Limiter(concurrency=at_once, keys=len(keys), **limits),
    )
    group = GeminiSettings(api_key=KEY, max_concurrency=at_once, _env_file=None)
    async with open_app(Settings(home=Path(home), gemini=group), model=client) as opened:
        yield opened


async def job(opened: App, document: dict[str, Any], rows: int, **request: Any) -> tuple[Any, ...]:
    """A finished job: (itself, its estimate, seconds, CPU seconds of this process)."""
    wanted = {"generation": "llm", "storage": "disk", "seed": 7} | request
    created = await opened.manager.create(JobRequest(Given(document), row_count=rows, **wanted))
    await asyncio.sleep(0.2)
    began, used = time.perf_counter(), time.process_time()
    await opened.manager.control(created.job.job_id, "start")
    done = await opened.manager.run(created.job.job_id)
    seconds, cpu = time.perf_counter() - began, time.process_time() - used
    if done.state is not JobState.COMPLETED:
        sys.exit(f"the job is {done.state}: {done.problem}")
    return done, created.estimate, seconds, cpu


async def warm(opened: App) -> None:
    """What a process does once: imports, the first connection."""
    await job(opened, SCHEMA | {"name": "warm"}, 2 * MODEL_BATCH, seed=1)


async def bytes_of(opened: App, done: Any) -> str:
    dataset = await opened.datasets.merge(done)
    return dataset.files[0].sha256


# ── a bare client ─────────────────────────────────────────────────────────────────────────────


def bodies(document: dict[str, Any], rows: int, spec: Any) -> list[bytes]:
    """The very prompts that rowmill sends, ready to be posted."""
    table = compiled(spec, pools()).tables[document["name"]]
    found = []
    for start in range(0, rows, MODEL_BATCH):
        numbers = range(start, min(start + MODEL_BATCH, rows))
        given = table.given(np.array(numbers)).to_pylist()
        prompt = row_prompt(
            RowRequest(spec.schema, table.name, table.model_fields, tuple(numbers), tuple(given), 7)
        )
        body = {
            "contents": [{"role": "user", "parts": [{"text": prompt.text}]}],
            "systemInstruction": {"parts": [{"text": prompt.system}]},
            "generationConfig": {"responseMimeType": "application/json"},
        }
        found.append(json.dumps(body).encode())
    return found


async def bare(url: str, sent: list[bytes], at_once: int) -> float:
    """Seconds for all of them, nothing looked at."""
    gate = asyncio.Semaphore(at_once)
    target = f"{url}/v1beta/models/gemini-3.5-flash-lite:generateContent"
    headers = {"x-goog-api-key": "bare", "content-type": "application/json"}
    limits = httpx2.Limits(max_connections=None)
    async with httpx2.AsyncClient(limits=limits, timeout=60) as client:

        async def one(body: bytes) -> None:
            async with gate:
                answer = await client.post(target, content=body, headers=headers)
                json.loads(answer.json()["candidates"][0]["content"]["parts"][0]["text"])

        began = time.perf_counter()
        await asyncio.gather(*map(one, sent))
        return time.perf_counter() - began


# ── figures ───────────────────────────────────────────────────────────────────────────────────


async def calm() -> None:
    for at_once, bound in ((10, 1.15), (50, 1.25)):
        with service(*LATENCY) as gemini, tempfile.TemporaryDirectory() as home:
            async with app(gemini.url, home, at_once=at_once) as opened:
                await warm(opened)
                ours, bares = [], []
                for seed in (7, 8, 9):
                    gemini.get("/forget")
                    done, _, seconds, cpu = await job(opened, SCHEMA, ROWS, seed=seed)
                    calls = gemini.get("/calls")["calls"]
                    ours.append(seconds)
                    bares.append(await bare(gemini.url, bodies(SCHEMA, ROWS, done.spec), at_once))
                ratio = sorted(a / b for a, b in zip(ours, bares, strict=True))[1]
                what = f"{ROWS} rows × 5 fields, {at_once} at once, beside a bare client"
                shown = f"{min(ours):.2f} s / {min(bares):.2f} s = {ratio:.2f}"
                say(what, shown, f"≤ {bound}")
                say(
                    "  calls, CPU of this process a call",
                    f"{calls}, {cpu / calls * 1e3:.1f} ms",
                    "≤ 5 ms",
                )
                if at_once == 10:
                    await wire(opened, done)


async def wire(opened: App, done: Any) -> None:
    progress = await opened.manager.progress(done.job_id)
    dataset = await opened.datasets.merge(done, DatasetWish(output_format="jsonl"))
    text = await asyncio.to_thread(Path(dataset.files[0].path).read_text)
    rows = [json.loads(line) for line in text.splitlines()]
    for row in rows:
        del row["id"]
    objects = len(json.dumps(rows, ensure_ascii=False, separators=(",", ":"))) / 2.3
    share = progress.usage.output_tokens / objects
    say("  output tokens beside compact objects", f"{share:.2f}", "≤ 0.65")
    texts = {row["comment"] for row in rows}
    say("  different comments in 1,000", str(len(texts)), "still varied")


async def faults() -> None:
    least = -(-ROWS // MODEL_BATCH)
    walls = []
    for rates in ("", "429=0.05,503=0.05,cut=0.05,row=0.05"):
        with service(*LATENCY, "--rates", rates) as gemini, tempfile.TemporaryDirectory() as home:
            async with app(gemini.url, home, at_once=10) as opened:
                await warm(opened)
                gemini.get("/forget")
                done, _, seconds, _ = await job(opened, SCHEMA, ROWS)
                seen = gemini.get("/calls")
                dataset = await opened.datasets.merge(done)
                rejected = (await opened.manager.progress(done.job_id)).rejected
                walls.append(seconds)
    say("5 % 429, 503, cut answers, invalid rows: rows", str(dataset.rows), "1000, all valid")
    held = all(verdict.held for verdict in dataset.verdicts)
    say("  every promise holds on the final rows", str(held), "True")
    say(
        "  calls beside the least",
        f"{seen['calls']} / {least} = {seen['calls'] / least:.2f}",
        "≤ 1.3",
    )
    say("  rows asked for again after a good answer", str(seen["rows_twice"]), "0")
    print("  what the emulator did:", seen["counts"], "turned away:", dict(rejected))
    say(
        "  wall beside the calm run",
        f"{walls[1]:.1f} / {walls[0]:.1f} = {walls[1] / walls[0]:.2f}",
        "≤ 1.5",
    )


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
    script = f"import asyncio; from bench.llm import _memory; asyncio.run(_memory({rows}))"
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
    with service() as gemini, tempfile.TemporaryDirectory() as home:
        async with app(gemini.url, home, at_once=10) as opened:
            _, _, seconds, cpu = await job(opened, SCHEMA, rows)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps([peak, seconds, cpu]))


# ── kill -9 ───────────────────────────────────────────────────────────────────────────────────

KILLS = 20
KILL_ROWS = 1500


async def kills() -> None:
    """One job, killed again and again; the journal is read from outside after each kill, and what
    stands in it must never be asked for again."""
    await asyncio.to_thread(_kills)


def _kills() -> None:
    import google.genai  # noqa: F401 - before the forks, so that each child starts at once

    chance = random.Random(5)
    options = ("--latency-ms", "60", "--ms-per-token", "0.05", "--rates", "cut=0.05,row=0.02")
    with service(*options) as gemini, tempfile.TemporaryDirectory() as home:
        name = _in_child(lambda: _create(gemini.url, home))
        again = killed = 0
        for _ in range(KILLS):
            before = {int(row): count for row, count in gemini.get("/asked")}
            kept = _journaled(home)
            pid = _forked(lambda: _resume(gemini.url, home, name))
            time.sleep(chance.uniform(0.15, 0.9))
            killed += os.waitpid(pid, os.WNOHANG)[0] == 0
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)
            after = {int(row): count for row, count in gemini.get("/asked")}
            again += sum(after.get(row, 0) > before.get(row, 0) for row in kept)
        first = _in_child(lambda: _finish(gemini.url, home, name))
        paid = gemini.get("/calls")["calls"]
        second = _in_child(lambda: _rerun(gemini.url, home))
        paid_after = gemini.get("/calls")["calls"]
    say(f"kill -9 at {KILLS} moments ({killed} while it ran): asked again", str(again), "0")
    say(
        "  rows; the rerun with another chunk size: calls",
        f"{first[1]}; {paid_after - paid}",
        f"{KILL_ROWS}; 0",
    )
    say("  same bytes", str(first[0] == second[0]), "True")


def _journaled(home: str) -> list[int]:
    """The ids of the rows that the job's journal holds (row n has id n + 1)."""
    with contextlib.closing(sqlite3.connect(Path(home) / "rowmill.db", timeout=10)) as db:
        texts = db.execute("SELECT rows FROM answer").fetchall()
    return [row + 1 for (text,) in texts for row, _ in json.loads(text)]


def _forked(work: Any) -> int:
    pid = os.fork()
    if pid == 0:
        try:
            asyncio.run(work())
        finally:
            os._exit(0)
    return pid


def _in_child(work: Any) -> Any:
    """What a forked child's coroutine returns: the parent stays without threads."""
    come, go = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(come)
        with os.fdopen(go, "w") as out:
            json.dump(asyncio.run(work()), out)
        os._exit(0)
    os.close(go)
    with os.fdopen(come) as said:
        text = said.read()
    os.waitpid(pid, 0)
    return json.loads(text)


async def _create(url: str, home: str) -> str:
    async with app(url, home, at_once=8) as opened:
        request = JobRequest(Given(SCHEMA), row_count=KILL_ROWS, generation="llm", seed=7)
        return (await opened.manager.create(request)).job.job_id


async def _resume(url: str, home: str, name: str) -> None:
    async with app(url, home, at_once=8) as opened:
        state = (await opened.manager.get(name)).state
        if state is not JobState.COMPLETED:
            await opened.manager.control(name, "start" if state is JobState.PENDING else "resume")
            await opened.manager.run(name)


async def _finish(url: str, home: str, name: str) -> tuple[str, int]:
    await _resume(url, home, name)
    async with app(url, home, at_once=8) as opened:
        done = await opened.manager.get(name)
        return await bytes_of(opened, done), (await opened.datasets.merge(done)).rows


async def _rerun(url: str, home: str) -> tuple[str, int]:
    async with app(url, home, at_once=8) as opened:
        done, *_ = await job(opened, SCHEMA, KILL_ROWS, chunk_size=37)
        return await bytes_of(opened, done), 0


PARTS = {
    "calm": calm,
    "faults": faults,
    "quotas": quotas,
    "pool": pool,
    "memory": memory,
    "kills": kills,
}


async def run(names: list[str]) -> None:
    for name in names:
        await PARTS[name]()


if __name__ == "__main__":
    wanted = sys.argv[1:] or list(PARTS)
    if "kills" in wanted:
        _kills()  # first, while no thread has started that a fork would lose
    asyncio.run(run([name for name in wanted if name != "kills"]))

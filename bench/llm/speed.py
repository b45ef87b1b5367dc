"""Time, tokens and calls: beside a bare client, and with a service that fails."""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx2
import numpy as np

from src.api.prompts import row_prompt
from src.core.datasets import DatasetWish
from src.core.planning import MODEL_BATCH
from src.core.ports import RowRequest
from src.core.recipes import compiled
from src.wiring import App, pools

from .world import LATENCY, ROWS, SCHEMA, app, job, say, service, warm


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


async def calm() -> None:
    for at_once, bound in ((10, 1.15), (50, 1.25)):
        with service(*LATENCY) as gemini, tempfile.TemporaryDirectory() as home:
            async with app(gemini.url, home, at_once=at_once) as opened:
                await warm(opened)
                ours, bares, cpus = [], [], []
                for seed in (7, 8, 9):
                    gemini.get("/forget")
                    done, _, seconds, cpu = await job(opened, SCHEMA, ROWS, seed=seed)
                    calls = gemini.get("/calls")["calls"]
                    ours.append(seconds)
                    cpus.append(cpu / calls * 1e3)
                    bares.append(await bare(gemini.url, bodies(SCHEMA, ROWS, done.spec), at_once))
                ratio = sorted(a / b for a, b in zip(ours, bares, strict=True))[1]
                what = f"{ROWS} rows × 5 fields, {at_once} at once, beside a bare client"
                shown = f"{min(ours):.2f} s / {min(bares):.2f} s = {ratio:.2f}"
                say(what, shown, f"≤ {bound}")
                say(
                    "  calls, CPU of this process a call",
                    f"{calls}, {sorted(cpus)[1]:.1f} ms",
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


FAULTS = "429=0.05,503=0.05,cut=0.05,row=0.05"
SEEDS = (0, 1, 2, 3, 4)
"""Of the emulator's dice; the middle one counts."""


async def faults() -> None:
    least = -(-ROWS // MODEL_BATCH)
    calm_s, *_ = await _under("", 0)
    walls, calls, twice, whole = [], [], 0, True
    for seed in SEEDS:
        seconds, seen, dataset = await _under(FAULTS, seed)
        walls.append(seconds / calm_s)
        calls.append(seen["calls"] / least)
        twice += seen["rows_twice"]
        whole = whole and dataset.rows == ROWS and all(one.held for one in dataset.verdicts)
    what = f"5 % 429, 503, cut answers, invalid rows, {len(SEEDS)} times"
    say(f"{what}: {ROWS} rows, promises kept", str(whole), "True")
    say("  calls beside the least", _spread(calls), "≤ 1.3")
    say("  rows asked for again after a good answer", str(twice), "0")
    say("  wall beside the calm run", _spread(walls), "≤ 1.5")


async def _under(rates: str, seed: int) -> tuple[float, Any, Any]:
    """Seconds, what the emulator saw, the dataset."""
    faulty = ("--rates", rates, "--seed", str(seed))
    with service(*LATENCY, *faulty) as gemini, tempfile.TemporaryDirectory() as home:
        async with app(gemini.url, home, at_once=10) as opened:
            await warm(opened)
            gemini.get("/forget")
            done, _, seconds, _ = await job(opened, SCHEMA, ROWS)
            return seconds, gemini.get("/calls"), await opened.datasets.merge(done)


def _spread(ratios: list[float]) -> str:
    low, *_, high = ordered = sorted(ratios)
    return f"{ordered[len(ordered) // 2]:.2f} ({low:.2f} to {high:.2f})"

"""The emulator in a process of its own, and rowmill before it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from src.api.gemini import GeminiClient, GeminiOptions
from src.api.limits import Limiter
from src.config import GeminiSettings, Settings
from src.core.job_manager import JobRequest
from src.core.models import JobState
from src.core.planning import MODEL_BATCH
from src.core.schemas import Given
from src.utils.validators import check_row
from src.wiring import App, open_app

ROOT = Path(__file__).parents[2]
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

"""A home of its own, jobs run in it, and their reports."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from src.config import GeminiSettings, Settings, StorageSettings
from src.core.datasets import DatasetWish
from src.core.job_manager import JobRequest
from src.core.models import Job
from src.core.schemas import Given
from src.reporting.model import Report
from src.wiring import open_app

# A fixture of those who look at the page in the conversation.
from tests.mcp_server.page.conftest import browser  # noqa: F401

EXAMPLES = Path(__file__).parents[2] / "examples"
HOSTILE = "</script></style><img src=x onerror=alert(1)>"


def example(name: str) -> dict[str, Any]:
    return json.loads((EXAMPLES / f"{name}.schema.json").read_text("utf-8"))


class House:
    """`reported(document)`: the report of a job that was run, and merged unless not `merged`."""

    def __init__(self, home: Path) -> None:
        self.settings = Settings(
            home=home,
            gemini=GeminiSettings(api_key=None, api_keys=()),
            storage=StorageSettings(backend="disk", temp_dir=None, output_dir=None),
        )

    def reported(self, document: dict[str, Any], **asked: Any) -> Report:
        return asyncio.run(self._reported(document, **asked))

    async def _reported(
        self, document: dict[str, Any], *, rows: int | None = None, merged: bool = True,
        output_format: Any = "csv", name: str | None = None,
    ) -> Report:  # fmt: skip
        async with open_app(self.settings) as app:
            created = await app.manager.create(
                JobRequest(
                    Given(document=document), row_count=rows, output_format=output_format,
                    seed=7, generation="local", start=True, name=name,
                )
            )  # fmt: skip
            job: Job = await app.manager.run(created.job.job_id)
            assert job.state == "COMPLETED", job.problem
            if merged:
                await app.datasets.merge(job, DatasetWish())
            return await app.reports.report(job)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Report]:
    """The report of an example, made once a module."""
    house = House(tmp_path_factory.mktemp("home"))
    made: dict[str, Report] = {}

    def report(name: str) -> Report:
        if name not in made:
            document = example(name)
            rows = 2_000 if name in ("products", "tickets") else None
            made[name] = house.reported(document, rows=rows)
        return made[name]

    return report


def hostile_document() -> dict[str, Any]:
    """Everything that a schema or a cell can say is markup."""
    return {
        "name": "trap",
        "description": HOSTILE,
        "fields": [
            {"name": "id", "type": "integer", "generator": {"kind": "sequence"}},
            {"name": "word", "description": HOSTILE, "generator": {
                "kind": "category", "values": [HOSTILE, "&amp;", "`|<b>", "\u202eevil\x1b[31m"]}},
            {"name": "long_word", "generator": {
                "kind": "pattern", "pattern": "<b onclick=x>[a-z]{3,90}</b>"}},
        ],
        "expectations": [
            {"check": "unique", "fields": ["id"], "because": "each once"},
            {"check": "share", "field": "word", "value": HOSTILE, "equals": 0.9,
             "because": HOSTILE},
        ],
    }  # fmt: skip

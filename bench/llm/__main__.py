"""python -m bench.llm [calm|faults|quotas|pool|memory|kills …]"""

from __future__ import annotations

import asyncio
import sys

from src.lean import be_lean

from .kills import kills
from .limits import memory, pool, quotas
from .speed import calm, faults

PARTS = {"calm": calm, "faults": faults, "quotas": quotas, "pool": pool, "memory": memory}


async def run(names: list[str]) -> None:
    for name in names:
        await PARTS[name]()


be_lean()  # as the command line and the server are
wanted = sys.argv[1:] or [*PARTS, "kills"]
if "kills" in wanted:
    kills()  # first, while no thread has started that a fork would lose
asyncio.run(run([name for name in wanted if name != "kills"]))

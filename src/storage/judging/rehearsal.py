"""The judge asked before there is a dataset: what it would say to a few rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ...core.models import DataSchema
from ...core.ports import Verdict
from ..scratch import scratch_folder

if TYPE_CHECKING:
    import pyarrow as pa

    from ...generation.pools import Pools


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A core.ports.Rehearse. `scratch` is a folder for what a verdict sorts on disk."""

    scratch: Path
    pools: Callable[[], Pools]

    def __call__(
        self, schema: DataSchema, rows: Mapping[str, int], tables: Mapping[str, pa.Table]
    ) -> tuple[Verdict | str | None, ...]:
        from .judge import Judge

        with (
            scratch_folder(self.scratch, "rehearsing-") as folder,
            Judge(schema, rows, folder, self.pools()) as judge,
        ):
            for name, table in tables.items():
                judge.feed(name, table)
            return judge.rehearsed(len(schema.expectations))

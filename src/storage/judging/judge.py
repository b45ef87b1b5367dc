"""Whether the final data keeps its promises, in memory that hardly grows with the rows."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from ...core import kinds
from ...core.models import DataSchema
from ...core.ports import Verdict
from ...generation.pools import Pools
from ...utils.columns import plain
from ...utils.findings import Finding, Fold, Piece
from ...utils.promises import InOrder, Promise, Stated, Together, promises, resolve
from ...utils.text import clean
from ...utils.validators import holds
from . import fits, kinship, stated, texts, values
from .bench import Bench, Made, Side, Unjudgeable

_MAKERS: Mapping[str, Callable[[Bench, Any], Made]] = {
    **values.MAKERS,
    **fits.MAKERS,
    **kinship.MAKERS,
    **texts.MAKERS,
    **stated.MAKERS,
}
_OF_RULES: Mapping[type[Any], Callable[[Bench, Any], Made]] = {
    Stated: stated.holds_check,
    Together: stated.together_check,
    InOrder: stated.order_check,
}
BUILT_CHECKS: frozenset[str] = frozenset(_MAKERS)
"""The checks that can be measured: all that the language has."""
METRICS: Mapping[str, str] = {
    "distribution": "KSComplement",
    "shares": "TVComplement",
    "range": "BoundaryAdherence",
    "one_of": "CategoryAdherence",
    "unique": "KeyUniqueness",
    "references": "ReferentialIntegrity",
    "per_parent": "CardinalityShapeSimilarity",
    "correlation": "CorrelationSimilarity",
    "null_share": "MissingValueSimilarity",
}
"""SDMetrics' names of what is measured; a promise takes the place of its real data."""
NO_POOLS = Pools({})


@dataclass(slots=True)
class _Check:
    expectation: Promise
    about: str
    sides: tuple[Side, ...] = ()
    fold: Fold | None = None
    trouble: str = ""
    lacks: bool = False

    def feed(self, table: str, batch: pa.Table, start: int) -> None:
        for number, side in enumerate(self.sides):
            if side.table == table and not self.trouble and self.fold is not None:
                columns = self._columns(side, batch)
                if not self.trouble:
                    self.fold.feed(Piece(number, columns, start, batch.num_rows))

    def _columns(self, side: Side, batch: pa.Table) -> tuple[pa.Array, ...]:
        for about in side.fields:
            if about.name not in batch.column_names:
                self.trouble, self.lacks = f"the data has no column {about.name}", True
                return ()
        columns = tuple(plain(batch.column(about.name)) for about in side.fields)
        for about, column in zip(side.fields, columns, strict=True):
            if not holds(column, about.type):
                self.trouble = f"the column {about.name} holds {column.type}, not {about.type}"
        return columns

    def verdict(self) -> Verdict:
        found = Finding(False, "", f"cannot be judged: {self.trouble}")
        if self.fold is not None and not self.trouble:
            found = self.fold.finding()
        said = self.expectation
        return Verdict(
            check=said.check,
            about=self.about,
            held=found.held,
            target=found.target,
            measured=found.measured,
            examples=found.examples,
            because=said.because,
            metric=None if found.score is None else _metric(said),
            score=found.score,
        )


def _metric(said: Promise) -> str | None:
    bounded = isinstance(said, kinds.PerParent) and said.values is None
    return "CardinalityBoundaryAdherence" if bounded else METRICS.get(said.check)


class Judge:
    """Judges a schema's expectations, and what it promises by itself, on data that comes in pieces.

    `rows` are the rows asked for by table; `scratch` is a folder of the caller's for what does not
    fit in memory (24 bytes a row and key, 8 a row and quantile), emptied of it by `close`; `pools`
    are the cities there are; `sizes` are those of `Bench`.
    """

    def __init__(
        self,
        schema: DataSchema,
        rows: Mapping[str, int],
        scratch: Path,
        pools: Pools = NO_POOLS,
        **sizes: int,
    ) -> None:
        self._scratch = scratch / "judge"
        bench = Bench(schema, rows, self._scratch, pools, **sizes)
        asked = (*schema.expectations, *promises(schema, rows))
        self._checks = [_check(bench, expectation) for expectation in asked]
        self._seen: dict[str, int] = {}

    def feed(self, table: str, batch: pa.Table) -> None:
        """The next rows of a table; tables may alternate, rows of one come in their order."""
        start = self._seen.get(table, 0)
        for check in self._checks:
            check.feed(table, batch, start)
        self._seen[table] = start + batch.num_rows

    def verdicts(self) -> tuple[Verdict, ...]:
        """On all that was fed: the expectations in their order, then the schema's promises."""
        return tuple(check.verdict() for check in self._checks)

    def rehearsed(self, count: int) -> tuple[Verdict | str | None, ...]:
        """Of the first checks: the verdict, or why there is none; None: a column is missing."""
        return tuple(
            None if check.lacks else check.trouble or check.verdict()
            for check in self._checks[:count]
        )

    def close(self) -> None:
        shutil.rmtree(self._scratch, ignore_errors=True)

    def __enter__(self) -> Judge:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _check(bench: Bench, expectation: Promise) -> _Check:
    about = _about(bench.schema, expectation)
    maker = _OF_RULES.get(type(expectation)) or _MAKERS[expectation.check]
    try:
        sides, fold = maker(bench, expectation)
    except Unjudgeable as exc:
        return _Check(expectation, about, trouble=str(exc))
    return _Check(expectation, about, sides, fold)


def _about(schema: DataSchema, expectation: Promise) -> str:
    """`field`, `table.field`, `table.a, b`, an expression or `table`: without the table where there
    is one."""
    said: Any = expectation
    text = getattr(said, "then", None) or getattr(said, "expr", None)
    if text is not None and not hasattr(said, "field"):
        return clean(text.replace('"', ""), 80)
    names = getattr(said, "fields", None) or ((said.field,) if hasattr(said, "field") else ())
    names = tuple(dict.fromkeys(names))
    places = [resolve(schema, name, said.table) for name in names if name]
    table = next((place[0].name for place in places if place is not None), said.table or "")
    bare = ", ".join(clean(name.rpartition(".")[2], 80) for name in names if name)
    if not bare:
        return table or schema.name
    return bare if len(schema.tables) == 1 or not table else f"{table}.{bare}"

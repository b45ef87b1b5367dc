"""Schemas mended by machine: each problem's fix tried until nothing is wrong any more."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ...core.errors import Problem

Document: TypeAlias = dict[str, Any]
Steps: TypeAlias = tuple[str | int, ...]
Judge: TypeAlias = Callable[[Document], tuple[Problem, ...]]

MOST_ROUNDS = 20
"""So often a document is judged: a problem that needs more fixes stays."""
MOST_MENDED = 500
"""Problems looked at in one round; the others wait for the next."""
OF_TABLES = frozenset({"rows", "fields", "primary_key", "foreign_keys", "rules"})
"""Where a path begins so, it lies in the only table of a flat document."""
STEP = re.compile(r"\[(\d+)\]|[^.\[\]]+")
GONE = object()
"""Stands where something was removed: what lies beside it keeps its place until all are done."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A problem and the canonical document around it; `changes`: where fixes have changed it."""

    document: Document
    problem: Problem
    steps: Steps
    changes: list[Steps] = field(default_factory=list)

    def get(self, steps: Steps) -> Any:
        """What stands there, None where nothing does."""
        here: Any = self.document
        for step in steps:
            if not _holds(here, step):
                return None
            here = here[step]
        return None if here is GONE else here

    def put(self, steps: Steps, value: Any) -> None:
        """Into what is there; nothing happens where the way to it is missing."""
        holder: Any = self.get(steps[:-1]) if steps else None
        last = steps[-1] if steps else 0
        is_there = _holds(holder, last)
        if (isinstance(holder, dict) and not is_there) or (
            is_there and repr(holder[last]) != repr(value)
        ):
            holder[last] = value
            self.changes.append(steps)

    def drop(self, steps: Steps) -> None:
        if self.get(steps) is not None or self._is_null(steps):
            self.put(steps, GONE)

    def _is_null(self, steps: Steps) -> bool:
        holder = self.get(steps[:-1])
        return bool(steps) and _holds(holder, steps[-1]) and holder[steps[-1]] is None

    @property
    def value(self) -> Any:
        return self.get(self.steps)

    @property
    def table(self) -> Steps:
        """Where the table is that the problem lies in; the first where it lies in none."""
        return self.steps[:2] if self.steps[:1] == ("tables",) else ("tables", 0)

    @property
    def field(self) -> Steps | None:
        """Where the column is that the problem lies in."""
        is_inside = len(self.steps) >= 4 and self.steps[2] == "fields"
        return self.steps[:4] if is_inside and isinstance(self.steps[3], int) else None

    @property
    def rows(self) -> int:
        said = self.get((*self.table, "rows"))
        return said if isinstance(said, int) else 0

    def named(self, name: Any) -> Steps | None:
        """Where the table's column of that name is."""
        for number, one in enumerate(self.get((*self.table, "fields")) or ()):
            if isinstance(one, dict) and one.get("name") == name:
                return (*self.table, "fields", number)
        return None


Mender: TypeAlias = Callable[[Spot], None]
Menders: TypeAlias = Callable[[Problem], tuple[Mender, ...]]


def mended(document: Document, judge: Judge, menders: Menders) -> Document | None:
    """A copy in which `judge` finds nothing wrong; None where no such copy was found.

    `document` is canonical (`spelling.normalise`). `menders` are the fixes of a problem, the one
    that changes least first; the next is tried where the problem is still there afterwards.
    """
    found, tried = deepcopy(document), Counter[tuple[str, str]]()
    for _ in range(MOST_ROUNDS):
        problems = judge(found)
        if not problems:
            return found
        if not _mend(found, problems[:MOST_MENDED], menders, tried):
            return None
    return None


def _mend(
    document: Document,
    problems: Sequence[Problem],
    menders: Menders,
    tried: Counter[tuple[str, str]],
) -> bool:
    """Applies one fix for each problem, and the next ones where none of these changes anything;
    False where none is left to be tried."""
    is_left, changes = True, list[Steps]()
    while is_left and not changes:
        is_left = False
        for problem in problems:
            fixes, mark = menders(problem), (problem.path, problem.code)
            if tried[mark] < len(fixes):
                fixes[tried[mark]](Spot(document, problem, _steps(problem.path), changes))
                tried[mark] += 1
                is_left = True
    _sweep(document)
    return bool(changes)


def _steps(path: str) -> Steps:
    steps = tuple(int(found[1]) if found[1] else found[0] for found in STEP.finditer(path))
    return ("tables", 0, *steps) if steps[:1] and steps[0] in OF_TABLES else steps


def _holds(here: Any, step: str | int) -> bool:
    if isinstance(here, dict):
        return step in here
    return isinstance(here, list) and isinstance(step, int) and step < len(here)


def _sweep(value: Any) -> None:
    """Takes out what was dropped, everywhere."""
    if isinstance(value, dict):
        for key in [key for key, inner in value.items() if inner is GONE]:
            del value[key]
    elif isinstance(value, list):
        value[:] = [inner for inner in value if inner is not GONE]
    else:
        return
    for inner in value.values() if isinstance(value, dict) else value:
        _sweep(inner)

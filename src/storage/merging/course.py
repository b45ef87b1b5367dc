"""How far a merge is, and whether it goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ...core.errors import Conflict


@dataclass(slots=True)
class Course:
    """`told` hears the rows done so far; `cancelled` is asked now and then."""

    told: Callable[[int], None]
    cancelled: Callable[[], bool]
    done: int = 0

    def go_on(self) -> None:
        """Raises: Conflict: it was cancelled."""
        if self.cancelled():
            raise Conflict("the merge was cancelled", hint="ask again: nothing was left behind")

    def passed(self, rows: int) -> None:
        self.done += rows
        self.told(self.done)

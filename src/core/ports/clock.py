"""Time."""

from __future__ import annotations

from typing import Protocol


class Clock(Protocol):
    def now(self) -> float:
        """Seconds since the epoch, for display only."""

    def monotonic(self) -> float:
        """Seconds that never jump, for durations."""

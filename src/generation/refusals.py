"""How the builder of a column says no."""

from __future__ import annotations

from ..core.errors import Problem


class Refused(Exception):
    """A column cannot be built: `at` leads from the field to the culprit (`generator.weights`)."""

    def __init__(self, at: str, code: str, message: str, hint: str) -> None:
        super().__init__(message)
        self.at, self.code, self.message, self.hint = at, code, message, hint

    def problem(self, path: str) -> Problem:
        return Problem(f"{path}.{self.at}" if self.at else path, self.code, self.message, self.hint)

"""The command line's own fixtures: a home for each test, and commands in it."""

from __future__ import annotations

from ..cli.conftest import answer, home, run  # noqa: F401, TID252 (fixtures; as in the rest of tests/)

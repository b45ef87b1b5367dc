"""A planted bug whose text is gone would prove nothing any more."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from .bugs import BUGS, Bug

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_its_text_stands_once_and_its_tests_exist(bug: Bug) -> None:
    assert (ROOT / "src" / bug.file).read_text("utf-8").count(bug.old) == 1
    assert all((ROOT / test).is_file() for test in bug.tests)


def test_every_area_has_bugs() -> None:
    areas = Counter(bug.area for bug in BUGS)
    store = {"fsync", "rename", "order", "checksum", "redelivery", "leases", "clocks", "states"}
    model = {"limits", "budgets", "salvage", "redaction"}
    data = {"strangers", "merge", "cells", "judging", "answers"}
    assert areas.keys() == store | model | data
    assert min(areas.values()) >= 2

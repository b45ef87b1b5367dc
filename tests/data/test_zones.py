"""Time zones come from the package tzdata, the same on every machine."""

from datetime import datetime
from zoneinfo import ZoneInfoNotFoundError

import pytest

from src.data import zone


def test_a_zone_knows_its_clock_changes():
    berlin = zone("Europe/Berlin")
    assert datetime(2026, 1, 1, tzinfo=berlin).isoformat().endswith("+01:00")
    assert datetime(2026, 7, 1, tzinfo=berlin).isoformat().endswith("+02:00")


@pytest.mark.parametrize("name", ["UTC", "Etc/GMT+5", "America/Port-au-Prince"])
def test_every_shape_of_name_is_found(name):
    assert zone(name).key == name


@pytest.mark.parametrize(
    "name",
    ["", "Europe", "Europe/Nowhere", "../etc/passwd", "/etc/localtime", "Europe//Berlin", "\0"],
)
def test_what_is_no_zone_is_not_found(name):
    with pytest.raises(ZoneInfoNotFoundError):
        zone(name)

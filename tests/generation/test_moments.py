"""Dates, times and durations."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from .worlds import TODAY, column, made, problems


def moments(type_, rows=5000, **constraints):
    return column({"type": type_, "constraints": constraints}, rows=rows)


def span(cells):
    return pc.min(cells).as_py(), pc.max(cells).as_py()


def test_dates_fill_their_range_both_ends_included():
    cells = moments("date", minimum="2024-02-27", maximum="2024-03-02")
    assert sorted(cells.unique().to_pylist()) == [
        date(2024, 2, 27), date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1), date(2024, 3, 2),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("constraints", "low", "high"),
    [
        ({}, date(2021, 1, 31), TODAY),
        ({"minimum": "2025-12-01"}, date(2025, 12, 1), TODAY),
        ({"minimum": TODAY.isoformat()}, TODAY, TODAY),
        ({"minimum": "2030-02-28"}, date(2030, 2, 28), date(2035, 2, 28)),
        ({"maximum": "2000-02-29"}, date(1995, 2, 28), date(2000, 2, 29)),
        ({"maximum": "0003-06-01"}, date(1, 6, 1), date(3, 6, 1)),
        ({"minimum": "9998-06-01"}, date(9998, 6, 1), date(9999, 6, 1)),
    ],
    ids=str,
)
def test_an_open_end_is_five_years_away_or_today(constraints, low, high):
    assert span(moments("date", rows=50_000, **constraints)) == (low, high)


def test_the_last_day_of_a_default_range_is_whole():
    cells = moments("datetime", rows=100_000)
    assert span(cells)[0].date() == date(2021, 1, 31)
    assert span(cells)[1].date() == TODAY


def test_times_of_day_have_seconds():
    cells = moments("time", minimum="23:59:58")
    assert set(cells.to_pylist()) == {time(23, 59, 58), time(23, 59, 59)}


@pytest.mark.parametrize(("low", "high"), [(1, 3), (0, 2), (999_998, 1_000_000)])
def test_microseconds_come_where_a_bound_has_them(low, high):
    start = datetime(2024, 1, 1)  # noqa: DTZ001 - wall time
    ends = [start + timedelta(microseconds=end) for end in (low, high)]
    cells = moments("datetime", minimum=ends[0].isoformat(), maximum=ends[1].isoformat())
    assert {(cell - start) // timedelta(microseconds=1) for cell in cells.to_pylist()} == set(
        range(low, high + 1)
    )


def test_a_bound_in_another_zone_is_moved_to_utc():
    cells = moments("datetime", minimum="2024-01-01T02:00:00+02:00", maximum="2024-01-01T00:00:01Z")
    assert span(cells) == (datetime(2024, 1, 1), datetime(2024, 1, 1, 0, 0, 1))  # noqa: DTZ001


def test_unique_dates_can_use_up_the_range():
    cells = moments("date", rows=366, minimum="2024-01-01", maximum="2024-12-31", unique=True)
    assert len(cells.unique()) == 366


HOURS = {
    "kind": "datetime",
    "minimum": "2024-03-25",
    "maximum": "2024-11-04",
    "time_zone": "Europe/Berlin",
    "business_hours": {"start": "09:00", "end": "17:30"},
}


def test_working_hours_are_kept_on_the_wall_over_both_clock_changes():
    cells = column({"type": "datetime", "generator": HOURS}, rows=50_000)
    assert cells.type == pa.timestamp("us", tz="Europe/Berlin")
    berlin = [cell.astimezone(ZoneInfo("Europe/Berlin")) for cell in cells.to_pylist()]
    assert {moment.utcoffset() for moment in berlin} == {timedelta(hours=1), timedelta(hours=2)}
    assert {moment.weekday() for moment in berlin} == {0, 1, 2, 3, 4}
    walls = [moment.time() for moment in berlin]
    assert time(9) <= min(walls) < time(9, 1)
    assert time(17, 29) < max(walls) < time(17, 30)
    assert min(berlin).date() == date(2024, 3, 25)
    assert max(berlin).date() == date(2024, 11, 1)  # the 4th begins at midnight only


@pytest.mark.parametrize(
    ("day", "hours"), [("2024-03-31", {0, 1, 3, 4, 5}), ("2024-10-27", {0, 1, 2, 3, 4, 5})]
)
def test_hours_in_which_the_clocks_change_end_on_the_wall_too(day, hours):
    night = {
        "kind": "datetime",
        "minimum": day,
        "maximum": f"{day}T23:59:59",
        "time_zone": "Europe/Berlin",
        "business_hours": {"start": "00:00", "end": "06:00", "days": ["sun"]},
    }
    cells = column({"type": "datetime", "generator": night}, rows=2000)
    berlin = [cell.astimezone(ZoneInfo("Europe/Berlin")) for cell in cells.to_pylist()]
    assert {moment.hour for moment in berlin} == hours


def test_working_hours_reach_to_the_last_second_of_the_range():
    hours = {
        "kind": "datetime",
        "minimum": "2024-03-25T09:30:00",
        "maximum": "2024-03-25T09:30:02",
        "business_hours": {"start": "09:00", "end": "17:30"},
    }
    cells = column({"type": "datetime", "generator": hours}, rows=200)
    assert {cell.second for cell in cells.to_pylist()} == {0, 1, 2}


def test_every_second_of_the_working_hours_is_as_likely():
    cells = column({"type": "datetime", "generator": HOURS}, rows=50_000)
    days = pc.day_of_week(cells)
    counts = [pc.sum(pc.equal(days, day)).as_py() for day in range(5)]
    assert max(counts) - min(counts) < 1200


def test_a_time_zone_alone_takes_its_bounds_as_wall_time():
    generator = {**HOURS, "minimum": "2024-07-01T12:00:00", "maximum": "2024-07-01T12:00:01"}
    generator.pop("business_hours")
    cells = column({"type": "datetime", "generator": generator})
    assert {cell.hour for cell in cells.to_pylist()} == {12}


@pytest.mark.parametrize(("type_", "unit"), [("date", "days"), ("datetime", "hours")])
def test_a_moment_after_another_field_is(type_, unit):
    generator = {"kind": "timedelta", "after": "start", "minimum": 1, "maximum": 5, "unit": unit}
    rows = made(
        {
            "name": "end",
            "type": type_,
            "generator": generator,
            "nullable": True,
            "null_fraction": 0,
        },
        {"name": "start", "type": type_, "null_fraction": 0.2},
    ).to_pylist()
    seen = {row["end"] - row["start"] for row in rows if row["start"] is not None}
    assert timedelta(**{unit: 1}) <= min(seen) <= max(seen) <= timedelta(**{unit: 5})
    assert all(row["end"] is None for row in rows if row["start"] is None)


def test_durations_come_in_whole_units():
    generator = {"kind": "timedelta", "minimum": 2, "maximum": 4, "unit": "hours"}
    cells = column({"type": "duration", "generator": generator})
    assert {cell.total_seconds() / 3600 for cell in cells.to_pylist()} == {2, 3, 4}


@pytest.mark.parametrize(
    ("field", "path", "code"),
    [
        ({"type": "date", "constraints": {"minimum": "2024-13-01"}}, "minimum", "bad_bound"),
        ({"type": "date", "constraints": {"minimum": 2024}}, "minimum", "bad_bound"),
        ({"type": "datetime", "constraints": {"maximum": "soon"}}, "maximum", "bad_bound"),
        ({"type": "time", "constraints": {"maximum": "25:00"}}, "maximum", "bad_bound"),
        ({"type": "date", "generator": {"kind": "datetime", "time_zone": "Europe/Berlin"}},
         "generator.time_zone", "wrong_type"),
        ({"type": "datetime", "generator": {"kind": "datetime", "time_zone": "Mars/Olympus"}},
         "generator.time_zone", "unknown_time_zone"),
        ({"type": "datetime", "generator": {"kind": "datetime", "time_zone": "../etc/passwd"}},
         "generator.time_zone", "unknown_time_zone"),
        ({"type": "datetime", "generator": {**HOURS, "business_hours": {"start": "18:00"}}},
         "generator.business_hours", "empty_range"),
        ({"type": "datetime", "generator": {**HOURS, "business_hours": {"days": []}}},
         "generator.business_hours", "empty_range"),
        ({"type": "datetime", "generator": {**HOURS, "business_hours": {"start": "nine"}}},
         "generator.business_hours.start", "bad_bound"),
        ({"type": "date", "constraints": {"minimum": "2024-02-01", "maximum": "2024-01-01"}},
         "constraints", "empty_range"),
        ({"type": "date", "generator": {"kind": "timedelta", "maximum": 3}},
         "generator.after", "missing"),
        ({"type": "date", "constraints": {"exclusiveMinimum": 3}},
         "exclusiveMinimum", "wrong_constraint"),
        ({"type": "datetime", "constraints": {"minimum": "9999-12-31T23:59:59-05:00"}},
         "minimum", "bad_bound"),
        ({"type": "datetime", "generator": {"kind": "datetime", "time_zone": "Europe/Berlin",
          "minimum": "0001-01-01", "maximum": "0001-01-02"}}, "generator.time_zone", "bad_bound"),
        ({"type": "datetime", "generator": {"kind": "datetime", "time_zone": "Europe/Berlin",
          "minimum": "2024-03-31T02:59:00", "maximum": "2024-03-31T03:00:00"}},
         "generator.time_zone", "empty_range"),
        ({"type": "datetime", "generator": {**HOURS, "minimum": "0001-01-01",
          "maximum": "9999-12-30"}}, "generator.business_hours", "too_wide"),
    ],
    ids=str,
)  # fmt: skip
def test_impossible_moments_are_refused(field, path, code):
    found = problems({"name": "x", **field})
    assert found
    assert {problem.code for problem in found} == {code}
    assert path in found[0].path
    assert found[0].hint


@pytest.mark.parametrize(
    ("kind", "latest"), [("time", "23:59:59.500000"), ("datetime", "9999-12-31T23:59:59.999999")]
)
def test_a_minimum_in_the_last_second_leaves_itself(kind, latest):
    cells = column({"type": kind, "constraints": {"minimum": latest}}, 3)
    assert {cell.isoformat() for cell in cells.to_pylist()} == {latest}


def test_a_duration_comes_after_no_field():
    generator = {"kind": "timedelta", "maximum": 3, "after": "day"}
    waiting = {"name": "x", "type": "duration", "generator": generator}
    found = problems({"name": "day", "type": "date"}, waiting)
    assert [(problem.path, problem.code) for problem in found] == [
        ("fields[1].generator.after", "wrong_type")
    ]

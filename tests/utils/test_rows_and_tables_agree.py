"""`check_row` and `check_table` mean the same, whatever the field and the values."""

import json
import math
from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from src.core.models import FieldDefinition
from src.generation.arrow_types import to_array
from src.utils.formats import FORMATS
from src.utils.ordinals import is_no_multiple, ordinals
from src.utils.validators import check_row, find_faults

WORDS = st.text("aB1-@.: ü\n", max_size=8) | st.sampled_from(
    ["a@b.de", "2024-02-29", "2023-02-29", "4242424242424242", "::1", "1.2.3.4", "DE", "90", "a-b"]
)
SMALL = st.integers(-20, 20)
CENTS = st.integers(-2000, 2000).map(lambda n: Decimal(n) / 100)
FLOATS = st.one_of(SMALL.map(float), st.integers(-300, 300).map(lambda n: n / 10), st.floats())
MIDNIGHT = datetime(2023, 12, 31)  # noqa: DTZ001  (wall time)
DAYS = st.dates(date(2023, 12, 30), date(2024, 1, 3))
MOMENTS = st.datetimes(MIDNIGHT, MIDNIGHT + timedelta(days=2, hours=12))

ARROW = {
    "string": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "time": pa.time64("us"),
    "datetime": pa.timestamp("us"),
    "duration": pa.duration("us"),
    "array": pa.string(),
    "object": pa.string(),
}
VALUES = {
    "string": WORDS,
    "integer": SMALL | st.integers(-(2**63), 2**63 - 1),
    "number": FLOATS,
    "boolean": st.booleans(),
    "date": DAYS,
    "time": st.times(time(8, 59), time(9, 2)),
    "datetime": MOMENTS,
    "duration": st.timedeltas(timedelta(hours=-1), timedelta(hours=2)),
    "array": st.lists(SMALL | st.none() | st.text("ab", max_size=2), max_size=3),
    "object": st.dictionaries(st.sampled_from(["a", "b"]), SMALL | st.none(), max_size=2),
}
BOUNDS = {
    "integer": SMALL | st.sampled_from([2.5, -2.5, 2**63, -(2**70)]),
    "number": SMALL | st.sampled_from([0.1, 2.5, -1.25, 1e300]),
    "date": DAYS.map(str),
    "time": st.sampled_from(["09:00", "09:00:30.000001"]),
    "datetime": DAYS.map(str) | MOMENTS.map(datetime.isoformat),
    "duration": st.sampled_from(["PT1H", "P0D", 60, 0.5]),
}
ITEMS = {"array": {"items": {"name": "item", "type": "integer", "constraints": {"minimum": 0}}}}
INNER = {"object": {"fields": [{"name": "a", "type": "integer", "constraints": {"maximum": 5}}]}}


MAYBE = st.booleans()


def numeric(draw, kind):
    wanted = {
        "minimum": BOUNDS[kind],
        "maximum": BOUNDS[kind],
        "exclusiveMinimum": BOUNDS[kind] if kind in ("integer", "number") else None,
        "exclusiveMaximum": BOUNDS[kind] if kind in ("integer", "number") else None,
        "multipleOf": st.sampled_from([1, 3, 7.0]) if kind in ("integer", "number") else None,
    }
    return {name: draw(of) for name, of in wanted.items() if of is not None and draw(MAYBE)}


def textual(draw, kind):
    patterns = st.sampled_from([r"[a-z]+", r"a|ab", r".*", r"\d+", r"(", "^", r"\Qa"])
    wanted = {
        "minLength": st.integers(0, 3),
        "maxLength": st.integers(0, 6),
        "pattern": patterns if kind == "string" else None,
    }
    return {name: draw(of) for name, of in wanted.items() if of is not None and draw(MAYBE)}


@st.composite
def fields(draw):
    kind = draw(st.sampled_from(sorted(ARROW)))
    constraints = numeric(draw, kind) if kind in BOUNDS else {}
    if kind in ("string", "array", "object"):
        constraints |= textual(draw, kind)
    if kind not in ("array", "object") and draw(MAYBE):
        members = MAYBE if kind == "boolean" else BOUNDS.get(kind, WORDS)
        constraints["enum"] = draw(st.lists(members, min_size=1, max_size=4))
    return FieldDefinition.model_validate(
        {
            "name": "x",
            "type": kind,
            "format": draw(st.sampled_from([None, *FORMATS])),
            "nullable": draw(MAYBE),
            "constraints": constraints,
            **ITEMS.get(kind, {}),
            **INNER.get(kind, {}),
        }
    )


def as_stored(value, kind):
    return json.dumps(value) if kind in ("array", "object") and value is not None else value


@settings(max_examples=250, deadline=None)
@given(st.data())
def test_a_row_breaks_exactly_the_promises_that_its_column_breaks_in_that_row(data):
    field = data.draw(fields())
    values = data.draw(st.lists(st.none() | VALUES[field.type], max_size=8))
    column = pa.array([as_stored(value, field.type) for value in values], ARROW[field.type])

    by_row = defaultdict(set)
    for row, value in enumerate(values):
        for problem in check_row({"x": value}, [field]):
            by_row[problem.code].add(row)
    by_column = defaultdict(set)
    for fault in find_faults(pa.table({"x": column}), [field]):
        by_column[fault.code].update(fault.rows.tolist())

    assert by_row == by_column


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.none() | CENTS | st.floats(-30, 30) | CENTS.map(str), max_size=8),
    st.sampled_from([None, 0.01, 0.05, 0.5, 2, 0.001, 0.03]),
    CENTS.map(float),
    st.integers(0, 4),
)
def test_exact_decimals_are_compared_as_the_column_holds_them(values, step, bound, places):
    limits = {"minimum": bound, "exclusiveMaximum": 0.01, "enum": [bound, 1, 0.5, 0]}
    field = FieldDefinition.model_validate(
        {
            "name": "x",
            "type": "number",
            "nullable": True,
            "constraints": {**limits, **({"multipleOf": step} if step else {})},
            "generator": {"kind": "uniform", "decimal_places": places},
        }
    )
    column = to_array(values, field)
    sliced = pa.concat_arrays([column, column]).slice(len(values))

    by_row = {
        (row, problem.code)
        for row, value in enumerate(values)
        for problem in check_row({"x": value}, [field])
    }
    by_column = {
        (row, fault.code)
        for fault in find_faults(pa.table({"x": sliced}), [field])
        for row in fault.rows.tolist()
    }
    assert by_row == by_column


@settings(max_examples=150, deadline=None)
@given(
    st.lists(FLOATS | st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=6),
    st.sampled_from(["1", "3", "0.1", "0.25", "0.01", "0.03", "1E-7", "1E-30", "1E+20", "2.5"]),
)
def test_a_float_is_a_multiple_when_its_shortest_decimal_is(values, text):
    step = Decimal(text)
    values = [value for value in values if math.isfinite(value)]
    expected = [Decimal(repr(value)) for value in values]
    exact = [Fraction(value) % Fraction(step) != 0 for value in expected]

    column = ordinals(pa.array(values, pa.float64()))
    assert column is not None
    assert column.no_multiple(step).tolist() == exact
    assert [is_no_multiple(value, step) for value in expected] == exact


@settings(max_examples=100, deadline=None)
@given(
    st.lists(MOMENTS, min_size=1, max_size=6),
    st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kolkata"]),
    st.sampled_from(["2024-01-01", "2024-01-01T00:30:00", "2024-01-01T00:30:00+01:00"]),
)
def test_moments_with_a_zone_count_by_the_wall_unless_the_bound_has_a_zone(moments, zone, bound):
    from zoneinfo import ZoneInfo

    field = FieldDefinition.model_validate(
        {
            "name": "x",
            "type": "datetime",
            "constraints": {"minimum": bound},
            "generator": {"kind": "datetime", "time_zone": zone},
        }
    )
    local = [moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)) for moment in moments]
    by_row = {
        row for row, moment in enumerate(local) if check_row({"x": moment.isoformat()}, [field])
    }
    column = pa.array(local, pa.timestamp("us", zone))
    by_column = {
        row for fault in find_faults(pa.table({"x": column}), [field]) for row in fault.rows
    }
    assert by_row == by_column

"""What holds for every generator kind, format and type, so that a new one cannot be forgotten."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from src.generation.arrow_types import arrow_type
from src.generation.people.builders import PARTS
from src.generation.registry import BY_TYPE, FORMATS, KINDS
from src.utils.formats import FORMATS as CHECKERS
from src.utils.validators import check_table

from .families import KINDS_SHOWN
from .worlds import problems, schema_of, table_of

ROWS = 2500
COLOUR = {"name": "colour", "generator": {"kind": "category", "values": ["red", "blue", "grey"]}}


def of_kind(kind, type_="string", **parameters):
    return {"name": "x", "type": type_, "generator": {"kind": kind, **parameters}}


KIND_EXAMPLES = {
    "category": [
        of_kind("category", values=["a", "b", "c"], weights=[5, 0, 1]),
        of_kind("category", "integer", values=[1, 2, 3], quota="exact"),
    ],
    "subcategory": [
        {
            **of_kind("subcategory", of="colour", values={"red": ["rose"], "blue": ["sky", "sea"]}),
            "nullable": True,
        }
    ],
    "lookup": [of_kind("lookup", "number", of="colour", values={"red": 1.5}, default=0)],
    "constant": [of_kind("constant", "boolean", value=True), of_kind("constant", value=None)],
    "uniform": [
        of_kind("uniform", "number", minimum=-1, maximum=1),
        of_kind("uniform", "number", minimum=0, maximum=9, decimal_places=3),
        of_kind("uniform", "date", minimum="2024-01-01", maximum="2024-12-31"),
    ],
    "normal": [
        of_kind("normal", "integer", mean=40, stddev=12, truncate=[18, 90]),
        of_kind("normal", "number"),
    ],
    "lognormal": [of_kind("lognormal", "number", median=25, sigma=0.7, decimal_places=2)],
    "exponential": [of_kind("exponential", "number", mean=3.0)],
    "gamma": [of_kind("gamma", "number", shape=2.5, scale=2, decimal_places=1)],
    "beta": [of_kind("beta", "number", alpha=2, beta=5, decimal_places=4)],
    "pareto": [of_kind("pareto", "number", shape=3)],
    "poisson": [of_kind("poisson", "integer", mean=1.5, truncate=[1, 9])],
    "binomial": [of_kind("binomial", "integer", n=20, p=0.3)],
    "zipf": [of_kind("zipf", "integer", n=1000, exponent=1.1)],
    "bernoulli": [of_kind("bernoulli", "boolean", p=0.2)],
    "datetime": [
        of_kind("datetime", "datetime", minimum="2024-01-01", maximum="2024-03-01T12:00:00"),
        of_kind("datetime", "datetime", time_zone="Europe/Berlin", business_hours={}),
        of_kind("datetime", "time", minimum="08:00:00"),
    ],
    "timedelta": [
        of_kind("timedelta", "duration", maximum=5, unit="hours"),
        of_kind("timedelta", "date", maximum=14, after="day"),
    ],
    "sequence": [
        of_kind("sequence", "integer", start=10, step=-3),
        of_kind("sequence", template="INV-{yyyy}-{n:06d}"),
    ],
    "uuid": [of_kind("uuid")],
    "pattern": [of_kind("pattern", pattern="[A-Z]{2,4}(-[0-9]+)?")],
    "person": [of_kind("person", part=part) for part in PARTS],
    "text": [of_kind("text", words=[2, 6])],
    "expression": [
        of_kind("expression", expr="upper(colour) || ' ' || day"),
        of_kind("expression", "number", expr="length(colour) * 1.005", decimal_places=2),
        {**of_kind("expression", "date", expr="day + 3"), "null_when": "colour = 'red'"},
    ],
    "time_series": [
        of_kind("time_series", "number", trend=9, cycle=2, noise=1, per="colour"),
        of_kind("time_series", "number", start=5, wander=3, decimal_places=1),
        of_kind("time_series", "integer", trend=9000, noise=2, monotone=True, per="colour"),
    ],
}
TYPE_EXAMPLES = {name: {"name": "x", "type": name} for name in BY_TYPE}
FORMAT_EXAMPLES = {name: {"name": "x", "format": name} for name in FORMATS}
VARIATIONS = (
    {},
    {"null_fraction": 0.3},
    {"nullable": True},
)
DAY = {"name": "day", "type": "date"}


def _every_field():
    for kind, examples in KIND_EXAMPLES.items():
        for number, field in enumerate(examples):
            yield pytest.param(field, id=f"{kind}-{number}")
    for name, field in {**TYPE_EXAMPLES, **FORMAT_EXAMPLES}.items():
        yield pytest.param(field, id=name)
        yield pytest.param({**field, "null_fraction": 0.3}, id=f"{name}-null")
    for name, field in FORMAT_EXAMPLES.items():
        unique = {**field, "constraints": {"unique": True}}
        if not problems(unique, rows=ROWS):
            yield pytest.param(unique, id=f"{name}-unique")
    for part in ("name", "email", "user_name", "phone"):
        field = of_kind("person", part=part)
        yield pytest.param({**field, "constraints": {"unique": True}}, id=f"{part}-unique")


EVERY_FIELD = list(_every_field())


def test_every_kind_has_an_example():
    assert set(KIND_EXAMPLES) | KINDS_SHOWN == set(KINDS)


def test_every_format_that_can_be_checked_can_be_made():
    assert set(FORMATS) == set(CHECKERS)


@pytest.mark.parametrize("field", EVERY_FIELD)
def test_the_cells_are_the_same_in_chunks_of_any_size_and_order(field):
    table = table_of(COLOUR, DAY, field, rows=ROWS)
    whole = table.make(0, ROWS)
    for size in (1000, 97, 7):
        starts = range(0, ROWS if size > 7 else 140, size)
        for start in reversed(starts):
            stop = min(start + size, ROWS)
            assert table.make(start, stop).equals(whole.slice(start, stop - start))
    for row in (0, 1, ROWS // 2, ROWS - 1):
        assert table.make(row, row + 1).equals(whole.slice(row, 1))
    shuffled = np.random.default_rng(3).permutation(ROWS)
    assert table.given(shuffled).equals(whole.take(pa.array(shuffled)))


@pytest.mark.parametrize("field", EVERY_FIELD)
def test_the_type_comes_from_the_schema_in_every_chunk(field):
    table = table_of(COLOUR, DAY, field, rows=ROWS)
    wanted = arrow_type(schema_of(field).tables[0].fields[0])
    for chunk in (table.make(0, 0), table.make(5, 6), table.make(0, ROWS)):
        assert chunk.schema == table.arrow_schema
        assert chunk["x"].type == wanted
        chunk.validate(full=True)


@pytest.mark.parametrize("field", EVERY_FIELD)
def test_every_cell_passes_the_check_of_its_field(field):
    table = table_of(COLOUR, DAY, field, rows=500)
    assert check_table(table.make(0, 500), table.fields) == ()


@pytest.mark.parametrize("field", EVERY_FIELD)
def test_another_seed_or_name_gives_other_cells(field):
    kind = field.get("generator", {}).get("kind")
    parameters = field.get("generator", {})
    if kind in ("constant", "sequence") or parameters.get("part") == "country":
        pytest.skip("it is not drawn")
    here = table_of(COLOUR, DAY, field, rows=ROWS).make(0, ROWS)["x"]
    seeded = table_of(COLOUR, DAY, field, rows=ROWS, seed=8).make(0, ROWS)["x"]
    assert not here.equals(seeded)


@pytest.mark.parametrize("field", EVERY_FIELD)
def test_a_table_without_rows_can_be_made(field):
    assert table_of(COLOUR, DAY, field, rows=0).make(0, 0).num_rows == 0


@pytest.mark.parametrize("unique", [False, True])
@pytest.mark.parametrize("name", FORMATS)
def test_what_is_made_of_a_format_is_of_that_format(name, unique):
    field = {**FORMAT_EXAMPLES[name], "constraints": {"unique": unique}}
    if unique and problems(field, rows=500):
        pytest.skip("there are not so many")
    cells = table_of(field, rows=500).make(0, 500)["x"].combine_chunks()
    assert CHECKERS[name].accepted(cells).all()
    assert not unique or len(cells.unique()) == 500


@pytest.mark.parametrize("variation", VARIATIONS[1:])
@pytest.mark.parametrize("name", BY_TYPE)
def test_nulls_come_in_their_share_wherever_they_are_asked_for(name, variation):
    cells = table_of({**TYPE_EXAMPLES[name], **variation}, rows=10_000).make(0, 10_000)["x"]
    share = variation.get("null_fraction", 0.1)
    assert abs(cells.null_count / 10_000 - share) < 4 * (share * (1 - share) / 10_000) ** 0.5


@pytest.mark.parametrize("name", BY_TYPE)
def test_without_a_word_about_nulls_there_are_none(name):
    assert table_of(TYPE_EXAMPLES[name]).make(0, 1000)["x"].null_count == 0

"""Schemas that cannot be made: a title, the document, where it is wrong, and the code for it."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from .families import ID, children, key, link, parents, table


class Impossible(NamedTuple):
    """`rows`: how many are asked for, None where the tables say it themselves."""

    title: str
    document: dict[str, Any]
    path: str
    code: str
    rows: int | None = 1000


def field(title: str, at: str, code: str, **said: Any) -> Impossible:
    """A table of one field `x`; `at` leads from the field to the culprit."""
    path = f"fields[0].{at}" if at else "fields[0]"
    return Impossible(title, {"name": "things", "fields": [{"name": "x", **said}]}, path, code)


def limited(title: str, at: str, code: str, type_: str, **constraints: Any) -> Impossible:
    at = f"constraints.{at}".removesuffix(".")
    return field(title, at, code, type=type_, constraints=constraints)


def unique(title: str, **said: Any) -> Impossible:
    constraints = {"unique": True, **said.pop("constraints", {})}
    return field(title, "constraints.unique", "too_few_values", **said, constraints=constraints)


def made(title: str, at: str, code: str, type_: str, kind: str, **parameters: Any) -> Impossible:
    constraints = parameters.pop("constraints", {})
    generator = {"kind": kind, **parameters}
    at = f"generator.{at}".removesuffix(".")
    return field(title, at, code, type=type_, generator=generator, constraints=constraints)


def spelt(title: str, code: str, pattern: str, **constraints: Any) -> Impossible:
    given = {"pattern": pattern, **constraints}
    return field(title, "constraints.pattern", code, constraints=given)


def ruled(title: str, at: str, code: str, *rules: dict[str, Any]) -> Impossible:
    fields = [
        {"name": "a", "type": "integer", "constraints": {"minimum": 1, "maximum": 10}},
        {"name": "b", "type": "integer", "constraints": {"minimum": 20, "maximum": 30}},
        {"name": "start", "type": "date",
         "constraints": {"minimum": "2024-01-01", "maximum": "2024-06-30"}},
        {"name": "end", "type": "date",
         "constraints": {"minimum": "2023-01-01", "maximum": "2023-12-31"}},
        {"name": "word", "constraints": {"enum": ["x", "y"]}},
    ]  # fmt: skip
    return Impossible(title, {"name": "t", "fields": fields, "rules": list(rules)}, at, code)


def whole(title: str, at: str, code: str, **said: Any) -> Impossible:
    age = {"name": "age", "type": "integer"}
    return Impossible(title, {"name": "things", "fields": [age], **said}, at, code)


def related(title: str, at: str, code: str, *tables: dict[str, Any]) -> Impossible:
    return Impossible(title, {"name": "world", "tables": list(tables)}, at, code, None)


def before(low: str, high: str) -> dict[str, Any]:
    return {"rule": "inequality", "low": low, "high": high, "strict": True}


def bound_to(target: str = "id", type_: str = "integer", table_: str = "parents") -> list[Any]:
    child = table("children", {"name": "parent", "type": type_}, rows=5,
                  foreign_keys=[key("parent", table_, target)])  # fmt: skip
    return [parents(10, {"name": "name"}), child]


def counted(rows: int | None = None, **per_parent: Any) -> list[Any]:
    return [parents(100), children(rows=rows, per_parent=per_parent)]


def nested(depth: int) -> dict[str, Any]:
    inner: dict[str, Any] = {"name": "f", "type": "integer"}
    for _ in range(depth):
        inner = {"name": "f", "type": "object", "fields": [inner]}
    return inner


CIRCLE = [
    table("a", ID, link("b"), rows=5, primary_key=["id"], foreign_keys=[key("b", "b")]),
    table("b", ID, link("a"), rows=5, primary_key=["id"], foreign_keys=[key("a", "a")]),
]

TOO_FEW = (
    unique("999 integers for 1,000 rows", type="integer",
           constraints={"minimum": 1, "maximum": 999}),
    unique("a narrow price", type="number", constraints={"minimum": 1, "maximum": 2},
           generator={"kind": "uniform", "decimal_places": 2}),
    unique("an enum of three", constraints={"enum": ["a", "b", "c"]}),
    unique("a category of two", generator={"kind": "category", "values": ["a", "b"]}),
    unique("yes and no", type="boolean"),
    unique("31 days", type="date", constraints={"minimum": "2025-01-01", "maximum": "2025-01-31"}),
    unique("a day for each of 1,000", type="date",
           generator={"kind": "datetime", "minimum": "2025-01-01", "maximum": "2025-12-31"}),
    unique("country codes", format="country"),
    unique("currencies", format="currency"),
    unique("durations", format="duration"),
    field("codes of three digits", "constraints.pattern", "too_few_values",
          constraints={"unique": True, "pattern": "[A-B][0-9]{2}"}),
    field("a pattern of a generator", "generator.pattern", "too_few_values",
          constraints={"unique": True}, generator={"kind": "pattern", "pattern": "X[0-9]"}),
    field("a constant", "generator", "too_few_values",
          constraints={"unique": True}, generator={"kind": "constant", "value": "a"}),
    field("a sequence that stands still", "generator.step", "too_few_values", type="integer",
          constraints={"unique": True}, generator={"kind": "sequence", "step": 0}),
    Impossible("phones of a small range", {"name": "t", "locale": "de_DE", "fields": [
        {"name": "x", "format": "phone", "constraints": {"unique": True}}]},
        "fields[0].constraints.unique", "too_few_values", 100_000),
    Impossible("a primary key of ten", {"name": "t", "primary_key": ["id"], "fields": [
        {"name": "id", "type": "integer", "constraints": {"minimum": 1, "maximum": 10}}]},
        "fields[0].constraints.unique", "too_few_values"),
    Impossible("a primary key of weekdays", {"name": "t", "primary_key": ["day"], "fields": [
        {"name": "day", "constraints": {"enum": ["mon", "tue"]}}]},
        "fields[0].constraints.unique", "too_few_values"),
    Impossible("pairs of a key", {"name": "t", "primary_key": ["a", "b"], "fields": [
        {"name": n, "type": "integer", "constraints": {"minimum": 1, "maximum": 10}} for n in "ab"
        ]}, "primary_key", "too_few_values"),
    made("unique cities", "", "", "string", "person", part="city", constraints={"unique": True})
    ._replace(path="fields[0].constraints.unique", code="unique_not_possible"),
    limited("unique floats", "unique", "unique_float", "number", unique=True),
)  # fmt: skip

RANGES = (
    limited("minimum over maximum", "", "empty_range", "integer", minimum=9, maximum=1),
    limited("no whole number inside", "", "empty_range", "integer", minimum=0.2, maximum=0.8),
    limited("nothing between neighbours", "", "empty_range", "integer",
            exclusiveMinimum=1, exclusiveMaximum=2),
    limited("no multiple inside", "", "empty_range", "integer",
            minimum=11, maximum=19, multipleOf=10),
    limited("a step of nothing", "multipleOf", "bad_multiple", "integer", multipleOf=0),
    limited("beyond the largest float", "", "empty_range", "number",
            exclusiveMinimum=1.7976931348623157e308),
    limited("a number larger than any", "minimum", "too_wide", "number", minimum=10**400),
    limited("a whole number of 309 digits", "", "too_wide", "integer",
            minimum=-1.7e308, maximum=1.7e308),
    made("a bell beyond the largest float", "truncate", "too_wide", "number", "normal",
         mean=1e308, stddev=1e308),
    limited("lengths the wrong way round", "minLength", "empty_range", "string",
            minLength=5, maxLength=3),
    limited("a day as a number's end", "minimum", "bad_bound", "integer", minimum="2024-01-01"),
    limited("a range for text", "minimum", "wrong_constraint", "string", minimum=3),
    limited("a length for numbers", "minLength", "wrong_constraint", "integer", minLength=3),
    limited("days the wrong way round", "", "empty_range", "date",
            minimum="2025-02-01", maximum="2025-01-01"),
    made("the generator outside the constraint", "", "empty_range", "integer", "uniform",
         minimum=5, constraints={"maximum": 4}),
    made("a truncation where nothing is", "truncate", "empty_truncation", "number", "normal",
         truncate=[90, 91]),
    made("a truncation the wrong way round", "truncate", "empty_range", "number", "normal",
         truncate=[5, 1]),
    made("a heavy tail without an end", "truncate", "too_wide", "number", "pareto",
         shape=0.3, decimal_places=2),
    made("a wait of a million years", "maximum", "too_wide", "duration", "timedelta",
         maximum=10**9, unit="weeks"),
    made("a sequence past its maximum", "start", "out_of_range", "integer", "sequence",
         constraints={"maximum": 500}),
)  # fmt: skip

WEIGHTS = (
    made("a value in a million that is forbidden", "", "constraint_conflict", "integer", "category",
         values=[0, 5], weights=[1e-6, 1], constraints={"minimum": 1})._replace(
        path="fields[0].constraints.minimum"),
    made("two values, one weight", "weights", "weights_mismatch", "string", "category",
         values=["a", "b"], weights=[1]),
    made("one value, three weights", "weights", "weights_mismatch", "string", "category",
         values=["a"], weights=[1, 2, 3]),
    made("weights of nothing", "weights", "weights_zero", "string", "category",
         values=["a", "b"], weights=[0, 0]),
    made("a negative weight", "weights[0]", "greater_than_equal", "string", "category",
         values=["a", "b"], weights=[-1, 2]),
    made("a share of 30", "p", "less_than_equal", "boolean", "bernoulli", p=30),
    made("a value outside the enum", "values", "enum_conflict", "string", "category",
         values=["a", "b"], constraints={"enum": ["a"]}),
)  # fmt: skip

PATTERNS = (
    spelt("a million repeats", "pattern_too_large", "a{1000000}"),
    spelt("repeats of repeats", "pattern_too_large", "(?:a{500}){500}"),
    spelt("repeats the wrong way round", "pattern_too_large", "a{5,2}"),
    spelt("look-ahead", "bad_pattern", "(?=a)b"),
    spelt("a back-reference", "bad_pattern", r"(a)\1"),
    spelt("an open class", "bad_pattern", "[a-z"),
    spelt("an anchor in the middle", "pattern_not_built", "a$b"),
    spelt("letters beyond ASCII", "pattern_not_built", "ä+"),
    spelt("exponentially many states", "pattern_not_built", "[ab]*a[ab]{13}"),
    spelt("texts too long to count", "pattern_not_built", "(?:a{0,80}){10}", unique=True),
    spelt("nested too deeply", "pattern_not_built", "(" * 60 + "a" + ")" * 60),
    spelt("ten letters in five", "no_such_text", "[a-z]{10}", maxLength=5),
    spelt("two letters, at least five", "no_such_text", "[a-z]{2}", minLength=5),
    field("names that are never so short", "constraints.maxLength", "constraint_conflict",
          constraints={"maxLength": 5}, generator={"kind": "person"}),
    field("numbers that are no capitals", "constraints.pattern", "constraint_conflict",
          constraints={"pattern": "[A-Z]+"}, generator={"kind": "sequence"}),
)  # fmt: skip

RULES = (
    ruled("each before the other", "rules[1]", "rules_contradict",
          before("a", "b"), before("b", "a")),
    ruled("the end before the start", "rules[0]", "empty_window", before("start", "end")),
    ruled("a word before a day", "rules[0]", "wrong_type", before("word", "end")),
    Impossible("yes above no", {"name": "t", "fields": [
        {"name": "a", "type": "boolean"}, {"name": "b", "type": "integer"}],
        "rules": [{"rule": "implies", "when": "b > 5", "then": "a >= TRUE"}]},
        "rules[0].then", "wrong_type"),
    Impossible("exact shares and a combination", {"name": "t", "fields": [
        {"name": "a", "generator": {"kind": "category", "values": ["x"], "quota": "exact"}},
        {"name": "b"}], "rules": [{"rule": "fixed_combinations", "fields": ["a", "b"],
                                   "combinations": [["y", "z"]]}]},
        "rules[0].fields[0]", "rules_contradict"),
    Impossible("empty beside its combination", {"name": "t", "fields": [
        {"name": "a", "null_when": "c > 3"}, {"name": "b"}, {"name": "c", "type": "integer"}],
        "rules": [{"rule": "fixed_combinations", "fields": ["a", "b"],
                   "combinations": [["y", "z"]]}]},
        "rules[0].fields[0]", "rules_contradict"),
    ruled("a rule about nobody", "rules[0].low", "unknown_column", before("aa", "b")),
    ruled("a rule nobody knows", "rules[0].rule", "unknown_rule",
          {"rule": "inequalty", "low": "a", "high": "b"}),
    ruled("a correlation with words", "rules[0].fields[1]", "not_ordered",
          {"rule": "correlation", "fields": ["a", "word"], "r": 0.5}),
    ruled("shares of what cannot be", "rules[0].total", "empty_window",
          {"rule": "sum_to", "fields": ["a", "b"], "total": 1000}),
    ruled("two hundred pairs of twenty", "rules[0].fields", "too_few_values",
          {"rule": "unique_together", "fields": ["a", "word"]}),
)  # fmt: skip

WORDS = (
    field("a misspelt format", "format", "unknown_format", format="emial"),
    field("a format of another type", "format", "wrong_type", type="integer", format="email"),
    field("a misspelt type", "type", "literal_error", type="integr"),
    made("a misspelt kind", "kind", "unknown_kind", "number", "nromal"),
    made("a kind of another type", "kind", "wrong_type", "string", "normal"),
    made("a language nobody speaks here", "locale", "unknown_locale", "string", "person",
         locale="tlh"),
    made("a field that is not there", "", "unknown_field", "string", "lookup",
         of="y", values={"a": "b"}),
    made("a field made from itself", "", "cycle", "string", "lookup", of="x", values={"a": "b"}),
    made("a column that is not there", "expr", "unknown_column", "integer", "expression",
         expr="y + 1"),
    made("a template without a number", "template", "bad_template", "string", "sequence",
         template="INV"),
    made("a template that reaches for more", "template", "bad_template", "string", "sequence",
         template="{n.__class__}"),
    made("a part too many", "nonsense", "unknown_key", "number", "normal", nonsense=1),
    made("values that are no numbers", "values[1]", "wrong_type", "integer", "category",
         values=[1, "two"]),
    made("a mean and a median", "", "two_centres", "number", "lognormal", mean=1, median=2),
    field("a name with a blank", "name", "bad_name", type="integer")
    ._replace(document={"name": "things", "fields": [{"name": "first name"}]}),
    field("required and empty", "constraints.required", "nullable_required",
          nullable=True, constraints={"required": True}),
    field("text that only a model writes", "generator.kind", "needs_model",
          generator={"kind": "llm_text"}),
    whole("a locale of no country", "locale", "unknown_locale", locale="de_XX"),
    whole("a key that is not there", "primary_key[0]", "unknown_field", primary_key=["agee"]),
    whole("a key that may be empty", "primary_key[0]", "nullable_key", primary_key=["age"],
          fields=[{"name": "age", "type": "integer", "nullable": True}]),
    whole("a key that is always empty", "primary_key[0]", "nullable_key", primary_key=["age"],
          fields=[{"name": "age", "generator": {"kind": "constant", "value": None}}]),
    whole("the same name twice", "fields[1].name", "duplicate_field",
          fields=[{"name": "age"}, {"name": "age"}]),
    whole("an expectation of nothing", "expectations[0]", "unknown_field",
          expectations=[{"check": "not_null", "field": "agee"}]),
    whole("no fields", "fields", "too_short", fields=[]),
    whole("201 fields", "fields", "too_many_fields",
          fields=[{"name": f"f{number}"} for number in range(201)]),
    whole("objects in objects, seven deep", "fields[0]" + 4 * ".fields[0]" + ".fields", "too_deep",
          fields=[nested(6)]),
)  # fmt: skip

TABLES = (
    related("a table that is not there", "tables[1].foreign_keys[0].reference.table",
            "unknown_table", *bound_to(table_="parent")),
    related("a parent's field that is not there", "tables[1].foreign_keys[0].reference.fields[0]",
            "unknown_field", *bound_to("idd")),
    related("a key of another type", "tables[1].foreign_keys[0].fields", "type_mismatch",
            *bound_to(type_="string")),
    related("a reference to what is not unique", "tables[1].foreign_keys[0].reference.fields",
            "reference_not_unique", *bound_to("name", "string")),
    related("tables in a circle", "tables[0].foreign_keys", "table_cycle", *CIRCLE),
    related("more lines than parents take", "tables[1].foreign_keys[0].per_parent",
            "counts_do_not_fit", *counted(601, minimum=1, maximum=6)),
    related("counts the wrong way round", "tables[1].foreign_keys[0].per_parent.minimum",
            "empty_range", *counted(50, minimum=6, maximum=1)),
    related("children of parents that have none",
            "tables[1].foreign_keys[0].per_parent.share_with_none", "counts_do_not_fit",
            *counted(5, share_with_none=1)),
    related("line numbers that tell no rows apart", "tables[1].fields[1].constraints.unique",
            "unique_not_possible", parents(10),
            table("lines", link("parent"), {"name": "line", "type": "integer",
                  "generator": {"kind": "line_number"}}, rows=50, primary_key=["line"],
                  foreign_keys=[key("parent", "parents")])),
    related("nobody says how many", "tables[1].rows", "rows_missing",
            parents(10), table("others", ID)),
    related("the same table twice", "tables[1].name", "duplicate_table",
            parents(10), parents(10)),
    related("201 tables", "tables", "too_many_tables",
            *(table(f"t{number}", ID, rows=1) for number in range(201))),
)  # fmt: skip

IMPOSSIBLE = (*TOO_FEW, *RANGES, *WEIGHTS, *PATTERNS, *RULES, *WORDS, *TABLES)


def copied(case: Impossible) -> Any:
    return json.loads(json.dumps(case.document))

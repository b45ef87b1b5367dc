"""Which fixes each problem has, the one that changes least first."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import count
from math import ceil, isfinite, log10
from typing import Any

from ..core import kinds, models
from ..core.errors import Problem
from .mending import Mender, Spot, Steps
from .registry import FORMATS, KINDS

SUGGESTED = re.compile(r"did you mean '([^']+)'")
LISTED = re.compile(r"(?:known|fields|tables|one of|makes)[: ]+'?([\w-]+)")
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?")
COUNTED = re.compile(r"\{(\d+)(,?)(\d*)\}")
MOST_TABLES = MOST_FIELDS = 200
SOME_ROWS = 100
UNITS = ("generator", "rules", "expectations", "foreign_keys", "primary_key", "constraints")
"""What can be taken out of a schema and leaves one behind; the innermost goes first."""
FILLER: dict[str, Any] = {"kind": "text"}
COUNTER: dict[str, Any] = {"kind": "sequence"}


def menders_of(problem: Problem) -> tuple[Mender, ...]:
    """At last, what is wrong is taken out; of a field all but its name is taken away."""
    is_ruled = "rules[" in problem.path
    special = () if is_ruled and problem.code not in _ANYWHERE else MENDERS.get(problem.code, ())
    return (*special, drop_value, drop_unit, make_plain)


# ── whatever the problem is ───────────────────────────────────────────────────────────────────


def drop_value(spot: Spot) -> None:
    """Where that can be missing: a rule or a generator without one of its parts is another."""
    unit = _unit(spot)
    if unit is None or spot.get(unit) is None or unit[-1] == "constraints":
        _drop_optional(spot)
    elif isinstance(unit[-1], int) or spot.steps == unit:
        spot.drop(unit)
    else:
        _drop_optional(spot)


def _drop_optional(spot: Spot) -> None:
    if spot.steps and spot.steps[-1] not in ("name", "fields", "tables") and spot.steps != spot.field:
        spot.drop(spot.steps)


def drop_unit(spot: Spot) -> None:
    unit = _unit(spot)
    if unit is not None:
        spot.drop(unit)


def _unit(spot: Spot) -> Steps | None:
    """The innermost rule, key, check, generator or constraints that the path leads into."""
    for end in range(len(spot.steps), 0, -1):
        last = spot.steps[end - 1]
        is_member = isinstance(last, int) and spot.steps[end - 2] in UNITS[1:5]
        if is_member or last in ("generator", "constraints", "primary_key", "null_when"):
            return spot.steps[:end]
    return None


def make_plain(spot: Spot) -> None:
    """A field of its name and type alone."""
    field = spot.get(spot.field) if spot.field else None
    if isinstance(field, dict) and spot.field:
        kept = field.get("type") if field.get("type") in _PLAIN else "string"
        spot.put(spot.field, {"name": field.get("name"), "type": kept})


_PLAIN = ("string", "integer", "number", "boolean", "date", "time", "datetime", "duration")


def _dropping(*names: str) -> Mender:
    """Parts of the field, each written as a path: `constraints.unique`."""

    def mend(spot: Spot) -> None:
        for name in names if spot.field else ():
            spot.drop((*(spot.field or ()), *name.split(".")))

    return mend


def _setting(name: str, value: Any) -> Mender:
    def mend(spot: Spot) -> None:
        if spot.field:
            spot.put((*spot.field, *name.split(".")), value)

    return mend


def _all(*menders: Mender) -> Mender:
    def mend(spot: Spot) -> None:
        for each in menders:
            each(spot)

    return mend


# ── words ─────────────────────────────────────────────────────────────────────────────────────


def take_suggestion(spot: Spot) -> None:
    """The word that the hint names; where the path leads to a generator, its misspelt field."""
    found = SUGGESTED.search(spot.problem.hint)
    if found is None:
        return
    value = spot.value
    if isinstance(value, str):
        spot.put(spot.steps, found[1])
    elif isinstance(value, dict):
        wrong = re.search(r"'([^']+)'", spot.problem.message)
        for key, word in value.items():
            if wrong and word == wrong[1]:
                spot.put((*spot.steps, key), found[1])


def correct_word(spot: Spot) -> None:
    """A column's name inside an expression."""
    found, wrong = (
        SUGGESTED.search(spot.problem.hint),
        re.search(r"'([^']+)'", spot.problem.message),
    )
    if found and wrong and isinstance(spot.value, str):
        spot.put(spot.steps, re.sub(rf"\b{re.escape(wrong[1])}\b", found[1], spot.value))


def rename_key(spot: Spot) -> None:
    """To a key of the language that it resembles."""
    holder, key = spot.get(spot.steps[:-1]), str(spot.steps[-1])
    near = difflib.get_close_matches(key, _language_keys(), n=1, cutoff=0.75)
    if near and isinstance(holder, dict) and near[0] not in holder:
        value = spot.value
        spot.put((*spot.steps[:-1], near[0]), value)
        spot.drop(spot.steps)


@lru_cache(maxsize=1)
def _language_keys() -> list[str]:
    words: set[str] = set()
    found: list[type[kinds.Word]] = [kinds.Word]
    for word in found:
        found += [sub for sub in word.__subclasses__() if sub not in found]
        words |= {field.alias or name for name, field in word.model_fields.items()}
    return sorted(words | set(models.DataSchema.model_fields))


def make_name(spot: Spot) -> None:
    """Of the letters and digits that are there; a table of a flat schema is named like it."""
    value = spot.value
    plain = re.sub(r"\W+", "_", str(value)).strip("_")[:60]
    name = plain if plain and not plain[0].isdigit() else f"x_{plain}".rstrip("_")
    spot.put(spot.steps, name)
    if spot.steps == ("name",) and spot.get(("tables", 0, "name")) == value:
        spot.put(("tables", 0, "name"), name)


def add_what_is_missing(spot: Spot) -> None:
    """A name, or a first field; other parts nobody can guess."""
    last = spot.steps[-1]
    if last == "name":
        number = next((step for step in reversed(spot.steps) if isinstance(step, int)), 0)
        spot.put(spot.steps, f"{spot.steps[-3]}_{number + 1}".replace("fields_", "field_"))
    elif last == "fields" and _unit(spot) is None:
        spot.put(spot.steps, [{"name": "id", "type": "integer", "generator": dict(COUNTER)}])
    elif last == "tables":
        fields = [{"name": "id", "type": "integer", "generator": dict(COUNTER)}]
        spot.put(spot.steps, [{"name": "dataset", "fields": fields}])
    else:
        drop_unit(spot)


def rename_second(spot: Spot) -> None:
    siblings = spot.get(spot.steps[:-2]) or []
    taken = {one.get("name") for one in siblings if isinstance(one, dict)}
    names = (f"{spot.value}_{number}" for number in count(2))
    spot.put(spot.steps, next(name for name in names if name not in taken))


def country_less(spot: Spot) -> None:
    """`de_XX` is German all the same."""
    language = re.split("[-_]", str(spot.value))[0].lower()
    if f"{language}_" in spot.problem.hint:
        spot.put(spot.steps, language)
    else:
        spot.drop(spot.steps)


# ── values ────────────────────────────────────────────────────────────────────────────────────


def read_value(spot: Spot) -> None:
    """Text that says the number or the truth value that belongs here."""
    spot.put(spot.steps, _read(spot.value, spot.problem.message))


def _read(value: Any, wanted: str) -> Any:
    if "list" in wanted and not isinstance(value, list | dict):
        return [value]
    text = str(value).strip().lower()
    if text in ("true", "yes", "false", "no"):
        return text in ("true", "yes")
    try:
        number = float(text)
    except ValueError:
        return value
    is_whole = isfinite(number) and ("whole" in wanted or number.is_integer())
    return int(number) if is_whole else number


def keep_to_bound(spot: Spot) -> None:
    """The nearest value allowed; a percentage where a share belongs is divided by a hundred."""
    found, value = NUMBER.search(spot.problem.message), spot.value
    if found is None or not isinstance(value, int | float):
        return
    bound = float(found[0])
    is_percent = bound == 1 and 1 < value <= 100 and "at most" in spot.problem.message
    inside = {"greater_than": bound + 1, "less_than": bound - 1}.get(spot.problem.code, bound)
    said = value / 100 if is_percent else inside
    spot.put(spot.steps, int(said) if float(said).is_integer() else said)


def cut(spot: Spot) -> None:
    """A list or text to its greatest length."""
    found, value = NUMBER.search(spot.problem.message), spot.value
    if found is not None and isinstance(value, list | str):
        spot.put(spot.steps, value[: int(found[0])])


def change_type(spot: Spot) -> None:
    """The field's type to one that its generator or format makes."""
    field = spot.get(spot.field) if spot.field else None
    if not isinstance(field, dict) or spot.field is None:
        return
    kind = (field.get("generator") or {}).get("kind")
    known = KINDS.get(kind) if spot.steps[-1] == "kind" else FORMATS.get(field.get("format"))
    if known is not None and spot.steps[-1] in ("kind", "format"):
        fitting = [type_ for type_ in _PLAIN if type_ in known.types]
        spot.put((*spot.field, "type"), fitting[0])


def convert_values(spot: Spot) -> None:
    """A list's values as the field's type; what cannot be read as one leaves the list."""
    field = spot.get(spot.field) if spot.field else None
    at = spot.steps[:-1] if isinstance(spot.steps[-1], int) else spot.steps
    values = spot.get(at)
    if not isinstance(field, dict) or not isinstance(values, list):
        return
    as_type = _READ.get(str(field.get("type")), str)
    read = [as_type(value) for value in values]
    generator, known = spot.get(at[:-1]), [value for value in read if value is not None]
    if known and isinstance(generator, dict):
        if isinstance(weights := generator.get("weights"), list) and len(weights) == len(read):
            kept = [w for w, v in zip(weights, read, strict=True) if v is not None]
            generator["weights"] = kept
        generator[at[-1]] = known


def _number_or_none(value: Any) -> Any:
    read = _read(value, "")
    return read if isinstance(read, int | float) and not isinstance(read, bool) else None


def _truth_or_none(value: Any) -> Any:
    return {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}.get(
        str(value).lower()
    )


_READ: dict[str, Callable[[Any], Any]] = {
    "number": _number_or_none,
    "integer": lambda value: n if isinstance(n := _number_or_none(value), int) else None,
    "boolean": _truth_or_none,
    **dict.fromkeys(
        ("date", "time", "datetime"), lambda value: value if _is_moment(value) else None
    ),
}


def _is_moment(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d.*|\d\d:\d\d.*", value) is not None


def fit_weights(spot: Spot) -> None:
    """As many as there are values; a new one weighs as much as the others on average."""
    path = (*spot.steps[:-1], "values")
    if spot.steps[-2:-1] == ("weights",):
        path = (*spot.steps[:-2], "values", spot.steps[-1])
    weights, values = spot.value, spot.get(path)
    if isinstance(weights, list) and weights and isinstance(values, list):
        mean = sum(weights) / len(weights)
        spot.put(spot.steps, [*weights, *[mean] * len(values)][: len(values)])


def allow_values(spot: Spot) -> None:
    """What the generator makes joins the enum."""
    if spot.field is None:
        return
    at = (*spot.field, "constraints", "enum")
    allowed, made = spot.get(at), spot.get((*spot.field, "generator", "values"))
    if isinstance(allowed, list) and isinstance(made, list):
        spot.put(at, [*allowed, *(value for value in made if value not in allowed)])


# ── ranges ────────────────────────────────────────────────────────────────────────────────────

ENDS = (
    ("minimum", "maximum"), ("exclusiveMinimum", "exclusiveMaximum"), ("minLength", "maxLength"),
)  # fmt: skip


def swap_ends(spot: Spot) -> None:
    value = spot.value
    if isinstance(value, list) and len(value) == 2 and None not in value:
        spot.put(spot.steps, sorted(value))
    for at in (spot.steps, spot.steps[:-1]):
        holder = spot.get(at)
        if isinstance(holder, dict):
            _swap(spot, at, holder)


def _swap(spot: Spot, at: Steps, holder: dict[str, Any]) -> None:
    for low, high in ENDS:
        first, last = holder.get(low), holder.get(high)
        if first is None or last is None or type(first) is not type(last):
            continue
        if first > last:
            spot.put((*at, low), last)
            spot.put((*at, high), first)


def open_ends(spot: Spot) -> None:
    """The upper ends go; where a generator has a range of its own, that goes."""
    holder = spot.value if isinstance(spot.value, dict) else spot.get(spot.steps[:-1])
    at = spot.steps if isinstance(spot.value, dict) else spot.steps[:-1]
    for name in ("maximum", "exclusiveMaximum", "maxLength") if isinstance(holder, dict) else ():
        spot.drop((*at, name))


_BOUNDS = _dropping(*(f"constraints.{name}" for pair in ENDS[:2] for name in pair),
                    "constraints.multipleOf")  # fmt: skip


def cut_tails(spot: Spot) -> None:
    """A range for a distribution without one."""
    if spot.field is not None and isinstance(spot.get((*spot.field, "generator")), dict):
        spot.put((*spot.field, "generator", "truncate"), [0, 1_000_000])


def widen(spot: Spot) -> None:
    """Room for unique values: a higher maximum, or one more repetition in a pattern."""
    if spot.field is None:
        return
    for holder in ("generator", "constraints"):
        inner = spot.get((*spot.field, holder))
        if isinstance(inner, dict):
            _raise_maximum(spot, (*spot.field, holder), inner)
            _repeat_more(spot, (*spot.field, holder, "pattern"), inner.get("pattern"))


def _raise_maximum(spot: Spot, at: Steps, holder: dict[str, Any]) -> None:
    low, high = holder.get("minimum", 0), holder.get("maximum")
    if isinstance(low, int) and isinstance(high, int | float):
        step = spot.get((*(spot.field or ()), "constraints", "multipleOf")) or 1
        spot.put((*at, "maximum"), low + ceil(max(spot.rows, 1) * 10 * step))


def _repeat_more(spot: Spot, at: Steps, pattern: Any) -> None:
    exist = NUMBER.findall(spot.problem.message.replace(",", ""))
    if not isinstance(pattern, str) or len(exist) < 2 or int(exist[1]) < 1:
        return
    more = ceil(log10(int(exist[0]) / int(exist[1]))) + 1
    last = next(reversed([*COUNTED.finditer(pattern)]), None)
    longer = f"{pattern}[0-9]{{{more}}}"
    if last is not None and not last[2]:
        counted = f"{{{int(last[1]) + more}}}"
        longer = pattern[: last.start()] + counted + pattern[last.end() :]
    spot.put(at, longer)


def let_repeat(spot: Spot) -> None:
    """Not unique; a primary key is numbered instead."""
    field = spot.get(spot.field) if spot.field else None
    if spot.field is None or not isinstance(field, dict):
        return
    if spot.get((*spot.table, "primary_key")) == [field.get("name")]:
        kept = field["type"] if field.get("type") in ("integer", "string") else "string"
        number = {"name": field["name"], "type": kept, "generator": dict(COUNTER)}
        spot.put(spot.field, number)
    else:
        spot.drop((*spot.field, "constraints", "unique"))


def start_inside(spot: Spot) -> None:
    """A sequence begins at the minimum, and is allowed to go on."""
    if spot.field is not None:
        low = spot.get((*spot.field, "constraints", "minimum"))
        if isinstance(low, int):
            spot.put((*spot.field, "generator", "start"), low)
        spot.drop((*spot.field, "constraints", "maximum"))


def mend_template(spot: Spot) -> None:
    """What stands before the first brace, then the number."""
    spot.put(spot.steps, str(spot.value).split("{")[0].replace("}", "") + "{n}")


def repeat_less(spot: Spot) -> None:
    """Counts in order, none above a thousand."""
    if isinstance(spot.value, str):
        spot.put(spot.steps, COUNTED.sub(_count, spot.value))


def _count(found: re.Match[str]) -> str:
    numbers = sorted(min(int(number), 1000) for number in (found[1], found[3]) if number)
    return "{" + found[2].join(map(str, numbers)) + (found[2] if not found[3] else "") + "}"


# ── tables ────────────────────────────────────────────────────────────────────────────────────


def _of_key(spot: Spot, part: str) -> Sequence[Any]:
    found = spot.get((*spot.table, "foreign_keys", *_number(spot), *part.split(".")))
    return found if isinstance(found, list) else ()


def _number(spot: Spot) -> Steps:
    return spot.steps[3:4] if spot.steps[2:3] == ("foreign_keys",) else ()


def _parent(spot: Spot) -> Spot | None:
    """The same problem, seen from the table that a foreign key refers to."""
    name = spot.get((*spot.table, "foreign_keys", *_number(spot), "reference", "table"))
    for number, table in enumerate(spot.get(("tables",)) or ()):
        if isinstance(table, dict) and table.get("name") == (name or table.get("name")):
            return Spot(spot.document, spot.problem, ("tables", number))
    return None


def match_types(spot: Spot) -> None:
    """The child's fields become what the parent's are."""
    parent = _parent(spot)
    pairs = zip(_of_key(spot, "fields"), _of_key(spot, "reference.fields"), strict=False)
    for own, other in pairs if parent else ():
        mine, theirs = spot.named(own), parent.named(other) if parent else None
        if mine and theirs and parent:
            kept = {key: spot.get((*mine, key)) for key in ("nullable", "null_fraction")}
            told = {key: value for key, value in kept.items() if value is not None}
            spot.put(mine, {"name": own, "type": parent.get((*theirs, "type")) or "string", **told})


def make_referable(spot: Spot) -> None:
    """The parent's fields become its primary key."""
    parent = _parent(spot)
    if parent is not None:
        parent.put((*parent.table, "primary_key"), [*_of_key(spot, "reference.fields")])


def make_nullable(spot: Spot) -> None:
    for name in _of_key(spot, "fields"):
        if field := spot.named(name):
            spot.put((*field, "nullable"), True)


def be_without_parent(spot: Spot) -> None:
    make_nullable(spot)
    spot.put((*spot.table, "foreign_keys", *_number(spot), "optional_fraction"), 0.1)


def fill_key(spot: Spot) -> None:
    """A part of the primary key is never empty."""
    if field := spot.named(spot.value):
        for name in ("nullable", "null_fraction", "null_when"):
            spot.drop((*field, name))


def _of_table(name: str) -> Mender:
    return lambda spot: spot.drop((*spot.table, name))


def give_rows(spot: Spot) -> None:
    spot.put((*spot.table, "rows"), SOME_ROWS)


def cut_circle(spot: Spot) -> None:
    """Foreign keys that begin the circle which the message names."""
    names = set(re.findall(r"\w+", spot.problem.message.partition(": ")[2]))
    for number, key in enumerate(spot.get((*spot.table, "foreign_keys")) or ()):
        if key.get("reference", {}).get("table") in names:
            spot.drop((*spot.table, "foreign_keys", number))


def split_table(spot: Spot) -> None:
    """Further fields go into tables of their own, with as many rows."""
    table, tables = spot.get(spot.table), spot.get(("tables",))
    fields = table["fields"]
    for number, start in enumerate(range(MOST_FIELDS, len(fields), MOST_FIELDS), 2):
        part = {"name": f"{table['name']}_{number}", "fields": fields[start : start + MOST_FIELDS]}
        tables.append({**part, **({"rows": table["rows"]} if "rows" in table else {})})
    table["fields"] = fields[:MOST_FIELDS]


def keep_tables(spot: Spot) -> None:
    spot.put(("tables",), spot.get(("tables",))[:MOST_TABLES])


def make_text(spot: Spot) -> None:
    """What is nested too deeply, and what only a model could write, is text."""
    for name in ("items", "fields", "generator"):
        spot.drop((*spot.steps[:-1], name))
    spot.put((*spot.steps[:-1], "type"), "string")


def use_filler(spot: Spot) -> None:
    _setting("generator", dict(FILLER))(spot)


def own_person(spot: Spot) -> None:
    if spot.field is not None:
        spot.put((*spot.field, "generator", "who"), spot.get((*spot.field, "name")))


def allow_nulls(spot: Spot) -> None:
    _all(_setting("nullable", True), _setting("null_fraction", 0))(spot)


_DROP_MAKER = _dropping("generator")
_EXPRESSION = (correct_word, drop_unit)
_PER_PARENT = (drop_value, lambda spot: spot.drop((*spot.steps[:4], "per_parent")), drop_unit)
_ANYWHERE = frozenset({"unknown_field", "unknown_rule", "unknown_column", "missing", "unknown_key"})

MENDERS: dict[str, tuple[Mender, ...]] = {
    # The document's shape.
    "bad_name": (make_name,),
    **dict.fromkeys(
        ("unknown_kind", "unknown_rule", "unknown_check"), (take_suggestion, drop_unit)
    ),
    **dict.fromkeys(("kind_missing", "rule_missing", "check_missing"), (drop_unit,)),
    "literal_error": (take_suggestion,),
    "unknown_key": (rename_key, drop_value),
    "missing": (add_what_is_missing,),
    **dict.fromkeys(
        ("int_type", "int_parsing", "int_from_float", "float_type", "float_parsing", "bool_type",
         "bool_parsing", "tuple_type", "list_type"), (read_value,),
    ),
    **dict.fromkeys(
        ("greater_than_equal", "greater_than", "less_than_equal", "less_than"), (keep_to_bound,)
    ),
    **dict.fromkeys(("too_long", "string_too_long"), (cut,)),
    "too_deep": (make_text,),
    # Names and references.
    "unknown_locale": (country_less, drop_value),
    "too_many_tables": (keep_tables,),
    "too_many_fields": (split_table,),
    **dict.fromkeys(("duplicate_table", "duplicate_field"), (rename_second,)),
    **dict.fromkeys(("unknown_field", "unknown_table", "unknown_format"), (take_suggestion,)),
    "rows_missing": (give_rows,),
    "nullable_key": (fill_key,),
    # One field.
    "nullable_required": (_dropping("constraints.required"),),
    "empty_range": (swap_ends, open_ends, _dropping("generator.minimum", "generator.maximum"),
                    _BOUNDS),
    "enum_conflict": (allow_values,),
    "wrong_type": (change_type, convert_values),
    "weights_mismatch": (fit_weights, drop_value),
    "too_few_values": (_all(_dropping("generator.step"), widen), let_repeat),
    "unique_not_possible": (let_repeat,),
    "out_of_range": (start_inside,),
    "bad_template": (mend_template,),
    "null_required": (_all(_dropping("constraints.required"), allow_nulls),),
    "bad_bound": (read_value, drop_value),
    "too_wide": (cut_tails, _dropping("generator.truncate", "generator.start"), _BOUNDS),
    "empty_truncation": (_dropping("generator.truncate"), _BOUNDS),
    "two_centres": (_dropping("generator.mean"),),
    "length_impossible": (_dropping("generator.words"), _dropping("constraints.minLength")),
    "unique_float": (_setting("constraints.multipleOf", 0.01), let_repeat),
    "person_conflict": (own_person,),
    "unexpected_null": (allow_nulls,),
    "no_such_text": (_dropping("constraints.minLength", "constraints.maxLength"),),
    "pattern_too_large": (repeat_less,),
    "needs_model": (use_filler, let_repeat),
    "ambiguous_parent": (_setting("generator", dict(COUNTER)),),
    "unknown_column": _EXPRESSION,
    # Tables.
    "key_length": (drop_unit,),
    "type_mismatch": (match_types, drop_unit),
    "reference_not_unique": (make_referable, drop_unit),
    "optional_not_nullable": (make_nullable,),
    "self_reference_required": (be_without_parent,),
    "table_cycle": (cut_circle,),
    "overlapping_keys": (drop_unit,),
    **dict.fromkeys(("key_not_unique", "not_constructible"), (drop_value,)),
    "counts_do_not_fit": (_of_table("rows"), *_PER_PARENT),
    "counts_open": (give_rows, *_PER_PARENT),
    **dict.fromkeys(("skew_impossible", "too_many_parents", "too_many_rows"), _PER_PARENT),
}  # fmt: skip

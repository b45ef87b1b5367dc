"""Fixes of names, keys and words that do not exist, and of values of the wrong type or size."""

from __future__ import annotations

import difflib
import re
from functools import lru_cache
from itertools import count
from math import isfinite
from typing import Any

from ...core import kinds, models
from .anything import COUNTER, drop_unit, drop_value, unit_of
from .search import Spot, Steps

SUGGESTED = re.compile(r"did you mean '([^']+)'")
QUOTED = re.compile(r"'([^']+)'")
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?")


def take_suggestion(spot: Spot) -> None:
    """The word that the hint names; where the path leads to a generator, its misspelt field."""
    found = SUGGESTED.search(spot.problem.hint)
    if found is None:
        return
    value = spot.value
    if isinstance(value, str):
        spot.put(spot.steps, found[1])
    elif isinstance(value, dict):
        wrong = QUOTED.search(spot.problem.message)
        for key, word in value.items():
            if wrong and word == wrong[1]:
                spot.put((*spot.steps, key), found[1])


def correct_word(spot: Spot) -> None:
    """A column's name inside an expression."""
    found, wrong = SUGGESTED.search(spot.problem.hint), QUOTED.search(spot.problem.message)
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
    if not isinstance(value, str | int | float):
        add_what_is_missing(spot)
        return
    plain = re.sub(r"\W+", "_", str(value)).strip("_")[:60]
    name = plain if plain and not plain[0].isdigit() else f"x_{plain}".rstrip("_")
    spot.put(spot.steps, name)
    if spot.steps == ("name",) and spot.get(("tables", 0, "name")) == value:
        spot.put(("tables", 0, "name"), name)


def name_it(spot: Spot) -> None:
    if spot.steps[-1:] == ("name",):
        make_name(spot)
    else:
        drop_value(spot)


def add_what_is_missing(spot: Spot) -> None:
    """A name, or a first field; other parts nobody can guess."""
    last = spot.steps[-1]
    if last == "name":
        spot.put(spot.steps, _numbered(spot.steps))
    elif last in ("tables", "fields") and unit_of(spot) is None:
        fields = [{"name": "id", "type": "integer", "generator": dict(COUNTER)}]
        tables = [{"name": "dataset", "fields": fields}]
        spot.put(spot.steps, fields if last == "fields" else tables)
    else:
        drop_unit(spot)


def _numbered(steps: Steps) -> str:
    """`field_3` for the third of `fields`."""
    if len(steps) < 3 or not isinstance(steps[-2], int):
        return "dataset"
    return f"{str(steps[-3]).removesuffix('s')}_{steps[-2] + 1}"


def leave_out(spot: Spot) -> None:
    """A member of a list that is none; a list that is none gets a first member."""
    if spot.steps and isinstance(spot.steps[-1], int):
        spot.drop(spot.steps)
    elif spot.steps[-1:] in (("fields",), ("tables",)):
        add_what_is_missing(spot)
    else:
        drop_value(spot)


def rename_second(spot: Spot) -> None:
    siblings = spot.get(spot.steps[:-2]) or []
    taken = [one.get("name") for one in siblings if isinstance(one, dict)]
    names = (f"{spot.value}_{number}" for number in count(2))
    spot.put(spot.steps, next(name for name in names if name not in taken))


def country_less(spot: Spot) -> None:
    """`de_XX` is German all the same."""
    language = re.split("[-_]", str(spot.value))[0].lower()
    if f"{language}_" in spot.problem.hint:
        spot.put(spot.steps, language)
    else:
        spot.drop(spot.steps)


# ── plain values ───────────────────────────────────────────────────────────────────────────────


def read_value(spot: Spot) -> None:
    """Text that says the number or the truth value that belongs here; one value as a list."""
    if spot.steps[-1:] in (("fields",), ("tables",)):
        leave_out(spot)
        return
    spot.put(spot.steps, read_as(spot.value, spot.problem.message))


def read_as(value: Any, wanted: str) -> Any:
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

"""Amounts that follow from others: totals, and what a stay's days are."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from ..lexicon import entries as lexicon
from ..shaping import Shaped
from .conditions import sql_name
from .row import Row, empty_with, is_open, made_by

_TOTALS = ("total", "total amount", "total price", "sum", "grand total", "order total", "subtotal",
           "sub total", "line total", "invoice total", "total cost", "amount", "revenue",
           "order value", "net amount", "net total")  # fmt: skip
_COUNTS = (("quantity", "qty", "unit sold", "piece", "quantity sold", "quantity ordered"),
           ("night", "number of night", "nights stayed", "length of stay"))  # fmt: skip
_PRICES = (("unit price", "price", "price per unit", "item price", "list price", "selling price",
            "ticket price"),
           ("price per night", "nightly rate", "nightly price", "room rate", "night rate",
            "price", "rate"))  # fmt: skip


def total_of(row: Row) -> Shaped | None:
    """The first field that is a total by its name, of which nothing else was said."""
    for entry in _TOTALS:
        one = row.meaning(entry)
        if one and is_open(one) and "expr" not in one.field.get("generator", {}):
            return one
    return None


def base_of(row: Row) -> str:
    """Quantity × price, or nights × price a night, where both are there."""
    for counts, prices in zip(_COUNTS, _PRICES, strict=True):
        count, price = row.meaning(*counts), row.meaning(*prices)
        numbers = ("integer", "number")
        if count and price and {count.field["type"], price.field["type"]} <= set(numbers):
            return f"{sql_name(count.name)} * {sql_name(price.name)}"
    amount = row.meaning("amount", "net amount", "subtotal", "price")
    is_reduced = amount and row.meaning("discount") and row.meaning(*_TOTALS[:3])
    return sql_name(amount.name) if amount and is_reduced else ""


def aged(row: Row) -> None:
    """Who was born on a day is as old as that makes, to the day, where the age was left open."""
    age, birth = (
        row.meaning("age", "age in year"),
        row.meaning("birth date", "birthdate", "birthday"),
    )
    if age is None or birth is None or not is_open(age) or age.field["type"] != "integer":
        return
    if birth.field["type"] != "date" or birth.field.get("null_fraction") or not row.is_free(age):
        return
    today, name = row.setting.context.today, sql_name(birth.name)
    expr = (
        f"{today.year} - year({name}) - CASE WHEN month({name}) * 100 + day({name}) > "
        f"{today.month * 100 + today.day} THEN 1 ELSE 0 END"
    )
    row.because = age.said.words
    computed(row, age, expr, kind="integer")


_TAXES = ("vat", "tax", "sales tax", "vat amount", "tax amount")
_NET = ("net amount", "net total", "subtotal", "sub total", "amount", "price", "unit price",
        "total", "sum")  # fmt: skip


def tax(row: Row) -> None:
    """ "VAT 19%": of the net amount, where there is one."""
    one, base = row.meaning(*_TAXES), row.meaning(*_NET) or row.names.exactly("net")
    if one is None or base is None or one.said.portion is None or row.follows(base.name, one.name):
        return
    row.because = one.said.words
    computed(row, one, f"{one.said.portion:g} * {sql_name(base.name)}", kind="number")
    total = _gross_of(row, base)
    if total is not None:
        row.because = total.said.words
        computed(row, total, f"{sql_name(base.name)} + {sql_name(one.name)}", kind="number")


def _gross_of(row: Row, net: Shaped) -> Shaped | None:
    """The field that holds the net amount and its tax."""
    if not net.entry.startswith(("net", "sub")) and lexicon.words_of(net.name)[:1] != ("net",):
        return None
    gross = next((one for one in row.fields if lexicon.words_of(one.name)[:1] == ("gross",)), None)
    total = gross or total_of(row)
    return total if total is not None and total.name != net.name and is_open(total) else None


def settle(row: Row) -> None:
    """A bare total beside its parts is their product, less what was taken off."""
    total, base = total_of(row), base_of(row)
    if total is None or not base or total.name in base.replace('"', "").split(" * "):
        return
    discount = row.meaning("discount", "discount percent", "discount rate", "discount percentage")
    off = "" if discount is None else f" * (1 - {sql_name(discount.name)} / 100)"
    if discount is not None and row.follows(discount.name, total.name):
        off = ""
    row.because = total.said.words
    computed(row, total, " * ".join([base, *row.factors]) + off)


def computed(row: Row, subject: Shaped, expr: str, *, kind: str = "") -> None:
    """The field from others, right to the cent where cents are in it."""
    types = {one.field["type"] for one in row.fields if sql_name(one.name) in expr.split()}
    kind = kind or _kind(subject, expr, types)
    generator: dict[str, Any] = {"kind": "expression", "expr": expr}
    if kind == "number":
        generator["decimal_places"] = 2
    made = made_by(subject, generator, type=kind)
    for source in row.fields:
        made = empty_with(made, source) if source.name in row.named(expr) else made
    row.put(made, f"{subject.name!r} was computed as {expr}")
    whole = f"round({expr}, 2)" if kind == "number" else expr
    row.promise(f"{sql_name(subject.name)} = {whole}")


def _kind(subject: Shaped, expr: str, types: set[str]) -> str:
    own = str(subject.field["type"])
    if types and types <= {"date", "datetime"}:
        return "integer" if "-" in expr else own
    if own == "string" and types and types <= {"integer", "number"}:
        own = "integer" if types == {"integer"} else "number"
    if own in ("date", "datetime", "string", "boolean"):
        return own
    return "integer" if types == {"integer"} and own == "integer" and "/" not in expr else "number"


# ── stays ─────────────────────────────────────────────────────────────────────────────────────

_IN = ("check in", "check in date", "arrival", "arrival date", "checkin", "start of stay")
_OUT = ("check out", "check out date", "departure", "departure date", "checkout")


def stay(row: Row) -> None:
    """Who stays so many nights leaves so many days after arriving."""
    nights, arrival = row.meaning(*_COUNTS[1]), row.meaning(*_IN)
    if not nights or not arrival or arrival.field["type"] != "date":
        return
    row.because = nights.said.words
    leaving = row.meaning(*_OUT)
    if leaving is None:
        leaving = row.add("check_out", arrival, after=True)
        row.notes.append(f"{leaving.name!r} was added beside {arrival.name!r}")
    elif leaving.field["type"] != "date" or not is_open(leaving):
        return
    if nights.field["type"] == "integer" and not row.follows(nights.name, leaving.name):
        computed(row, leaving, f"{sql_name(arrival.name)} + {sql_name(nights.name)}", kind="date")


BOOKED_AHEAD = timedelta(days=180)


def booked(row: Row) -> None:
    """What is cancelled before a stay begins was booked before that."""
    cancelled, arrival = row.meaning("cancelled at", "canceled at"), row.meaning(*_IN)
    if not cancelled or not arrival or row.meaning("booked at", "booking date", "created at"):
        return
    if not row.follows(arrival.name, cancelled.name):
        return
    lowest = _lowest(arrival)
    if lowest is None:
        return
    first = row.add("booked_at", arrival)
    made = {"kind": "datetime", "minimum": f"{lowest - BOOKED_AHEAD}T00:00:00"}
    row.put(
        made_by(first, made), f"{first.name!r} was added, from {lowest - BOOKED_AHEAD} to the stay"
    )
    row.put(_unranged(cancelled))
    row.rules += [
        {"rule": "inequality", "low": first.name, "high": arrival.name, "strict": True},
        {"rule": "inequality", "low": first.name, "high": cancelled.name},
    ]
    row.because = cancelled.said.words
    row.promise(f"{first.name} <= {sql_name(cancelled.name)}")


def _lowest(shaped: Shaped) -> date | None:
    """The first day that the field can have."""
    told = {**shaped.field.get("generator", {}), **shaped.field.get("constraints", {})}
    text = str(told.get("minimum", ""))[:10]
    return date.fromisoformat(text) if text and int(text[:4]) > 1 else None


def _unranged(shaped: Shaped) -> Shaped:
    """The field between its neighbours, without a range of its own."""
    field = {key: w for key, w in shaped.field.items() if key != "generator"}
    kept = [note for note in shaped.assumptions if "was taken as days" not in note]
    return replace(shaped, field=field, assumptions=tuple(kept))

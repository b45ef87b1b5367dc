"""Builders of well-known formats, as a table: each value a member of a countable set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...core.models import Constraints
from ...utils.codes import COUNTRIES, CURRENCIES, IBAN_FORMS, LANGUAGES
from ..briefs import Brief
from ..draws import arrays
from ..draws.blocks import Block, Maker
from ..draws.cells import Rows
from . import moments, numbers
from .domains import Domain, drawn_from, listed
from .words import enough, slugs_of

Builder = Callable[[Brief], Maker]

# ── codes ─────────────────────────────────────────────────────────────────────────────────────

SPENT = frozenset({"XAF", "XCD", "XOF", "XPF"})
"""The currencies under X that people pay with; the others are metals, funds and test codes."""
MONEY = tuple(code for code in CURRENCIES if not code.startswith("X") or code in SPENT)


def _codes(values: tuple[str, ...]) -> Builder:
    return lambda brief: drawn_from(listed(arrays.texts(values)), brief)


# ── numbers with a check digit ────────────────────────────────────────────────────────────────

CARDS = (411111, 424242, 510510, 555555)
"""The issuers' published test numbers begin so."""
GOODS = 2
"""GS1 keeps 200–299 for numbers inside a company: no product in any shop has one."""
BOOKS = 978
"""ISBN knows no reserved range: a number may belong to a real book."""


def _gs1(text: arrays.Bytes) -> arrays.Bytes:
    """The digits followed by their GS1 check digit (General Specifications 7.9)."""
    values = text.astype(np.int64) - ord("0")
    total = values.sum(axis=1) + 2 * values[:, ::-2].sum(axis=1)
    return _with_digit(text, -total % 10)


def _luhn(text: arrays.Bytes) -> arrays.Bytes:
    """The digits followed by their Luhn check digit (ISO/IEC 7812-1 annex B)."""
    values = text.astype(np.int64) - ord("0")
    doubled = values[:, ::-2] * 2
    total = values.sum(axis=1) + (doubled // 10 + doubled % 10 - values[:, ::-2]).sum(axis=1)
    return _with_digit(text, -total % 10)


def _with_digit(text: arrays.Bytes, digit: Rows) -> arrays.Bytes:
    return np.column_stack([text, (digit + ord("0")).astype(np.uint8)])


def _prefixed(
    prefixes: tuple[int, ...], free: int, check: Callable[[arrays.Bytes], arrays.Bytes]
) -> Domain:
    """A prefix, `free` digits, a check digit."""
    starts = np.array(prefixes, np.int64)

    def at(indexes: Rows) -> pa.Array:
        which, rest = np.divmod(indexes, 10**free)
        width = len(str(prefixes[0])) + free
        return arrays.fixed_width(check(arrays.digits(starts[which] * 10**free + rest, width)))

    return Domain(len(prefixes) * 10**free, at)


IBAN_DIGITS = 18
"""So many free digits fit into one number; further ones are zero."""
IBAN_LETTERS = "TESTBANK"


def _iban(brief: Brief) -> Maker:
    """Of the locale's country, Germany's where that has none. The check digits are right; a
    country's own ones inside the account are not looked after, and no range is reserved."""
    country = brief.pool().country
    country = country if country in IBAN_FORMS else "DE"
    account = _account(IBAN_FORMS[country])
    free = [place for place, letter in enumerate(account) if letter == "#"][-IBAN_DIGITS:]

    def at(indexes: Rows) -> pa.Array:
        fixed = np.frombuffer(account.replace("#", "0").encode(), np.uint8)
        text = np.tile(fixed, (len(indexes), 1))
        text[:, free] = arrays.digits(indexes, len(free))
        head = np.frombuffer(f"{country}00".encode(), np.uint8)
        check = 98 - _mod97(np.column_stack([text, np.tile(head, (len(indexes), 1))]))
        start = np.tile(np.frombuffer(country.encode(), np.uint8), (len(indexes), 1))
        return arrays.fixed_width(np.column_stack([start, arrays.digits(check, 2), text]))

    return drawn_from(Domain(10 ** len(free), at), brief)


def _account(form: str) -> str:
    """`4a14n` with letters filled in and a # for each free digit."""
    account, count = "", ""
    for letter in form:
        if letter.isdigit():
            count += letter
            continue
        filler = IBAN_LETTERS if letter == "a" else "#" * int(count)
        account, count = account + filler[: int(count)], ""
    return account


def _mod97(codes: arrays.Bytes) -> Rows:
    """ISO 7064 MOD 97-10 of digits and letters, A being 10."""
    remainder = np.zeros(len(codes), np.int64)
    for column in codes.T.astype(np.int64):
        letter = column >= ord("A")
        value = np.where(letter, column - ord("A") + 10, column - ord("0"))
        remainder = (remainder * np.where(letter, 100, 10) + value) % 97
    return remainder


# ── the net ───────────────────────────────────────────────────────────────────────────────────

NETS = ((192, 0, 2), (198, 51, 100), (203, 0, 113))
"""RFC 5737: documentation only."""
HOSTS = 254
HEX = np.frombuffer(b"0123456789abcdef", np.uint8)
SITES = ("example.com", "example.org", "example.net")


def _ipv4(brief: Brief) -> Maker:
    """Documentation addresses; unique ones beyond those are private (10.0.0.0/8, RFC 1918)."""
    many = brief.unique and brief.rows > len(NETS) * HOSTS
    return drawn_from(Domain(1 << 24, _private) if many else _documentation(), brief)


def _documentation() -> Domain:
    prefixes = arrays.texts([".".join(map(str, net)) + "." for net in NETS])

    def at(indexes: Rows) -> pa.Array:
        net, host = np.divmod(indexes, HOSTS)
        return arrays.joined(arrays.chosen(prefixes, net), _number(host + 1))

    return Domain(len(NETS) * HOSTS, at)


def _private(indexes: Rows) -> pa.Array:
    parts = [_number(indexes >> shift & 255) for shift in (16, 8, 0)]
    return arrays.joined("10.", parts[0], ".", parts[1], ".", parts[2])


def _number(values: Rows) -> pa.Array:
    return pc.cast(pa.array(values), pa.string())


def _hexadecimal(indexes: Rows, template: str) -> pa.Array:
    """The template with each `#` a hexadecimal digit of the index, the last one lowest."""
    text = np.tile(np.frombuffer(template.encode(), np.uint8), (len(indexes), 1))
    places = [place for place, letter in enumerate(template) if letter == "#"]
    for number, place in enumerate(reversed(places)):
        text[:, place] = HEX[indexes >> 4 * number & 15]
    return arrays.fixed_width(text)


def _ipv6(indexes: Rows) -> pa.Array:
    """RFC 3849: documentation only."""
    return _hexadecimal(indexes, "2001:db8::####:####:####:####")


def _mac(indexes: Rows) -> pa.Array:
    """The first byte ends in binary 10: locally administered, one receiver; no maker has it."""
    first, rest = np.divmod(indexes, 1 << 40)
    return _hexadecimal(((first << 2 | 2) << 40) | rest, "##:##:##:##:##:##")


def _wordy(fewest: int, most: int, before: str, after: Callable[[str], str]) -> Builder:
    """Words joined by hyphens at one of the example sites."""
    sites = arrays.texts([after(site) for site in SITES])

    def build(brief: Brief) -> Maker:
        room = brief.rows if brief.unique else 1
        found = enough(slugs_of(brief), fewest, most, "-", room)

        def at(indexes: Rows) -> pa.Array:
            words, site = np.divmod(indexes, len(SITES))
            tail = arrays.chosen(sites, site)
            pieces = (found.at(words), tail) if not before else (before, tail, found.at(words))
            return arrays.joined(*pieces)

        return drawn_from(Domain(found.size * len(SITES), at), brief)

    return build


def _slug(brief: Brief) -> Maker:
    room = brief.rows if brief.unique else 1
    return drawn_from(enough(slugs_of(brief), 2, 6, "-", room).domain, brief)


# ── places and moments ────────────────────────────────────────────────────────────────────────

DEGREE = 1_000_000
"""Written with six decimals: a tenth of a metre."""


def _degrees(limit: int) -> Builder:
    def at(indexes: Rows) -> pa.Array:
        return pc.cast(arrays.decimals(indexes - limit * DEGREE, 6), pa.string())

    def build(brief: Brief) -> Maker:
        if brief.field.type == "string":
            return drawn_from(Domain(2 * limit * DEGREE + 1, at), brief)
        given = brief.constraints
        ends: dict[str, Any] = {
            "minimum": -limit if given.minimum is None else given.minimum,
            "maximum": limit if given.maximum is None else given.maximum,
        }
        narrowed = given.model_copy(update=ends)
        field = brief.field.model_copy(update={"constraints": narrowed})
        return numbers.uniform(replace(brief, field=field))

    return build


def _written(kind: str, write: Callable[[pa.Array], pa.Array]) -> Builder:
    """A moment as text in ISO 8601, in UTC."""

    def build(brief: Brief) -> Maker:
        plain = Constraints(unique=brief.constraints.unique)
        field = brief.field.model_copy(update={"type": kind, "constraints": plain})
        inner = moments.moment(replace(brief, field=field))

        def cells(block: Block) -> pa.Array:
            return write(inner(block))

        return cells

    return build


def _date_time(values: pa.Array) -> pa.Array:
    text = pc.cast(pc.cast(values, pa.timestamp("s")), pa.string())
    return arrays.joined(pc.utf8_replace_slice(text, start=10, stop=11, replacement="T"), "Z")


def _time(values: pa.Array) -> pa.Array:
    return arrays.joined(pc.cast(pc.cast(values, pa.time32("s")), pa.string()), "Z")


DAYS = 30


def _duration(indexes: Rows) -> pa.Array:
    days, hours = np.divmod(indexes, 24)
    return arrays.joined("P", _number(days), "DT", _number(hours), "H")


def _set(size: int, at: Callable[[Rows], pa.Array]) -> Builder:
    return lambda brief: drawn_from(Domain(size, at), brief)


MAKERS: dict[str, Builder] = {
    "country": _codes(COUNTRIES),
    "credit-card": lambda brief: drawn_from(_prefixed(CARDS, 9, _luhn), brief),
    "currency": _codes(MONEY),
    "date": _written("date", lambda values: pc.cast(values, pa.string())),
    "date-time": _written("datetime", _date_time),
    "duration": _set(DAYS * 24, _duration),
    "ean13": lambda brief: drawn_from(_prefixed((GOODS,), 11, _gs1), brief),
    "hostname": _wordy(2, 5, "", lambda site: f".{site}"),
    "iban": _iban,
    "ipv4": _ipv4,
    "ipv6": _set(1 << 62, _ipv6),
    "isbn13": lambda brief: drawn_from(_prefixed((BOOKS,), 9, _gs1), brief),
    "language": _codes(LANGUAGES),
    "latitude": _degrees(90),
    "longitude": _degrees(180),
    "mac": _set(1 << 46, _mac),
    "slug": _slug,
    "time": _written("time", _time),
    "uri": _wordy(2, 5, "https://www.", lambda site: f"{site}/"),
}

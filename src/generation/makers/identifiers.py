"""Builders of identifiers: sequences, their templates, UUIDs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from ..briefs import Brief
from ..draws import arrays
from ..draws.blocks import Block, Maker
from ..draws.cells import Rows, words
from ..draws.keys import Key
from ..refusals import Refused

PLACE = re.compile(r"\{(?P<name>[a-z]+)(?::0?(?P<width>[0-9]{1,2})d?)?\}|\{\{|\}\}")
DAY_PARTS = {"yyyy": "%Y", "yy": "%y", "mm": "%m", "dd": "%d"}
MOST = 1 << 62


@dataclass(frozen=True, slots=True)
class Template:
    """Text with one running number in it: `prefix`, the number in `width` digits, `suffix`."""

    prefix: str
    width: int
    suffix: str

    def fill(self, numbers: pa.Array) -> pa.Array:
        return arrays.joined(self.prefix, arrays.padded(numbers, self.width), self.suffix)


def parse_template(text: str, as_of: date) -> Template:
    """`INV-{yyyy}-{n:06d}`: {n} with a width if wanted; {yyyy} {yy} {mm} {dd} of `as_of`; {{ }}.

    Raises:
        ValueError: something else stands in braces, or {n} does not stand there once.
    """
    done, width, fixed = 0, -1, [""]
    for place in PLACE.finditer(text):
        fixed[-1] += _plain(text[done : place.start()])
        done = place.end()
        if place["name"] == "n":
            fixed.append("")
            width = int(place["width"] or 0)
        else:
            fixed[-1] += _piece(place, as_of)
    fixed[-1] += _plain(text[done:])
    if len(fixed) != 2:
        raise ValueError("{n} must stand in it exactly once")
    return Template(fixed[0], width, fixed[1])


def _piece(place: re.Match[str], as_of: date) -> str:
    if place[0] in ("{{", "}}"):
        return place[0][0]
    form = DAY_PARTS.get(place["name"])
    if form is None or place["width"] is not None:
        raise ValueError(f"{place[0]} is not known")
    return f"{as_of.year:04d}" if form == "%Y" else as_of.strftime(form)


def _plain(text: str) -> str:
    if "{" in text or "}" in text:
        raise ValueError(f"{text!r} is not known; a brace as such is written twice")
    return text


def sequence(brief: Brief) -> Maker:
    """`start` + row · `step`, as a number or as text."""
    generator = brief.generator
    start, step = generator.start, generator.step
    if brief.unique and step == 0:
        message = "a sequence with step 0 repeats itself"
        raise Refused("generator.step", "too_few_values", message, "use step 1")
    last = start + max(brief.rows - 1, 0) * step
    if max(abs(start), abs(last)) > MOST:
        raise Refused("generator.start", "too_wide", "the numbers pass 2^62", "start lower")
    if abs(step) > MOST:  # of one row or none, which never takes it
        raise Refused("generator.step", "too_wide", "the step is above 2^62", "use a smaller one")
    _require_inside(brief, min(start, last), max(start, last))

    def numbers(block: Block) -> pa.Array:
        return pa.array(block.rows * step + start, pa.int64())

    if brief.field.type == "integer":
        if generator.template is not None:
            hint = "make the field a string, or drop the template"
            raise Refused("generator.template", "wrong_type", "a template makes text", hint)
        return numbers
    template = _template(brief)
    return lambda block: template.fill(numbers(block))


def _template(brief: Brief) -> Template:
    if brief.generator.template is None:
        return Template("", 0, "")
    try:
        return parse_template(brief.generator.template, brief.as_of)
    except ValueError as exc:
        hint = "write it like INV-{yyyy}-{n:06d}"
        raise Refused("generator.template", "bad_template", str(exc), hint) from None


def _require_inside(brief: Brief, low: int, high: int) -> None:
    given = brief.constraints
    if isinstance(given.minimum, int | float) and low < given.minimum:
        message = f"the sequence begins below {given.minimum}"
        raise Refused("generator.start", "out_of_range", message, "move start or the minimum")
    if isinstance(given.maximum, int | float) and high > given.maximum:
        message = f"the sequence reaches {high:,}, above {given.maximum}"
        raise Refused("generator.start", "out_of_range", message, "make fewer rows or raise it")


# ── UUIDs ─────────────────────────────────────────────────────────────────────────────────────

DIGITS = np.frombuffer(b"0123456789abcdef", np.uint8)
# Four characters for each pair of bytes, most significant first, as they lie in memory.
HEX = DIGITS[np.arange(1 << 16)[:, None] >> np.array([12, 8, 4, 0]) & 15].view("<u4").ravel()
# Where each of the eight pairs' four characters begin in 8-4-4-4-12, and the hyphens.
PLACES, HYPHENS = (0, 4, 9, 14, 19, 24, 28, 32), (8, 13, 18, 23)
TEXT = np.dtype(
    {
        "names": [f"at{place}" for place in (*PLACES, *HYPHENS)],
        "formats": ["<u4"] * len(PLACES) + ["u1"] * len(HYPHENS),
        "offsets": [*PLACES, *HYPHENS],
        "itemsize": 36,
    }
)


def uuid(brief: Brief) -> Maker:
    """Version 4 (RFC 9562), each once: 64 of the 122 free bits are a bijection of the row."""
    distinct, free = brief.key("distinct"), brief.key("free")
    return lambda block: uuid_text(distinct, free, block.rows)


def uuid_text(distinct: Key, free: Key, rows: Rows) -> pa.Array:
    first, second = words(distinct, rows), words(free, rows)
    # 48 bits, version, 12 bits | variant, the last 4 bits of the bijection, 58 more.
    upper = (first & np.uint64(0xFFFFFFFFFFFF0000)) | ((first >> np.uint64(4)) & np.uint64(0xFFF))
    upper |= np.uint64(0x4000)
    lower = (first & np.uint64(0xF)) << np.uint64(58) | (second >> np.uint64(6))
    lower |= np.uint64(1 << 63)
    text = np.empty(len(rows), TEXT)
    for number, place in enumerate(PLACES):
        half = upper if number < 4 else lower
        pairs = (half >> np.uint64(48 - number % 4 * 16)).astype(np.uint16)
        text[f"at{place}"] = HEX[pairs]
    for place in HYPHENS:
        text[f"at{place}"] = ord("-")
    return arrays.fixed_width(text.view(np.uint8).reshape(len(rows), 36))

"""What the model costs, and what a request will probably take."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from ..core.kinds import LlmText, Text
from ..core.models import FieldDefinition, Usage


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens, thinking counted as output; of which month, by whom."""

    input: float
    output: float
    as_of: str
    source: str


@cache
def prices() -> Mapping[str, Price]:
    """By model, as `data/prices.json` has them. A model that is not there has no known price, which
    is shown as such and never guessed."""
    package = __package__.rpartition(".")[0]
    text = files(f"{package}.data").joinpath("prices.json").read_text("utf-8")
    return {model: Price(**said) for model, said in json.loads(text)["models"].items()}


MILLION = 1_000_000


def cost(usage: Usage, model: str) -> float | None:
    """US dollars, None where the model's price is not known."""
    price = prices().get(model.removeprefix("models/"))
    if price is None:
        return None
    return (usage.input_tokens * price.input + usage.output_tokens * price.output) / MILLION


# Rows of data as compact arrays took 2.0–2.6 characters a token (each digit, quote and bracket is
# close to one), prose about 4: the middle is for estimates, the end for limits.
CHARS_PER_TOKEN = 2.3
CAUTIOUS_CHARS_PER_TOKEN = 2.0


PROSE_CHARS_PER_TOKEN = 4.0


def tokens(data: str, prose: str = "") -> int:
    """About how many tokens a text has."""
    return round(len(data) / CHARS_PER_TOKEN + len(prose) / PROSE_CHARS_PER_TOKEN)


def tokens_at_most(text: str) -> int:
    """Hardly ever too few: a script without spaces takes a token for each of its characters."""
    return round(
        max(len(text) / CAUTIOUS_CHARS_PER_TOKEN, len(text.encode("utf-8", "replace")) / 3)
    )


# Characters of a value as JSON, its quotes included.
CHARS = {
    "integer": 5, "number": 7, "boolean": 5, "date": 12, "time": 10, "datetime": 21,
    "duration": 8, "array": 40, "object": 60,
}  # fmt: skip
CHARS_PER_WORD = 6.5
WORDS_OF_TEXT = 14
"""What a model writes where nobody said how long."""
STRING_CHARS = 24
ROW_CHARS = 5
"""The row's number, its brackets and the comma between rows."""


def row_tokens(fields: Sequence[FieldDefinition]) -> float:
    """Expected output tokens for one row of these fields."""
    return (ROW_CHARS + sum(_chars(field) for field in fields)) / CHARS_PER_TOKEN


def _chars(field: FieldDefinition) -> float:
    written = 1 + (_text_chars(field) if field.type == "string" else CHARS[field.type])
    empty = field.null_fraction or 0.0
    return written * (1 - empty) + 5 * empty


def _text_chars(field: FieldDefinition) -> float:
    words = _words(field)
    chars = words * CHARS_PER_WORD + 2 if words else STRING_CHARS
    low, high = field.constraints.min_length, field.constraints.max_length
    if low is not None:
        chars = max(chars, low + 2)
    return chars if high is None else min(chars, high + 2)


def _words(field: FieldDefinition) -> float | None:
    if isinstance(field.generator, LlmText | Text) and field.generator.words:
        return sum(field.generator.words) / 2
    return WORDS_OF_TEXT if isinstance(field.generator, LlmText) else None


# What one answer may hold beyond four times its expected length: thinking is counted with it.
SPARE_OUTPUT_TOKENS = 8_192
MAX_OUTPUT_TOKENS = 65_536


def output_tokens_at_most(expected: float) -> int:
    """The limit sent with a request, so that a model caught in a loop stops."""
    return min(MAX_OUTPUT_TOKENS, SPARE_OUTPUT_TOKENS + round(4 * expected))

"""RE2 expressions, matched in full: one text or a whole column, with the same answer."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import re2

from .columns import Mask, no_rows, truth


@lru_cache(maxsize=512)
def compiled(pattern: str) -> Any | None:
    """The compiled expression, None where RE2 does not accept it."""
    return None if fault_of(pattern) else _compile(pattern)


def fault_of(pattern: str) -> str | None:
    """What RE2 says is wrong with an expression, None where it takes it."""
    try:
        _compile(pattern)
    except re2.error as exc:
        said = exc.args[0] if exc.args else b""
        return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return None


def _compile(pattern: str) -> Any:
    options = re2.Options()
    options.log_errors = False  # it would write to stderr by itself
    return re2.compile(pattern, options)


def is_pattern(pattern: str) -> bool:
    return compiled(pattern) is not None


def matches(pattern: str, text: str) -> bool:
    """Whether the whole text matches; nothing matches what is no expression."""
    expression = compiled(pattern)
    return expression is not None and expression.fullmatch(text) is not None


def matching(pattern: str, texts: pa.Array) -> Mask:
    """`matches` for each text; False for nulls."""
    if compiled(pattern) is None:
        return no_rows(len(texts))
    try:
        return truth(pc.match_substring_regex(texts, rf"\A(?:{pattern})\z"))
    except pa.ArrowInvalid:  # the wrapped expression can pass RE2's size limit
        hits = (text is not None and matches(pattern, text) for text in texts.to_pylist())
        return np.fromiter(hits, bool, len(texts))


def of_form(pattern: str, texts: pa.Array) -> Mask:
    """`matching` by polars' engine, which is quicker; its classes are Unicode's, so that only an
    expression that spells out its characters means the same to both."""
    import polars as pl

    found = pl.Series(pl.from_arrow(texts)).str.contains(rf"^(?:{pattern})$")
    mask: Mask = found.fill_null(value=False).to_numpy()
    return mask

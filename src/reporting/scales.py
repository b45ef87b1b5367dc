"""A column's values as numbers along an axis, and back as words."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from ..utils.columns import present
from ..utils.ordinals import ordinals
from ..utils.text import clean
from .model import Axis
from .sketches import Floats

AXES: Mapping[str, Axis] = {
    "integer": "number",
    "number": "number",
    "date": "date",
    "datetime": "datetime",
    "time": "time",
    "duration": "duration",
}
"""Of a field's type; those that are missing have no order to draw."""
UNITS: Mapping[str, float] = {
    "date": 86_400_000.0,  # days
    "datetime": 1e-3,  # microseconds, as all that follow
    "time": 1e-3,
    "duration": 1 / 3.6e9,
}
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
CELL = 60
LONGEST_WHOLE = 1e18
"""From here on a number is told by its power of ten."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def along(array: pa.Array, axis: Axis) -> Floats:
    """The array's values along its axis, NaN where there is none."""
    column = ordinals(array)
    if column is None:
        return np.full(len(array), np.nan)
    values = column.values.astype(np.float64)
    if column.places:
        values /= 10.0**column.places
    if axis in UNITS:
        values *= UNITS[axis]
    return values if not array.null_count else np.where(present(array), values, np.nan)


def spoken(value: float, axis: Axis) -> str:
    return _SPOKEN.get(axis, _number)(value)


def quantile(values: Floats, q: float) -> float:
    """Of rising values, between two neighbours where it falls there (type 7, as NumPy's)."""
    place = (len(values) - 1) * q
    low = int(place)
    high, weight = min(low + 1, len(values) - 1), place - low
    return float(values[low] * (1 - weight) + values[high] * weight)


def quantiles(values: Floats, axis: Axis) -> dict[str, str]:
    """By q, of rising values."""
    if not len(values):
        return {}
    return {f"{q:g}": spoken(quantile(values, q), axis) for q in QUANTILES}


def cell(value: Any) -> str:
    """A cell as a person reads it: one clean line."""
    return clean(_told(value), CELL)


def _told(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.12g}"
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, default=_told)
    return value.isoformat(sep=" ") if isinstance(value, datetime) else str(value)


def _number(value: float) -> str:
    whole = float(value).is_integer() and abs(value) < LONGEST_WHOLE
    return f"{value:.0f}" if whole else f"{value:.6g}"


def _moment(form: str) -> Callable[[float], str]:
    return lambda value: (_EPOCH + timedelta(milliseconds=value)).strftime(form)


_SPOKEN: Mapping[str, Callable[[float], str]] = {
    "date": _moment("%Y-%m-%d"),
    "datetime": _moment("%Y-%m-%d %H:%M"),
    "time": _moment("%H:%M:%S"),
    "duration": lambda hours: str(timedelta(hours=hours)).split(".")[0],
}

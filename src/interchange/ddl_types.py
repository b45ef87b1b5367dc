"""SQL's column types as ours, from what sqlglot read; and what a column can hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .furnishing import CAPACITY

TYPES: Mapping[str, str] = {
    **dict.fromkeys(("CHAR", "NCHAR", "VARCHAR", "NVARCHAR", "BPCHAR", "TEXT", "TINYTEXT",
                     "MEDIUMTEXT", "LONGTEXT", "NAME", "XML"), "string"),
    **dict.fromkeys(("INT", "UINT", "BIGINT", "UBIGINT", "INT128", "SMALLINT", "USMALLINT",
                     "MEDIUMINT", "UMEDIUMINT", "TINYINT", "UTINYINT", "SERIAL", "BIGSERIAL",
                     "SMALLSERIAL", "YEAR", "BIGNUM"), "integer"),
    **dict.fromkeys(("DECIMAL", "UDECIMAL", "BIGDECIMAL", "MONEY", "SMALLMONEY", "FLOAT", "DOUBLE",
                     "UDOUBLE", "DECFLOAT"), "number"),
    **dict.fromkeys(("BOOLEAN", "BIT"), "boolean"),
    **dict.fromkeys(("DATE", "DATE32"), "date"),
    **dict.fromkeys(("TIME", "TIMETZ", "TIME_NS"), "time"),
    **dict.fromkeys(("DATETIME", "DATETIME2", "DATETIME64", "SMALLDATETIME", "TIMESTAMP",
                     "TIMESTAMPNTZ", "TIMESTAMPTZ", "TIMESTAMPLTZ", "TIMESTAMP_S",
                     "TIMESTAMP_MS"), "datetime"),
    "INTERVAL": "duration",
    **dict.fromkeys(("JSON", "JSONB", "HSTORE", "VARIANT", "OBJECT", "STRUCT", "MAP"), "object"),
    **dict.fromkeys(("ARRAY", "LIST"), "array"),
}  # fmt: skip
FORMATS = {"UUID": "uuid", "UNIQUEIDENTIFIER": "uuid", "INET": "ipv4", "IPV4": "ipv4",
           "IPV6": "ipv6"}  # fmt: skip
BINARY = frozenset({"BLOB", "TINYBLOB", "MEDIUMBLOB", "LONGBLOB", "BINARY", "VARBINARY", "IMAGE",
                    "ROWVERSION"})  # fmt: skip
USER_TYPES = {"DURATION": {"type": "duration"}, "CLOB": {"type": "string"},
              "NCLOB": {"type": "string"}, "LONG": {"type": "string"},
              "MACADDR": {"type": "string", "format": "mac"},
              "BOOL": {"type": "boolean"}, "CITEXT": {"type": "string"},
              "NUMBER": {"type": "number"}}  # fmt: skip
COUNTING = frozenset({"SERIAL", "BIGSERIAL", "SMALLSERIAL"})
RANGES: Mapping[str, tuple[int | None, int | None]] = {
    # INT and BIGINT are left open: their range says nothing about a value.
    "TINYINT": (-128, 127), "UTINYINT": (0, 255), "SMALLINT": (-(2**15), 2**15 - 1),
    "USMALLINT": (0, 2**16 - 1), "UINT": (0, 2**32 - 1), "UBIGINT": (0, None),
    "UMEDIUMINT": (0, 2**24 - 1), "YEAR": (1950, 2030), "UDECIMAL": (0, None), "UDOUBLE": (0, None),
}  # fmt: skip
MONEY = {"MONEY": (15, 4), "SMALLMONEY": (9, 4)}
DECIMALS = frozenset({"DECIMAL", "UDECIMAL", *MONEY})
EXACT_DIGITS = 15
"""As many digits as a float in a JSON document keeps."""
MOST_PLACES = 9
LONGEST_TEXT = 100_000


def described(kind: Any, dialect: str) -> tuple[dict[str, Any], str]:
    """A field without its name, and a sentence where the type has no like here ("" where it has).

    `kind` is sqlglot's DataType.
    """
    word = word_of(kind)
    if word == "TINYINT" and dialect == "tsql":
        word = "UTINYINT"
    numbers = _numbers(kind)
    if word in ("ENUM", "SET"):
        return _listed(kind, word)
    if word == "USERDEFINED":
        return _unknown(str(kind.args.get("kind") or ""))
    if word in FORMATS:
        return {"type": "string", "format": FORMATS[word]}, ""
    if word in BINARY:
        return {"type": "string"}, f"{word} holds bytes; text stands for them"
    ours = TYPES.get(word)
    if ours is None:
        return {"type": "string"}, f"{word} is not a type here; text stands for it"
    return _sized(word, ours, numbers, dialect)


def word_of(kind: Any) -> str:
    """The name of a type in sqlglot: NVARCHAR, USERDEFINED."""
    return str(getattr(kind.this, "name", kind.this)).upper()


def _sized(word: str, ours: str, numbers: list[int], dialect: str) -> tuple[dict[str, Any], str]:
    if word == "TINYINT" and numbers == [1] and dialect == "mysql":
        return {"type": "boolean"}, ""
    if word == "BIT" and numbers not in ([], [1]):
        return {"type": "string"}, "BIT strings are text here"
    if word in DECIMALS:
        return _decimal(MONEY.get(word, tuple(numbers)), unsigned=word == "UDECIMAL")
    field: dict[str, Any] = {"type": ours}
    if word in ("TIMESTAMPTZ", "TIMESTAMPLTZ"):
        field["generator"] = {"kind": "datetime", "time_zone": "UTC"}
    elif ours == "string" and numbers and 0 < numbers[0] <= LONGEST_TEXT:
        field[CAPACITY] = {"maxLength": numbers[0]}
    elif word in RANGES:
        field[CAPACITY] = _bounds(*RANGES[word])
    return field, ""


def _decimal(digits: tuple[int, ...], *, unsigned: bool) -> tuple[dict[str, Any], str]:
    """NUMERIC(precision, scale); without a scale whole numbers, without either any number."""
    if not digits:
        return {"type": "number"}, ""
    precision, places = digits[0], digits[1] if len(digits) > 1 else 0
    if not 0 < precision <= 1000 or not 0 <= places <= precision:
        return {"type": "number"}, f"NUMERIC{digits} is not kept"
    # Larger numbers than the engine makes: the range says no more then.
    limit = largest(
        min(precision, EXACT_DIGITS + min(places, MOST_PLACES)), min(places, MOST_PLACES)
    )
    bounds = _bounds(0 if unsigned else -limit, limit)
    if not places:
        return {"type": "integer", CAPACITY: bounds}, ""
    note = f"kept with {MOST_PLACES} of its {places} decimal places" if places > MOST_PLACES else ""
    return {
        "type": "number",
        CAPACITY: {**bounds, "decimal_places": min(places, MOST_PLACES)},
    }, note


def largest(precision: int, places: int) -> int | float:
    """Of NUMERIC(precision, places); without decimals where a float would not be exact."""
    whole: int = 10 ** (precision - places) - 1
    if not places or precision > EXACT_DIGITS:
        return whole
    return float(f"{whole}.{'9' * places}")


def _bounds(low: float | None, high: float | None) -> dict[str, Any]:
    pairs = {"minimum": low, "maximum": high}
    return {key: value for key, value in pairs.items() if value is not None}


def _numbers(kind: Any) -> list[int]:
    """The parameters of a type: of NUMERIC(10, 2) both."""
    texts = [str(part.this) if part.this is not None else "" for part in kind.expressions]
    return [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 10]


def _listed(kind: Any, word: str) -> tuple[dict[str, Any], str]:
    values = [str(part.this) for part in kind.expressions]
    note = "SET holds several of its values; one stands in each row" if word == "SET" else ""
    field: dict[str, Any] = {"type": "string"}
    if values:
        field["constraints"] = {"enum": list(dict.fromkeys(values))}
    return field, note


def _unknown(name: str) -> tuple[dict[str, Any], str]:
    known = USER_TYPES.get(name.strip('"').upper())
    if known is not None:
        return dict(known), ""
    return {"type": "string"}, f"{name or 'no type'}: text stands for it"

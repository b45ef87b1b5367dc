"""One JSON Schema of a property as a field of ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .furnishing import CAPACITY
from .json_schema_resolving import SCALARS, Plain, Resolver, Schema
from .names import Names
from .notes import Notebook
from .saying import EXTENSION
from .search_patterns import full_match
from .tables import extend

DEEPEST = 5
"""Objects and arrays within each other, as the language allows them."""
LARGEST = 10**15
"""Bounds beyond this say what a type can hold, not what a value is."""
LONGEST_TEXT = 100_000

TYPED_FORMATS: Mapping[str, Mapping[str, Any]] = {
    "date": {"type": "date"},
    "date-time": {"type": "datetime", "generator": {"kind": "datetime", "time_zone": "UTC"}},
    "date-time-local": {"type": "datetime"},
    "time-local": {"type": "time"},
    "duration": {"type": "duration"},
}
"""Formats that are types here; `…-local` as in the OpenAPI format registry."""
FORMATS = {
    "email": "email", "idn-email": "email", "uri": "uri", "iri": "uri", "url": "uri",
    "uri-reference": "uri", "uuid": "uuid", "ipv4": "ipv4", "ip": "ipv4", "ipv6": "ipv6",
    "hostname": "hostname", "idn-hostname": "hostname", "time": "time", "phone": "phone",
    "tel": "phone", "iban": "iban", "credit-card": "credit-card", "ean13": "ean13",
    "isbn13": "isbn13", "mac": "mac", "country": "country", "currency": "currency",
    "language": "language", "postcode": "postcode", "slug": "slug", "latitude": "latitude",
    "longitude": "longitude",
}  # fmt: skip
SIZES = {"int32": 2**31, "int16": 2**15, "int8": 2**7}
DEGREES = frozenset({"latitude", "longitude"})
OPENAPI_NUMBERS = frozenset({"int64", "float", "double", *SIZES})
ANNOTATIONS = frozenset(
    {
        "title", "description", "$comment", "$schema", "$id", "id", "$anchor", "$defs",
        "definitions", "$vocabulary", "nullable", EXTENSION,
    }
)  # fmt: skip
UNDERSTOOD: Mapping[str, frozenset[str]] = {
    "string": frozenset({"minLength", "maxLength", "pattern", "format"}),
    "integer": frozenset(
        {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "format"}
    ),
    "array": frozenset({"items", "minItems", "maxItems", "prefixItems"}),
    "object": frozenset({"properties", "required", "additionalProperties"}),
    "boolean": frozenset(),
}
HINTS = (
    ("object", ("properties", "additionalProperties", "patternProperties")),
    ("array", ("items", "prefixItems", "minItems", "maxItems")),
    ("string", ("pattern", "minLength", "maxLength", "format")),
    ("number", ("minimum", "maximum", "multipleOf", "exclusiveMinimum", "exclusiveMaximum")),
)
"""What a schema without a type must be, seen from its other words."""
TYPES = ("string", "integer", "number", "boolean", "array", "object")


class Fields:
    """Turns properties into fields; `resolver` and `notes` belong to one document."""

    def __init__(self, resolver: Resolver, notes: Notebook) -> None:
        self._resolver = resolver
        self._notes = notes

    def of(self, found: Plain, path: str, depth: int = 0) -> list[dict[str, Any]]:
        """The fields of an object's properties; a property that allows nothing is left out."""
        properties = found.schema.get("properties")
        if not isinstance(properties, Mapping):
            return []
        required = found.schema.get("required")
        needed = set(map(str, required)) if isinstance(required, list) else None
        if needed is None and properties:
            self._notes.assume(path, "says of no property that it is required: all are filled")
        names, fields = Names(), []
        for name, schema in properties.items():
            inner = self._resolver.plain(schema, f"{path}.{name}", found.through)
            if inner is None:
                self._notes.leave(f"{path}.{name}", "is left out: no finite value fits")
                continue
            optional = needed is not None and name not in needed
            fields.append(self._named(str(name), names, inner, optional, (path, depth)))
        return fields

    def _named(
        self, original: str, names: Names, found: Plain, optional: bool, at: tuple[str, int]
    ) -> dict[str, Any]:
        path = f"{at[0]}.{original}"
        name = names.take(original)
        if name != original:
            self._notes.assume(path, f"is called {name} here")
        field = {"name": name, **self._field(found, path, at[1])}
        if found.nullable or optional:
            field["nullable"] = True
        else:
            field["constraints"] = {"required": True, **field.get("constraints", {})}
        return field

    def _field(self, found: Plain, path: str, depth: int) -> dict[str, Any]:
        schema = found.schema
        kind = self._type(schema, path)
        field: dict[str, Any] = {"type": kind}
        text = schema.get("description") or schema.get("title")
        if isinstance(text, str):
            field["description"] = text
        self._values(schema, field, path)
        if kind in ("integer", "number"):
            self._number(schema, field, path)
        elif kind == "string":
            self._string(schema, field, path)
        elif kind == "array":
            self._array(found, field, path, depth)
        elif kind == "object":
            self._object(found, field, path, depth)
        self._leftovers(schema, kind, path)
        extend(field, schema.get(EXTENSION), path, self._notes)
        return field

    # ── type and values ───────────────────────────────────────────────────────────────────────

    def _type(self, schema: Schema, path: str) -> str:
        said = schema.get("type")
        kinds = [kind for kind in (said if isinstance(said, list) else [said]) if kind in TYPES]
        if len(kinds) > 1:
            self._notes.leave(path, f"may be {' or '.join(kinds)}; {kinds[0]} was taken")
        if kinds:
            return str(kinds[0])
        values = schema.get("enum", [schema["const"]] if "const" in schema else [])
        if isinstance(values, list) and values:
            return _type_of(values)
        for kind, words in HINTS:
            if any(word in schema for word in words):
                return kind
        self._notes.assume(path, "says no type: text")
        return "string"

    def _values(self, schema: Schema, field: dict[str, Any], path: str) -> None:
        values = [schema["const"]] if "const" in schema else schema.get("enum")
        if not isinstance(values, list):
            return
        usable = [value for value in values if isinstance(value, SCALARS)]
        usable = list(dict.fromkeys(v for v in usable if _is_of(v, field["type"])))[:10_000]
        if len(usable) < len(values):
            self._notes.leave(path, "some of its values are of another type, or no plain values")
        if usable:
            _constrain(field, enum=usable)

    # ── numbers ───────────────────────────────────────────────────────────────────────────────

    def _number(self, schema: Schema, field: dict[str, Any], path: str) -> None:
        bounds = {key: schema.get(key) for key in ("minimum", "maximum")}
        bounds |= {key: schema.get(key) for key in ("exclusiveMinimum", "exclusiveMaximum")}
        for end in ("inimum", "aximum"):  # until draft 4 a flag beside the bound
            if bounds[f"exclusiveM{end}"] is True:
                bounds[f"exclusiveM{end}"] = bounds.pop(f"m{end}", None)
        self._bounds({**bounds, "multipleOf": schema.get("multipleOf")}, field, path)
        self._number_format(schema.get("format"), field, path)

    def _bounds(self, bounds: Mapping[str, Any], field: dict[str, Any], path: str) -> None:
        for key, value in bounds.items():
            if isinstance(value, bool) or not isinstance(value, int | float):
                continue
            if abs(value) > LARGEST:
                self._notes.leave(path, f"{key} {value:g} is only what a type can hold")
            else:
                _constrain(field, **{key: _plain_number(value)})

    def _number_format(self, form: Any, field: dict[str, Any], path: str) -> None:
        size = SIZES.get(str(form))
        if size and field["type"] == "integer":
            limits = {"minimum": -size, "maximum": size - 1}
            field[CAPACITY] = {**limits, **field.get(CAPACITY, {})}
        elif form in DEGREES:
            field["format"] = form
        elif form and form not in OPENAPI_NUMBERS:
            self._notes.leave(path, f"there is no format {form} of numbers here")

    # ── text ──────────────────────────────────────────────────────────────────────────────────

    def _string(self, schema: Schema, field: dict[str, Any], path: str) -> None:
        lengths = {key: schema.get(key) for key in ("minLength", "maxLength")}
        limits = {key: int(v) for key, v in lengths.items() if v and _is_count(v, LONGEST_TEXT)}
        form = schema.get("format")
        if isinstance(form, str) and form in TYPED_FORMATS and "enum" not in _said(field):
            field.update(TYPED_FORMATS[form])
            words = {"pattern", "minLength", "maxLength"} & set(schema)
            self._notes.leave_keys(path, words)
            return
        if isinstance(form, str) and form in FORMATS:
            field["format"] = FORMATS[form]
        elif form:
            self._notes.leave(path, f"there is no format {form} here")
        if limits.get("minLength", 0) <= 1 and "format" not in field:
            field[CAPACITY] = limits  # it only says that text is not empty, or fits
        elif limits:
            _constrain(field, **limits)
        self._pattern(schema.get("pattern"), field, path)

    def _pattern(self, pattern: Any, field: dict[str, Any], path: str) -> None:
        if not isinstance(pattern, str) or "enum" in _said(field):
            return
        if "format" in field:
            self._notes.leave(path, "the pattern gave way to the format")
            return
        found = full_match(pattern)
        if found is None:
            self._notes.leave(path, f"the pattern {pattern} cannot be said in RE2")
        elif found != ".*":
            _constrain(field, pattern=found)

    # ── nested ────────────────────────────────────────────────────────────────────────────────

    def _array(self, found: Plain, field: dict[str, Any], path: str, depth: int) -> None:
        schema = found.schema
        for word, ours in (("minItems", "minLength"), ("maxItems", "maxLength")):
            if _is_count(schema.get(word)):
                _constrain(field, **{ours: int(schema[word])})
        items = schema.get("items", True)
        tuples = schema.get("prefixItems", items if isinstance(items, list) else None)
        if isinstance(tuples, list) and tuples:
            items = tuples[0]
            self._notes.leave(path, "its members have places of their own; all are like the first")
        if self._too_deep(path, depth) or items is True or items == {}:
            return
        inner = self._resolver.plain(items, f"{path}[]", found.through)
        if inner is not None:
            item = {"name": "item", **self._field(inner, f"{path}[]", depth + 1)}
            item.pop(CAPACITY, None)
            field["items"] = item

    def _object(self, found: Plain, field: dict[str, Any], path: str, depth: int) -> None:
        others = found.schema.get("additionalProperties")
        if isinstance(others, Mapping) and others:
            self._notes.leave(path, "members beyond the named ones are left out")
        if not self._too_deep(path, depth):
            inner = self.of(found, path, depth + 1)
            for one in inner:
                limits = one.pop(CAPACITY, None)
                if limits:
                    _constrain(one, **limits)
            if inner:
                field["fields"] = inner

    def _too_deep(self, path: str, depth: int) -> bool:
        if depth + 1 < DEEPEST:
            return False
        self._notes.leave(path, f"what is nested deeper than {DEEPEST} levels is left out")
        return True

    def _leftovers(self, schema: Schema, kind: str, path: str) -> None:
        family = "integer" if kind == "number" else kind
        known = ANNOTATIONS | UNDERSTOOD.get(family, frozenset()) | {"type", "enum", "const"}
        others = set(map(str, schema)) - known
        if "default" in others:
            self._notes.leave(path, "a default: every row has a value of its own")
        self._notes.leave_keys(path, others - {"default"})


def _constrain(field: dict[str, Any], **constraints: Any) -> None:
    field["constraints"] = {**field.get("constraints", {}), **constraints}


def _said(field: Mapping[str, Any]) -> Mapping[str, Any]:
    constraints: Mapping[str, Any] = field.get("constraints", {})
    return constraints


def _is_count(value: Any, most: float = 10**9) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= most


def _plain_number(value: float) -> int | float:
    return int(value) if isinstance(value, float) and value.is_integer() else value


_PYTHON: Mapping[str, Any] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
}


def _is_of(value: Any, kind: str) -> bool:
    if isinstance(value, bool) and kind != "boolean":
        return False
    if kind == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, _PYTHON.get(kind, ()))


def _type_of(values: list[Any]) -> str:
    for kind in ("boolean", "integer", "number", "string"):
        if all(_is_of(value, kind) for value in values):
            return kind
    return "string"

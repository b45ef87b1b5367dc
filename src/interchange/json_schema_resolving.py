"""A JSON Schema's references and combinations, resolved into one plain schema at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..core.errors import LimitExceeded
from .notes import Notebook

MOST_STEPS = 50_000
"""Schemas looked at: references can make a short document unfold without end."""
LONGEST_CHAIN = 64
SCALARS = (str, int, float, bool)

Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plain:
    """A schema without references and combinations.

    `nullable`: null is a value too. `through` holds the references that led here, so that a
    schema that contains itself is noticed.
    """

    schema: Schema
    nullable: bool
    through: frozenset[str]


@dataclass(slots=True)
class Resolver:
    """Reads one document. References lead to places inside it, never outside."""

    root: Any
    notes: Notebook
    steps: int = 0
    _anchors: dict[str, Any] | None = field(default=None)

    def plain(self, schema: Any, path: str, through: frozenset[str] = frozenset()) -> Plain | None:
        """None where the schema contains itself, or allows nothing.

        Raises:
            LimitExceeded
        """
        found = self._followed(schema, path, through, 0)
        if found is None:
            return None
        merged, seen = found
        without_null, nullable = _without_null(merged)
        return Plain(without_null, nullable, seen)

    # ── references ────────────────────────────────────────────────────────────────────────────

    def _followed(
        self, schema: Any, path: str, through: frozenset[str], chain: int
    ) -> tuple[Schema, frozenset[str]] | None:
        self.steps += 1
        if self.steps > MOST_STEPS or chain > LONGEST_CHAIN:
            hint = "leave out the parts that no row has"
            raise LimitExceeded("the JSON Schema unfolds without end", hint=hint)
        if schema is False:
            return None
        if not isinstance(schema, Mapping):
            return {}, through
        here = dict(schema)
        reference = here.pop("$ref", here.pop("$dynamicRef", None))
        if reference is not None:
            base = self._referenced(str(reference), path, through, chain)
            if base is None:
                return None
            here, through = _merged(base[0], here, self._conflict(path)), base[1]
        return self._combined(here, path, through, chain)

    def _referenced(
        self, reference: str, path: str, through: frozenset[str], chain: int
    ) -> tuple[Schema, frozenset[str]] | None:
        if reference in through:
            self.notes.leave(path, f"{reference} contains itself; the inner one is left out")
            return None
        target = self._target(reference)
        if target is None:
            self.notes.leave(path, f"{reference} leads outside this document, or nowhere")
            return {}, through
        return self._followed(target, path, through | {reference}, chain + 1)

    def _target(self, reference: str) -> Any | None:
        if not reference.startswith("#"):
            identity = self.root.get("$id", self.root.get("id"))
            if not isinstance(identity, str) or not reference.startswith(identity + "#"):
                return self._named(reference)
            reference = reference[len(identity) :]
        if reference == "#":
            return self.root
        return _pointed(self.root, reference[1:]) if reference[1] == "/" else self._named(reference)

    def _named(self, reference: str) -> Any | None:
        """A definition that gave itself a name ($anchor, $id)."""
        if self._anchors is None:
            self._anchors = dict(_anchors(self.root))
        return self._anchors.get(reference)

    # ── combinations ──────────────────────────────────────────────────────────────────────────

    def _combined(
        self, here: Schema, path: str, through: frozenset[str], chain: int
    ) -> tuple[Schema, frozenset[str]] | None:
        met = through  # by this schema, not by the parts beside it
        for part in _listed(here.pop("allOf", None)):
            found = self._followed(part, path, met, chain + 1)
            if found is None:
                return None
            here = _merged(here, found[0], self._conflict(path))
            through |= found[1]
        for word in ("oneOf", "anyOf"):
            options = _listed(here.pop(word, None))
            if options:
                chosen = self._chosen(options, word, path, met, chain)
                here = _merged(here, chosen[0], self._conflict(path))
                through |= chosen[1]
        return here, through

    def _chosen(
        self, options: list[Any], word: str, path: str, through: frozenset[str], chain: int
    ) -> tuple[Schema, frozenset[str]]:
        """The first option that says something; all of them where they are lists of values."""
        found = [self._followed(option, path, through, chain + 1) for option in options]
        usable = [option for option in found if option is not None and option[0]]
        solid = [option for option in usable if not _is_null(option[0])]
        null: Schema = {"nullable": True} if len(solid) < len(usable) else {}
        if not solid:
            return null, through
        values = [_values(option[0]) for option in solid]
        if all(values):
            listed = [value for some in values for value in some or ()]
            return {"enum": list(dict.fromkeys(listed)), **null}, solid[0][1]
        if len(solid) > 1:
            self.notes.leave(path, f"{word} has {len(solid)} forms; the first was taken")
        return {**solid[0][0], **null}, solid[0][1]

    def _conflict(self, path: str) -> Callable[[str], None]:
        return lambda key: self.notes.leave(path, f"two schemas disagree on {key}; the first won")


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _is_null(schema: Schema) -> bool:
    return schema.get("type") in ("null", ["null"]) or schema.get("const", 0) is None


def _values(schema: Schema) -> list[Any] | None:
    """The scalars that a schema lists, None where it says more than that."""
    if "const" in schema:
        return [schema["const"]] if isinstance(schema["const"], SCALARS) else None
    values = schema.get("enum")
    if isinstance(values, list) and values and all(isinstance(v, SCALARS) for v in values):
        return values
    return None


def _without_null(schema: Schema) -> tuple[Schema, bool]:
    """Null taken out of the types and the values."""
    found, nullable = dict(schema), bool(schema.get("nullable", False))
    found.pop("nullable", None)
    if isinstance(found.get("type"), list):
        kinds = [kind for kind in found["type"] if kind != "null"]
        nullable = nullable or len(kinds) < len(found["type"])
        found["type"] = kinds[0] if len(kinds) == 1 else kinds
    if isinstance(found.get("enum"), list) and None in found["enum"]:
        nullable = True
        found["enum"] = [value for value in found["enum"] if value is not None]
    return found, nullable


# ── merging ───────────────────────────────────────────────────────────────────────────────────

_TIGHTER: Mapping[str, Callable[[Any, Any], Any]] = {
    "minimum": max, "exclusiveMinimum": max, "minLength": max, "minItems": max,
    "maximum": min, "exclusiveMaximum": min, "maxLength": min, "maxItems": min,
}  # fmt: skip
_WORDS = frozenset({"title", "description", "$comment", "examples", "default", "$id", "$schema"})


def _merged(first: Schema, second: Schema, conflict: Callable[[str], None]) -> Schema:
    """Both at once; what the first says of itself (title, description) stays."""
    merged = dict(first)
    for key, value in second.items():
        if key not in merged or merged[key] == value:
            merged[key] = value
        elif key not in _WORDS:
            merged[key] = _both(key, merged[key], value, conflict)
    return merged


def _both(key: str, first: Any, second: Any, conflict: Callable[[str], None]) -> Any:
    if key == "properties" and isinstance(first, Mapping) and isinstance(second, Mapping):
        shared = {k: {"allOf": [first[k], second[k]]} for k in first if k in second}
        return {**first, **second, **shared}
    if key == "required" and isinstance(first, list) and isinstance(second, list):
        return list(dict.fromkeys(map(str, first + second)))
    if key in ("$defs", "definitions", "nullable"):
        return first
    if key in _TIGHTER and _is_number(first) and _is_number(second):
        return _TIGHTER[key](first, second)
    if key in ("enum", "type"):
        common = [v for v in _as_list(first) if v in _as_list(second)]
        if common:
            return common
    conflict(key)
    return first


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


# ── places ────────────────────────────────────────────────────────────────────────────────────


def _pointed(root: Any, pointer: str) -> Any | None:
    """What a JSON pointer (RFC 6901) leads to."""
    from urllib.parse import unquote

    here = root
    for part in unquote(pointer).split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(here, Mapping) and key in here:
            here = here[key]
        elif isinstance(here, list) and key.isdigit() and int(key) < len(here):
            here = here[int(key)]
        else:
            return None
    return here


def _anchors(root: Any) -> list[tuple[str, Any]]:
    """Every named schema of the document, without recursion."""
    found, waiting = [], [root]
    while waiting:
        here = waiting.pop()
        if isinstance(here, Mapping):
            anchor, identity = here.get("$anchor"), here.get("$id", here.get("id"))
            found += [(f"#{anchor}", here)] if isinstance(anchor, str) else []
            found += [(identity, here)] if isinstance(identity, str) and here is not root else []
            waiting += here.values()
        elif isinstance(here, list):
            waiting += here
    return found

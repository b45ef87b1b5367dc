"""One column built: by its generator, its format, its constraints or its type, in this order."""

from __future__ import annotations

import difflib
from collections.abc import Collection

from .briefs import Brief
from .draws.blocks import Maker
from .makers import values
from .refusals import Refused
from .registry import BY_TYPE, FORMATS, KINDS, Builder


def build(brief: Brief) -> Maker:
    """Raises: Refused."""
    return _builder(brief)(brief)


def _builder(brief: Brief) -> Builder:
    field = brief.field
    if field.generator is not None:
        return _of_kind(brief)
    if field.constraints.enum is not None:
        return values.category
    if field.constraints.pattern is not None and field.type == "string":
        return KINDS["pattern"].build
    if field.format is not None:
        return _of_format(brief)
    if field.type not in BY_TYPE:
        message = f"a field of type {field.type} cannot be made without the language model yet"
        hint = "use generation llm, or one field for each part"
        raise Refused("type", "not_built", message, hint)
    return BY_TYPE[field.type]


def _of_kind(brief: Brief) -> Builder:
    name = brief.generator.kind
    kind = KINDS.get(name)
    if kind is None:
        hint = "built: " + ", ".join(sorted(KINDS))
        raise Refused("generator.kind", "not_built", f"{name} is not built yet", hint)
    if brief.field.type not in kind.types:
        message = f"{name} does not make a {brief.field.type}"
        raise Refused("generator.kind", "wrong_type", message, f"it makes {_listed(kind.types)}")
    return kind.build


def _of_format(brief: Brief) -> Builder:
    name = brief.field.format or ""
    kind = FORMATS.get(name)
    if kind is None:
        hint = did_you_mean(name, FORMATS)
        raise Refused("format", "unknown_format", f"there is no format {name!r}", hint)
    if brief.field.type not in kind.types:
        message = f"the format {name} is not one of a {brief.field.type}"
        raise Refused("format", "wrong_type", message, f"it is one of {_listed(kind.types)}")
    return kind.build


def _listed(types: Collection[str]) -> str:
    return " or ".join(sorted(types))


def did_you_mean(name: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {near[0]!r}?" if near else "known: " + ", ".join(sorted(known))

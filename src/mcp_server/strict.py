"""Arguments as they were meant: strict, with all mistakes of a call in one message."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Mapping
from typing import Annotated, Any, ClassVar, TypeVar

from mcp.server.mcpserver.utilities.func_metadata import ArgModelBase
from pydantic import AfterValidator, BeforeValidator, ConfigDict, ValidationError

from ..core.errors import InvalidArgument
from ..utils.text import clean, shown

SHOWN_MISTAKES = 20


class Arguments(ArgModelBase):
    """A tool's arguments. Of those named in `either`, exactly one must be given."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, frozen=True)
    either: ClassVar[tuple[str, ...]] = ()


_A = TypeVar("_A", bound=Arguments)


def read_arguments(model: type[_A], given: Mapping[str, Any], tool: str) -> _A:
    """The arguments of a call.

    An optional argument that is null counts as left out: models like to fill every blank.

    Raises:
        InvalidArgument: names every mistake of the call.
    """
    known = model.model_fields
    names = {field.alias or name: field for name, field in known.items()}
    said = {
        key: value
        for key, value in given.items()
        if value is not None or key not in names or names[key].is_required()
    }
    mistakes = _ambiguous(model, said)
    try:
        arguments = model.model_validate(said)
    except ValidationError as exc:
        found = exc.errors(include_url=False)
        mistakes = [*(_sentence(error, tuple(names)) for error in found), *mistakes]
    else:
        if not mistakes:
            return arguments
    raise InvalidArgument(
        _all(mistakes), hint=f"mend this and call again; {tool} takes: {', '.join(names)}"
    )


def _ambiguous(model: type[Arguments], said: Mapping[str, Any]) -> list[str]:
    if not model.either or sum(name in said for name in model.either) == 1:
        return []
    return [f"exactly one of {' and '.join(model.either)} is needed"]


def _all(mistakes: list[str]) -> str:
    more = len(mistakes) - SHOWN_MISTAKES
    text = "; ".join(mistakes[:SHOWN_MISTAKES])
    return text + (f"; and {more} more" if more > 0 else "")


def _sentence(error: Any, names: tuple[str, ...]) -> str:
    where, kind, given = _place(error["loc"]), error["type"], error["input"]
    context = error.get("ctx", {})
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(where, names, n=1)
        return f"{where} is not an argument" + (f", did you mean {near[0]}?" if near else "")
    if kind == "literal_error":
        return f"{where} {_not_one_of(given, context['expected'])}"
    if kind in _BELONGS:
        return f"{where} is {_what(given)}, {_BELONGS[kind]} belongs there"
    if kind in _BOUNDS:
        return f"{where} must be {_BOUNDS[kind](context)}, not {_size(kind, given)}"
    if kind == "value_error":
        return f"{where} {context['error']}"
    return f"{where} is missing" if kind == "missing" else f"{where}: {error['msg']}"


def _place(loc: tuple[int | str, ...]) -> str:
    """`sample_rows[2]`; the argument's name is the caller's own text, so it is cleaned."""
    first, *rest = loc or ("the arguments",)
    return clean(str(first), 60) + "".join(f"[{clean(str(step), 40)}]" for step in rest)


_BELONGS = {
    "int_type": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "string_type": "text",
    "dict_type": "an object",
    "list_type": "a list",
}
_BOUNDS: dict[str, Callable[[Any], str]] = {
    "greater_than_equal": lambda bound: f"at least {bound['ge']:,}",
    "less_than_equal": lambda bound: f"at most {bound['le']:,}",
    "greater_than": lambda bound: f"above {bound['gt']:,}",
    "string_too_short": lambda bound: f"at least {bound['min_length']:,} characters long",
    "string_too_long": lambda bound: f"at most {bound['max_length']:,} characters long",
    "too_long": lambda bound: f"at most {bound['max_length']:,} entries long",
}


def _size(kind: str, given: Any) -> str:
    return f"{len(given):,}" if kind.endswith(("short", "long")) else shown(given)


def _what(value: Any) -> str:
    """The value as JSON calls it."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if isinstance(value, str):
        return f"text ({shown(value)})"
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    return f"the number {shown(value)}"


def _not_one_of(given: Any, expected: str) -> str:
    known = [word.strip(" '") for word in expected.replace(" or ", ", ").split(",")]
    near = difflib.get_close_matches(str(given).lower(), [word.lower() for word in known], n=1)
    hint = next((f", did you mean {word}?" for word in known if word.lower() in near), "")
    return f"is {shown(given)}, which is none of {', '.join(known)}{hint}"


# ── what one argument may look like ───────────────────────────────────────────────────────────


def _whole(value: Any) -> Any:
    """JSON has one kind of number: 500.0 is the whole number 500."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _from_text(opening: str) -> Callable[[Any], Any]:
    def parsed(value: Any) -> Any:
        """Some clients send an object as its JSON text; no other text is touched."""
        if not isinstance(value, str) or not value.lstrip().startswith(opening):
            return value
        try:
            return json.loads(value, parse_constant=_refused)
        except RecursionError:
            raise ValueError("is nested too deeply") from None
        except ValueError as exc:
            raise ValueError(f"is not JSON: {clean(str(exc), 120)}") from None

    return parsed


def _refused(word: str) -> Any:
    raise ValueError(f"{word} is not a JSON number")


def _in_size(value: Any) -> Any:
    from ..core.parsing import MAX_DOCUMENT_BYTES

    length = len(json.dumps(value))
    if length > MAX_DOCUMENT_BYTES:
        raise ValueError(f"has {length:,} bytes as JSON, {MAX_DOCUMENT_BYTES:,} are allowed")
    return value


# Last in an `Annotated`, or the bounds before it are not published.
AsWhole = BeforeValidator(_whole)
_IN_SIZE = AfterValidator(_in_size)
Document = Annotated[dict[str, Any], BeforeValidator(_from_text("{")), _IN_SIZE]
Documents = Annotated[list[dict[str, Any]], BeforeValidator(_from_text("[")), _IN_SIZE]
DocumentOrText = Annotated[dict[str, Any] | str, BeforeValidator(_from_text("{")), _IN_SIZE]

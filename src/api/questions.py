"""A prompt as the SDK takes it; imported when the SDK is."""

from __future__ import annotations

from types import new_class
from typing import TYPE_CHECKING, Self, TypeVar, cast

from google.genai import types
from pydantic import BaseModel

if TYPE_CHECKING:
    from .prompts import Prompt

_M = TypeVar("_M", bound=BaseModel)


class _Quick:
    """A model that the SDK makes a request of in two thirds of the time."""

    def __contains__(self, name: object) -> bool:
        """The SDK asks for each field that a model might have whether its name is in it. Pydantic
        has no such test, so Python walks through all the fields, which come as pairs and equal no
        name: this is the same answer, at once."""
        del name
        return False

    def __deepcopy__(self, memo: object = None) -> Self:
        """The SDK changes only a copy of its own; each of ours is made for one request."""
        del memo
        return self


def _quick(model: type[_M]) -> type[_M]:
    return cast("type[_M]", new_class(model.__name__, (_Quick, model)))


_Config = _quick(types.GenerateContentConfig)
_Content = _quick(types.Content)
_Part = _quick(types.Part)


def content(text: str) -> types.Content:
    return _Content(role="user", parts=[_Part(text=text)])


def config(prompt: Prompt, max_output_tokens: int) -> types.GenerateContentConfig:
    """Temperature stays the model's own; no second request may follow by itself."""
    return _Config(
        system_instruction=content(prompt.system),
        response_mime_type="application/json",
        response_json_schema=prompt.schema,
        max_output_tokens=max_output_tokens,
        automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
        automatic_continuation=False,
        should_return_http_response=True,  # as it came: replies.py reads it
    )

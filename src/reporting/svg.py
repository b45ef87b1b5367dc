"""A drawn picture made small: an SVG's shapes and words, and nothing else that may be in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, fromstring

from .markup import Html, element

SHAPES = frozenset({"svg", "g", "path", "line", "text"})
ATTRIBUTES = (
    "width", "height", "viewBox", "d", "transform", "x2", "y2", "fill", "stroke", "stroke-width",
    "opacity", "text-anchor", "font-size", "font-weight",
)  # fmt: skip
IDLE = {("opacity", "1"), ("opacity", "0"), ("stroke-width", "1"), ("transform", "translate(0,0)")}
"""What changes nothing. (What is invisible was left out before.)"""
_LONG = re.compile(r"-?\d+\.\d{2,}(e-?\d+)?")


def slim(drawn: str) -> Html:
    """`drawn` comes from our own library, which writes what it is told as text."""
    (found,) = _kept(fromstring(drawn))  # noqa: S314 - made in this process, no stranger's XML
    return found


def _kept(node: Element) -> Iterator[Html]:
    """The element without what has no shape; a group without attributes is what is in it."""
    name = node.tag.rpartition("}")[2]
    if name not in SHAPES or _is_invisible(node, name):
        return
    said = {key: _short(node.get(key, "")) for key in ATTRIBUTES if node.get(key)}
    attributes = {key: value for key, value in said.items() if (key, value) not in IDLE}
    inside = [part for child in node for part in _kept(child)]
    if name == "g" and not (inside and attributes):
        yield from inside
        return
    words = [node.text or ""] if name == "text" else []
    yield element(name, *words, *inside, **attributes)


def _is_invisible(node: Element, name: str) -> bool:
    if node.get("display") == "none" or node.get("opacity") == "0":
        return True
    painted = node.get("fill") or node.get("stroke")
    return name == "path" and not (painted and node.get("d"))


def _short(value: str) -> str:
    """A tenth of a pixel is finer than a screen."""
    return _LONG.sub(lambda found: f"{float(found[0]):.1f}".replace(".0", ""), value)

"""A column as a card of the page."""

from __future__ import annotations

from .charts import chart
from .markup import Html, element
from .model import Column
from .words import chart_said, column_facts, outside_said

HALF_A_CARD = 22
"""Characters."""


def card(column: Column) -> Html:
    """Raises: NotConfigured."""
    facts = [
        element("div", element("dt", name), element("dd", value), class_=_class(value))
        for name, value in column_facts(column)
    ]
    return element(
        "article",
        element("h3", column.name, element("small", column.type)),
        element("p", column.made, class_="made"),
        *_chart(column),
        *_examples(column),
        element("dl", *facts),
    )


def _class(value: str) -> str | None:
    return "wide" if len(value) > HALF_A_CARD else None


def _chart(column: Column) -> list[Html]:
    if not column.has_chart:
        return []
    drawn = element("figure", chart(column), role="img", aria_label=chart_said(column))
    note = outside_said(column)
    return [drawn, *([element("p", note, class_="outside")] if note else []), *_legend(column)]


def _legend(column: Column) -> list[Html]:
    declared = any(bar.declared is not None for bar in column.bars) or (
        column.histogram is not None and column.histogram.declared is not None
    )
    if not declared:
        return []
    came = element("span", "came out", class_="came")
    return [element("p", came, element("span", "declared", class_="declared"), class_="legend")]


def _examples(column: Column) -> list[Html]:
    """Where no chart shows the values themselves."""
    shown = column.bars or (column.histogram and column.histogram.axis != "characters")
    if shown or not column.examples:
        return []
    return [element("ul", *(element("li", text) for text in column.examples), class_="examples")]

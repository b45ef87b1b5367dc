"""Charts and the diagram of tables as SVG, drawn by Vega-Lite in the page's colours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..core.errors import InternalError, NotConfigured
from .diagram import BOX_WIDTH, LINE_HEIGHT, Box, Diagram, Wire
from .markup import Html
from .model import Axis, Column, Histogram, Share
from .svg import slim

WIDTH = 330
LABELS, FIGURES = 112, 60
"""Room beside bars for what they are and how much."""
NARROW = 24
"""How much narrower texts are cut than there is room: a reader's letters may be wider than ours."""
BAR, GAP = 14, 8
STEPS_HEIGHT = 112
# Variables of the page's stylesheet: a chart is light or dark as the page is.
CAME_OUT, DECLARED, INK, SOFT, LINE, PAPER = (
    f"var(--{name})" for name in ("bar", "mark", "ink", "soft", "line", "card")
)
CONFIG: Mapping[str, Any] = {
    "background": None,
    "aria": False,  # the page says in words what each chart shows
    "font": "system-ui, sans-serif",
    "view": {"stroke": None},
    "bar": {"color": CAME_OUT},
    "text": {"color": INK, "fontSize": 11},
    "axis": {
        "domain": False, "ticks": False, "labelColor": SOFT, "labelFontSize": 10,
        "gridColor": LINE, "titleColor": SOFT, "titleFontWeight": "normal", "titleFontSize": 10,
        "labelPadding": 5, "labelOverlap": "greedy", "labelSeparation": 8,
    },
}  # fmt: skip
TIMES: Mapping[Axis, str] = {"date": "%b %Y", "datetime": "%b %Y", "time": "%H:%M"}
TITLES: Mapping[Axis, str] = {"characters": "characters", "duration": "hours"}
DAY_MS, MONTHS_MS = 86_400_000.0, 90 * 86_400_000.0


def chart(column: Column) -> Html:
    """An SVG element; empty where the column has no chart.

    Raises:
        NotConfigured: the library is not installed.
    """
    there = column.rows - column.nulls
    if column.bars:
        return _svg(_bars(column.bars, there))
    return _svg(_steps(column.histogram, there)) if column.histogram else Html()


def picture(found: Diagram) -> Html:
    """Raises: NotConfigured."""
    place = {"x": _place("x", found.width), "y": _place("y", found.height)}
    layer = [*(_wired(found.wires, place) if found.wires else []), *_boxed(found.boxes, place)]
    return _svg(_frame(found.width, found.height, {}, layer))


def library() -> Any:
    """Raises: NotConfigured."""
    try:
        import vl_convert
    except ImportError:
        raise NotConfigured(
            "the charts of the page need one more library",
            hint='pip install "rowmill[report]" (that is vl-convert-python), or ask for another '
            "form: md, json, terminal",
        ) from None
    return vl_convert


def warm_up() -> None:
    """Start what draws, which takes as long as reading half a million rows: do both at once.

    Raises: NotConfigured.
    """
    _svg(_frame(1, 1, {}, [{"mark": "point", "data": {"values": [{}]}}]))


def _svg(spec: Mapping[str, Any]) -> Html:
    vl_convert = library()
    try:
        drawn: str = vl_convert.vegalite_to_svg({**spec, "config": CONFIG}, allowed_base_urls=[])
    except ValueError as exc:
        raise InternalError(f"a chart could not be drawn: {exc}") from exc
    return slim(drawn)


def _frame(width: int, height: int, padding: Mapping[str, int], layer: Any) -> dict[str, Any]:
    """A picture of just this size, whatever is in it."""
    sides = {"left": 0, "right": 0, "top": 0, "bottom": 0, **padding}
    autosize = {"type": "none"}
    return {
        "width": width, "height": height, "padding": sides, "autosize": autosize, "layer": layer,
    }  # fmt: skip


# ── values ────────────────────────────────────────────────────────────────────────────────────


def _bars(bars: Sequence[Share], there: int) -> dict[str, Any]:
    """A bar a value, and a tick where it was meant to end."""
    rows: list[dict[str, Any]] = [
        {
            "n": number,
            "value": bar.value or "“”",
            "share": bar.rows / there,
            "said": percent(bar.rows / there),
            **({} if bar.declared is None else {"declared": bar.declared}),
        }
        for number, bar in enumerate(bars)
    ]
    most = max(max(row["share"], row.get("declared", 0.0)) for row in rows) or 1.0
    height = len(rows) * (BAR + GAP)
    y = {
        "field": "n",
        "type": "ordinal",
        "axis": None,
        "scale": {"paddingInner": GAP / (BAR + GAP)},
    }
    x = {"type": "quantitative", "axis": None, "scale": {"domain": [0, most]}}
    middle = {"baseline": "middle", "dy": 1}
    layer = [
        _mark({"type": "bar"}, y=y, x={**x, "field": "share"}),
        _mark({"type": "text", "align": "right", "limit": LABELS - NARROW, **middle},
              y=y, x={"value": -8}, text={"field": "value"}),
        _mark({"type": "text", "align": "left", "color": SOFT, **middle},
              y=y, x={"value": WIDTH - LABELS - FIGURES + 8}, text={"field": "said"}),
        _mark({"type": "tick", "color": DECLARED, "thickness": 2.5, "size": BAR + 5},
              y=y, x={**x, "field": "declared"}),
    ]  # fmt: skip
    if all("declared" not in row for row in rows):
        layer.pop()
    sides = {"left": LABELS, "right": FIGURES}
    return {**_frame(WIDTH - LABELS - FIGURES, height, sides, layer), "data": {"values": rows}}


def _mark(mark: Mapping[str, Any], **encoding: Any) -> dict[str, Any]:
    return {"mark": mark, "encoding": encoding}


# ── numbers and moments ───────────────────────────────────────────────────────────────────────


def _steps(found: Histogram, there: int) -> dict[str, Any]:
    """A histogram of shares, and a line through what was to be expected."""
    rows = [
        {
            "from": low,
            "to": high,
            "middle": (low + high) / 2,
            "share": count / there,
            **({} if found.declared is None else {"declared": found.declared[n] / there}),
        }
        for n, (low, high, count) in enumerate(
            zip(found.edges, found.edges[1:], found.rows, strict=False)
        )
    ]
    title = TITLES.get(found.axis)
    x = {
        "type": "temporal" if found.axis in TIMES else "quantitative",
        "scale": {"domain": [found.edges[0], found.edges[-1]], "nice": False, **_utc(found.axis)},
        "axis": {"title": title, "grid": False, "tickCount": 4, "labelFlush": 24, **_labels(found)},
    }
    y = {
        "type": "quantitative",
        "axis": {"title": None, "tickCount": 3, "format": "~%"},
    }
    layer = [
        _mark({"type": "bar", "binSpacing": 1},
              x={**x, "field": "from", "bin": "binned"}, x2={"field": "to"},
              y={**y, "field": "share"}),
        _mark({"type": "line", "color": DECLARED, "strokeWidth": 2, "interpolate": "monotone"},
              x={**x, "field": "middle"}, y={**y, "field": "declared"}),
    ]  # fmt: skip
    if found.declared is None:
        layer.pop()
    sides = {"left": 42, "right": 22, "top": 8, "bottom": 38 if title else 22}
    frame = _frame(WIDTH - 64, STEPS_HEIGHT, sides, layer)
    return {**frame, "data": {"values": rows}}


def _utc(axis: Axis) -> dict[str, Any]:
    return {"type": "utc"} if axis in TIMES else {}


def _labels(found: Histogram) -> dict[str, Any]:
    if found.axis not in TIMES:
        return {"format": "~s"} if max(map(abs, found.edges)) >= 100_000 else {}
    if found.axis != "time" and found.edges[-1] - found.edges[0] < MONTHS_MS:
        short = found.edges[-1] - found.edges[0] < 2 * DAY_MS
        return {"format": "%H:%M" if short else "%d %b"}
    return {"format": TIMES[found.axis]}


# ── tables ────────────────────────────────────────────────────────────────────────────────────


def _wired(wires: Sequence[Wire], place: Mapping[str, Any]) -> list[Any]:
    points = [
        {"wire": n, "step": step, "x": x, "y": y, "way": wire.way if (x, y) == wire.end else ""}
        for n, wire in enumerate(wires)
        for step, (x, y) in enumerate(wire.points)
    ]
    line = _mark({"type": "line", "color": SOFT, "strokeWidth": 1.5}, **place,
                 detail={"field": "wire"}, order={"field": "step"})  # fmt: skip
    return [_of(points, line), *(_heads(points, place, way) for way in ("up", "left"))]


def _heads(points: Sequence[Mapping[str, Any]], place: Mapping[str, Any], way: str) -> Any:
    ends = [point for point in points if point["way"] == way]
    head = {"type": "point", "shape": f"triangle-{way}", "filled": True, "color": SOFT,
            "size": 50, "opacity": 1}  # fmt: skip
    return _of(ends, _mark(head, **place))


def _boxed(boxes: Sequence[Box], place: Mapping[str, Any]) -> list[Any]:
    rects = [{"x": b.x, "y": b.y, "x2": b.x + b.width, "y2": b.y + b.height} for b in boxes]
    firsts = [_line(box, 0) for box in boxes]
    others = [_line(box, n) for box in boxes for n in range(1, len(box.lines))]
    rect = {"type": "rect", "fill": PAPER, "stroke": CAME_OUT, "strokeWidth": 1.5,
            "cornerRadius": 6}  # fmt: skip
    text = {"type": "text", "align": "left", "baseline": "middle", "limit": BOX_WIDTH - NARROW}
    name = {**text, "fontSize": 13, "fontWeight": "bold"}
    said = {"text": {"field": "text"}}
    return [
        _of(rects, _mark(rect, **place, x2={"field": "x2"}, y2={"field": "y2"})),
        _of(firsts, _mark(name, **place, **said)),
        _of(others, _mark({**text, "fontSize": 10, "color": SOFT}, **place, **said)),
    ]


def _line(box: Box, number: int) -> dict[str, Any]:
    return {"x": box.x + 12, "y": box.y + 18 + LINE_HEIGHT * number, "text": box.lines[number]}


def _of(rows: Sequence[Mapping[str, Any]], mark: Mapping[str, Any]) -> dict[str, Any]:
    return {**mark, "data": {"values": rows}}


def _place(way: str, size: int) -> dict[str, Any]:
    """A place in pixels from the upper left."""
    scale = {"nice": False, "zero": False, "domain": [0, size], "reverse": way == "y"}
    return {"field": way, "type": "quantitative", "axis": None, "scale": scale}


def percent(share: float) -> str:
    """`12.3 %`, and no share that is there as nothing."""
    if 0 < share < 0.0005:
        return "< 0.1 %"
    return f"{100 * share:.1f} %".replace(".0 %", " %")

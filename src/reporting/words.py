"""The figures of a report in words, the same in every form."""

from __future__ import annotations

from collections.abc import Iterator

from ..core.ports import Verdict
from ..utils.text import count
from .charts import percent
from .model import Column, Correlations, Cost, Numbers, Report, Share

CORRELATED = 0.1
BLOCKS = " ▁▂▃▄▅▆▇█"


def check_said(verdict: Verdict) -> str:
    return verdict.check.replace("_", " ")


def score_said(verdict: Verdict) -> list[str]:
    """Its value and SDMetrics' name."""
    if verdict.score is None:
        return []
    cut = f"{verdict.score:.4f}".rstrip("0").rstrip(".")
    return [cut, *([f" {verdict.metric}"] if verdict.metric else [])]


def bytes_said(count_: int) -> str:
    size, unit = float(count_), "bytes"
    for unit in ("bytes", "kB", "MB", "GB", "TB"):
        if size < 1000 or unit == "TB":
            break
        size /= 1000
    return f"{size:.3g} {unit}" if size < 1000 else f"{size:,.0f} {unit}"


def seconds_said(seconds: float) -> str:
    if seconds < 0.1:
        return "under 0.1 s"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"


def money_said(cost: Cost) -> str:
    if not cost.usage.calls:
        return "no model was asked"
    return "unknown" if cost.usd is None else f"${cost.usd:,.4f}"


def headline_tiles(report: Report) -> Iterator[tuple[str, str]]:
    yield "rows", f"{report.rows:,}"
    yield "columns", f"{len(report.columns):,}"
    if len(report.tables) > 1:
        yield "tables", f"{len(report.tables):,}"
    if report.files:
        yield "size", bytes_said(sum(file.bytes for file in report.files))
    yield "cost", money_said(report.cost)
    if report.cost.making_s is not None:
        yield "made in", seconds_said(report.cost.making_s)


def cost_facts(cost: Cost) -> list[tuple[str, str]]:
    used = cost.usage
    facts = [("cost", money_said(cost))]
    if used.calls:
        facts += [
            ("model calls", f"{used.calls:,}, {used.lost_calls:,} of them never answered"),
            ("input tokens", f"{used.input_tokens:,}"),
            ("output tokens", f"{used.output_tokens:,}"),
        ]  # fmt: skip
        facts += [
            (f"of {part.table}" + (f".{part.fields}" if part.fields else ""),
             f"{part.usage.input_tokens + part.usage.output_tokens:,} tokens"
             + ("" if part.cost_usd is None else f", ${part.cost_usd:,.4f}"))
            for part in cost.spending
        ]  # fmt: skip
    if cost.making_s is not None:
        facts.append(("from start to end", seconds_said(cost.making_s)))
    facts += [
        ("work on chunks", f"{seconds_said(cost.chunk_s)} in {count(cost.chunks, 'chunk')}"),
        ("retries", _retries(cost)),
        ("quarantine", f"{count(sum(cost.rejected.values()), 'row')} of the model turned away"),
    ]
    return facts + [(f"· {why}", f"{rows:,}") for why, rows in cost.rejected.items()]


def _retries(cost: Cost) -> str:
    if cost.attempts <= 1:
        return "none"
    again = count(cost.repeated, "chunk")
    return f"{cost.attempts:,} attempts, {again} in those after the first"


def origin_facts(report: Report) -> list[tuple[str, str]]:
    origin = report.origin
    return [
        ("job", report.job_id),
        ("schema", f"{origin['schema']}, sha256 {origin['schema_sha256']}"),
        ("seed", str(origin["seed"])),
        ("as of", str(origin["as_of"])),
        ("engine", f"rowmill {origin['engine']}, generation {origin['generation']}"),
        ("model", str(origin["model"] or "none")),
        ("report by", ", ".join(f"{name} {what}" for name, what in report.versions.items())),
    ]


def column_facts(column: Column) -> list[tuple[str, str]]:
    facts = [("empty", _nulls(column))]
    if column.distinct is not None:
        about = "" if column.distinct_is_exact else "about "
        facts.append(("different", f"{about}{column.distinct:,}"))
    is_text = column.type.startswith("string")
    if column.numbers is not None and not (is_text and column.bars):
        facts += _numbers(column.numbers, is_length=is_text)
        if column.numbers.looked_at < column.rows - column.nulls:
            facts.append(("quantiles of", count(column.numbers.looked_at, "row")))
    found = column.diversity
    if found is not None:
        facts.append(
            ("near-duplicates", f"{percent(found.near_duplicates)} of {found.looked_at:,}")
        )
        if found.distinct_pairs is not None:
            facts.append(("different word pairs", percent(found.distinct_pairs)))
    return facts


def _nulls(column: Column) -> str:
    share = percent(column.null_share)
    if column.declared_nulls is None or not (column.declared_nulls or column.nulls):
        return share
    return f"{share} ({percent(column.declared_nulls)} declared)"


def _numbers(found: Numbers, *, is_length: bool) -> list[tuple[str, str]]:
    name = "characters" if is_length else "range"
    if found.minimum == found.maximum:
        return [(name, found.minimum)]
    facts = [(name, f"{found.minimum} to {found.maximum}")]
    if found.mean is not None:
        spread = f" ± {_short(found.deviation)}" if found.deviation else ""
        facts.append(("mean", f"{_short(found.mean)}{spread}"))
    if "0.5" in found.quantiles:
        facts.append(("median", found.quantiles["0.5"]))
    if {"0.05", "0.95"} <= found.quantiles.keys():
        facts.append(("middle 90 %", f"{found.quantiles['0.05']} to {found.quantiles['0.95']}"))
    return facts


def _short(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.2f}" if 0.1 <= abs(value) < 1e9 else f"{value:.4g}"


def chart_said(column: Column) -> str:
    """What a chart shows, for those who do not see it."""
    there = column.rows - column.nulls
    if column.bars:
        each = (
            f"{bar.value} {percent(bar.rows / there)}"
            + ("" if bar.declared is None else f" of {percent(bar.declared)} declared")
            for bar in column.bars
        )
        return f"Shares of {column.name}: " + ", ".join(each)
    if column.histogram is None or column.numbers is None:
        return ""
    low, high = column.numbers.minimum, column.numbers.maximum
    most = max(column.histogram.rows) / there
    return (
        f"Histogram of {column.name} from {low} to {high}; the fullest step holds {percent(most)}"
    )


def outside_said(column: Column) -> str:
    """What a chart leaves out."""
    if column.others:
        return f"{count(column.others, 'row')} with other values"
    found = column.histogram
    if found is None or found.below + found.above < 0.5:
        return ""
    there = column.rows - column.nulls
    return f"not shown: the outermost {percent((found.below + found.above) / there)}"


def sparks(column: Column) -> str:
    """A histogram as one line of blocks."""
    rows = column.histogram.rows if column.histogram else ()
    most = max(rows, default=0.0) or 1.0
    return "".join(BLOCKS[round(count_ / most * (len(BLOCKS) - 1))] for count_ in rows)


def top_values(column: Column) -> str:
    """The commonest values with their shares, and in brackets those that were declared."""
    there = column.rows - column.nulls
    shown = sorted(column.bars, key=lambda bar: -bar.rows)[:3]
    rest = [f"{len(column.bars) - 3} more"] if len(column.bars) > 3 else []
    return ", ".join([*(_valued(bar, there) for bar in shown), *rest])


def _valued(bar: Share, there: int) -> str:
    meant = "" if bar.declared is None else f" ({percent(bar.declared)})"
    return f"{bar.value} {percent(bar.rows / there)}{meant}"


def correlated(found: Correlations | None) -> list[tuple[str, str, float]]:
    """Pairs of columns, the most strongly correlated first, those that hardly are left out."""
    if found is None:
        return []
    pairs = [
        (other, one, r)
        for n, (one, row) in enumerate(zip(found.columns, found.values, strict=True))
        for other, r in zip(found.columns[:n], row, strict=False)
        if r is not None and abs(r) >= CORRELATED
    ]
    return sorted(pairs, key=lambda pair: -abs(pair[2]))

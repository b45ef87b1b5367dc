"""Days that lie one of a few spans after another: "due 14, 30 or 60 days after the invoice"."""

from __future__ import annotations

from ..shaping import Shaped
from .conditions import sql_name
from .row import Row, made_by


def on_terms(
    row: Row, subject: Shaped, other: Shaped, counts: str, unit: str, *, is_after: bool
) -> bool:
    """The term becomes a field of its own, and the day follows from it."""
    term = row.add(f"{subject.name}_{unit}", subject)
    values = list(dict.fromkeys(map(int, counts.split("/"))))
    listed = ", ".join(map(str, values))
    row.put(
        made_by(term, {"kind": "category", "values": values}, type="integer"),
        f"{term.name!r} was added, one of {listed}",
    )
    span = f"{sql_name(term.name)} * INTERVAL 1 {unit.removesuffix('s').upper()}"
    expr = f"{sql_name(other.name)} {'+' if is_after else '-'} {span}"
    row.put(
        made_by(subject, {"kind": "expression", "expr": expr}),
        f"{subject.name!r} was computed as {expr}",
    )
    row.promise(f"{sql_name(term.name)} IN ({listed})")
    row.promise(f"{sql_name(subject.name)} = {expr}")
    return True

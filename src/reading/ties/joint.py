"""An order and a condition said in one breath: "0–30 days after issue only if paid"."""

from __future__ import annotations

import re

_ORDER_AND_IF = re.compile(
    r"(?P<order>(?P<count>(?:(?:within|at most|at least|up to) )?\d{1,4}(?: ?[-–] ?\d{1,4})? "
    r"[a-z]{3,8} )?(?:always |not )?(?:before|after) .{2,60}?),? (?P<only>only (?:if|when|for"
    r"|where) .{2,80})",
    re.IGNORECASE,
)


def told_apart(text: str) -> tuple[str, ...]:
    """Each of the two alone where the order counts days; else the condition, then the order."""
    both = _ORDER_AND_IF.fullmatch(text)
    if not both:
        return (text,)
    if both["count"]:
        return both["order"], both["only"]
    return (f"{both['only']} and {both['order']}",)

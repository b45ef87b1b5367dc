"""Numbers and days as people write them."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta

NUMBER = r"\d[\d.,]{0,24}"
"""A number's characters; `value` decides what the points and commas mean."""
SCALE = r"(?: ?(?:thousand|million|billion|dozen|hundred|tausend|millionen|mio\.?|mrd\.?)\b|k\b)"
SCALE_OF_ROWS = SCALE.removesuffix(")") + r"|m\b)"
"""2m rows are two million; 2m of cloth are not."""
_GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
_FACTORS = {"k": 10**3, "thousand": 10**3, "tausend": 10**3, "m": 10**6, "million": 10**6,
            "dozen": 12, "hundred": 100,
            "millionen": 10**6, "mio": 10**6, "billion": 10**9, "mrd": 10**9}  # fmt: skip


def scale(text: str) -> int:
    """What "million" or "k" after a number multiplies it by; 1 where there is none."""
    match = re.search(rf"\d(?P<scale>{SCALE})", text, re.IGNORECASE)
    return _FACTORS[match["scale"].strip(" .").casefold()] if match else 1


def value(text: str, *, german: bool = False) -> int | float | None:
    """What a number's text means: 1,000 · 1.000 (German) · 10k · 2 million · 2,5.

    A lone point or comma before exactly three digits groups them where the language writes so.
    """
    match = re.fullmatch(rf"(-?)({NUMBER})(?: ?([^\W\d]{{1,10}})\.?)?", text.strip())
    if not match:
        return None
    digits = match[2].rstrip(".,")
    plain = _ungrouped(digits, german)
    try:
        found = float(plain) if "." in plain else int(plain)
    except ValueError:
        return None
    scaled = found * _FACTORS.get((match[3] or "").casefold(), 1)
    signed = -scaled if match[1] else scaled
    return int(signed) if match[3] and float(signed).is_integer() else signed


def _ungrouped(digits: str, german: bool) -> str:
    """Digits with one point at most."""
    group, _point = (".", ",") if german else (",", ".")
    if _GROUPED.fullmatch(digits) and (
        digits.count(".") + digits.count(",") > 1 or group in digits
    ):
        if digits.count(",") and digits.count("."):
            last = max(digits.rfind(","), digits.rfind("."))
            return re.sub(r"[.,]", "", digits[:last]) + "." + digits[last + 1 :]
        return re.sub(r"[.,]", "", digits)
    if "," in digits and "." in digits:
        last = max(digits.rfind(","), digits.rfind("."))
        return re.sub(r"[.,]", "", digits[:last]) + "." + digits[last + 1 :]
    return digits.replace(group, "") if digits.count(group) > 1 else digits.replace(",", ".")


def decimals(text: str) -> int:
    """Decimal places as written: "1.50" has two."""
    match = re.search(r"[.,](\d{1,2})$", text.strip())
    return len(match[1]) if match else 0


# ── days ──────────────────────────────────────────────────────────────────────────────────────

_MONTHS = {
    word: number
    for number, words in enumerate(
        (
            "january jan januar", "february feb februar", "march mar märz", "april apr",
            "may mai", "june jun juni", "july jul juli", "august aug", "september sep sept",
            "october oct oktober okt", "november nov", "december dec dezember dez",
        ),
        start=1,
    )
    for word in words.split()
}  # fmt: skip
MONTH = "(?:" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\b\.?"
MOMENT = (
    rf"(?:\d{{4}}-\d{{2}}-\d{{2}}|\d{{4}}-\d{{2}}(?![\d-])|\d{{1,2}}\.\d{{1,2}}\.\d{{4}}"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?\.? {MONTH},? \d{{4}}"
    rf"|{MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}"
    rf"|{MONTH} \d{{4}}|q[1-4][ /-]?(?:19|20)\d{{2}}|(?:19|20)\d{{2}}(?![\d.,/%])|today|heute|now)"
)
"""A day, a month or a year; `span` says from when to when it is."""
Span = tuple[date, date]


def span(text: str, today: date) -> Span | None:
    """First and last day of what a match of `MOMENT` names; None for the 31st of February."""
    words = text.casefold().replace(",", " ").replace(". ", " ").split()
    if words[-1] in ("today", "heute", "now"):
        return today, today
    if quarter := re.fullmatch(r"q([1-4])[ /-]?(\d{4})", " ".join(words)):
        last = int(quarter[1]) * 3
        return date(int(quarter[2]), last - 2, 1), _month(int(quarter[2]), last)[1]
    try:
        return _numeric(words[0]) if len(words) == 1 else _worded(words)
    except ValueError:
        return None


def _numeric(text: str) -> Span:
    parts = text.split("-") if "-" in text else text.split(".")[::-1]
    year, *rest = map(int, parts)
    if not rest:
        return date(year, 1, 1), date(year, 12, 31)
    if len(rest) == 1:
        return _month(year, rest[0])
    return date(year, *rest), date(year, *rest)


def _worded(words: list[str]) -> Span:
    year = int(words[-1])
    month = next(_MONTHS[word.strip(".")] for word in words if word.strip(".") in _MONTHS)
    days = [int(digits) for word in words[:-1] if (digits := re.sub(r"\D", "", word))]
    return (date(year, month, days[0]),) * 2 if days else _month(year, month)


def _month(year: int, month: int) -> Span:
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def years_before(day: date, years: int) -> date:
    """The same day, that many years earlier; 29 February becomes 28 where there is none."""
    year = max(1, day.year - years)
    is_missing = (day.month, day.day) == (2, 29) and not calendar.isleap(year)
    return day.replace(year=year, day=28 if is_missing else day.day)


def born(low: int, high: int, today: date) -> Span:
    """First and last birthday of those who are `low` to `high` years old today."""
    return years_before(today, high + 1) + timedelta(days=1), years_before(today, low)


_UNITS = {"day": 1, "tag": 1, "tage": 1, "tagen": 1, "week": 7, "woche": 7, "wochen": 7,
          "month": 30, "monat": 30, "monate": 30, "monaten": 30}  # fmt: skip


def back(count: int, unit: str, today: date) -> Span:
    """The `count` days, weeks, months or years up to today."""
    word = unit.casefold().removesuffix("s")
    if word in ("year", "jahr", "jahre", "jahren"):
        return years_before(today, min(count, 1900)), today
    reach = min(count * _UNITS.get(word, 1), 365 * 1900)
    return today - timedelta(days=reach), today

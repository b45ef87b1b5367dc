"""Scalar SQL over the columns of one row: bounded, typed, exact.

Syntax    SQL's: text in single quotes, names bare or in double quotes or backticks, `table.field`;
          + - * / %  ||  = <> != < <= > >=  AND OR NOT  IS [NOT] NULL | TRUE | FALSE
          [NOT] IN (…)  [NOT] BETWEEN … AND …  [NOT] LIKE | ILIKE  CASE  cast(x AS type)
          DATE '2024-01-31', TIMESTAMP '2024-01-31 09:30', TIME '09:30', INTERVAL 3 DAY
Bounds    1,000 characters, 64 parts, 16 levels of nesting, checked before anything recurses
Null      SQL's three values; every function of a null is null but AND, OR, IS, CASE, coalesce;
          what has no value is null: x / 0, sqrt(-1), ln(0), a float beyond 1e308, a date outside
          the years 1 to 9999. So nothing fails on a row, and no CASE is needed to guard it.
Numbers   integers, numbers with decimals and literals such as 0.9 are exact through
          + - * % abs round floor ceil least greatest; whatever touches a float (a number without
          decimals, 1e-3, sqrt, exp, ln, power) is a float
          7 / 2 = 3.5: an exact quotient keeps 12 decimals, cut off; by 2, 4, 5, 10, 100 … it is
          exact. Of x % y the sign is that of x.
Rounding  half up, away from zero: round(2.5) = 3, round(-2.5) = -3. A float stands for the
          shortest decimal that means it: round(1.005, 2) = 1.01. round gives an exact number.
Moments   date - date = days; date + days, date + INTERVAL; other differences are durations,
          duration / INTERVAL 1 HOUR a number; n * INTERVAL 1 DAY;
          31 January + n * INTERVAL 1 MONTH is 28 February for n = 1.
          Instants compare and subtract as such; beside a moment without a zone, and in year …
          second, they are what a clock on the wall of their zone shows. ISO text beside a moment
          is read as one. An interval's day has 24 hours.
Text      by code point, with no locale: comparing, length, substr (from 1), upper, lower.
          || writes numbers and dates as CSV does. LIKE tells upper from lower case.
Not here  the clock, chance, other rows, files, statements, regular expressions.
"""

from __future__ import annotations

from .aggregates import Aggregate, parse_aggregate
from .compiling import Compiled, columns_of, compile_expression, to_type
from .kinds import Column, Kind, kind_of

__all__ = [
    "Aggregate",
    "Column",
    "Compiled",
    "Kind",
    "columns_of",
    "compile_expression",
    "kind_of",
    "parse_aggregate",
    "to_type",
]

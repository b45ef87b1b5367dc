"""What each string format accepts: its RE2 expression, and a check digit or calendar beyond it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from . import check_digits
from .codes import CARD_TEST_PREFIXES, COUNTRIES, CURRENCIES, IBAN_FORMS, LANGUAGES
from .columns import Bytes, Mask, all_laid_out, by_length, truth, widest
from .patterns import matches, of_form

Confirm = Callable[[Bytes], Mask]
# A digit becomes an h, an h something that is in no layout.
_HEX_DIGITS = bytes.maketrans(b"0123456789ABCDEFabcdefh", b"h" * 22 + b"?")


@dataclass(frozen=True, slots=True)
class FormatChecker:
    """A format. `pattern` decides its form; the rest is asked only of what has the form.

    `confirm` decides a matrix of ASCII codes, one text a row, all of one length; `ignored` is a
    separator taken out before that. `digits` is how many characters must then be left, `longest`
    how many there may be at most. `bounds` are for columns of numbers.
    """

    name: str
    pattern: str
    confirm: Confirm | None = None
    ignored: str = ""
    digits: int | None = None
    longest: int | None = None
    bounds: tuple[int, int] | None = None
    layout: bytes = b""

    def accepts(self, text: str) -> bool:
        if not matches(self.pattern, text):
            return False
        if self.longest is not None and len(text) > self.longest:
            return False
        return self.confirm is None or bool(self._confirmed(pa.array([text]))[0])

    def accepted(self, texts: pa.Array) -> Mask:
        """`accepts` for each text of a column; False for nulls."""
        if self.layout and all_laid_out(texts, self.layout, _HEX_DIGITS):
            return np.ones(len(texts), bool)
        good = of_form(self.pattern, texts)
        if self.longest is not None and widest(texts) > self.longest:
            good &= truth(pc.less_equal(pc.utf8_length(texts), self.longest))
        if self.confirm is not None and good.any():
            rows = np.flatnonzero(good)
            formed = texts if len(rows) == len(texts) else texts.take(pa.array(rows))
            good[rows] = self._confirmed(formed)
        return good

    def _confirmed(self, texts: pa.Array) -> Mask:
        if self.ignored:
            texts = pc.replace_substring(texts, self.ignored, "")
        answer = np.zeros(len(texts), bool)
        for rows, codes in by_length(texts):
            if self.confirm is not None and self.digits in (None, codes.shape[1]):
                answer[rows] = self.confirm(codes)
        return answer


def _time_of_date_time(codes: Bytes) -> Mask:
    return check_digits.calendar(codes) & check_digits.leap_second(codes[:, 11:])


# ── the grammars, named as in their RFCs ──────────────────────────────────────────────────────

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOSTNAME = rf"{_LABEL}(?:\.{_LABEL})*"
_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_IPV4 = rf"{_OCTET}(?:\.{_OCTET}){{3}}"
_H16 = r"[0-9A-Fa-f]{1,4}"
_LS32 = rf"(?:{_H16}:{_H16}|{_IPV4})"
_IPV6 = "|".join(  # RFC 3986, 3.2.2
    (
        rf"(?:{_H16}:){{6}}{_LS32}",
        rf"::(?:{_H16}:){{5}}{_LS32}",
        rf"(?:{_H16})?::(?:{_H16}:){{4}}{_LS32}",
        rf"(?:(?:{_H16}:){{0,1}}{_H16})?::(?:{_H16}:){{3}}{_LS32}",
        rf"(?:(?:{_H16}:){{0,2}}{_H16})?::(?:{_H16}:){{2}}{_LS32}",
        rf"(?:(?:{_H16}:){{0,3}}{_H16})?::{_H16}:{_LS32}",
        rf"(?:(?:{_H16}:){{0,4}}{_H16})?::{_LS32}",
        rf"(?:(?:{_H16}:){{0,5}}{_H16})?::{_H16}",
        rf"(?:(?:{_H16}:){{0,6}}{_H16})?::",
    )
)
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_QUOTED = r'"(?:[ !#-\[\]-~]|\\[ -~])*"'
# RFC 5321, 4.1.2: a mailbox in ASCII.
_EMAIL = (
    rf"(?:{_ATOM}(?:\.{_ATOM})*|{_QUOTED})@(?:{_HOSTNAME}|\[{_IPV4}\]|\[(?i:IPv6):(?:{_IPV6})\])"
)
_PCHAR = r"(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})"
_USERINFO = r"(?:[A-Za-z0-9._~!$&'()*+,;=:-]|%[0-9A-Fa-f]{2})*"
_REG_NAME = r"(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*"
_IP_LITERAL = rf"\[(?:{_IPV6}|[vV][0-9A-Fa-f]+\.[A-Za-z0-9._~!$&'()*+,;=:-]+)\]"
_AUTHORITY = rf"(?:{_USERINFO}@)?(?:{_IP_LITERAL}|{_REG_NAME})(?::[0-9]*)?"
_HIER_PART = (
    rf"(?://{_AUTHORITY}(?:/{_PCHAR}*)*|/(?:{_PCHAR}+(?:/{_PCHAR}*)*)?|{_PCHAR}+(?:/{_PCHAR}*)*|)"
)
_URI = rf"[A-Za-z][A-Za-z0-9+.-]*:{_HIER_PART}(?:\?(?:{_PCHAR}|[/?])*)?(?:#(?:{_PCHAR}|[/?])*)?"
_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_OFFSET = r"(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
_TIME = rf"(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]+)?{_OFFSET}"
_DUR_TIME = r"T(?:[0-9]+H(?:[0-9]+M(?:[0-9]+S)?)?|[0-9]+M(?:[0-9]+S)?|[0-9]+S)"
_DUR_DATE = r"(?:[0-9]+D|[0-9]+M(?:[0-9]+D)?|[0-9]+Y(?:[0-9]+M(?:[0-9]+D)?)?)"
# Any country's: groups of letters and digits, at least one digit among them.
_POSTCODE = r"(?:[A-Z0-9]+[ -])*[A-Z]*[0-9][A-Z0-9]*(?:[ -][A-Z0-9]+)*"
_CLASSES = {"n": "[0-9]", "a": "[A-Z]", "c": "[A-Z0-9]"}


def _iban() -> str:
    """One alternative a country; 00, 01 and 99 are no check digits."""
    return "|".join(
        f"{country}(?:0[2-9]|[1-8][0-9]|9[0-8]){_account(form)}"
        for country, form in IBAN_FORMS.items()
    )


def _account(form: str) -> str:
    """`4a14n` as an expression."""
    expression, count = "", ""
    for character in form:
        if character.isdigit():
            count += character
        else:
            expression, count = f"{expression}{_CLASSES[character]}{{{count}}}", ""
    return expression


def _decimal(limit: str, below: str) -> str:
    """A decimal number in [-limit, limit]; `below` matches the whole numbers under `limit`."""
    return rf"[+-]?(?:(?:{below})(?:\.[0-9]+)?|{limit}(?:\.0+)?)"


_CHECKERS = (
    FormatChecker("country", "|".join(COUNTRIES)),
    FormatChecker(
        "credit-card", rf"(?:{'|'.join(CARD_TEST_PREFIXES)})[0-9]{{6,13}}", check_digits.luhn
    ),
    FormatChecker("currency", "|".join(CURRENCIES)),
    FormatChecker("date", _DATE, check_digits.calendar),
    FormatChecker("date-time", rf"{_DATE}[Tt]{_TIME}", _time_of_date_time),
    FormatChecker("duration", rf"P(?:[0-9]+W|{_DUR_DATE}(?:{_DUR_TIME})?|{_DUR_TIME})"),
    FormatChecker("ean13", r"[0-9]{13}", check_digits.gs1),
    FormatChecker("email", _EMAIL, longest=254),
    FormatChecker("hostname", _HOSTNAME, longest=253),
    FormatChecker("iban", _iban(), check_digits.mod97),
    FormatChecker("ipv4", _IPV4),
    FormatChecker("ipv6", _IPV6),
    FormatChecker("isbn13", r"97[89](?:-?[0-9]){10}", check_digits.gs1, ignored="-", digits=13),
    FormatChecker("language", rf"(?:{'|'.join(LANGUAGES)})(?:-(?:{'|'.join(COUNTRIES)}))?"),
    FormatChecker("latitude", _decimal("90", "[0-8]?[0-9]"), bounds=(-90, 90)),
    FormatChecker("longitude", _decimal("180", "1[0-7][0-9]|[0-9]?[0-9]"), bounds=(-180, 180)),
    FormatChecker("mac", r"[0-9A-Fa-f]{2}(?:(?::[0-9A-Fa-f]{2}){5}|(?:-[0-9A-Fa-f]{2}){5})"),
    FormatChecker("phone", r"\+[1-9][0-9]{6,14}"),  # E.164: fifteen digits at most
    FormatChecker("postcode", _POSTCODE, longest=10),
    FormatChecker("slug", r"[a-z0-9]+(?:-[a-z0-9]+)*"),
    FormatChecker("time", _TIME, check_digits.leap_second),
    FormatChecker("uri", _URI),
    FormatChecker(
        "uuid",
        r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}",
        layout=b"hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh",
    ),
)
FORMATS: Mapping[str, FormatChecker] = {checker.name: checker for checker in _CHECKERS}
"""Every format by its name, sorted."""

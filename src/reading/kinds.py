"""Which kind of values a field has: what its name means, or what the phrase says instead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from .lexicon import makers
from .lexicon.makers import Template
from .saying.said import Said
from .saying.values import TRUE_FALSE

_BY_TYPE: Mapping[str, Template] = {
    "integer": makers.whole(0, 1000),
    "number": makers.number(0, 1000),
    "string": makers.text(1, 4),
    "boolean": makers.flag(),
    "date": makers.day(-1095),
    "datetime": makers.moment(-365),
    "uuid": makers.formatted("uuid", unique=True),
}


def typed(template: Template, said: Said, *, known: bool) -> Template:
    """The template, or another where the phrase says a type outright or by its values."""
    wanted = (said.type or "").removesuffix("s")
    if wanted in _BY_TYPE and wanted != template.type:
        return _of_type(wanted, template)
    return _contradicted(template, said) or _hinted(template, said, wanted, known=known)


def _of_type(wanted: str, template: Template) -> Template:
    if wanted == "string" and template.kind == "sequence":
        return makers.code("{n:06d}")
    return replace(_BY_TYPE[wanted], unique=template.unique)


def _hinted(template: Template, said: Said, wanted: str, *, known: bool) -> Template:
    """Another template where shares or bounds speak against the name's own."""
    is_share = said.portion is not None and not known
    if (said.true_false or _is_truth(said) or is_share) and template.type != "boolean":
        return _BY_TYPE["boolean"]
    if wanted:
        return template
    if said.is_ranged and _is_number_after_all(template, said):
        return _implied(_BY_TYPE["string"], said)
    return template if known else _implied(template, said)


def _contradicted(template: Template, said: Said) -> Template | None:
    """What a name means elsewhere gives way to what is said here: "premium around 620 €"."""
    is_number = said.is_ranged or said.mean is not None or bool(said.median or said.quantiles)
    if template.type == "boolean" and said.period and said.portion is None:
        return _BY_TYPE["date"]
    if template.type in ("date", "datetime") and said.portion is not None and not said.period:
        return _BY_TYPE["boolean"]
    is_other = template.type == "boolean" or (template.kind == "person" and not template.format)
    if said.among and template.kind == "person":
        return None  # names, of which nobody can promise that there are twelve
    if is_other and is_number and said.portion is None and not said.shares:
        return _implied(_BY_TYPE["string"], said)
    return None


def _is_number_after_all(template: Template, said: Said) -> bool:
    """ "grade 1.0 to 5.0", "device id out of 20 devices", "waiting time up to 20 minutes"."""
    is_letters = bool(template.values) and template.type == "string" and not said.values
    is_code = template.kind == "pattern" and said.low == 1 and not said.unique
    return is_letters or is_code or template.type == "time"


def _is_truth(said: Said) -> bool:
    """ "95% true", "40 % yes": shares of nothing but truths."""
    words = [str(value).casefold() for value, _ in said.shares]
    return bool(words) and not said.values and set(words) <= TRUE_FALSE.keys()


def _implied(template: Template, said: Said) -> Template:
    """A name that tells nothing: its bounds do."""
    is_text = template.type == "string"
    if said.period and is_text:
        return _BY_TYPE["datetime" if said.clock else "date"]
    is_told = said.mean is not None or said.median is not None or bool(said.quantiles)
    if is_text and (said.is_ranged or is_told):
        numbers = (said.low, said.high, said.mean, said.median, *(n for _, n in said.quantiles))
        is_whole = all(n is None or float(n).is_integer() for n in numbers)
        is_money = any(mark in said.unit.casefold() for mark in ("€", "$", "£", "eur", "usd"))
        return _BY_TYPE["number" if is_money or said.decimals or not is_whole else "integer"]
    return template

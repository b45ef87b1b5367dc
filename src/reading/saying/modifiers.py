"""What may stand beside a field's name: one expression and one meaning each, in order.

Every expression runs on a clause of at most `text.LONGEST_CLAUSE` characters, and has no
quantifier inside a quantifier over the same characters.
"""

from __future__ import annotations

import re

from . import meanings as m
from . import moments as days
from . import quantities as q
from .meanings import Act, Context, Found
from .said import Said

GONE = "\0"
"""Stands where a modifier was understood and taken out; `clean` lets none through from outside."""

_UNIT = (
    rf"(?:{m.CURRENCY}|%|°c?f?|(?:percent|prozent|years? old|years? of age|years?|años|ans"
    rf"|jahren?(?: alt)?"
    r"|jahre(?: alt)?|y/o|cents?|points?|k?m/h|mph|kg|mg|µg|g|tonnes?|tons?|lbs?|cm|mm|km"
    r"|miles?|meters?|metres?|m²|sqm"
    r"|m|ms|seconds?|secs?|minutes?|mins?|hours?|h|hrs?|days?|nights?|weeks?|months?|celsius"
    r"|fahrenheit|degrees?(?: celsius)?|hpa|bar|volts?|v|watts?|w|kwh|kw|mb|gb|kb|bytes?|bpm|ppm|db"
    r"|stars?|stunden|tage|minuten|mmhg|mg/dl|kcal|k?hz|[mg]hz|k?pa|lux|ha|t|liters?|litres?|ml|s|l)\b)"
)
UNIT_WORD = (
    r"(?:k?m/h|mph|kg|mg|g|lbs?|cm|mm|km|m²|sqm|ms|kwh|kw|mb|gb|kb|bpm|ppm|db|hpa|eur|usd|gbp"
    r"|celsius)"
)
"""Units that can stand behind a name without more: "rain mm"."""
_MARK = rf"(?: ?(?:%|{m.CURRENCY}|°c?f?))?"
_V = rf"(?:[$€£¥] ?)?-?{q.NUMBER}(?:{q.SCALE})?{_MARK}"
_TO = r"(?: ?[-–—] ?| ?\.\.\.? ?| (?:to|and|until|up to|bis|und) )"
_M = q.MOMENT
_NOT = "(?:no|not|never)"
_OR = "(?:or|and|oder|und)"
UNIT = re.compile(rf"(?:in )?(?P<unit>{_UNIT})(?: ?(?:/|per ) ?\w+)?", re.IGNORECASE)


def _x(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_TYPES = (
    r"(?P<type>integers?|int|bigint|whole numbers?|strings?|text|varchar|booleans?|bool|dates?"
    r"|datetimes?|timestamps?|floats?|doubles?|decimals?|numbers?|numeric|uuid|ganzzahl)"
)
_REACH = r"(?P<unit>days?|weeks?|months?|years?|tagen?|wochen?|monaten?|jahren?)"

MODIFIERS: tuple[tuple[re.Pattern[str], Act], ...] = (
    (_x(r"(?P<share>\d[\d.,]{0,8}) ?%(?: of (?:them|rows|the rows|values|the values|all))?"
        r"(?: are| is| may be| can be| left)? ?(?:missing|nulls?|empty|blanks?|unknown|leer"
        r"|fehlend|ohne wert)(?: values?)?\b"
        r"|(?P<kept>\d[\d.,]{0,8}) ?% ?(?:filled|present|set|given|known|available)\b"
        r"|\b(?:nullable|optional|missing|nulls?|empty|blank) ?(?:in|for|on|:)? ?"
        r"(?P<few>\d[\d.,]{0,8}) ?%"
        r"(?: of (?:them|rows|the rows|all|cases))?"), m.nulls),
    (_x(r"\b(?:no|without|never|nicht) (?:nulls?|blanks?|missing(?: values?)?|empty(?: values?)?)\b"
        r"|\b(?:not[ -]null|required|mandatory|non-null|always filled|pflichtfeld)\b"),
     m.flag(required=True)),
    (_x(r"\b(?:optional|nullable|(?:may|can|might|could) be (?:null|empty|missing|blank)"
        r"|sometimes (?:null|empty|missing|blank)|if (?:any|known|available))\b"),
     m.flag(optional=True)),
    (_x(r"\b(?:(?:unique|distinct|eindeutige?[rs]?)|no duplicates"
        r"|without duplicates)\b"), m.flag(unique=True)),
    (_x(r"\b(?:primary key|pk|auto[ -]?increment(?:ing|ed)?|sequential|consecutive"
        r"|fortlaufende?)(?!\w)"), m.flag(serial=True)),
    (_x(r"\b(?:exactly|exact|genau|exakt)\b"), m.flag(exact=True)),
    (_x(r"\b(?:(?P<form>(?:in the |in |of the |with )?(?:format|form|pattern))|like|such as|wie"
        r"|e\.g\.)[ :]+[\"']?(?P<example>[A-Za-z0-9#][\w#./-]{1,40})[\"']?(?!\w)"), m.like),
    (_x(r"(?:(?<!\w)(?P<lead>[A-Z]{1,4}) ?\+ ?)?\b(?P<count>[1-9]\d?)[ -]digits?\b"
        r"|\b(?P<many>[1-9]\d?)[- ]stellig\w{0,2}\b"), m.digits),
    (_x(r"(?<![\w-])(?P<one>[A-Z]{1,5}[-_]?)(?P<first>\d{1,6}) ?(?:\.\.\.?|to|bis|through|[-–]) ?"
        r"(?P<two>[A-Z]{1,5}[-_]?)(?P<last>\d{1,6})(?!\w)"), m.codes),
    (_x(r"\b(?:(?P<least>[1-9]) ?(?:-|to) ?)?(?P<count>[1-9]|two|three)[ -](?:(?:upper[- ]?case"
        r"|capital) )?letters?(?: codes?)?\b"),
     m.capitals),
    (_x(r"\b(?P<low>\d{1,4})(?: ?[-–] ?| to )?(?P<high>(?<=[-– ])\d{1,4})? words?(?: long)?\b"),
     m.words),
    (_x(r"\b(?:with )?(?P<count>\d|one|two|three) (?:decimals?(?: places?| digits?)?"
        r"|nachkommastellen)\b"), m.decimals),
    (_x(r"\b(?P<word>(?:with |of )?(?:a )?(?:at most|max(?:imum|imal)?\.?|up to|no more than"
        r"|höchstens"
        r"|maximal|at least|min(?:imum)?\.?|exactly|mindestens)(?: of)? )?"
        r"(?:(?P<low>\d{1,4}) ?(?:[-–]|to|bis) ?)?(?P<high>\d{1,5})[- ]"
        r"(?:characters?|chars?|zeichen|caractères|caracteres)(?: long| or less| "
        r"max(?:imum)?)?(?!\w)"),
     m.characters),
    (_x(r"\b(?:in (?:steps|increments) of|(?:in )?multiples of|rounded to|step) "
        rf"(?P<step>{q.NUMBER})(?!\w)"), m.step),
    (_x(r"\b(?:out of|one of|from) (?P<count>\d{1,6}) (?:different |distinct |possible |known )?"
        r"[^\W\d]\w{1,30}(?= ?(?:$|\0))"), m.one_of_many),
    (_x(r"\b(?:(?:one|1) )?(?:out of|one of|1 of) (?P<count>\d{1,6})(?: different| "
        r"possible)?(?= ?(?:$|\0))"
        ), m.one_of_many),
    (_x(r"(?P<count>\d{1,6}) (?:different|distinct)(?: (?:ones|values))?(?= ?(?:$"
        r"|\0))"), m.one_of_many),
    (_x(rf"\b(?:start(?:ing|s)?|beginn?(?:ing|s)?)(?: (?:at|from|with|mit|bei))"
        rf" (?P<start>{q.NUMBER})(?![\w:])"), m.start),
    (_x(rf"\bp(?P<percent>\d{{1,2}}(?:\.\d)?)(?: of| is|:| ?=)? "
        rf"(?P<value>{_V})(?!\w)"), m.quantile),
    (_x(rf"(?<![\w.,])(?P<percent>\d{{1,2}}(?:\.\d)?)(?:th|st|nd|rd)? (?:percentile|quantile)"
        rf"(?: of| is| at|:| ?=)? (?P<value>{_V})(?!\w)"), m.quantile),
    (_x(rf"(?<![\w.,])(?P<percent>\d[\d.,]{{0,5}}) ?(?:%|percent|prozent)(?: of (?:them|all"
        rf"|values)|"
        rf" davon)?(?: are| is| lie| sind| liegen)? (?P<side>under|below|up to|at most|less "
        rf"than|over"
        rf"|above|more than|at least|unter|über) (?P<value>{_V})(?!\w)"), m.quantile),
    (_x(rf"\bquartiles?(?: of| at| are|:)? (?P<list>{q.NUMBER}(?: ?[/,;] ?{q.NUMBER}){{2}})(?!\w)"),
     m.quartiles),
    (_x(rf"\b(?:normally distributed|normal(?: distribution)?|gaussian)(?: distribution)?,?"
        rf" (?:around|about|with (?:a )?mean(?: of)?|mean(?: of)?|at) (?P<mean>{_V})"), m.mean),
    (_x(rf"\b(?:normal(?:ly distributed)?|gaussian),? (?P<mean>{_V})(?=,? ?(?:\(?(?:sd|std"
        rf"|sigma)\b|±|\+/?-))"
        ), m.mean),
    (_x(rf"(?:\bwith )?(?:an? )?\b(?:mean|average|avg\.?|averaging|im schnitt|durchschnittlich"
        rf"|usually around|mostly around|around|about|approximately|circa"
        rf"|centered (?:on|at|around))(?: of| is| around| about|:)? (?P<mean>{_V})"), m.mean),
    (_x(rf"(?:\bwith )?(?:a )?\bmedian(?: of| is| around|:)? (?P<median>{_V})"), m.median),
    (_x(rf"(?:\bwith |\band )?(?:a )?(?:\b(?:sd|std|stddev|standard deviation|sigma)(?: of| is|:)?"
        rf"|±|\+/?-) ?(?P<stddev>{_V})"), m.stddev),
    (_x(r"\b(?P<shape>log-?normal|normal|gaussian|bell-shaped|exponential|gamma|uniform|poisson"
        r"|(?:right-)?skewed(?: (?:to the )?right)?|long-tailed|evenly)(?:ly)?(?: distributed| "
        r"distribution)?(?!\w)"),
     m.shape),
    (_x(rf"\b(?:(?:in|within|during|from|over) )?(?:the )?(?:last|past|previous|letzten)"
        rf" (?P<count>\d{{1,4}}) {_REACH}\b"), days.recent),
    (_x(rf"\bwithin (?P<count>\d{{1,4}}) {_REACH}(?= ?(?:$|\0))"), days.recent),
    (_x(r"\b(?:in |within |during |from )?the (?:last|past) (?P<count>)"
        r"(?P<unit>week|month|year)\b"), days.recent),
    (_x(r"\b(?:in |from |during |im )?(?:last year|this year|letzte[ns]? jahre?s?"
        r"|diese[ms] jahr)\b"),
     days.calendar),
    (_x(rf"(?:\b(?:between|from|zwischen|von) )?(?<![\w-])(?P<first>{_M}){_TO}(?P<last>{_M})"
        rf"(?![\w-])"), days.moments),
    (_x(rf"\b(?P<word>since|after|from|starting(?: in| from)?|seit|ab|later than) (?P<moment>{_M})"
        rf"(?: onwards?| on)?(?![\w-])"), days.since),
    (_x(rf"\b(?P<word>until|till|before|by|up to|bis|vor) (?P<moment>{_M})(?![\w-])"), days.until),
    (_x(rf"(?:\b(?:in|during|within|im jahr|im|of|all in) (?:the year )?|(?<=[a-z] (?:at|on) ))"
        rf"(?P<moment>{_M})(?![\w-])"), days.within),
    (_x(r"(?:\b(?:between|from|zwischen|von) )?(?<![\w:])(?P<first>\d{1,2}:\d{2}|\d{1,2} ?[ap]m)"
        rf"{_TO}(?P<last>\d{{1,2}}:\d{{2}}|\d{{1,2}} ?[ap]m)(?![\w:])"), days.clock),
    (_x(r"(?<![\w.-])\d{1,3}(?:\.\d{1,3})?%?(?:/\d{1,3}(?:\.\d{1,3})?%?){2,30} ?%?"
        r"(?![\w/])"), m.weights),
    (_x(r"(?<![\w-])(?P<first>[A-Z]) ?(?:[-–] ?| to | bis )(?P<last>[A-Z])(?![\w-])"), m.letters),
    (_x(rf"(?:\b(?:between|from|ranging from|range|ranges from|zwischen|von|in the range(?: of)?"
        rf"|a value (?:of|between)) )?(?<![\w-])(?P<low>{_V}){_TO}(?P<high>{_V})(?!\w)"),
     m.between),
    (_x(rf"(?:\b(?:at least|minimum(?: of)?|min\.?|mindestens|not under|not below|never "
        rf"(?:below|under)|nie unter"
        rf"|from"
        rf"|{_NOT} (?:less|lower|fewer|younger|shorter) than|nicht (?:weniger|jünger) als)|≥|>=)"
        rf" ?(?P<strict>)(?P<low>{_V})(?: or (?:more|older|over))?(?!\w)"), m.at_least),
    (_x(rf"(?<![\w-])(?P<strict>)(?P<low>{_V})(?:\+| {_OR} (?:more|older|over|above|up|higher"
        rf"|mehr|älter))(?!\w| ?\d)"), m.at_least),
    (_x(rf"(?<![\w-])(?P<strict>)(?P<high>{_V}) {_OR} (?:less|fewer|younger|under|below|lower"
        rf"|weniger|jünger)(?!\w| ?\d)"), m.at_most),
    (_x(rf"(?:\b(?:at most|maximum(?: of)?|max\.?|up to|höchstens|maximal|not over|not above"
        rf"|never (?:over"
        rf"|above)|{_NOT} (?:more"
        rf"|higher|greater|older|longer) than|nicht (?:mehr|älter) als)|≤|<=) ?(?P<strict>)"
        rf"(?P<high>{_V})(?!\w)"), m.at_most),
    (_x(rf"(?:(?P<strict>\b(?:over|above|more than|greater than|older than|higher than|über"
        rf"|mehr als|älter als)|>)) ?(?P<low>{_V})(?!\w)"), m.at_least),
    (_x(rf"(?:(?P<strict>\b(?:under|below|less than|younger than|lower than|fewer than|unter"
        rf"|weniger als|jünger als)|<)) ?(?P<high>{_V})(?!\w)"), m.at_most),
    (_x(r"(?<!\w)\d[\d.,]{0,6} ?(?:%|percent) (?:of )?(?:are )?(?!off\b)[^\W\d][\w-]{0,30}"
        r"(?: (?!and\b|und\b)[^\W\d][\w-]{0,20})?"), m.share),
    (_x(r"\b(?:(?:never|not|non|nie|nicht)[- ]?negativ\w{0,2}|(?P<strict>(?:strictly |always "
        r")?positive"
        r"|immer positiv)(?= ?(?:$|\0)))"), m.signed),
    (_x(r"\b(?P<word>never|always)(?: true| yes| set)?(?= ?(?:$|\0))"), m.throughout),
    (_x(r"(?<![\w.,-])(?P<share>\d[\d.,]{0,8}) ?(?:%|percent\b)(?= ?(?:$|\0))"), m.portion),
    (_x(rf"\b(?:in|measured in|as|given in) (?P<unit>{_UNIT})"), m.in_unit),
    (_x(r"(?<![\w/])(?=\d{0,3}[^\W\d_])\w[\w+-]{0,30} ?%?(?: ?/ ?[^\W_][\w+-]{0,30}){1,30}"
        r"(?![\w/])"), m.slashes),
    (_x(r"(?:\bone of|\bany of|\beither|\bout of|\bchosen from|\bpicked from"
        r"|\bfrom the (?:list|set)|\bentweder|\beine[rs]? (?:von|aus)"
        r"|\b(?:with values|values|allowed values|options|is|are|ist)|(?=:))"
        r"[: ]+(?P<list>[^\0]{1,300}(?:,| or | oder |/)[^\0]{1,200})"), m.one_of),
    (_x(r"\b(?:mostly|mainly|usually|meist(?:ens)?|predominantly) (?P<value>[^\W\d][\w-]{0,30})"),
     m.mostly),
    (_x(rf"\0 ?(?P<unit>{_UNIT})?(?: ?(?:/|\b(?:per|a|an|each|pro) )(?P<per>[^\W\d]{{1,20}})\b)?"),
     m.unit),
    (_x(rf"(?:\b(?:as|of type|type)(?: an?)? |[:\0] ?(?:an? )?){_TYPES}(?= ?(?:$|\0|,))"), m.typed),
)  # fmt: skip


def understood(text: str, said: Said, context: Context) -> tuple[str, Said]:
    """The text with each modifier taken out, and what they said together."""
    for pattern, act in MODIFIERS:
        text, said = _apply(pattern, act, text, said, context)
    return text, said


def _apply(
    pattern: re.Pattern[str], act: Act, text: str, said: Said, context: Context
) -> tuple[str, Said]:
    place = 0
    while match := pattern.search(text, place):
        meant = act(Found(match, text, context), said)
        place = match.start() + 1
        if meant is None or match.start() == match.end():
            place = max(place, match.end())
            continue
        said = meant
        text = text[: match.start()] + GONE + text[match.end() :]
    return text, said

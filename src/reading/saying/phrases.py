"""From a phrase of the request to what it says about a field."""

from __future__ import annotations

import re
from dataclasses import replace

from ...utils.patterns import is_pattern
from ..lexicon import entries as lexicon
from ..words import word_set
from . import quantities as q
from . import values as v
from .meanings import CURRENCY, Context
from .modifiers import GONE, UNIT, understood
from .said import Said

_BRACKETS = re.compile(r" ?(?P<open>[(\[{])([^()\[\]{}]{0,300})[)\]}]")
_INTERVAL = re.compile(r"-?\d[\d.]{0,12} ?[,;] ?-?\d[\d.]{0,12}")
_SHARES = re.compile(r"\d{1,3}(?: ?[/:] ?\d{1,3}){1,20} ?%?")
_NO_VALUE = re.compile(
    r"\d ?(?:[-–]|\.\.) ?\d|[<>=≤≥]|\b(?:between|entre|zwischen|above|below|over|under|than"
    r"|otherwise"
    r"|sonst|sinon|at least|at most|most of)\b|(?:\S+ ){5}",
    re.IGNORECASE,
)
"""What no list of values has in it."""
_UNITS = r"(?:minutes?|hours?|days?|nights?|weeks?|months?|years?)"
_COUNT = rf"\d{{1,4}}(?:(?: ?(?:-|–|to|and) ?\d{{1,4}})?|(?:/\d{{1,4}}){{1,6}}) {_UNITS}"
_LIMIT = (
    r"(?:at least|at most|up to|within|no more than|not more than|no later than|maximum|max"
    r"|minimum|min|exactly|more than|less than|between|from)"
)
_LEAD = r"(?:(?:always|never|not|strictly|only|is|are|must be|should be|comes?|lies|on or) ){0,4}"
_NO_FIELD = rf"(?!{q.MOMENT}|the (?:last|past)|noon\b|midnight\b|today\b|now\b|{CURRENCY})"
_PACE = (
    r"(?<!\w)(?:(?:one|once|taken|recorded|measured|sampled|logged|1|(?:a )?(?:reading|row)s?) )?"
    r"every (?:\d{1,4} ?)?(?:seconds?|secs?|s|minutes?|min|hours?|h|days?|weeks?)(?!\w)"
)
_OF_NAMES = r"(?:the )?[^\W\d][\w ]{0,40}"
_FEW_WORDS = r"(?:an?|one|two|three|four|five|six|ten|half|once|twice)\b"
_CONDITION = re.compile(
    r"(?<!\w)(?:(?:(?:null|empty|missing|blank) )?(?:only (?:if|when|for|where)|when|whenever"
    r"|unless|if(?! (?:any|known|available)\b))|depend\w*|based on"
    r"|derived|calculated|computed|equals?|equal to|(?:is |as )?(?:the )?(?:sum|product) of"
    r"|(?:is |as )?(?:the )?difference (?:of|between)|same as|multiplied|divided"
    r"|(?:(?:positively|negatively|inversely) )?correlat\w*|(?:rising|falling) with)(?!\w)"
    rf"|(?:[:=] ?|\bis ){_OF_NAMES} ?(?:[×*+÷]| (?:[-–/x]|times|multiplied by|divided by|minus) )"
    r"|(?<![<>])[=×*]|(?<=\w )\d[\d.,]{0,8} ?(?:%|percent) of (?:the |its )?"
    r"(?!them\b|rows\b|all\b|values\b|users\b|cases\b)(?=[^\W\d])(?=[\w ]{1,40}$)"
    r"|\d[\d.,]{0,8} ?(?:%|percent) (?:off|discount|rabatt)\b|>=? ?[a-z]|<=? ?[a-z]"
    rf"|(?:[$€£] ?)?\b\d[\d.,]{{0,8}} ?(?:%|percent|{CURRENCY})? ?(?=(?:if|when) )"
    rf"|(?<!\w){_LEAD}(?:(?:{_LIMIT} )?{_COUNT} )?(?:before|after|prior to|later than|earlier than"
    rf"|following)(?: or on)? {_NO_FIELD}(?=[^\W\d])|(?<!\w)(?:{_LIMIT} )?{_COUNT} (?:of|from) "
    rf"(?=[^\W\d])|(?<!\w){_LEAD}(?:(?:less|lower|smaller|fewer|more|greater|higher|larger|bigger)"
    rf" than|below|above) {_NO_FIELD}(?=[^\W\d])"
    rf"|(?<!\w){_LEAD}(?:at most|at least|no more than|not more than) (?!{_FEW_WORDS}){_NO_FIELD}"
    r"(?=[^\W\d])"
    r"|(?<=\w )\d[\d.,]{0,8} ?%? ?(?:[-–]|to|and) ?\d[\d.,]{0,8} ?(?:%|percent) of (?:the |its )?"
    r"(?!them\b|rows\b|all\b|values\b|users\b|cases\b)(?=[^\W\d])(?=[\w ]{1,40}$)"
    r"|(?<=\w )(?:(?:always|strictly|monotonically) )?(?:increasing|ascending|in chronological "
    r"order)(?=$|,)"
    rf"|(?<!\w)(?:{_LIMIT} )?{_COUNT} (?:later|afterwards|thereafter)(?!\w)|{_PACE}",
    re.IGNORECASE,
)
_STEP = re.compile(r"[<>≤≥]? ?\d[\d.,]{0,12}k?(?: ?[-–] ?\d[\d.,]{0,12}k?|\+)?", re.IGNORECASE)
_REMARK = re.compile(r" (?:always|never|only|must|should|is|are|if|when) ", re.IGNORECASE)
_TURNS = re.compile(
    r" (?:before|after|later than|earlier than|match(?:es|ing)?|fitting|within|that|which|who"
    r"|whose|where|related"
    r"|corresponding|belonging|for each|so that|should|must|vor|nach|passend) ",
    re.IGNORECASE,
)
_BE = re.compile(
    r" (?:should|must|has to|have to|needs to|shall|soll) (?:always |all )?(?:be|lie|range|sein)\b",
    re.IGNORECASE,
)
_EXPRESSION = re.compile(
    r" ?\b(?:matching|matches|match|regexp?|pattern|muster)(?: the)?(?: regexp?| pattern)?[ :]{1,3}"
    r"[\"'/^]?(?P<expression>[^\s\"'/^$]{0,80}[\[\\{][^\s\"'/^$]{0,120})[\"'/$]{0,2}",
    re.IGNORECASE,
)
_CENTRE_FIRST = re.compile(
    rf"(?P<centre>average|mean|median|avg\.?) (?P<name>[^\W\d][\w -]{{1,40}}?)"
    rf" (?:of |is |= ?)?(?P<number>(?:[$€£] ?)?{q.NUMBER}(?:{q.SCALE})?(?: ?{CURRENCY})?)",
    re.IGNORECASE,
)
_CUT = re.compile(rf"{GONE}|:(?!\d)| [-–—] | = |\"")
_FILLER = word_set(
    "a an the their its his her our your each every some any of as is are be was in on at to for "
    "with whether they and or but plus also then finally including random realistic valid field "
    "fields "
    "column columns attribute value values it which having has have must should all between from "
    "per ein eine einen einer der die das den dem des mit und als im in von je sowie auch "
    "le la les l'un une des los las el un una del su"
)
_KEPT_FIRST = frozenset({"is", "has", "in", "all", "on", "to", "from", "per", "was", "value"})
"""Filler that may begin a field's name: is active, in stock."""
_KEPT_LAST = frozenset({"at", "on"})
"""Filler that may end one: created at."""


def read_phrase(text: str, context: Context, *, words: str = "") -> Said:
    """What one clause says; what it does not understand is in `rest`, in the clause's own words."""
    said = Said(words or text)
    text, said = _patterned(_reordered(text), said)
    text, condition = conditioned(_BE.sub(": ", text))
    condition, said = _without_modifiers(condition, said, context)
    text, said = _unbracketed(text, said, context)
    text, said = understood(text, said, context)
    said = _named(text, said)
    return said.but(ties=(*said.ties, condition)) if condition else said


def _reordered(text: str) -> str:
    """ "average income 40000" → "income average 40000"."""
    match = _CENTRE_FIRST.fullmatch(text)
    is_field = match and lexicon.exact(match["name"])
    return f"{match['name']} {match['centre']} {match['number']}" if match and is_field else text


def _patterned(text: str, said: Said) -> tuple[str, Said]:
    """ "sku matching [A-Z]{3}": an expression, before its brackets are taken for others."""
    match = _EXPRESSION.search(text)
    if not match or not is_pattern(match["expression"]):
        return text, said
    kept = f"{text[: match.start()]}{GONE}{text[match.end() :]}"
    return kept, said.but(pattern=match["expression"])


def conditioned(text: str) -> tuple[str, str]:
    """What stands before a condition, and the condition."""
    outside = _BRACKETS.sub(lambda found: " " * len(found.group()), text)
    match = _CONDITION.search(outside)
    return (text[: match.start()], text[match.start() :]) if match else (text, "")


def _without_modifiers(condition: str, said: Said, context: Context) -> tuple[str, Said]:
    """ "2 days after the order (missing for 6 %)": what brackets behind it say of the field."""
    match = re.fullmatch(r"([^()]*) \(([^()]{1,100})\)", condition)
    found = _modifiers_only(match[2], said, replace(context, named=True)) if match else None
    return (match[1], found) if match and found else (condition, said)


def _unbracketed(text: str, said: Said, context: Context) -> tuple[str, Said]:
    inner = replace(context, named=True)
    while match := _BRACKETS.search(text):
        listed = match[2].strip()
        if not listed.startswith("cases: "):
            listed, said = _without_remark(listed, said)
        if match["open"] == "[" and _INTERVAL.fullmatch(listed):  # "uniform in [0, 10]"
            listed = " to ".join(re.split(r" ?[,;] ?", listed))
        said = _in_brackets(listed, said, inner)
        text = text[: match.start()] + GONE + text[match.end() :]
    return text, said


def _without_remark(text: str, said: Said) -> tuple[str, Said]:
    """ "rent, salary; salary always positive": the list, and what was said of it."""
    listed, _, remark = text.partition("; ")
    if not _REMARK.search(remark):
        return text, said
    return listed, said.but(rest=(*said.rest, remark))


def _in_brackets(text: str, said: Said, context: Context) -> Said:
    """Modifiers where all of it reads as such; else a list of values; else not understood."""
    text = re.sub(r"^(?:edad|âge|alter) (?=[^\W]*.*\d)", "", text, flags=re.IGNORECASE)
    for read in _IN_BRACKETS:
        found = read(text, said, context)
        if found is not None:
            return found
    return _pieces(text, said, context)


_EXAMPLES = re.compile(
    r"(?:e\.g\.|for example|such as|like|z\.b\.|examples?:)[ ,:]*", re.IGNORECASE
)


def _examples(text: str, said: Said, _context: Context) -> Said | None:
    match = _EXAMPLES.match(text)
    listed = v.split(text[match.end() :]) if match else ()
    return said.but(values=v.typed(listed), examples=True) if len(listed) > 1 else None


def _weights(text: str, said: Said, _context: Context) -> Said | None:
    """ "debit/credit (70/30)"."""
    if not _SHARES.fullmatch(text) or said.weights:
        return None
    shares = tuple(float(piece) for piece in re.findall(r"\d+", text))
    return said.but(weights=shares) if abs(sum(shares) - 100) < 1.5 else None


def _code(text: str, said: Said, context: Context) -> Said | None:
    """ "order number (WB-000001)"."""
    is_code = re.fullmatch(r"[A-Z]{1,6}[-_/#]\d{3,12}", text)
    return _modifiers_only(f"like {text}", said, context) if is_code else None


def _tie(text: str, said: Said, _context: Context) -> Said | None:
    """What is said of other fields too, alone or as one of several pieces."""
    condition = conditioned(text)[1]
    is_whole = condition == text or (condition and re.search(r"[×*]", text))
    if is_whole or text.startswith("cases: "):
        return said.but(ties=(*said.ties, text))
    is_part = any(conditioned(piece)[1] == piece for piece in text.split(", ")[1:])
    return said.but(rest=(*said.rest, text)) if condition and not is_part else None


def _classes(text: str, said: Said, _context: Context) -> Said | None:
    """ "18-24, 25-34, 35+": classes, not bounds."""
    steps = v.split(text)
    is_list = len(steps) > 1 and all(map(_STEP.fullmatch, steps)) and _has_classes(steps)
    return said.but(values=steps) if is_list else None


def _unit(text: str, said: Said, _context: Context) -> Said | None:
    unit = UNIT.fullmatch(text)
    return said.but(unit=unit["unit"]) if unit else None


def _has_classes(steps: tuple[str, ...]) -> bool:
    return sum(not step.isdigit() for step in steps) > 1


def _modifiers_only(text: str, said: Said, context: Context) -> Said | None:
    left, found = understood(f":{text}", said, context)
    is_all = not _segments(left) and not found.name and found != said
    return found if is_all else None


_IN_BRACKETS = (_examples, _weights, _code, _tie, _classes, _unit, _modifiers_only)
"""The first that reads the whole decides."""


def _pieces(text: str, said: Said, context: Context) -> Said:
    """ "integer, unique", "free 60%, pro 40%", "red, green or blue": piece by piece."""
    values: list[str] = []
    for piece in v.split(text):
        pair = v.share_of(piece, german=context.german)
        if conditioned(piece)[1] == piece:
            said = said.but(ties=(*said.ties, piece))
        elif (meant := _modifiers_only(piece, said, context)) and _is_no_share(meant, said, pair):
            said = meant
        elif pair:
            said = said.but(shares=(*said.shares, pair))
        else:
            values.append(piece)
    if any(map(_NO_VALUE.search, values)):
        return said.but(rest=(*said.rest, text))
    if len(values) > 1 and v.is_true_false(tuple(values)):
        return said.but(true_false=True)
    if len(values) > 1 or (values and said.shares):
        return said.but(values=v.typed(tuple(values)))
    return said.but(rest=(*said.rest, *values))


def _is_no_share(meant: Said, said: Said, pair: tuple[str, float] | None) -> bool:
    """ "15 % filled" and "90 % under 200" look like shares of a value."""
    is_told = meant.null_share != said.null_share or meant.quantiles != said.quantiles
    return pair is None or is_told


def _named(text: str, said: Said) -> Said:
    """The first words left are the name; what follows a modifier is not understood."""
    if not said.name and (turn := _TURNS.search(text)):
        said = said.but(rest=(*said.rest, text[turn.start() :].replace(GONE, " ").strip()))
        text = text[: turn.start()]
    segments = _segments(text)
    while segments and not v.has_letter(segments[0]):
        said = said.but(rest=(*said.rest, segments[0]))
        segments = segments[1:]
    if said.name:
        return said.but(rest=(*said.rest, *segments))
    return said.but(name=segments[0] if segments else "", rest=(*said.rest, *segments[1:]))


def _segments(text: str) -> tuple[str, ...]:
    return tuple(filter(None, map(stripped, _CUT.split(text))))


def stripped(text: str) -> str:
    """Without articles and other filler at either end."""
    words = text.strip(" ,;:.-–—=\"'").split()
    if len(words) == 1 and words[0].casefold() == "value":  # alone, it is a column's name
        return words[0]
    while words and words[-1].casefold() in _FILLER:
        last = words[-1].casefold()
        if len(words) > 1 and (last in _KEPT_LAST or lexicon.exact(" ".join(words))):
            break
        if last == "value" and len(words) == 2 and lexicon.find(words[0]) is None:
            break
        words.pop()
    while words and _is_filler(words[0]):
        if len(words) > 1 and words[0].casefold() in _KEPT_FIRST:
            break
        words.pop(0)
    return " ".join(words).strip(" ,;:.-–—=\"'()[]{}")


def _is_filler(word: str) -> bool:
    return word.casefold().strip(",.") in _FILLER


def without_length(said: Said) -> Said:
    """ "username length under 5 or over 10": the username is a field, its length is not made."""
    base = re.sub(r" (?:length|länge)$", "", said.name, flags=re.IGNORECASE)
    hit = lexicon.exact(base) if base != said.name and not lexicon.exact(said.name) else None
    if not hit or hit.template.type != "string":
        return said
    return Said(said.words, base, rest=(said.words,))


_LANGUAGES = word_set("english german french spanish italian dutch deutsch englisch französisch")


def in_language(said: Said) -> Said:
    """ "comment in German": a comment; in which language stands in the schema, not in a field."""
    match = re.fullmatch(r"(.{1,60}) (in|auf) ([^\W\d]{4,15})", said.name)
    if not match or match[3].casefold() not in _LANGUAGES:
        return said
    return said.but(name=match[1], rest=(*said.rest, f"{match[2]} {match[3]}"))

"""How many rows of what: the number, and the noun it counts."""

from __future__ import annotations

import re

from .lexicon import locales
from .saying import counts
from .saying import quantities as q
from .saying.meanings import Context
from .words import word_set

_COUNT = re.compile(
    r"(?<![\w.,-])(?:(?:(?:rows|records|zeilen|count)(?: ?[:=]| of)?|n ?=) ?)?"
    rf"(?P<count>{q.NUMBER}(?:{q.SCALE_OF_ROWS})?)(?![\w%€$])",
    re.IGNORECASE,
)
_ROWS = re.compile(
    rf"\b(?:for |of |with |make it |exactly |genau )?(?P<count>{q.NUMBER}(?:{q.SCALE_OF_ROWS})?)"
    r" (?:rows|records|entries|lines|zeilen|datensätze|einträge)\b"
    r"|\b(?:rows|row count|number of rows|records|zeilen)(?: ?[:=]| of| to| auf)? ?"
    rf"(?P<after>{q.NUMBER}(?:{q.SCALE_OF_ROWS})?)(?![\w.])",
    re.IGNORECASE,
)
_IN_WORDS = re.compile(
    rf"(?:{counts.SPELLED.pattern}) (?:rows|records|entries|lines|zeilen|datensätze)\b",
    re.IGNORECASE,
)
_MEASURED = re.compile(
    r"%|€|\$|[-–] ?\d|(?:[-–] ?| )?(?:years?|days?|months?|weeks?|hours?|minutes?|mins?|seconds?"
    r"|secs?|tables?|columns?|fields?|digits?|characters?|chars?|letters?|decimals?|words?|places?"
    r"|s|h|min)\b|and \d|to \d", re.IGNORECASE
)  # fmt: skip
"""What follows a number that counts no rows."""
_DATED = re.compile(rf"(?:\b(?:in|since|from|year|between|to|than)|{q.MONTH})$", re.IGNORECASE)
NOISE = word_set(
    "mach mache gib generate create make give gimme pls me i'm i'd we're us us i we need want "
    "would like please build produce synthetic "
    "fake realistic random sample test dummy mock some data dataset datasets table tables list "
    "set file a an the of for about rows row records record entries hi hello can could you get "
    "have to few approximately around roughly exactly exact ca circa plausible anonymous typical "
    "complete full different distinct unique new old up it's let's simple small large big csv "
    "json parquet jsonl erzeuge erstelle bitte generiere brauche ich mir eine einen ein die den "
    "von liste tabelle datensatz testdaten zufällige genau génère créer crée générer donne genera "
    "generar crea crear dame quiero necesito voudrais les los las"
)
_ENDS = word_set(
    "of for from in at by aged who that which on between to during since with using living based "
    "where whose over under per about like and or einer eines der des in aus von für im am de "
    "du d'un d'une d del una un para pour"
)


def take_rows(text: str, context: Context) -> tuple[str, int | None, str]:
    """ "…, 50 rows" anywhere: the text without it, the number, the words."""
    match = _ROWS.search(text)
    if match:
        count = whole(match["count"] or match["after"], context)
    elif match := _IN_WORDS.search(text):
        count = counts.spelled(match)
    else:
        return text, None, ""
    if count is None or re.match(r" ?(?:/|per\b|each\b)", text[match.end() :]):
        return text, None, ""
    words = match.group().strip()
    # The noun stays where fields follow it: "500 rows with name, email".
    return text[: match.start()] + "rows" + text[match.end() :], count, words


_SEED = re.compile(
    r"(?P<lead>^|[,;.\n(] ?|\b(?:with|use) (?:a )?)(?:random )?"
    r"seed(?: of| is)? ?[:=]? ?(?P<seed>\d{1,18})\b",
    re.IGNORECASE,
)


def take_seed(text: str) -> tuple[str, str]:
    """ "…, seed 42": the text without it, and the seed."""
    match = _SEED.search(text)
    if not match:
        return text, ""
    lead = match["lead"] if not match["lead"][:1].isalpha() else ""
    return f"{text[: match.start()]}{lead} {text[match.end() :]}", match["seed"]


def whole(text: str, context: Context) -> int | None:
    grouped = re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", text.strip())
    number = q.value(re.sub(r"[.,]", "", text) if grouped else text, german=context.german)
    return int(number) if number is not None and number >= 0 else None


def counted(text: str, context: Context) -> tuple[int, int, int] | None:
    """(count, start, end) of a row count in the head."""
    for match in _COUNT.finditer(text):
        before = text[: match.start()].rstrip().casefold()
        if _MEASURED.match(text[match.end() :].lstrip()) or before.endswith("every"):
            continue
        if len(match["count"]) == 4 and _DATED.search(before):
            continue
        count = whole(match["count"], context)
        if count is not None:
            return count, match.start(), match.end()
    spelled = counts.SPELLED.search(text)
    if not spelled or _MEASURED.match(text[spelled.end() :].lstrip()):
        return None
    return counts.spelled(spelled), spelled.start(), spelled.end()


def subject(text: str) -> str:
    """The noun of the head: "hotel bookings of a chain" → bookings."""
    plain = locales.without(re.sub(r"\([^()]*\)", " ", text))
    words: list[str] = []
    for word in re.findall(r"[^\W\d_][\w'-]*", plain):
        if word.casefold() in NOISE:
            if words and word.casefold() not in (
                "records",
                "rows",
                "data",
                "table",
                "entries",
                "list",
                "dataset",
            ):
                break
            continue
        if word.casefold() in _ENDS:
            if words:
                break
            continue
        words.append(word)
    return words[-1] if words else ""


# ── counts apart from their noun ──────────────────────────────────────────────────────────────

_BARE = re.compile(
    r"(?P<about>n ?= ?|(?:around|about|approx(?:imately|\.)?|roughly|circa|ca\.?|etwa|environ|some"
    rf"|total:?|exactly|just|only|~) ?)?(?P<count>{q.NUMBER}(?:{q.SCALE_OF_ROWS})?)"
    r"(?P<of> (?:of (?:them|these|those)|in total|total|pieces|each|altogether|stück|in all))?",
    re.IGNORECASE,
)
_RATHER = re.compile(
    r"(?:(?:no|sorry|actually|rather|better|just|only|make (?:it|that)|nur),? ){1,3}(?=\d)",
    re.IGNORECASE,
)
_BELOW_NOTHING = re.compile(r"(?:^|[ (])(?P<words>[-–]\d[\d.,]{0,12} [^\W\d][\w-]{0,30})")


def bare_count(text: str, context: Context, *, first: bool) -> int | None:
    """ "around 750", "2500 of them"; a number alone only as the first thing said."""
    match = _BARE.fullmatch(text.strip())
    if not match or not (first or match["about"] or match["of"]):
        return None
    return whole(match["count"], context)


def corrected(text: str) -> str:
    """ "no, just 2000 policies" → "2000 policies"; empty where nothing is taken back."""
    match = _RATHER.match(text)
    return text[match.end() :] if match else ""


def below_nothing(text: str) -> str:
    """The words of a count that is no count: "-3 customers"."""
    match = _BELOW_NOTHING.search(text)
    return match["words"] if match else ""

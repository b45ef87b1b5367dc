"""The head of a request: how many of what, from where, in which file format."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..core.models import OutputFormat
from .lexicon import entries as lexicon
from .lexicon import locales
from .lexicon import subjects as s
from .saying import quantities as q
from .saying.meanings import Context
from .saying.phrases import stripped
from .saying.said import OpenSpan
from .text import Clause, clauses, first_bracket
from .words import word_set

_FORMAT = re.compile(
    r"(?:(?:\b(?:as|in|to|into|als|im)(?: an?| one| eine?)? |\b(?:file )?format[: ]+|\boutput[: ]+)"
    r"(?P<named>csv|json ?lines|jsonl|ndjson|json|parquet)(?:[- ](?:files?|formate?|datei))?"
    r"|(?P<alone>^|[,;.\n(] ?)(?P<word>csv|json ?lines|jsonl|ndjson|json|parquet)"
    r"(?:[- ](?:files?|format|output|please|datei))?(?= ?(?:$|[,;.\n)]| (?:plus|and|und|&) )))"
    r"(?![\w-])",
    re.IGNORECASE,
)
_FILE = re.compile(
    r"\b(csv|jsonl|json|parquet)(?=[- ](?:files?|table|dataset|of\b|with\b))", re.IGNORECASE
)
_FORMATS: dict[str, OutputFormat] = {
    "csv": "csv",
    "json": "json",
    "jsonl": "jsonl",
    "jsonlines": "jsonl",
    "ndjson": "jsonl",
    "parquet": "parquet",
}

_STARTER = re.compile(
    r"(?P<colon>:(?!\d))| [-–—] (?=[^\W\d])|\b(?:with|including|containing|having"
    r"|(?:that|which|who) (?:have|has|contains?)|where each (?:row |one )?has|consisting of|mit"
    r"|inklusive|bestehend aus|each with|columns|fields|spalten|felder)\b"
    r"(?:(?: the| these| following| den| folgenden){0,3}"
    r"(?: (?:columns|fields|attributes|properties|spalten|felder))\b)?(?: are| sind)? ?:?",
    re.IGNORECASE,
)
_COUNT = re.compile(
    r"(?<![\w.,-])(?:(?:rows|records|zeilen|count)(?: ?[:=]| of)? ?)?"
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
_NOISE = word_set(
    "generate create make give me us i we need want would like please build produce synthetic "
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


@dataclass(frozen=True, slots=True)
class Head:
    """`because` holds the words of the row count, `listing` the clauses that name fields."""

    subject: str = ""
    rows: int | None = None
    because: str = ""
    words: str = ""
    period: OpenSpan | None = None
    listing: tuple[Clause, ...] = ()
    tables: tuple[str, ...] = ()


def take_format(text: str) -> tuple[str, OutputFormat | None]:
    """The text without its words about a file format, and the format."""
    match = _FORMAT.search(text)
    if not match:
        of_file = _FILE.search(text[:400])
        return text, _format(of_file[1]) if of_file else None
    word = match["named"] or match["word"]
    kept = match["alone"] or ""
    rest = text[: match.start()] + kept + " " + text[match.end() :]
    return re.sub(r" {2,}", " ", rest), _format(word)


def _format(word: str) -> OutputFormat:
    return _FORMATS[word.casefold().replace(" ", "")]


def take_rows(text: str, context: Context) -> tuple[str, int | None, str]:
    """ "…, 50 rows" anywhere: the text without it, the number, the words."""
    match = _ROWS.search(text)
    if not match:
        return text, None, ""
    count = _whole(match["count"] or match["after"], context)
    if count is None or re.match(r" ?(?:/|per\b|each\b)", text[match.end() :]):
        return text, None, ""
    words = match.group().strip()
    # The noun stays where fields follow it: "500 rows with name, email".
    return text[: match.start()] + "rows" + text[match.end() :], count, words


def _whole(text: str, context: Context) -> int | None:
    grouped = re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", text.strip())
    number = q.value(re.sub(r"[.,]", "", text) if grouped else text, german=context.german)
    return int(number) if number is not None and number >= 0 else None


def read_head(parts: Sequence[Clause], context: Context) -> Head:
    """Where the list of fields begins, and what was said before it."""
    for place, clause in enumerate(parts[:4]):
        if place and not _is_preface(parts[place - 1].text):
            break
        found = _opened(clause, parts[place + 1 :], context)
        if found:
            return found
    return _headless(parts, context)


def _is_preface(text: str) -> bool:
    """ "For our CRM", "Hi", "Please": words before the request itself."""
    return bool(
        re.match(
            r"(?:for|in|as|to|hi|hello|hey|please|dear|für|hallo|bitte)\b", text, re.IGNORECASE
        )
    )


def _opened(clause: Clause, later: Sequence[Clause], context: Context) -> Head | None:
    bracketed = _bracketed(clause.text)
    if bracketed:
        before, listed, after = bracketed
        rest = [Clause(after, ".")] if after else []
        return _head(before, (*listed, *rest, *later), context, named=True)
    cut = _list_start(clause.text)
    if cut is None:
        return None
    before, after = clause.text[: cut[0]].strip(), clause.text[cut[1] :].strip()
    if before and not after and not later:
        return None
    if before and lexicon.exact(stripped(before)) and not _counted(before, context):
        return None
    listing = (*([Clause(after, "")] if after else []), *later)
    if _is_head_itself(listing, context):  # "Shop data: 500 orders with id and total"
        inner = _opened(listing[0], listing[1:], context)
        return inner or _head(listing[0].text, listing[1:], context)
    return _head(before, listing, context, named=True)


def _bracketed(text: str) -> tuple[str, tuple[Clause, ...], str] | None:
    """ "patients (id, name, sex) in ICU": before, the list, after; not the values of a field."""
    place = first_bracket(text)
    if place is None:
        return None
    before, inner, after = text[: place[0]], text[place[0] + 1 : place[1]], text[place[1] + 1 :]
    is_field = lexicon.exact(_subject(before)) and not s.is_subject(_subject(before))
    if not before.strip() or ":" in before or is_field or not _lists_fields(inner):
        return None
    return before.strip(), clauses(inner), after.strip()


def _is_head_itself(listing: Sequence[Clause], context: Context) -> bool:
    starts = bool(listing) and _counted_subject(listing[0].text, context)
    return starts and len(_tables(listing, context)) < 2


def _list_start(text: str) -> tuple[int, int] | None:
    """Where the words that open the list begin and end; a later colon may be the true one."""
    first = _STARTER.search(text)
    if first is None:
        return None
    if first["colon"]:
        return first.span()
    colon = text.find(":", first.end())
    between = text[first.end() : colon] if colon >= 0 else ""
    if colon >= 0 and "(" not in between and not _is_field(between) and len(between.split()) <= 6:
        return colon, colon + 1
    return first.span()


def _is_field(text: str) -> bool:
    return lexicon.find(text) is not None


def _begins_field(text: str) -> bool:
    words = text.split()[:4]
    begun = any(lexicon.exact(" ".join(words[:count])) for count in range(1, len(words) + 1))
    return begun or _is_field(text)


def _lists_fields(text: str) -> bool:
    pieces = [clause.text for clause in clauses(text[:1000])]
    known = sum(_begins_field(piece) for piece in pieces[:20])
    return len(pieces) >= 2 and known * 2 >= min(len(pieces), 20)


_VERBS = frozenset({"generate", "create", "make", "give", "i", "we", "please", "build", "produce",
                    "erzeuge", "erstelle"})  # fmt: skip


def _headless(parts: Sequence[Clause], context: Context) -> Head:
    """No words that open a list: the first clause is a subject, or a field already."""
    if not parts:
        return Head()
    first = parts[0].text
    is_head = _counted(first, context) or s.is_subject(_subject(first))
    is_order = first.split()[0].casefold() in _VERBS and not _is_field(first)
    if is_head or is_order:
        return _head(first, parts[1:], context)
    return Head(listing=tuple(parts))


def _head(text: str, listing: Sequence[Clause], context: Context, *, named: bool = False) -> Head:
    """`named`: words that open a list of fields stood between the two."""
    rest, rows, because = text, None, ""
    if count := _counted(text, context):
        rows, start, end = count
        rest = f"{text[:start]} {text[end:]}"
        because = " ".join(f"{text[start:end]} {_subject(rest)}".split())
    tables = _tables(listing if named else (Clause(text, ""), *listing), context)
    period = _period(rest, context)
    return Head(_subject(rest), rows, because, text, period, tuple(listing), tables)


def _counted(text: str, context: Context) -> tuple[int, int, int] | None:
    """(count, start, end) of a row count in the head."""
    for match in _COUNT.finditer(text):
        after = text[match.end() :].lstrip()
        before = text[: match.start()].rstrip().casefold()
        if re.match(r"(?:%|€|\$|[-–] ?\d|years?\b|days?\b|months?\b|hours?\b|and \d|to \d)", after):
            continue
        if (
            before.endswith(("in", "since", "from", "year", "between", "to", "than"))
            and len(match["count"]) == 4
        ):
            continue
        count = _whole(match["count"], context)
        if count is not None:
            return count, match.start(), match.end()
    spelled = q.SPELLED.search(text)
    return (q.spelled(spelled), spelled.start(), spelled.end()) if spelled else None


def _subject(text: str) -> str:
    """The noun of the head: "hotel bookings of a chain" → bookings."""
    plain = locales.without(re.sub(r"\([^()]*\)", " ", text))
    words: list[str] = []
    for word in re.findall(r"[^\W\d_][\w'-]*", plain):
        if word.casefold() in _NOISE:
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


def _period(text: str, context: Context) -> OpenSpan | None:
    """ "orders from 2024": days for the table's dates."""
    match = re.search(
        rf"\b(?:in|from|of|during|for|aus) ({q.MOMENT})(?![\w-])", text, re.IGNORECASE
    )
    return q.span(match[1], context.today) if match else None


def _counted_subject(text: str, context: Context) -> bool:
    """ "500 orders with id"; not "device id out of 20 devices"."""
    count = _counted(text, context)
    if count and not set(text[: count[1]].casefold().split()) <= _NOISE:
        return False
    return bool(count and s.is_subject(_subject(text[count[2] :].split(" with ", maxsplit=1)[0])))


def _tables(listing: Sequence[Clause], context: Context) -> tuple[str, ...]:
    """Subjects of several tables: counted ones, or bare ones that begin the request."""
    found: list[str] = []
    for place, clause in enumerate(listing[:50]):
        bare = s.is_subject(clause.text.split(" ")[-1]) and len(clause.text.split()) <= 3
        leading = len(found) == place
        if _counted_subject(clause.text, context) or (bare and leading):
            found.append(_subject(re.split(r" with |:", clause.text)[0]))
    return tuple(dict.fromkeys(found))


def first_table(head: Head, context: Context) -> tuple[str, int | None]:
    """The clause that names the first of several tables, and its row count."""
    for clause in (Clause(head.words, ""), *head.listing[:50]):
        if _subject(re.split(r" with |:", clause.text)[0]) == head.tables[0]:
            count = _counted(clause.text, context)
            return clause.text, count[0] if count else None
    return "", None

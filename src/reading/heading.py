"""The head of a request: how many of what, from where, and where the list of fields begins."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from .counting import bare_count, corrected, counted, subject
from .lexicon import entries as lexicon
from .lexicon import subjects as s
from .saying import quantities as q
from .saying.meanings import Context
from .saying.phrases import stripped
from .saying.said import OpenSpan
from .several import counted_subject, tables
from .text import Clause, clauses, first_bracket

_STARTER = re.compile(
    r"(?P<colon>:(?!\d))| [-–—] (?=[^\W\d])|\b(?:with|including|containing|having"
    r"|(?:that|which|who) (?:have|has|contains?)|where each (?:row |one )?has|consisting of|mit"
    r"|inklusive|bestehend aus|each with|columns|fields|spalten|felder)\b"
    r"(?:(?: the| these| following| den| folgenden){0,3}"
    r"(?: (?:columns|fields|attributes|properties|spalten|felder))\b)?(?: are| sind)? ?:?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Head:
    """`because` holds the words of the row count, `listing` the clauses that name fields,
    `left` what stands between and is neither."""

    subject: str = ""
    rows: int | None = None
    because: str = ""
    words: str = ""
    period: OpenSpan | None = None
    listing: tuple[Clause, ...] = ()
    tables: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


def read_head(parts: Sequence[Clause], context: Context) -> Head:
    """Where the list of fields begins, and what was said before it."""
    return _counted_apart(_begun(parts, context), context)


def _begun(parts: Sequence[Clause], context: Context) -> Head:
    for place, clause in enumerate(parts[:4]):
        if place and not _is_preface(parts[place - 1].text):
            break
        found = _opened(clause, parts[place + 1 :], context)
        if found:
            return found
    return _headless(parts, context)


def _counted_apart(head: Head, context: Context) -> Head:
    """ "taxi trips, 2500 of them"; "a million? no, just 2000 policies": the last word counts."""
    for place, clause in enumerate(head.listing[:3]):
        rest = head.listing[place + 1 :]
        if head.rows is None and (rows := bare_count(clause.text, context, first=not place)):
            words = " ".join(one.text for one in head.listing[:place]) or head.words
            noun = head.subject or subject(words)
            kept = head.listing[:place] if head.subject else ()
            listing = (*kept, *rest)
            return replace(head, subject=noun, rows=rows, because=clause.text, listing=listing)
        if head.rows is None and not head.subject and counted_subject(clause.text, context):
            named = _head(clause.text, (), context)
            title = not any(map(_begins_field, (one.text for one in head.listing[:place])))
            if title and len(clause.text.split()) <= 4:
                return replace(named, listing=rest, tables=())
        of = _OF.match(clause.text) if head.rows is None else None
        if of and counted_subject(clause.text[of.end() :], context):
            inner = _head(clause.text[of.end() :], (), context)
            fields = (*head.listing[:place], replace(clause, text=of["field"]), *rest)
            return replace(inner, listing=fields)
        later = corrected(clause.text)
        if later and (count := counted(later, context)):
            noun = subject(later[count[2] :])
            kept = tuple(one for one in head.listing[:place] if one.text.casefold() != "no")
            return replace(
                head,
                subject=noun or head.subject,
                rows=count[0],
                because=clause.text,
                listing=(*kept, *rest),
            )
    return head


_OF = re.compile(r"(?P<field>[^\W\d][\w ]{1,40}?) (?:of|for|from) (?=\d)")


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
    listing = (*([Clause(after, "")] if after else []), *later)
    if _is_head_itself(listing, context):  # "Shop data: 500 orders with id and total"
        inner = _opened(listing[0], listing[1:], context)
        return inner or _head(listing[0].text, listing[1:], context)
    if before and lexicon.exact(stripped(before)) and not counted(before, context):
        return None
    between = _between(clause.text, cut, context)
    return replace(_head(before, listing, context, named=True), left=between)


_NOTHING = re.compile(
    r"(?:(?:the|these|following|rows|data|information|columns|fields|attributes|their|its|these"
    r"|details|as"
    r"|follows|den|folgenden|feldern|spalten|les|champs|suivants|los|campos|siguientes) ?)*",
    re.IGNORECASE,
)


def _between(text: str, cut: tuple[int, int], context: Context) -> tuple[str, ...]:
    """ "with their menus:": what an earlier opening word began, before the colon that counts; but
    "with 40 guests:" is the row count."""
    first = _STARTER.search(text)
    between = text[first.end() : cut[0]].strip() if first and first.end() < cut[0] else ""
    return () if _NOTHING.fullmatch(between) or counted(between, context) else (between,)


def _bracketed(text: str) -> tuple[str, tuple[Clause, ...], str] | None:
    """ "patients (id, name, sex) in ICU": before, the list, after; not the values of a field."""
    place = first_bracket(text)
    if place is None:
        return None
    before, inner, after = text[: place[0]], text[place[0] + 1 : place[1]], text[place[1] + 1 :]
    is_field = lexicon.exact(subject(before)) and not s.is_subject(subject(before))
    if not before.strip() or ":" in before or is_field or not _lists_fields(inner):
        return None
    return before.strip(), clauses(inner), after.strip()


def _is_head_itself(listing: Sequence[Clause], context: Context) -> bool:
    starts = bool(listing) and counted_subject(listing[0].text, context)
    return starts and len(tables(listing, context)) < 2


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
    bare = re.sub(r" in \w{1,12}$", "", text.strip())
    return lexicon.find(bare) is not None


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


_COUNTED = re.compile(r"\w (?:rows|data|dataset|daten)$")
"""Whose rows were counted, and taken out: "machine log with 500 rows"."""


def _headless(parts: Sequence[Clause], context: Context) -> Head:
    """No words that open a list: the first clause is a subject, or a field already."""
    if not parts:
        return Head()
    first = parts[0].text
    bare = re.sub(r"\([^()]*\)", " ", first)
    is_head = counted(bare, context) or s.is_subject(subject(first)) or _COUNTED.search(first)
    is_order = first.split()[0].casefold() in _VERBS and not _is_field(first)
    if is_head or is_order:
        return _head(first, parts[1:], context)
    return Head(listing=tuple(parts))


def _head(text: str, listing: Sequence[Clause], context: Context, *, named: bool = False) -> Head:
    """`named`: words that open a list of fields stood between the two."""
    rest, rows, because, noun = text, None, "", ""
    if count := counted(text, context):
        rows, start, end = count
        rest = f"{text[:start]} {text[end:]}"
        counted_noun = subject(text[end:])
        noun = counted_noun if s.is_subject(counted_noun) else subject(rest)
        because = " ".join(f"{text[start:end]} {noun}".split())
    named_tables = tables(listing if named else (Clause(text, ""), *listing), context)
    period = _period(rest, context)
    return Head(noun or subject(rest), rows, because, text, period, tuple(listing), named_tables)


def _period(text: str, context: Context) -> OpenSpan | None:
    """ "orders from 2024": days for the table's dates."""
    match = re.search(
        rf"\b(?:in|from|of|during|for|aus) ({q.MOMENT})(?![\w-])", text, re.IGNORECASE
    )
    return q.span(match[1], context.today) if match else None

"""Which clauses belong together: values to their field, shares to their values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..lexicon import entries as lexicon
from ..text import LONGEST_CLAUSE, Clause
from ..words import word_set
from . import values as v
from .meanings import Context
from .modifiers import UNIT
from .phrases import read_phrase, stripped
from .rewriting import rewritten
from .said import Said
from .sharing import joined

_OPENED = re.compile(
    r"\b(?:one of|either|any of|values|options|entweder)\b(?! ?\d+\b)[^()]*$", re.IGNORECASE
)
_COLON = re.compile(r"^([^:()]{1,60}): ?([^:()]{1,60})$")
_OR = re.compile(r"(?:^|[\w\"] )(?:or|oder) [\w\"]", re.IGNORECASE)
_BOUND = re.compile(
    r"\b(?:or|oder) (?:more|less|fewer|older|younger|over|under|above|below|higher|lower|later"
    r"|earlier|after|before|on|equal|mehr|weniger|älter|jünger|none|not|any|other|so)\b",
    re.IGNORECASE,
)
_BOUNDED = re.compile(r"\b(?:length|under|over|above|below|than|least|most)\b", re.IGNORECASE)
_MAPPING = re.compile(r"\bdepend(?:s|ing) on [^:]{1,40}: ?[^:]+$", re.IGNORECASE)
_ENTRY = re.compile(
    r"(?P<value>[^\W\d]+(?:[ -][^\W\d]+){0,2})[ :=]{1,3}(?:[$€£] ?)?\d[\d.,]{0,12} ?[€$£%]?"
)
MOST_VALUES = 30
"""Clauses that one list of values may reach over."""
_UNIT_LAST = re.compile(rf"(?<=\d) ?{UNIT.pattern}$", re.IGNORECASE)
_WITH = re.compile(
    r"^(?P<field>.{2,60}) (?:with|mit) (?:an? |its |the |eine[rm]? )?(?P<other>.{2,60})$"
)
_INTRO = re.compile(
    r"^(?:(?:the |their )?(?:columns|fields|attributes|variables|spalten|felder)(?: are| should "
    r"be)?"
    r"|(?:each|every|all)(?: \w{1,30})?(?: row| record)? (?:has|have|should have|needs|with)"
    r"|(?:i|we) (?:also )?(?:need|want|would like)|ich brauche"
    r"|(?:it|they) (?:should )?(?:has|have|includes?|contains?|needs?)|add|include|including"
    r"|also(?: include| add)?|plus|with|as well as|sowie|mit)(?:\b|:) ?:?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """`text` to be read, `words` as they stood; or `shares` of the values of another field."""

    text: str
    words: str
    open: bool = False
    sharing: bool = False
    shares: tuple[tuple[str, float], ...] = ()
    starts: bool = False

    def joined(self, clause: Clause, text: str, *, is_open: bool = False) -> Phrase:
        glue = " and " if clause.before == "and" else f"{clause.before} "
        words = f"{self.words}{glue}{clause.words}"
        return replace(self, text=text, words=words, open=is_open)


def gather(clauses: Sequence[Clause], context: Context) -> tuple[Phrase, ...]:
    """Phrases in order, each about one field or about shares of one."""
    phrases: list[Phrase] = []
    for whole in joined(clauses):
        clause = _introduced(whole)
        if listing := _listing(phrases, clause):
            count, phrase = listing
            phrases[len(phrases) - count :] = [phrase]
        elif phrases and (grown := _grown(phrases[-1], clause, context)):
            phrases[-1] = grown
        else:
            phrases.extend(_begun(clause, context))
    return tuple(phrases)


def _introduced(clause: Clause) -> Clause:
    """ "Each customer has a name" → "a name", at the beginning of a sentence or a line."""
    if clause.before not in (".", "\n", "and"):
        return clause
    rest = _INTRO.sub("", clause.text).strip() or clause.text
    return replace(clause, text=rest)


def _begun(clause: Clause, context: Context) -> tuple[Phrase, ...]:
    """The phrases that a clause begins; their words are the clause's own."""
    plain = rewritten(clause.text) if len(clause.text) <= LONGEST_CLAUSE else clause.text
    phrases = _begun_by(plain, clause.before in (".", "\n"), context)
    is_own = plain == clause.words or len(phrases) > 1
    return phrases if is_own else (replace(phrases[0], words=clause.words),)


def _begun_by(text: str, starts: bool, context: Context) -> tuple[Phrase, ...]:
    text = re.sub(
        r"^(?:davon|of which|of them|only|nur|just|about|around|etwa|circa) (?=\d)",
        "",
        text,
        flags=re.IGNORECASE,
    )
    pair = v.share_of(text, german=context.german)
    is_off = pair and re.search(
        r"^(?:off|discount|rabatt|if|when|for|over)\b", pair[0], re.IGNORECASE
    )
    if pair and not is_off and text[0].isdigit() and len(pair[0].split()) <= 3:
        return (Phrase(text, text, shares=(pair,)),)
    if shared := _with_share(text, context):
        return (Phrase(shared, text, sharing=True, starts=starts),)
    colon = _COLON.match(text)
    if colon and _could_be_value(colon[2]) and lexicon.find(colon[1]):
        return (Phrase(text, text, open=True, starts=starts),)
    two = _WITH.match(text) if len(text) <= LONGEST_CLAUSE else None
    if two and lexicon.find(two["field"]) and lexicon.exact(two["other"]):
        parts = (text[: two.end("field")], text[two.start("other") :])
        return tuple(Phrase(part, part, starts=starts) for part in parts)
    return (
        Phrase(text, text, open=bool(_OPENED.search(text)) and not _OR.search(text), starts=starts),
    )


def _with_share(text: str, context: Context) -> str | None:
    """ "status: active 80%", "device mobile 60%" → "device (mobile 60%)"."""
    colon = _COLON.match(text)
    words = text.split()
    pairs = [(" ".join(words[:n]), " ".join(words[n:])) for n in range(min(len(words), 4), 0, -1)]
    for name, piece in [colon.groups()] if colon else pairs:
        pair = v.share_of(piece, german=context.german)
        if pair and lexicon.exact(name) and v.is_true_false(v.split(pair[0])):
            return None  # "manager yes/no 10 %": how many are
        if hit := lexicon.exact(name):
            is_divided = colon or hit.template.values or hit.template.kind == "text"
            return f"{name} ({piece})" if pair and is_divided and piece[0].isalpha() else None
    return None


def _grown(last: Phrase, clause: Clause, context: Context) -> Phrase | None:
    """The last phrase with this clause as a part of it; None where a new one begins."""
    if len(last.text) + len(clause.text) > LONGEST_CLAUSE or clause.before in (".", "\n"):
        return None
    is_value = _could_be_value(clause.text) or _is_capital(last.text, clause.text)
    if last.open and (clause.before in (",", "and")) and is_value:
        return _with_value(last, clause)
    if _MAPPING.search(last.text) and _is_entry(clause.text):
        return last.joined(clause, f"{last.text}, {clause.text}")
    if last.sharing and v.share_of(clause.text, german=context.german):
        return replace(last.joined(clause, f"{last.text[:-1]}, {clause.text})"), sharing=True)
    if last.shares:
        pair = v.share_of(clause.text, german=context.german)
        if re.search(r"\b(?:missing|empty|null|blank)\b", clause.text, re.IGNORECASE):
            pair = None
        shares = replace(last, shares=(*last.shares, pair)) if pair and pair[1] else None
        return shares and shares.joined(clause, last.text)
    return _with_modifier(last, clause, context)


def _is_capital(before: str, text: str) -> bool:
    """ "one of Tech" + "Energy": written like the value before it, whatever else it may mean."""
    last = before.rsplit(" ", maxsplit=1)[-1]
    return last[:1].isupper() and text[:1].isupper() and _is_plain(text) and len(text.split()) <= 2


def _is_entry(text: str) -> bool:
    """ "M 10.90": another value of a mapping, and no field."""
    entry = _ENTRY.fullmatch(text)
    return bool(entry and not lexicon.exact(entry["value"]))


def _with_value(last: Phrase, clause: Clause) -> Phrase:
    text = last.text
    closed = bool(_OR.search(clause.text)) or clause.before == "and"
    value = re.sub(r"^(?:or|oder) ", "", clause.text, flags=re.IGNORECASE)
    return last.joined(clause, f"{text}, {value}", is_open=not closed)


def _could_be_value(text: str) -> bool:
    """Short, without numbers that say more, and not the name of another field."""
    known = lexicon.exact(_first(text))
    # Truths are adjectives ("cancelled"), and as such values of a status.
    return _is_plain(text) and (known is None or known.template.type == "boolean")


def _is_plain(text: str) -> bool:
    told = re.search(r"[%:()=<>]|\b(?:between|from|in|at)\b", text)
    return 1 <= len(_first(text).split()) <= 3 and not told


def _first(text: str) -> str:
    """What stands before the first "or"."""
    return re.split(r" (?:or|oder) ", text)[0]


def _listing(phrases: Sequence[Phrase], clause: Clause) -> tuple[int, Phrase] | None:
    """ "blood type A" + "B" + "AB or O": how many phrases the clause ends, and what they are.

    A known field begins the list, and nothing between it and the "or" can be another field.
    """
    if not _OR.search(clause.text) or _BOUND.search(clause.text):
        return None
    members = [re.sub(r"(?<=\d) ?%$", "", clause.text)]
    before = [*phrases[: -MOST_VALUES - 1 : -1], None]
    for count, phrase in enumerate(before):
        if named := _named_value(members[0]):
            name, value = named
            values = _UNIT_LAST.sub("", ", ".join([value, *members[1:]]))
            whole = Phrase(f"{name}: one of {values}", ", ".join(members))
            starts = phrases[-count].starts if count else clause.before in (".", "\n")
            return count, replace(whole, starts=starts)
        is_value = (count or clause.before == ",") and (
            _could_be_value(members[0]) or (count == 0 and _is_begun(phrase))
        )
        if not is_value or phrase is None or phrase.text != phrase.words or phrase.shares:
            return None
        if count and phrases[-count].starts:
            return None
        members.insert(0, phrase.text)
    return None


def _is_begun(phrase: Phrase | None) -> bool:
    """ "source web": a field and one value, so that "phone or email" can only be more of them."""
    pair = _named_value(phrase.text) if phrase and phrase.text == phrase.words else None
    hit = lexicon.exact(pair[0]) if pair else None
    return bool(hit and hit.template.values)


def _named_value(text: str) -> tuple[str, str] | None:
    """ "status is open or closed" → ("status", "open or closed"), where the field is known."""
    if _OPENED.search(text) or re.search(r"[:(]|\d ?[-–] ?\d", text):
        return None
    words = text.split()
    for count in range(min(len(words) - 1, 4), 0, -1):
        value = " ".join(words[count:])
        plain = re.sub(r"^(?:is|are|ist|(?:must|should|can|may|has to) be) ", "", value)
        # After "is" another field's name is a value too: "department is sales".
        if _BOUNDED.search(plain):
            continue
        fits = _could_be_value(plain) or (plain != value and _is_plain(plain))
        if not fits or re.match(r"(?:or|oder)\b", plain):
            continue
        hit = lexicon.exact(" ".join(words[:count]))
        if not hit and count == 1 and re.fullmatch(r"\d{1,9}", plain):
            return words[0], plain  # "fsk 0, 6 or 12"
        if hit and hit.template.type not in ("date", "datetime"):
            return " ".join(words[:count]), plain
    return None


def _with_modifier(last: Phrase, clause: Clause, context: Context) -> Phrase | None:
    """A clause that names nothing ("unique", "between 1 and 5") is about the field before it."""
    if not re.search(r"[a-zA-Z0-9]", last.text) or lexicon.exact(clause.text):
        return None
    alone = read_phrase(clause.text, context)
    share = v.share_of(clause.text, german=context.german)
    names_nothing = (
        not alone.name and not alone.rest and not alone.ties and alone != Said(clause.text)
    )
    is_told = alone.null_share or alone.quantiles
    if not names_nothing or ((share or alone.shares) and not is_told):
        return None
    return last.joined(clause, f"{last.text} ({clause.text})")


_PAIRS = frozenset(
    frozenset(pair.split("/"))
    for pair in word_set(
        "from/to origin/destination start/end first/last systolic/diastolic min/max "
        "minimum/maximum buyer/seller sender/receiver sender/recipient pickup/dropoff "
        "arrival/departure caller/callee source/target billing/shipping home/away old/new "
        "cold/warm opening/closing gross/net planned/actual debtor/creditor payer/payee "
        "check-in/check-out begin/end from/until scheduled/actual estimated/actual birth/death "
        "lower/upper mother/father left/right"
    )
)
"""Words that begin two fields of one kind."""
_TWO = re.compile(
    r"(?P<one>[\w-]{2,20}) ?(?:/|&) ?(?P<two>[\w-]{2,20}) (?P<noun>[^\W\d][\w "
    r"]{1,40}?)(?P<rest> ?[(:].*)?"
)


_FEW = ("two", "three", "four", "five", "six", "seven", "eight")
_EACH = re.compile(
    rf"(?:the )?(?P<count>{'|'.join(_FEW)}|[2-8]) (?P<noun>(?:[^\W\d]+ )?[^\W\d]+s) "
    r"\((?P<names>[^()]{3,200})\)(?P<rest>(?: .*)?)",
    re.IGNORECASE,
)
_GROUPS = word_set(
    "arms groups types categories levels classes tables statuses kinds options values "
    "states sizes colors colours regions tiers plans"
)
"""Plurals whose names are values of one field."""
_RUN = re.compile(
    r"(?P<stem>[a-z]{1,12}_?)(?P<first>\d) ?(?:to|-|–|\.\.\.?) ?"
    r"(?P=stem)(?P<last>\d)",
    re.IGNORECASE,
)


def _each(clause: Clause) -> tuple[Clause, ...]:
    """ "three marks (maths, english, science) from 1 to 6": three fields."""
    match = _EACH.fullmatch(clause.text) if len(clause.text) <= LONGEST_CLAUSE else None
    if not match:
        return ()
    if match["noun"].split()[-1].lower() in _GROUPS:
        return ()
    count = (
        int(match["count"]) if match["count"].isdigit() else _FEW.index(match["count"].lower()) + 2
    )
    run = _RUN.fullmatch(match["names"].strip())
    names: tuple[str, ...] = v.split(match["names"])
    if run:
        names = tuple(f"{run['stem']}{n}" for n in range(int(run["first"]), int(run["last"]) + 1))
    if len(names) != count or any(v.has_digit(name) for name in names) != bool(run):
        return ()
    noun = "" if run else f" {lexicon.singular(match['noun'].split()[-1].lower())}"
    return tuple(Clause(f"{name}{noun}{match['rest']}", ",", clause.text) for name in names)


def _apart(clause: Clause) -> tuple[Clause, ...]:
    """ "systolic / diastolic blood pressure": two fields, not one of two values."""
    if several := _each(clause):
        return several
    match = _TWO.fullmatch(clause.text) if len(clause.text) <= LONGEST_CLAUSE else None
    if not match or frozenset((match["one"].casefold(), match["two"].casefold())) not in _PAIRS:
        return (clause,)
    one, two = (f"{match[side]} {match['noun']}" for side in ("one", "two"))
    return Clause(one, clause.before), Clause(f"{two}{match['rest'] or ''}", "and")


def unelided(clauses: Sequence[Clause]) -> tuple[Clause, ...]:
    """ "first and last name" → "first name", "last name"; "start and end date" alike."""
    mended = [piece for clause in clauses for piece in _apart(clause)]
    for place in range(len(mended) - 1):
        one, two = mended[place], mended[place + 1]
        words = two.text.split(" ")
        if two.before != "and" or len(words) < 2 or len(one.text) > 30:
            continue
        if frozenset((one.text.casefold(), words[0].casefold())) in _PAIRS and len(words) <= 4:
            noun = re.match(r"[^\W\d][\w ]*", " ".join(words[1:]))
            if noun:
                mended[place] = Clause(f"{one.text} {noun[0].strip()}", one.before)
                continue
        whole = f"{one.text} {words[1]}"
        first = stripped(one.text).split(" ")
        known = len(first) == 1 and lexicon.exact(stripped(whole))
        if known and lexicon.exact(f"{words[0]} {words[1]}") and not _stands_alone(one.text):
            mended[place] = Clause(whole, one.before)
    return tuple(mended)


def _stands_alone(text: str) -> bool:
    """ "name and email address" is not "name address"; "start and end date" is one pair."""
    hit = lexicon.exact(stripped(text))
    pairs = ("start", "end", "check in", "arrival", "departure", "created")
    return hit is not None and hit.entry not in pairs

"""Reading a request for one table without a model."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from ..core.models import MOST_ROWS, Reading
from . import slips
from .allotting import completed, given, part_with
from .answering import MOST_CLAUSES, in_own_words, quoted
from .binding import Bonds, bind, promised
from .counting import below_nothing, subject, take_rows, take_seed
from .file_formats import Wanted, take_format
from .grammar import HOMES, NAMES
from .headed import headed
from .heading import Head, read_head
from .lexicon import entries as lexicon
from .lexicon import locales, subjects
from .lexicon.entries import words_of
from .naming import Setting, field_name, template_for, value_of
from .pacing import series
from .prose import COMMANDS, is_prose
from .refining import refine
from .samples import from_samples
from .saying.gathering import Phrase, gather, unelided
from .saying.meanings import Context
from .saying.modifiers import UNIT_WORD
from .saying.phrases import in_language, read_phrase, stripped, without_length
from .saying.said import Said
from .several import first_table
from .shaping import Shaped, reshape, shape
from .text import LONGEST_CLAUSE, Clause, clauses, clean
from .ties.alike import alike
from .ties.conditions import Names
from .ties.implying import implied
from .ties.joint import told_apart
from .ties.relating import Tie
from .tongue import worded

MOST_FIELDS = 200
ENGINE = "local"

_NOT_FIELDS = frozenset({"rows", "", "please", "thanks", "thank you", "etc", "and so on", "bitte",
                         "danke"})  # fmt: skip
_FITTING = frozenset({"fitting", "matching", "suitable", "appropriate", "corresponding"})
_END_OF_A_WAY = re.compile(r"(?:[^\W\d_]{3,20} )?(?:from|to|von|nach)", re.IGNORECASE)
"""Small words that are a column's name where nothing else stands between two commas."""


def read_request(
    description: str,
    *,
    today: date,
    sample_rows: Sequence[Mapping[str, Any]] = (),
    current_schema: Mapping[str, Any] | None = None,
) -> Reading:
    """What a request asks for, as far as words and a lexicon tell; `today` is the schema's `as_of`.

    With `current_schema` the request says what to change in it; with `sample_rows` their columns
    are the fields. What was not understood is quoted, what was guessed is said. Never raises for
    any text; the document always parses as a schema.
    """
    wording = worded(clean(description))
    wanted = take_format(wording.text)
    context = Context(today, wording.language != "en", language=wording.language)
    if current_schema is not None:
        return in_own_words(refine(wanted.text, current_schema, context, wanted.format), wording)
    reading = _Reader(wanted, context, tuple(sample_rows)).reading()
    document = {**reading.document, "description": clean(description).strip()[:500]}
    return in_own_words(replace(reading, document=document), wording)


class _Reader:
    """One reading, collected clause by clause."""

    def __init__(
        self, wanted: Wanted, context: Context, samples: tuple[Mapping[str, Any], ...]
    ) -> None:
        self.wanted = wanted
        self.context = context
        self.samples = samples
        self.left: list[str] = [wanted.left]
        self.notes: list[str] = [wanted.note] if wanted.note else []
        self.questions: list[str] = []
        self.fields: list[Shaped] = []
        self.locale = ""
        self.setting = Setting(context)
        self.table = ""
        self.bonds = Bonds()

    def reading(self) -> Reading:
        text, seed = take_seed(self.wanted.text)
        self.notes.extend([f"the seed is chosen with the rows: --seed {seed}"] if seed else [])
        text, rows, because = take_rows(text, self.context)
        head = read_head(unelided(clauses(text)), self.context)
        head = self._paced(head)
        if rows is None:
            rows, because = head.rows, head.because
            self.left.append(below_nothing(head.words) if rows is None else "")
        if known := slips.subject(head.subject):
            self.notes.append(f"{head.subject!r} was read as {known!r}")
            head = replace(head, subject=known)
        name = field_name(head.subject)
        self.setting = Setting(self.context, subjects.owner_of(head.subject), rows)
        self._locale(head)
        self._fields(head)
        if len(head.tables) > 1:
            rows, because = self.setting.rows, head.tables[0]
        if rows is not None and rows > MOST_ROWS:
            self.left.append(because)
            rows = None
        return self._finished(name or "dataset", rows, because)

    def _paced(self, head: Head) -> Head:
        """The head of a series over time, without the words that say so."""
        found = series(head.words, head.listing, self.context.today)
        if not found:
            return head
        told, listing = found
        self.bonds.series = told
        noun = subject(told.rest) or head.subject
        head = replace(head, rows=told.rows, because=told.words, subject=noun)
        return replace(head, listing=listing, period=None)

    # ── locale ────────────────────────────────────────────────────────────────────────────────

    def _locale(self, head: Head) -> None:
        named = locales.named(head.words[:LONGEST_CLAUSE])
        if named:
            self.locale = named[0][1]
            self.left.extend(word for word, locale in named if locale != self.locale or not locale)
            if not self.locale:
                self.notes.append(
                    f"there are no people of {named[0][0]!r} here; American ones stand in"
                )
        elif self.context.language in HOMES:
            home, language = HOMES[self.context.language], NAMES[self.context.language]
            self.locale = self.context.language
            self.notes.append(
                f"people and places were taken from {home}, as the request is in {language}"
            )

    # ── fields ────────────────────────────────────────────────────────────────────────────────

    def _fields(self, head: Head) -> None:
        self.fields.extend(from_samples(self.samples, self.setting))
        if len(head.tables) > 1:
            self._several(head)
        else:
            self.left.extend(head.left)
            self._listed(unelided(head.listing))
            self.left.extend(headed(self.fields, head, self.setting))
        if not self.fields:
            self._assumed(head)

    def _several(self, head: Head) -> None:
        names = ", ".join(head.tables)
        self.questions.append(
            f"Several tables were asked for ({names}): hand in a schema for them, or set a key so "
            "that a model reads the request. Here only the first is read."
        )
        first, rows = first_table(head.words, head.listing, head.tables[0], self.context)
        self.left.extend(clause.text for clause in head.listing if clause.text != first)
        self.table = field_name(head.tables[0])
        owner = subjects.owner_of(self.table)
        self.setting = replace(self.setting, owner=owner, rows=rows)
        if first != head.words:
            self._listed(read_head((Clause(first, ""),), self.context).listing)

    def _listed(self, listing: Sequence[Clause]) -> None:
        short = []
        for whole in listing:
            clause = Clause(whole.text.removeprefix("rows:").strip(), whole.before)
            if len(clause.text) > LONGEST_CLAUSE:
                self.left.append(clause.text)
            elif stripped(clause.text).casefold() not in _NOT_FIELDS or _END_OF_A_WAY.fullmatch(
                clause.text
            ):
                short.append(clause)
        for phrase in gather(short[:MOST_CLAUSES], self.context):
            self._phrase(phrase)
        self.left.extend(clause.text for clause in short[MOST_CLAUSES:])

    def _phrase(self, phrase: Phrase) -> None:
        if phrase.shares:
            self._shared(phrase)
        elif sentence := implied(phrase.text, self.setting.owner):
            self.bonds.implied.append(sentence)
        elif (name := alike(phrase.text)) is not None:
            self.bonds.alike.append((name, phrase.words))
        else:
            self._about_field(phrase)

    def _about_field(self, phrase: Phrase) -> None:
        said = self._named(self._read(phrase))
        if said.ties and said.rest and said.name:  # whose tie it is, is not clear
            self.left.append(phrase.words)
            said = said.but(ties=(), rest=())
        known = self._known(said)
        if known is not None:
            self._changed(known, said)
        elif said.mostly and not said.name:
            self._shared(replace(phrase, shares=((said.mostly, 0.7),)))
        elif not said.name:
            self.left.extend(said.rest or self._general(said))
        elif self._is_field(said, phrase):
            self._added(said)
        else:
            self.left.append(phrase.words)
            return
        self._tied(said, self.fields[known].name if known is not None else said.name)

    def _tied(self, said: Said, name: str) -> None:
        """What was said beside other fields waits until all of them are known."""
        subject = name or (self.fields[-1].name if self.fields else "")
        off = re.match(r"\d[\d.,]{0,8} ?(?:%|percent)", said.ties[0]) if said.ties else None
        owner = subject if name or not off else ""
        told = [plain for text in said.ties for plain in told_apart(text)]
        self.bonds.ties.extend(Tie(owner, plain, said.words) for plain in told)

    def _read(self, phrase: Phrase) -> Said:
        if _END_OF_A_WAY.fullmatch(phrase.text):  # "station from" is the from station
            return Said(phrase.words, name=" ".join(phrase.text.split()[::-1]))
        return read_phrase(phrase.text, self.context, words=phrase.words)

    def _general(self, said: Said) -> tuple[str, ...]:
        """ "no nulls" is true as long as nothing was called optional."""
        if said.ties:
            return ()
        is_kept = said.required and not any(one.field.get("null_fraction") for one in self.fields)
        return () if is_kept else (said.words,)

    def _known(self, said: Said) -> int | None:
        """The place of the field that a later phrase is about again."""
        name = field_name(said.name) if said.name else ""
        if said.ties and name not in [one.name for one in self.fields]:
            found = Names(self.fields, self.setting.owner).find_last(said.name)
            name = found.name if found else name
        for place, one in enumerate(self.fields):
            if name and name in (one.name, one.name.removesuffix("s")):
                return place
        return None

    def _changed(self, place: int, said: Said) -> None:
        before = self.fields[place]
        self.fields[place] = reshape(before, said, self.setting)
        self.left.extend(said.rest)

    def _named(self, said: Said) -> Said:
        """ "German names": names, from Germany; "currency USD": a currency, always USD."""
        pair = value_of(said.name, self.setting)
        if pair and not said.values:
            return said.but(name=pair[0], values=(pair[1],))
        said = in_language(without_length(self._placed(said)))
        if self.context.language == "en" and (known := slips.mended(said.name)):
            self.notes.append(f"{said.name!r} was read as {known!r}")
            said = said.but(name=known)
        said = self._in_unit(said)
        first, _, rest = said.name.partition(" ")
        if first.casefold() in _FITTING and rest:
            is_part = words_of(rest)[-1:] == ("subcategory",)
            return said.but(name=rest, rest=said.rest if is_part else (*said.rest, first))
        named = locales.named(first)
        if not named or not rest or template_for(rest, self.setting).template.kind != "person":
            return said
        self.locale = self.locale or named[0][1]
        return said.but(name=rest)

    def _in_unit(self, said: Said) -> Said:
        """ "price in gold", "rain mm": a number, and what it is counted in."""
        match = _IN_UNIT.fullmatch(said.name)
        if not match or said.unit or lexicon.exact(said.name):
            return said
        name, unit = match["name"] or match["bare"], match["unit"] or match["last"]
        template = template_for(name, self.setting).template
        is_number = template.type in ("integer", "number") and template.kind != "sequence"
        if not is_number and match["last"] and template.kind == "text" and not said.is_ranged:
            return said.but(name=name, unit=unit, type=said.type or "number")
        return said.but(name=name, unit=unit) if is_number else said

    def _placed(self, said: Said) -> Said:
        """ "city in Germany": a city, and people of that country."""
        match = re.fullmatch(r"(.{1,60}) (?:in|from|aus) (.{1,30})", said.name)
        named = locales.named(match[2]) if match else ()
        if not match or not named or locales.without(match[2]):
            return said
        if template_for(match[1], self.setting).template.kind != "person":
            return said
        self.locale = self.locale or named[0][1]
        fits = self.locale == named[0][1]
        return said.but(name=match[1], rest=said.rest if fits else (*said.rest, match[2]))

    def _is_field(self, said: Said, phrase: Phrase) -> bool:
        """Whether the words left can be a column's name, and are not prose."""
        words = said.name.split()
        hit = template_for(said.name, self.setting)
        if not field_name(said.name) or len(words) > 6 or is_prose(said.name, certain=hit.certain):
            return False
        if phrase.starts and said.ties and self._is_part(said.name):
            return False  # "Rent rises with area", where there are two rents
        if hit.certain or words[0].casefold() in COMMANDS:
            return hit.certain or (len(words) == 1 and bool(said.values or said.shares))
        return len(words) <= (4 if hit.entry else 3) and not (phrase.starts and len(words) > 2)

    def _is_part(self, name: str) -> bool:
        plain = field_name(name)
        return any(plain in one.name.split("_") for one in self.fields)

    def _added(self, said: Said) -> None:
        if len(self.fields) >= MOST_FIELDS:
            self.left.append(said.words)
            return
        shaped = shape(self._keyed(said), self.setting)
        self.fields.append(shaped)
        self.left.extend(shaped.left)

    def _keyed(self, said: Said) -> Said:
        """An id that comes first is the row's own, where it is not known what a row is."""
        is_first = not self.fields and re.fullmatch(r"[^\W\d]+[ _]id", said.name, re.IGNORECASE)
        is_own = is_first and self.setting.owner and self.setting.owner not in subjects.SUBJECTS
        is_told = (
            said.type
            or said.is_ranged
            or said.values
            or said.template
            or said.pattern
            or said.codes
        )
        return said.but(serial=True, unique=True) if is_own and not is_told else said

    def _shared(self, phrase: Phrase) -> None:
        """Shares belong to the last field that has one of their values, else to the last."""
        if completed(self.fields, phrase, self.setting):
            return
        kept = tuple(pair for pair in phrase.shares if not self._told(phrase, *pair))
        if kept and not given(self.fields, replace(phrase, shares=kept), self.setting):
            self.left.append(phrase.words)

    def _told(self, phrase: Phrase, value: str, share: float) -> bool:
        said = part_with(self.fields, self.setting, phrase.words, value, share)
        return said is not None and self._more(said)

    def _more(self, said: Said) -> bool:
        place = self._known(said)
        if place is not None:
            self._changed(place, said)
        elif template_for(said.name, self.setting).certain:
            self._added(said)
        else:
            return False
        return True

    def _assumed(self, head: Head) -> None:
        if self.setting.owner not in subjects.SUBJECTS:
            self.left.append(head.words)
        phrases = subjects.default_fields(self.setting.owner)
        setting = replace(self.setting, owner=subjects.english(self.setting.owner))
        self.fields.extend(shape(Said(name, name), setting) for name in phrases.split(", "))
        self.notes.append(f"no fields were named; these were assumed: {phrases}")
        self.questions.append("Which fields should a row have?")

    # ── the answer ────────────────────────────────────────────────────────────────────────────

    def _finished(self, name: str, rows: int | None, because: str) -> Reading:
        row = bind(self.fields, self.bonds, self.setting, self.left, local=bool(self.locale))
        fields = row.fields
        if rows is None:
            self.questions.insert(0, "How many rows?")
        document = {
            "name": self.table or name,
            "description": self.wanted.text.strip()[:500],
            "locale": self.locale or "en",
            "as_of": self.context.today.isoformat(),
            **({"rows": rows} if rows is not None else {}),
            "fields": [one.field for one in fields],
            **({"rules": row.rules} if row.rules else {}),
            "expectations": promised(row, rows, because, self.locale),
        }
        notes = [*(note for one in fields for note in one.assumptions), *row.notes]
        asked = [question for one in fields for question in one.questions]
        return Reading(
            document,
            ENGINE,
            tuple(dict.fromkeys((*self.notes, *notes))),
            tuple(dict.fromkeys((*self.questions, *asked))),
            quoted(self.left),
            output_format=self.wanted.format,
        )


_IN_UNIT = re.compile(
    rf"(?P<name>.{{2,60}}) (?:in|en) (?P<unit>[^\W\d]{{1,12}})|(?P<bare>.{{2,60}}) "
    rf"(?P<last>{UNIT_WORD})",
    re.IGNORECASE,
)

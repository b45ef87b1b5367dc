"""What the reader makes, the engine can make: nothing is asked for that would be refused."""

from __future__ import annotations

import pytest

from src.core.models import DataSchema
from src.core.parsing import parse_schema
from src.data import load_pools
from src.generation.checks import check_schema
from src.reading.lexicon import entries as lexicon
from src.reading.lexicon import locales
from src.reading.naming import Setting
from src.reading.reader import read_request
from src.reading.saying.meanings import Context
from src.reading.saying.said import Said
from src.reading.shaping import shape

from .test_reader import SENTENCES, TODAY

POOLS = load_pools()


def problems(schema: DataSchema) -> list[str]:
    found = check_schema(schema, rows=None, pools=POOLS, as_of=TODAY)
    return [str(problem) for problem in found]


@pytest.mark.parametrize("text", [text for text, *_ in SENTENCES], ids=lambda text: text[:40])
def test_every_sentence_can_be_made(text: str) -> None:
    document = dict(read_request(text, today=TODAY).document)
    assert problems(parse_schema(document)) == []


def test_every_entry_of_the_lexicon_can_be_made() -> None:
    setting = Setting(Context(TODAY), "customer", 100)
    names = [name.split("|")[0] for room in lexicon.ROOMS for name in room]
    fields = [shape(Said(name, name), setting).field for name in names]
    for number, field in enumerate(fields):
        field["name"] = f"f{number}_{field['name']}"[:64]
    for start in range(0, len(fields), 100):
        some = fields[start : start + 100]
        document = {"name": "t", "as_of": TODAY.isoformat(), "rows": 100, "fields": some}
        assert problems(parse_schema(document)) == []


def test_every_locale_named_has_people() -> None:
    for locale in set(locales.PLACES.values()):
        assert POOLS.pick(locale).places

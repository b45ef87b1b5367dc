"""Of what came back, only whole and fitting rows are kept, in bounded time."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from src.api.answers import REFUSED_CHARS, REFUSED_KEPT, Reader
from src.api.drafts import parse_schema_answer
from src.api.salvage import Search
from src.core.errors import BadAnswer

from .samples import check, reply, request, schema_of

GOOD = [[0, 5, "fine"], [1, 4, "good [1] {x}"], [2, 3, 'a "quoted" word'], [3, 1, "line\nbreak"]]
WANTED = {index: (stars, text) for index, stars, text in GOOD}


def read(text: str, finish: str = "complete", **asked):
    return Reader(request(**asked), check).read(reply(text, finish))


# ── shapes ────────────────────────────────────────────────────────────────────────────────────

ENDS = [json.dumps(GOOD[:n]).rindex("]") for n in range(1, 5)]
OBJECTS = [{"row": index, "stars": stars, "review": text} for index, stars, text in GOOD]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(GOOD),
        json.dumps(GOOD, indent=2),
        "\n".join(map(json.dumps, GOOD)),
        json.dumps({"rows": GOOD}),
        f"Here are [1] the {{rows}}:\n```json\n{json.dumps(GOOD)}\n```\nDone.",
        json.dumps(OBJECTS),
        json.dumps({"data": {"rows": OBJECTS}}),
        json.dumps([{"#": o["row"], "review": o["review"], "stars": o["stars"]} for o in OBJECTS]),
        json.dumps(list(reversed(GOOD))),
    ],
    ids=["compact", "indented", "lines", "wrapped", "prose", "objects", "nested", "#", "reversed"],
)
def test_rows_are_found_in_whatever_they_are_wrapped(text):
    back = read(text)
    assert back.rows == WANTED
    assert back.finish == "complete"
    assert not back.rejected


CELLS = st.sampled_from(
    [1, 5, 6, 2.0, 2.5, "3", "", "a [1] b", "fine", True, None, "\ud800", [], {}]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(-1, 6), CELLS, CELLS), max_size=8))
def test_an_answer_as_it_was_asked_for_is_read_like_one_that_has_to_be_searched(rows):
    text = json.dumps(rows)
    numbers = {row[0] for row in rows}
    back, searched = read(text), read("Here they are: " + text)
    if numbers != {1, 2, 3, 4} and rows:
        assert (back.rows, back.rejected) == (searched.rows, searched.rejected)


def test_what_nests_without_an_end_is_no_cell():
    schema = schema_of({"name": "more", "type": "object"})
    cell: dict = {}
    for _ in range(50):
        cell = {"a": cell}
    back = Reader(request(("more",), range(1), schema), check).read(reply(json.dumps([[0, cell]])))
    assert not back.rows


def test_rows_that_are_counted_from_one_are_those_that_were_asked_for():
    """Not the next ones, for which other things were given."""
    back = read(json.dumps([[index + 1, *cells] for index, *cells in GOOD]))
    assert (back.rows, back.rejected, back.finish) == (WANTED, {}, "complete")


@pytest.mark.parametrize("count", [range(1, 4), range(1, 6), (0, 1, 2, 4), (1, 1, 2, 3)])
def test_nothing_is_counted_anew_where_it_could_be_otherwise(count):
    back = read(json.dumps([[index, 3, f"row {index}"] for index in count]))
    assert all(cells == (3, f"row {index}") for index, cells in back.rows.items())


def test_numbers_of_rows_may_be_text_and_the_whole_answer_a_string():
    assert read(json.dumps([[str(index), *cells] for index, *cells in GOOD])).rows == WANTED
    assert read(json.dumps(json.dumps(GOOD))).rows == WANTED
    assert read(json.dumps("Here: " + json.dumps(GOOD))).rows == WANTED


def test_rows_answer_to_their_own_numbers_not_to_positions_in_the_table():
    back = read(json.dumps(GOOD), rows=(50, 51, 60, 61))
    assert list(back.rows) == [50, 51, 60, 61]


@pytest.mark.parametrize("stop", range(len(json.dumps(GOOD))))
def test_a_cut_answer_never_yields_a_row_that_was_not_finished(stop):
    back = read(json.dumps(GOOD)[:stop], "cut")
    assert back.rows.items() <= WANTED.items()
    assert len(back.rows) == sum(end <= stop for end in ENDS)
    assert back.finish == ("complete" if len(back.rows) == 4 else "cut")


def test_a_number_cut_short_is_not_taken_for_the_number():
    back = read('[[0,98.75,"a"],[1,98', "cut", names=("price", "review"))
    assert back.rows == {0: (98.75, "a")}


def test_a_whole_answer_with_too_few_rows_is_short():
    assert read(json.dumps(GOOD[:2])).finish == "short"


def test_rows_after_a_broken_one_are_kept():
    text = '[[0,5,"fine"],[1,4,"no end],[2,3,"a \\"quoted\\" word"],[3,1,"line\\nbreak"]]'
    back = read(text)
    assert set(back.rows) == {0, 2, 3}


@pytest.mark.parametrize(
    "row",
    [
        '[0,5,"fine",]',
        '[0,5,"it\\\'s"]',
        '[0,5,"two\nlines"]',
        '[ 0 , 5 , "so-so" ]',
        '[0,5,"50 \\% off"]',
    ],
)
def test_slips_with_one_reading_are_mended_in_a_closed_row(row):
    fields = ("stars", "reply")
    assert len(read(f"[{row}]", names=fields, rows=(0,)).rows) == 1


def test_a_large_broken_row_is_not_mended():
    row = '[0,5,"' + "x" * 20_000 + '",]'
    assert not read(row).rows


@pytest.mark.parametrize("index", [-1, 4, 99, 1.5, True, "x", 10**30])
def test_numbers_that_were_not_asked_for_are_turned_away(index):
    back = read(json.dumps({"rows": [{"row": index, "stars": 1, "review": "x"}]}))
    assert not back.rows
    assert back.rejected == {"unknown_index": 1}


def test_of_two_rows_with_one_number_the_first_stays():
    back = read('[[0,5,"first"],[0,4,"second"]]')
    assert back.rows == {0: (5, "first")}
    assert back.rejected == {"duplicate_index": 1}


def test_rows_without_numbers_count_only_where_there_is_one_for_each():
    rows = [row[1:] for row in GOOD]
    objects = [{"stars": stars, "review": text} for stars, text in rows]
    names = ("review", "stars")  # text first: else the stars would pass for the row's number
    assert read(json.dumps(objects)).rows == WANTED
    texts = [[text, stars] for stars, text in rows]
    assert read(json.dumps(texts), names=names).rows == {
        index: (text, stars) for index, (stars, text) in WANTED.items()
    }
    assert not read(json.dumps(texts[:3]), names=names).rows
    assert read(json.dumps(texts[:3]), names=names).rejected == {"no_row": 1}
    assert not read(json.dumps([*texts, texts[0]]), names=names).rows
    assert not read(json.dumps(objects)[:-3]).rows


def test_an_object_with_a_key_that_nobody_asked_for_is_turned_away_whole():
    back = read('[{"#": 0, "stars": 5, "review": "fine", "more": 1}]')
    assert not back.rows
    assert back.rejected == {"shape": 1}


def test_rows_of_another_width_are_turned_away_whole():
    back = read('[[0,5,"a","b"],[1,5]]')
    assert not back.rows
    assert back.rejected["shape"] == 2


def test_nothing_at_all_is_said_to_be_nothing():
    assert read("").rejected == {"empty_answer": 1}
    assert read("  \n", "cut").finish == "cut"
    assert read("I cannot do that.").rejected == {"no_row": 1}


# ── types ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "written", "kept"),
    [
        ("stars", '"4"', 4),
        ("stars", "4.0", 4),
        ("price", '"12.5"', 12.5),
        ("price", "12", 12),
        ("bought", '"true"', True),
    ],
)
def test_conversions_that_lose_nothing_are_made(name, written, kept):
    back = read(f"[[0,{written}]]", names=(name,), rows=(0,))
    assert back.rows == {0: (kept,)}
    assert type(back.rows[0][0]) is type(kept)


@pytest.mark.parametrize(
    ("name", "written", "reason"),
    [
        ("stars", "4.5", "type:stars"),
        ("stars", '"04"', "type:stars"),
        ("stars", '"4 "', "type:stars"),
        ("stars", '"+4"', "type:stars"),
        ("stars", "9007199254740992.0", "type:stars"),
        ("stars", "9223372036854775808", "type:stars"),
        ("stars", "9223372036854775807", "maximum"),
        ("stars", '"٤"', "type:stars"),
        ("stars", '"1٤"', "type:stars"),
        ("stars", "true", "type:stars"),
        ("stars", "1e300", "type:stars"),
        ("stars", "99999999999999999999", "type:stars"),
        ("stars", "null", "null:stars"),
        ("price", '"1,5"', "type:price"),
        ("price", '"01.5"', "type:price"),
        ("price", '"1234567890123.12345678"', "type:price"),
        ("price", '"NaN"', "type:price"),
        ("price", "1e999", "type:price"),
        ("price", "false", "type:price"),
        ("bought", '"yes"', "type:bought"),
        ("bought", "1", "type:bought"),
        ("review", "12", "type:review"),
        ("review", '["a"]', "type:review"),
        ("review", '"\\ud800"', "type:review"),
        ("review", "null", "null:review"),
    ],
)
def test_conversions_that_lose_something_are_not_made(name, written, reason):
    back = read(f"[[0,{written}]]", names=(name,), rows=(0,))
    assert not back.rows
    assert back.rejected in ({reason: 1}, {"no_row": 1})


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_constants_that_json_does_not_have_are_refused(word):
    assert not read(f"[[0,{word}]]", names=("price",)).rows


def test_a_number_with_endless_digits_is_refused():
    assert not read(f"[[0,{'7' * 6000}]]", names=("stars",)).rows


def test_lists_and_objects_are_fitted_to_what_they_hold():
    schema = schema_of(
        {"name": "tags", "type": "array", "items": {"type": "integer"}},
        {"name": "size", "type": "object", "fields": [{"name": "cm", "type": "number"}]},
    )
    rows = [[0, [1, "2"], {"cm": 3}], [1, ["x"], {"cm": 3}], [2, [], {"mm": 3}], [3, [], 5]]
    back = read(json.dumps(rows), names=("tags", "size"), schema=schema)
    assert back.rows == {0: ([1, 2], {"cm": 3})}
    assert back.rejected == {"type:tags": 1, "type:size": 2}


def test_a_row_that_breaks_a_constraint_is_counted_by_its_code():
    back = read('[[0,6,"too many stars"],[1,5,"fine"]]')
    assert list(back.rows) == [1]
    assert back.rejected == {"maximum": 1}


def test_the_check_sees_the_given_columns_of_the_same_row():
    seen = []

    def watch(row, fields):
        seen.append((row["id"], row["review"], [field.name for field in fields]))
        return ()

    Reader(request(rows=(8, 9)), watch).read(reply('[[1,5,"b"]]'))
    assert seen == [(1009, "b", ["stars", "review"])]


# ── hostile text ──────────────────────────────────────────────────────────────────────────────

HOSTILE = [
    "[0,", '[0,"', "[", "{", '{"', '{"row":', '[0,"[0,"', '"[0,', "[0,[0,[0,1]", '[0,"\\',
    '[[0,5,"x"', "[0,5,\\", '[0,{"a":[', "[0,1],", '[0,"x",]', "[ " * 5, "[0,1e", "\\\"[0,",
    "[9,[9,[9,[9,", '{"a":{"b":', "[" + " " * 50, '[0,5,"a"],',
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
@pytest.mark.parametrize("nested", [False, True])
def test_a_megabyte_of_hostile_text_takes_less_than_a_second(piece, nested):
    tags = {"name": "tags", "type": "array", "items": {"type": "array"}}
    schema = schema_of({"name": "stars", "type": "integer"}, tags, {"name": "review"})
    names = ("stars", "tags", "review") if nested else ("stars", "review")
    text = piece * (1_000_000 // len(piece) + 10)
    began = time.process_time()
    read(text, names=names, schema=schema)
    assert time.process_time() - began < 1


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet='[]{}",:\\0123456789.e-naul trwfs\n', max_size=200))
def test_whatever_is_kept_stands_in_the_text_as_json(text):
    search, at = Search(text, 3), 0
    while item := search.next(at):
        at = item.start + 1
        assert text[item.start] in "[{"
        assert text[item.stop - 1] in "]}"
        assert item.value is None or isinstance(item.value, list | dict)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.integers(-(10**9), 10**9), st.text(max_size=20)), min_size=1, max_size=8),
    st.data(),
)
def test_every_prefix_of_a_good_answer_gives_exactly_its_finished_rows(rows, data):
    rows = [(number, text.encode("utf-8", "ignore").decode()) for number, text in rows]
    schema = schema_of({"name": "n", "type": "integer"}, {"name": "t"})
    pieces = [json.dumps([index, *row]) for index, row in enumerate(rows)]
    text = "[" + ",".join(pieces) + "]"
    stop = data.draw(st.integers(0, len(text)))
    ends = [1 + sum(map(len, pieces[:n])) + n - 1 for n in range(1, len(pieces) + 1)]
    back = read(text[:stop], "cut", names=("n", "t"), rows=range(len(rows)), schema=schema)
    finished = sum(end <= stop for end in ends)
    assert back.rows == dict(enumerate(rows[:finished]))


# ── schemas ───────────────────────────────────────────────────────────────────────────────────

DOCUMENT = {"name": "a", "fields": [{"name": "x"}]}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"schema": DOCUMENT}),
        f"```json\n{json.dumps({'schema': DOCUMENT}, indent=1)}\n```",
        f"```\n{json.dumps({'schema': DOCUMENT})}\n```\nI hope this helps.",
        f"Sure. Here it is: {json.dumps({'schema': DOCUMENT})} Anything else?",
        json.dumps(DOCUMENT),
    ],
)
def test_a_schema_is_found_in_fences_and_prose(text):
    assert parse_schema_answer(text).document == DOCUMENT


def test_notes_are_kept_short_and_few_whatever_was_given():
    answer = {
        "schema": DOCUMENT,
        "assumptions": "only one",
        "questions": ["x" * 5000, 3, " "],
        "not_understood": ["w"] * 100,
        "output_format": "parquet",
    }
    draft = parse_schema_answer(json.dumps(answer))
    assert draft.assumptions == ("only one",)
    assert [len(question) for question in draft.questions] == [500, 1]
    assert len(draft.not_understood) == 20
    assert draft.output_format == "parquet"
    assert parse_schema_answer(json.dumps(answer | {"output_format": "xml"})).output_format is None


@pytest.mark.parametrize("text", ["", "no", "[1,2]", '{"schema":{"name":"a"', '{"x":1}', "null"])
def test_an_answer_without_a_whole_schema_is_a_bad_answer(text):
    with pytest.raises(BadAnswer):
        parse_schema_answer(text)


# ── what was turned away ──────────────────────────────────────────────────────────────────────


def test_a_row_that_is_turned_away_is_shown_with_its_number_and_reason():
    back = Reader(request(rows=[50, 51]), check).read(reply('[[0,"no","a"],[1,9,"b"]]'))
    assert [(row.row, row.reason) for row in back.refused] == [(50, "type:stars"), (51, "maximum")]
    assert "no" in back.refused[0].text


def test_no_more_than_a_few_rows_of_an_answer_are_kept_for_looking_at():
    text = json.dumps([[row, "no", "a" * 5000] for row in range(60)])
    back = Reader(request(rows=range(60)), check).read(reply(text))
    assert back.rejected == {"type:stars": 60}
    assert len(back.refused) == REFUSED_KEPT
    assert all(len(row.text) <= REFUSED_CHARS for row in back.refused)


def test_an_optional_cell_may_stay_empty_where_the_text_does_not_fit():
    fields = {"kind": "llm_text", "on_reject": "null"}
    schema = schema_of(
        {"name": "stars", "type": "integer"},
        {"name": "a", "nullable": True, "generator": fields},
        {"name": "b", "generator": fields},
    )
    asked = request(("stars", "a", "b"), range(2), schema)
    back = Reader(asked, check).read(reply('[[0,1,7,"x"],[1,1,"y",7]]'))
    assert back.rows == {0: (1, None, "x")}
    assert back.rejected == {"type:b": 1}


OPTIONAL = schema_of(
    {"name": "stars", "type": "integer"},
    {"name": "a", "nullable": True, "generator": {"kind": "llm_text"}},
    {"name": "b", "null_when": "stars > 3", "generator": {"kind": "llm_text"}},
)


def test_which_cells_are_empty_is_for_code_to_say():
    asked = request(("a", "b"), range(3), OPTIONAL, empty={1: frozenset({"b"})})
    back = Reader(asked, check).read(reply('[[0,"x",null],[1,"y","never asked"],[2,null,"z"]]'))
    assert back.rows == {1: ("y", None)}
    assert back.rejected == {"null:b": 1, "null:a": 1}


def test_an_optional_cell_that_comes_empty_again_and_again_stays_so():
    asked = request(("a", "b"), range(2), OPTIONAL, tries=2)
    back = Reader(asked, check).read(reply('[[0,null,"x"],[1,"y",null]]'))
    assert back.rows == {0: (None, "x")}
    assert back.rejected == {"null:b": 1}


def test_a_condition_is_no_leave_to_be_empty_for_no_reason():
    wanted = {"kind": "llm_text", "on_reject": "null"}
    schema = schema_of(
        {"name": "stars", "type": "integer"},
        {"name": "b", "null_when": "stars > 3", "generator": wanted},
        {"name": "c", "null_when": "stars > 3", "null_fraction": 0.1, "generator": wanted},
    )
    back = Reader(request(("b", "c"), range(2), schema), check).read(reply('[[0,"x",7],[1,7,"y"]]'))
    assert back.rows == {0: ("x", None)}

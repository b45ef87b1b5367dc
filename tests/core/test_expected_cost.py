"""What a running job will have cost is told by its calls, then by its rows."""

from __future__ import annotations

from src.core.estimates import KNOWN_CALLS, expected_usage
from src.core.models import JobSpecification, Tally, Usage
from src.core.parsing import parse_schema
from src.core.planning import MODEL_BATCH

ROWS = 1000 * MODEL_BATCH
SCHEMA = parse_schema(
    {
        "name": "t",
        "rows": ROWS,
        "fields": [
            {"name": "a", "generator": {"kind": "llm_text"}},
            {"name": "b", "generator": {"kind": "llm_text"}},
            {"name": "title", "generator": {"kind": "llm_pool", "size": 50}},
        ],
    }
)
SPEC = JobSpecification(
    schema=SCHEMA, rows=(("t", ROWS),), seed=1, as_of="2026-01-01", engine="x",
    output_format="csv", chunk_size=100, storage="memory", generation="auto", model="m",
)  # fmt: skip


def tally(calls: int, rows: int) -> Tally:
    """Each call took 10 tokens in and 30 out, half of them for each field."""
    each = Usage(0, 5 * calls, 15 * calls)
    return Tally(
        rows_by_table=(("t", rows),),
        usage_by=(
            ("t", "a", each),
            ("t", "a, b", Usage(calls)),
            ("t", "b", each),
            ("t", "title", Usage(1, 7, 9)),
        ),
    )


def test_nothing_is_told_while_little_is_known() -> None:
    assert expected_usage(SPEC, tally(KNOWN_CALLS - 1, 0)) is None
    assert expected_usage(SPEC, Tally()) is None


def test_a_few_calls_tell_what_all_will_take_and_the_pool_is_paid_for_once() -> None:
    for calls in (KNOWN_CALLS, 2 * KNOWN_CALLS):
        assert expected_usage(SPEC, tally(calls, 0)) == Usage(1001, 10_007, 30_009)


def test_stored_rows_tell_what_repetitions_cost() -> None:
    """A fifth is done, with half as many calls again as there are batches."""
    assert expected_usage(SPEC, tally(300, ROWS // 5)) == Usage(1501, 15_007, 45_009)


def test_what_was_used_is_never_expected_to_become_less() -> None:
    assert expected_usage(SPEC, tally(1200, 100)) == Usage(1201, 12_007, 36_009)

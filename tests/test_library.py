"""rowmill as a library: frames, in and outside of a running loop, and refusals in plain words."""

from __future__ import annotations

import pytest

from src import generate, load
from src.core.errors import InvalidArgument, InvalidSchema, NotFound, PromiseBroken

WISH = "users with name, age between 18 and 30"


def test_a_sentence_becomes_a_frame_and_again_the_same() -> None:
    made = generate(WISH, rows=20, seed=7)
    assert list(made.columns) == ["name", "age"]
    assert made.equals(generate(WISH, rows=20, seed=7))
    assert made.age.between(18, 30).all()


async def test_a_running_loop_is_no_obstacle() -> None:
    assert len(generate(WISH, rows=3)) == 3


@pytest.mark.parametrize("rows", [-1, 2.5, True, "10", 10**30])
def test_what_is_no_number_of_rows_is_refused(rows: object) -> None:
    with pytest.raises(InvalidArgument, match="whole number"):
        generate(WISH, rows=rows)


@pytest.mark.parametrize("seed", [-1, 2**63, "x", 1.5])
def test_what_is_no_seed_is_refused(seed: object) -> None:
    with pytest.raises(InvalidArgument, match="seed"):
        generate(WISH, rows=3, seed=seed)


@pytest.mark.parametrize("request_", [5, {"fields": [{"name": "a"}]}, ["name"]])
def test_what_is_no_request_is_refused(request_: object) -> None:
    with pytest.raises(InvalidArgument, match="schema="):
        generate(request_)


def test_a_request_without_rows_asks_for_them() -> None:
    with pytest.raises(InvalidSchema, match="how many rows"):
        generate(WISH)


@pytest.mark.parametrize("job_id", ["job_aaaaaaaaaaaaaaaa", "../../etc/passwd", "", None, 5])
def test_what_is_no_job_is_not_found(job_id: object) -> None:
    with pytest.raises(NotFound):
        load(job_id)


def test_strict_refuses_rows_that_break_a_promise() -> None:
    fields = [{"name": "age", "type": "integer", "constraints": {"minimum": 1, "maximum": 9}}]
    said = {"check": "mean", "field": "age", "equals": 5}
    assert len(generate(schema={"fields": fields, "expectations": [said]}, rows=50, strict=True))
    wrong = {**said, "equals": 8}
    with pytest.raises(PromiseBroken, match="mean of age"):
        generate(schema={"fields": fields, "expectations": [wrong]}, rows=50, strict=True)

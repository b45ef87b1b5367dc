"""Prompts that lead a model without any other help."""

from __future__ import annotations

import json
import re

import pytest
from mcp.shared.exceptions import MCPError

from src.core.kinds import Expectation, Generator, Rule
from src.mcp_server.arguments import Action
from src.mcp_server.extras.prompts import PROMPTS
from src.mcp_server.toolbox import TOOLBOX

from .conftest import Caller, Connect


async def prompted(call: Caller, name: str, **arguments: str) -> str:
    (message,) = (await call.client.get_prompt(name, arguments)).messages
    assert message.role == "user"
    return message.content.text


async def test_both_prompts_are_offered(connect: Connect, era: str) -> None:
    async with connect(mode=era) as call:
        listed = (await call.client.list_prompts()).prompts
    assert [one.name for one in listed] == list(PROMPTS) == ["design_dataset", "resume_last_job"]
    assert all(one.title and one.description for one in listed)


async def test_the_design_prompts_own_example_is_valid(connect: Connect, era: str) -> None:
    async with connect(mode=era) as call:
        text = await prompted(call, "design_dataset", request="a {small} shop")
        example = json.loads(text.split("# An example\n\n")[1])
        checked = await call("validate_schema", schema=example)
    assert "<request>\na {small} shop\n</request>" in text
    assert checked["problems"] == []
    assert checked["warnings"] == []
    assert checked["valid"] is True


# Written by following the prompt's text alone, one for each kind of request.
FOLLOWED = {
    "one table": {
        "name": "bookings", "rows": 1000, "primary_key": ["id"],
        "fields": [
            {"name": "id", "type": "string",
             "generator": {"kind": "sequence", "template": "B-{n:05d}"}},
            {"name": "guest", "type": "string", "generator": {"kind": "person", "part": "name"}},
            {"name": "check_in", "type": "date",
             "constraints": {"minimum": "2025-01-01", "maximum": "2025-12-31"}},
            {"name": "nights", "type": "integer",
             "generator": {"kind": "poisson", "mean": 3, "truncate": [1, 14]}},
            {"name": "price", "type": "number",
             "generator": {"kind": "lognormal", "median": 120, "sigma": 0.4,
                           "truncate": [60, 450], "decimal_places": 2}},
            {"name": "total", "type": "number",
             "generator": {"kind": "expression", "decimal_places": 2,
                           "expr": "CASE WHEN nights >= 7 THEN nights * price * 0.9 "
                                   "ELSE nights * price END"}},
            {"name": "status", "type": "string",
             "generator": {"kind": "category", "values": ["kept", "cancelled", "no-show"],
                           "weights": [85, 12, 3], "quota": "exact"}},
            {"name": "cancelled_on", "type": "date", "nullable": True,
             "null_when": "status <> 'cancelled'",
             "constraints": {"minimum": "2024-06-01", "maximum": "2025-12-31"}},
        ],
        "rules": [{"rule": "inequality", "low": "cancelled_on", "high": "check_in"}],
        "expectations": [
            {"check": "share", "field": "status", "value": "cancelled", "equals": 0.12},
            {"check": "range", "field": "nights", "minimum": 1, "maximum": 14},
            {"check": "expression", "expr": "total <= nights * price + 0.01"},
        ],
    },
    "several tables": {
        "name": "school",
        "tables": [
            {"name": "teachers", "rows": 20, "primary_key": ["id"], "fields": [
                {"name": "id", "type": "integer", "generator": {"kind": "sequence"}},
                {"name": "email", "type": "string", "format": "email",
                 "constraints": {"unique": True}},
            ]},
            {"name": "courses", "primary_key": ["id"], "fields": [
                {"name": "id", "type": "string", "format": "uuid",
                 "generator": {"kind": "uuid"}},
                {"name": "teacher_id", "type": "integer"},
                {"name": "seats", "type": "integer",
                 "generator": {"kind": "uniform", "minimum": 5, "maximum": 30}},
            ], "foreign_keys": [
                {"fields": ["teacher_id"],
                 "reference": {"table": "teachers", "fields": ["id"]},
                 "per_parent": {"minimum": 1, "maximum": 4}},
            ]},
        ],
        "expectations": [
            {"check": "references", "field": "courses.teacher_id", "target": "teachers.id"},
            {"check": "per_parent", "field": "courses.teacher_id", "minimum": 1, "maximum": 4},
        ],
    },
    "everyday words": {
        "name": "devices", "rows": 300,
        "fields": [
            {"name": "serial", "type": "string",
             "constraints": {"unique": True, "pattern": "[A-Z]{2}-[0-9]{6}"}},
            {"name": "ip", "type": "string", "format": "ipv4"},
            {"name": "kind", "type": "string",
             "generator": {"kind": "category", "values": ["phone", "laptop"]}},
            {"name": "model", "type": "string",
             "generator": {"kind": "subcategory", "of": "kind",
                           "values": {"phone": ["P1", "P2"], "laptop": ["L1"]}}},
            {"name": "active", "type": "boolean",
             "generator": {"kind": "bernoulli", "p": 0.9}},
            {"name": "seen_at", "type": "datetime", "null_fraction": 0.1},
        ],
        "expectations": [{"check": "unique", "fields": ["serial"]}],
    },
}  # fmt: skip


@pytest.mark.parametrize("request_kind", FOLLOWED)
async def test_a_schema_written_by_following_the_prompt_validates(
    connect: Connect, request_kind: str
) -> None:
    schema = FOLLOWED[request_kind]
    async with connect() as call:
        text = await prompted(call, "design_dataset", request=request_kind)
        checked = await call("validate_schema", schema=schema)
    assert checked["problems"] == []
    # Nothing in it that the prompt does not name.
    words = set(re.findall(r"\w+", text))
    assert _keys(schema) <= words


def _keys(node: object) -> set[str]:
    if isinstance(node, list):
        return set().union(*map(_keys, node)) if node else set()
    if not isinstance(node, dict):
        return set()
    own = {key for key in node if key not in ("phone", "laptop")}
    kinds = {str(node[tag]) for tag in ("kind", "rule", "check", "format") if tag in node}
    return own | kinds | set().union(*map(_keys, node.values()))


async def test_the_design_prompt_names_every_word_of_the_language(connect: Connect) -> None:
    async with connect() as call:
        text = await prompted(call, "design_dataset", request="x")
    for union, tag in ((Generator, "kind"), (Rule, "rule"), (Expectation, "check")):
        for model in union.__args__[0].__args__:
            word = model.model_fields[tag].default
            assert f"\n{word}(" in text, word
    assert len(text) < 10_000


async def test_a_request_is_needed_and_its_length_bounded(connect: Connect, era: str) -> None:
    async with connect(mode=era) as call:
        for request, said in (("  ", "the request is missing"), ("x" * 20_001, "20,001 char")):
            with pytest.raises(MCPError, match=said):
                await call.client.get_prompt("design_dataset", {"request": request})
        with pytest.raises(MCPError, match=r"there is no prompt .* \(there are design_dataset"):
            await call.client.get_prompt("nonsense", {})


async def test_the_last_job_that_is_not_over_is_gone_on_with(connect: Connect, era: str) -> None:
    schema = {"name": "t", "fields": [{"name": "id", "type": "integer"}]}
    async with connect(mode=era) as call:
        assert "begin with extract_schema" in await prompted(call, "resume_last_job")
        paused = await call("create_job", schema=schema, row_count=20, chunk_size=10, name="mine")
        await call("generate_chunk", job_id=paused["job_id"])
        await call("control_job", job_id=paused["job_id"], action="pause")
        done = await call("create_job", schema=schema, row_count=5)
        await call("generate_chunk", job_id=done["job_id"])
        text = await prompted(call, "resume_last_job")
    assert f"{paused['job_id']} “mine”, PAUSED, 50.0 % done" in text
    assert "control_job with action=resume" in text


def test_prompts_name_only_tools_and_actions_that_exist() -> None:
    from src.mcp_server.extras import prompts

    text = prompts.DESIGN_TEXT + prompts.RESUME_TEXT + prompts.NO_JOB
    named = set(re.findall(r"\b(?:[a-z]+_){1,2}(?:schema|job|jobs|progress|download)\b", text))
    assert named <= {*TOOLBOX, "llm_text"}
    assert set(re.findall(r"action=(\w+)", text)) <= set(Action.__args__)

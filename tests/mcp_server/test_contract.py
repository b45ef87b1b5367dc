"""What clients are told: eight tools, their arguments and answers, to the letter.

After a wanted change: `python -m tests.mcp_server.test_contract` writes contract.json anew.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from src.config import Settings
from src.mcp_server import wording
from src.mcp_server.serving import build_server
from src.mcp_server.toolbox import TOOLBOX

CONTRACT = Path(__file__).with_name("contract.json")

NAMES = [
    "extract_schema", "validate_schema", "create_job", "generate_chunk", "get_job_progress",
    "control_job", "list_jobs", "merge_and_download",
]  # fmt: skip

ARGUMENTS = {
    "extract_schema": {"description", "sample_rows", "current_schema", "wait_s"},
    "validate_schema": {"schema", "schema_id", "row_count"},
    "create_job": {
        "schema", "schema_id", "row_count", "output_format", "chunk_size", "storage", "generation",
        "seed", "max_cost_usd", "name", "start",
    },
    "generate_chunk": {"job_id", "chunk_index", "wait_s"},
    "get_job_progress": {"job_id", "wait_s"},
    "control_job": {"job_id", "action"},
    "list_jobs": {"status", "limit", "cursor"},
    "merge_and_download": {
        "job_id", "output_format", "file_name", "overwrite", "strict", "wait_s",
    },
}  # fmt: skip


# read-only, destructive, idempotent, open world (the language model may be asked)
HINTS = {
    "extract_schema": (False, False, False, True),
    "validate_schema": (True, False, True, False),
    "create_job": (False, False, False, True),
    "generate_chunk": (False, False, True, True),
    "get_job_progress": (True, False, True, False),
    "control_job": (False, True, False, True),
    "list_jobs": (True, False, True, False),
    "merge_and_download": (False, True, True, False),
}


async def contract(mode: str = "auto") -> dict[str, Any]:
    """Everything a client learns before it calls."""
    with tempfile.TemporaryDirectory() as home:
        async with Client(build_server(Settings(home=Path(home))), mode=mode) as client:
            tools = (await client.list_tools()).tools
            return {
                "instructions": client.instructions,
                "tools": [
                    tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in tools
                ],
            }


async def test_exactly_the_eight_tools_are_there_in_the_order_of_their_use(era: str) -> None:
    assert [tool["name"] for tool in (await contract(era))["tools"]] == NAMES


async def test_the_contract_is_the_committed_one(era: str) -> None:
    assert await contract(era) == json.loads(CONTRACT.read_text("utf-8"))


async def test_tools_take_exactly_the_arguments_of_the_design() -> None:
    taken = {t["name"]: set(t["inputSchema"]["properties"]) for t in (await contract())["tools"]}
    assert taken == ARGUMENTS


async def test_every_tool_has_a_title_and_says_what_it_may_do() -> None:
    tools = {tool["name"]: tool for tool in (await contract())["tools"]}
    hints = ("readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint")
    said = {n: tuple(tool["annotations"].get(hint) for hint in hints) for n, tool in tools.items()}
    assert said == HINTS
    titles = [tool["title"] for tool in tools.values()]
    assert all(titles)
    assert len(set(titles)) == len(titles) == 8


async def test_every_answer_has_a_schema_that_says_what_must_be_there() -> None:
    for tool in (await contract())["tools"]:
        schema = tool["outputSchema"]
        assert set(schema["required"]) <= set(schema["properties"])
        assert schema["required"], tool["name"]


async def test_schemas_are_closed_and_hold_no_references() -> None:
    for tool in (await contract())["tools"]:
        for kind in ("inputSchema", "outputSchema"):
            text = json.dumps(tool[kind])
            assert "$ref" not in text
            assert "$defs" not in text
            assert tool[kind]["type"] == "object"
            assert tool[kind]["additionalProperties"] is False


async def test_every_argument_says_what_it_is_for() -> None:
    for tool in (await contract())["tools"]:
        for name, argument in tool["inputSchema"]["properties"].items():
            assert argument.get("description"), f"{tool['name']}.{name}"


async def test_what_a_model_reads_at_the_start_is_no_burden() -> None:
    whole = await contract()
    assert len(json.dumps(whole, ensure_ascii=False)) < 25_000
    assert len(whole["instructions"]) < 1_500


async def test_every_description_gives_an_example_that_the_tool_takes() -> None:
    for name, offer in TOOLBOX.items():
        text = offer.description.split("Example: ")[1]
        given, _ = json.JSONDecoder().raw_decode(text)
        given.pop("schema", None)
        known = {field.alias or key for key, field in offer.arguments.model_fields.items()}
        assert set(given) <= known, name


async def test_the_schema_in_the_description_is_one_that_works(connect: Any) -> None:
    given, _ = json.JSONDecoder().raw_decode(wording.LANGUAGE.split("Schema language: ")[1])
    async with connect() as call:
        answer = await call("validate_schema", schema=given)
    assert answer["problems"] == []
    assert answer["valid"] is True
    assert answer["estimate"]["rows"] == 500


@pytest.mark.parametrize("tool", NAMES)
def test_tools_name_only_tools_and_arguments_that_exist(tool: str) -> None:
    words = set(re.findall(r"\b[a-z]+(?:_[a-z]+)+\b", TOOLBOX[tool].description))
    known = {*NAMES, *(name for names in ARGUMENTS.values() for name in names)}
    language = {"llm_text", "given_name", "null_fraction", "primary_key", "foreign_keys",
                "decimal_places", "next_cursor", "parent_table", "null_when", "per_parent",
                "share_with_none", "optional_fraction", "line_number", "sum_to", "customer_id",
                "unique_together", "signed_up", "ordered_on"}  # fmt: skip
    assert words <= known | language


if __name__ == "__main__":
    text = json.dumps(asyncio.run(contract()), indent=2, ensure_ascii=False)
    CONTRACT.write_text(text + "\n", "utf-8")
    sys.exit(0)

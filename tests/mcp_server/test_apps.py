"""The page in the conversation, as the server hands it out."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import Any

import pyarrow as pa
import pytest
from mcp import Client

from src import __version__
from src.config import Settings
from src.mcp_server.apps.columns import columns, summary
from src.mcp_server.apps.page import TOOLS, URI, page
from src.mcp_server.desk import open_wired
from src.mcp_server.serving import build_server

from .conftest import Caller, Connect

MIME_TYPE = "text/html;profile=mcp-app"


def inline(name: str) -> str:
    return re.search(rf"<{name}>(.*?)</{name}>", page(), re.DOTALL).group(1)


def policy() -> dict[str, str]:
    said = re.search(r'Content-Security-Policy" content="(.*?)"', page()).group(1)
    return dict(part.strip().split(" ", 1) for part in said.split(";"))


# ── the page ──────────────────────────────────────────────────────────────────────────────────


def test_the_page_is_one_file_that_asks_the_network_for_nothing() -> None:
    addresses = set(re.findall(r"https?://[^\s\"'`]+", page()))
    assert addresses == {"http://www.w3.org/2000/svg"}  # the name of a namespace
    ways = r"\b(?:src|href|action)=|@import|url\(|\bfetch\(|XMLHttpRequest|WebSocket|import\("
    assert not re.findall(ways, page())
    assert len(page().encode()) < 80_000


def test_only_the_script_and_the_style_that_are_in_the_page_may_run() -> None:
    def named(text: str) -> str:
        return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"

    assert policy() == {
        "default-src": "'none'",
        "script-src": named(inline("script")),
        "style-src": named(inline("style")),
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    assert page().count("<script") == page().count("<style") == 1


def test_the_page_never_makes_markup_or_code_of_text() -> None:
    ways = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\b|new Function"
    assert not re.findall(ways, inline("script"))
    assert not re.findall(r"\{\{\w+\}\}", page())  # every place was filled
    assert f'data-version="{__version__}"' in page()


async def test_four_tools_open_the_page_and_hosts_can_read_it(settings: Settings, era: str) -> None:
    async with Client(build_server(settings), mode=era) as client:
        tools = (await client.list_tools()).tools
        bound = {tool.name: tool.meta["ui"] for tool in tools if tool.meta}
        assert bound == {name: {"resourceUri": URI} for name in TOOLS}
        assert {resource.uri for resource in (await client.list_resources()).resources} >= {URI}
        content = (await client.read_resource(URI)).contents[0]
    assert (content.mime_type, content.text) == (MIME_TYPE, page())
    assert content.meta["ui"] == {"csp": {}, "prefersBorder": True}


# ── what the charts show ──────────────────────────────────────────────────────────────────────


def told(values: list[Any], kind: pa.DataType) -> dict[str, Any]:
    return summary("a", pa.chunked_array([pa.array(values, kind)]))


def test_numbers_are_counted_in_equal_steps() -> None:
    about = told([n / 10 for n in range(160)], pa.float64())
    assert about["shape"] == "histogram"
    assert (about["low"], about["high"]) == (0, 15.9)
    assert about["counts"] == [10] * 16


@pytest.mark.parametrize(("values", "counts"), [((1, 15), [10] * 14), ((0, 20), [20] * 10)])
def test_whole_numbers_that_are_as_common_look_so(values: Any, counts: list[int]) -> None:
    assert told([*range(*values)] * 10, pa.int64())["counts"] == counts


def test_whole_numbers_beyond_what_floats_hold_are_counted_all_the_same() -> None:
    ends = [-(2**63), 2**63 - 1]
    about = told([*(n * 10**15 for n in range(1_000)), *ends], pa.int64())
    assert (sum(about["counts"]), [about["low"], about["high"]]) == (1_002, ends)


@pytest.mark.parametrize(
    "values",
    [[n * 1.7e307 for n in range(-10, 11)], [1 + n * 2**-52 for n in range(9)]],
    ids=["too far apart", "too near"],
)
def test_numbers_between_which_floats_have_no_steps_are_told_one_by_one(values: Any) -> None:
    about = told(values, pa.float64())
    assert (about["shape"], len(about["values"])) == ("values", 6)


@pytest.mark.parametrize(
    ("values", "kind", "low"),
    [
        ([*range(0, 400, 9)], pa.date32(), "1970-01-01"),
        ([n * 3_600_000_000 for n in range(40)], pa.timestamp("us"), "1970-01-01T00:00:00"),
        ([f"{n}.50" for n in range(40)], pa.decimal128(9, 2), 0.5),
        ([n * 60_000_000 for n in range(40)], pa.time64("us"), "00:00:00"),
    ],
)
def test_days_moments_and_decimals_are_measured(values: list[Any], kind: Any, low: Any) -> None:
    column = pa.array(values, pa.string() if pa.types.is_decimal(kind) else None).cast(
        pa.int32() if pa.types.is_date(kind) else kind
    )
    about = summary("a", pa.chunked_array([column.cast(kind)]))
    assert (about["shape"], about["low"]) == ("histogram", low)
    assert sum(about["counts"]) == len(values)


def test_common_values_come_first_and_what_is_empty_is_counted_apart() -> None:
    about = told(["b", "a", "b", None], pa.string())
    assert about == {
        "name": "a", "rows": 4, "nulls": 1, "distinct": 2, "shape": "values",
        "values": [["b", 2], ["a", 1]],
    }  # fmt: skip


def test_text_that_is_never_the_same_is_shown_by_examples() -> None:
    about = told([f"note {n}" for n in range(100)], pa.string())
    assert (about["shape"], about["distinct"]) == ("text", 100)
    assert about["examples"] == ["note 0", "note 1", "note 2"]


@pytest.mark.parametrize("kind", [pa.string(), pa.int64(), pa.list_(pa.string())])
def test_an_empty_column_has_no_picture(kind: pa.DataType) -> None:
    about = told([None, None], kind)
    assert (about["shape"], about["nulls"], about["examples"]) == ("text", 2, [])


async def test_the_widest_table_fits_into_an_answer(settings: Settings) -> None:
    fields = [{"name": f"field_{n:03}", "type": "string"} for n in range(200)]
    async with Client(build_server(settings)) as client:
        call = Caller(client)
        made = await call("create_job", schema={"name": "wide", "fields": fields}, row_count=9)
        await call("generate_chunk", job_id=made["job_id"])
        read = await client.read_resource(f"rowmill://jobs/{made['job_id']}/columns")
    told = json.loads(read.contents[0].text)
    assert len(read.contents[0].text.encode()) < 20_000
    assert 50 < len(told["tables"]["wide"]) < 200
    assert told["sampled"] is None


async def test_charts_look_at_rows_from_all_over_a_large_table(settings: Settings) -> None:
    schema = {"name": "t", "fields": [{"name": "n", "type": "integer",
              "generator": {"kind": "sequence", "start": 0}}]}  # fmt: skip
    async with Client(build_server(settings)) as client:
        job_id = await Caller(client).completed(schema=schema, row_count=20_000, chunk_size=500)
    async with open_wired(settings) as app:
        told = await columns(app, job_id)
    n = told["tables"]["t"][0]
    assert told["sampled"] == 5_000
    assert n["rows"] <= 5_000
    assert n["low"] == 0
    assert n["high"] > 19_000


async def test_a_job_that_is_not_complete_has_no_columns_to_show(connect: Connect) -> None:
    async with connect() as call:
        schema = {"name": "t", "fields": [{"name": "a", "type": "string"}]}
        made = await call("create_job", schema=schema, row_count=5)
        with pytest.raises(Exception, match="COMPLETED"):
            await call.client.read_resource(f"rowmill://jobs/{made['job_id']}/columns")

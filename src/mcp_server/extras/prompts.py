"""Two ways to begin: a dataset designed in conversation, and the last job gone on with."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from mcp_types import GetPromptResult, Prompt, PromptArgument, PromptMessage, TextContent

from ...core.errors import InvalidArgument, NotFound
from ...utils.text import clean, shown

if TYPE_CHECKING:
    from ..desk import Desk

DESIGN = Prompt(
    name="design_dataset",
    title="Design a dataset",
    description="Leads from a request in plain words to a checked schema, without a model key too.",
    arguments=[
        PromptArgument(
            name="request",
            description="What data is needed: tables, fields, ranges, shares, how many rows.",
            required=True,
        )
    ],
)
RESUME = Prompt(
    name="resume_last_job",
    title="Resume my last job",
    description="Finds the latest job that is not over and goes on with it to its file.",
    arguments=[],
)
PROMPTS: Mapping[str, Prompt] = {prompt.name: prompt for prompt in (DESIGN, RESUME)}
MAX_REQUEST = 20_000
LATEST = 10


async def prompt(desk: Desk, name: str, arguments: Mapping[str, Any]) -> GetPromptResult:
    """The message that a client puts into the conversation.

    Raises: NotFound, InvalidArgument, StorageError.
    """
    if name == DESIGN.name:
        text = await _design(str(arguments.get("request") or "").strip())
    elif name == RESUME.name:
        text = await _resume(desk)
    else:
        raise NotFound(f"there is no prompt {shown(name)}", hint=f"there are {', '.join(PROMPTS)}")
    return GetPromptResult(
        description=PROMPTS[name].description,
        messages=[PromptMessage(role="user", content=TextContent(type="text", text=text))],
    )


# ── design ────────────────────────────────────────────────────────────────────────────────────

DESIGN_TEXT = """\
Design a synthetic dataset with rowmill for this request:

<request>
{request}
</request>

1. Write a schema in the language below: the fields asked for with the narrowest generator that \
fits, and everything the request promises ("exactly 12 %", "unique", "only if cancelled") as an \
entry of expectations. Code makes numbers, ids, dates, people and categories; use llm_text only \
for prose that nothing else can make, as it needs a model key.
2. Call validate_schema with it (as an object, not as text). It names every problem with a hint; \
mend them all and validate again until valid is true. `mended` is a schema that is free of them.
3. Show the user the fields, the preview rows and your assumptions, and ask about what is open. \
Change and validate again if they wish.
4. Then create_job with the schema_id and start=true, get_job_progress until COMPLETED, and \
merge_and_download for the file.

# The schema language

One table: {{"name", "rows", "fields": [...], "primary_key"?, "rules"?, "expectations"?, \
"locale"?}}. Several: {{"name", "tables": [{{"name", "rows", "fields", "primary_key"?, \
"foreign_keys"?, "rules"?}}], "expectations"?}}; rows are left out where per_parent counts make \
them.
A field: {{"name", "type", "format"?, "constraints"?, "generator"?, "nullable"?, \
"null_fraction"?, "null_when"?, "description"?}}. Bare fields get a maker from their name and type.
Types: string integer number boolean date time datetime duration array object.
Formats: {formats}.
Constraints: {constraints}. pattern is RE2 and matches the whole value.
A foreign key: {{"fields", "reference": {{"table", "fields"}}, "per_parent"?: {{"minimum", \
"maximum", "share_with_none", "skew": {{"top", "share"}}}}, "optional_fraction"?, "acyclic"?}}.
Expressions (expr, when, then, null_when) are scalar SQL on the row's fields; parent_table.field \
is the parent's value; sum(child_table.field) stands in aggregate only. Ages, totals and the like \
are derived, not drawn: {{"kind": "expression", "expr": "round(quantity * price, 2)"}}.

Generators, each {{"kind": …}} with (? = may be left out):
{generators}

Rules, each {{"rule": …}}, true on every row:
{rules}

Expectations, each {{"check": …}}, judged on the final data (field is "table.field" where there \
are several tables):
{checks}

# An example

{example}"""

EXAMPLE = """\
{"name": "shop", "tables": [
 {"name": "customers", "rows": 200, "primary_key": ["id"], "fields": [
  {"name": "id", "type": "integer", "generator": {"kind": "sequence", "start": 1}},
  {"name": "name", "type": "string", "generator": {"kind": "person", "part": "name"}},
  {"name": "email", "type": "string", "format": "email", "constraints": {"unique": true}, \
"generator": {"kind": "person", "part": "email"}},
  {"name": "signed_up", "type": "date", "constraints": {"minimum": "2024-01-01", "maximum": \
"2024-12-31"}}]},
 {"name": "orders", "rows": 800, "primary_key": ["id"], "fields": [
  {"name": "id", "type": "string", "generator": {"kind": "sequence", "template": "O-{n:05d}"}},
  {"name": "customer_id", "type": "integer"},
  {"name": "ordered_on", "type": "date", "constraints": {"minimum": "2024-01-01", "maximum": \
"2025-06-30"}},
  {"name": "status", "type": "string", "generator": {"kind": "category", "values": ["paid", \
"open", "cancelled"], "weights": [80, 12, 8], "quota": "exact"}},
  {"name": "cancelled_on", "type": "date", "nullable": true, "null_when": "status <> \
'cancelled'"},
  {"name": "quantity", "type": "integer", "generator": {"kind": "poisson", "mean": 2, "truncate": \
[1, 9]}},
  {"name": "price", "type": "number", "generator": {"kind": "lognormal", "median": 25, "sigma": \
0.6, "decimal_places": 2}},
  {"name": "total", "type": "number", "generator": {"kind": "expression", "expr": "quantity * \
price", "decimal_places": 2}}],
  "foreign_keys": [{"fields": ["customer_id"], "reference": {"table": "customers", "fields": \
["id"]}, "per_parent": {"share_with_none": 0.1}}],
  "rules": [{"rule": "inequality", "low": "customers.signed_up", "high": "ordered_on"},
   {"rule": "inequality", "low": "ordered_on", "high": "cancelled_on"}]}],
 "expectations": [
  {"check": "share", "field": "orders.status", "value": "cancelled", "equals": 0.08},
  {"check": "references", "field": "orders.customer_id", "target": "customers.id"}]}"""


async def _design(request: str) -> str:
    if not request:
        raise InvalidArgument("the request is missing", hint="say what data is needed")
    if len(request) > MAX_REQUEST:
        raise InvalidArgument(
            f"the request has {len(request):,} characters", hint=f"at most {MAX_REQUEST:,}"
        )
    words = await asyncio.to_thread(_vocabulary)
    return DESIGN_TEXT.format(request=request, example=EXAMPLE, **words)


def _vocabulary() -> dict[str, str]:
    """Each word of the language with its parameters, from the published schema."""
    from ...core.spec import published_schema
    from ...utils.formats import FORMATS

    definitions = published_schema()["$defs"]
    return {
        "formats": " ".join(sorted(FORMATS)),
        "constraints": " ".join(definitions["Constraints"]["properties"]),
        "generators": "\n".join(_signatures(definitions, "kind")),
        "rules": "\n".join(_signatures(definitions, "rule")),
        "checks": "\n".join(_signatures(definitions, "check")),
    }


def _signatures(definitions: Mapping[str, Any], tag: str) -> Iterator[str]:
    """`category(values, weights?, quota?)` for each definition whose `tag` says what it is."""
    for definition in definitions.values():
        parameters: dict[str, Any] = dict(definition.get("properties", {}))
        word = parameters.pop(tag, {}).get("const")
        if word is None:
            continue
        needed = definition.get("required", ())
        said = [name + ("" if name in needed else "?") for name in parameters if name != "because"]
        yield f"{word}({', '.join(said)})"


# ── resume ────────────────────────────────────────────────────────────────────────────────────

RESUME_TEXT = """\
Go on with my last rowmill job: {job}.
{next}
Then call get_job_progress until it is COMPLETED, and merge_and_download; give me the path and \
the verdict. If it is not the job I mean, list_jobs shows the others."""

NO_JOB = """\
I have no rowmill job yet. Ask me what data I need, then begin with extract_schema."""


async def _resume(desk: Desk) -> str:
    from ...core.states import FINAL
    from ..telling import progress

    app = await desk.app()
    jobs, _ = await app.manager.page(limit=LATEST)
    if not jobs:
        return NO_JOB
    job = next((job for job in jobs if job.state not in FINAL), jobs[0])
    where = f"{job.job_id} “{clean(job.name, 60)}”, {job.state}, {job.percent} % done"
    problem = f"Its last problem: {clean(job.problem, 500)}\n" if job.problem else ""
    return RESUME_TEXT.format(job=where, next=f"{problem}What it needs now: {progress(job).next}.")

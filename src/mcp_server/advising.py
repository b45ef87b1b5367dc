"""What a model most likely meant by an argument or a word that a tool does not know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..core.errors import InvalidArgument

WORDS = frozenset({"request", "prompt", "text", "query", "description", "instructions"})
COUNTS = frozenset({"rows", "row_count", "count", "n", "num_rows", "number_of_rows", "size"})
DATA = frozenset(
    {"include_rows", "include_data", "return_data", "return_rows", "data", "rows", "inline",
     "as_text", "content", "preview_rows", "limit"}
)  # fmt: skip
_IN_FILE = "rows are never in an answer: the file at path has them, give the user that"

MEANT: Mapping[str, tuple[tuple[frozenset[str], str], ...]] = {
    "extract_schema": (
        (WORDS, "description takes the request in the user's words"),
        (COUNTS, "say the number of rows in description, or as row_count to create_job"),
    ),
    "validate_schema": ((WORDS, "extract_schema is the one that reads words"),),
    "create_job": (
        (WORDS, "extract_schema turns words into a schema_id first"),
        (COUNTS, "row_count is the number of rows"),
    ),
    "generate_chunk": (
        (COUNTS, "how many rows a chunk has was settled by create_job (chunk_size); control_job "
         "with action=start makes all chunks without further calls"),
        (DATA, _IN_FILE),
    ),
    "get_job_progress": ((DATA, f"merge_and_download writes the dataset; {_IN_FILE}"),),
    "merge_and_download": ((DATA, _IN_FILE), (frozenset({"path", "name"}), "file_name names the "
         "file, below the output folder")),
}  # fmt: skip
"""By tool: names of arguments that it does not have, and what to do instead."""

MEANT_BY: Mapping[str, Mapping[str, str]] = {
    "status": {
        "done": "COMPLETED", "finished": "COMPLETED", "success": "COMPLETED",
        "running": "GENERATING", "active": "GENERATING", "in_progress": "GENERATING",
        "error": "FAILED", "stopped": "PAUSED", "new": "PENDING", "created": "PENDING",
        "queued": "PENDING", "canceled": "CANCELLED",
    },
    "action": {
        "run": "start", "begin": "start", "execute": "start", "continue": "resume",
        "unpause": "resume", "stop": "pause (resume goes on) or cancel (final)", "abort": "cancel",
        "kill": "cancel", "remove": "delete", "restart": "retry, or create_job for a new one",
    },
    "generation": {
        "gemini": "llm", "ai": "llm", "model": "llm", "code": "local", "offline": "local",
        "none": "local", "default": "auto", "mixed": "auto",
    },
    "output_format": {"xlsx": "csv", "excel": "csv", "ndjson": "jsonl", "tsv": "csv"},
}  # fmt: skip
"""By argument: words of everyday, and the tool's own for them."""


def advised(
    tool: str, known: frozenset[str], given: Mapping[str, Any], refused: InvalidArgument
) -> InvalidArgument:
    """The refusal, its hint with what was probably meant; `known` are the tool's arguments."""
    advice = dict.fromkeys((*_of_names(tool, known, given), *_of_values(given)))
    if not advice:
        return refused
    return InvalidArgument(refused.message, hint="; ".join((*advice, refused.hint)))


def _of_names(tool: str, known: frozenset[str], given: Mapping[str, Any]) -> Iterator[str]:
    strange = given.keys() - known
    for names, advice in MEANT.get(tool, ()):
        if strange & names:
            yield advice
    schema = given.get("schema")
    if "schema" in known and isinstance(schema, str) and not schema.lstrip().startswith("{"):
        is_id = schema.startswith("sch_")
        yield "give it as schema_id" if is_id else "extract_schema turns words into a schema"


def _of_values(given: Mapping[str, Any]) -> Iterator[str]:
    for argument, words in MEANT_BY.items():
        said = given.get(argument)
        if isinstance(said, str) and (meant := words.get(said.casefold())):
            yield f"for {argument} say {meant}"

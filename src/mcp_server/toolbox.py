"""Which tools there are: exactly these eight."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from mcp_types import ToolAnnotations

from . import answers as a
from . import arguments as q
from . import tools, wording
from .caller import Caller
from .desk import Desk
from .strict import Arguments


@dataclass(frozen=True, slots=True)
class Offer:
    """A tool as clients see it, and what it runs."""

    title: str
    description: str
    annotations: ToolAnnotations
    arguments: type[Arguments]
    answer: type[a.Answer]
    run: Callable[[Desk, Caller, Any], Coroutine[Any, Any, a.Answer]]


def _hints(
    *, reads: bool = False, destroys: bool = False, repeats: bool = False, outside: bool = False
) -> ToolAnnotations:
    """`repeats`: twice is as good as once; `outside`: the language model may be asked."""
    return ToolAnnotations(
        read_only_hint=reads,
        destructive_hint=destroys,
        idempotent_hint=repeats,
        open_world_hint=outside,
    )


TOOLBOX: Mapping[str, Offer] = {
    "extract_schema": Offer(
        "Understand a request",
        wording.EXTRACT_SCHEMA,
        _hints(outside=True),
        q.ExtractSchema,
        a.Extracted,
        tools.extract_schema,
    ),
    "validate_schema": Offer(
        "Check a schema",
        wording.VALIDATE_SCHEMA,
        _hints(reads=True, repeats=True),
        q.ValidateSchema,
        a.Validated,
        tools.validate_schema,
    ),
    "create_job": Offer(
        "Create a job",
        wording.CREATE_JOB,
        _hints(outside=True),
        q.CreateJob,
        a.Created,
        tools.create_job,
    ),
    "generate_chunk": Offer(
        "Make one chunk",
        wording.GENERATE_CHUNK,
        _hints(repeats=True, outside=True),
        q.GenerateChunk,
        a.Chunk,
        tools.generate_chunk,
    ),
    "get_job_progress": Offer(
        "Follow a job",
        wording.GET_JOB_PROGRESS,
        _hints(reads=True, repeats=True),
        q.GetJobProgress,
        a.Progress,
        tools.get_job_progress,
    ),
    "control_job": Offer(
        "Start, pause, cancel or delete a job",
        wording.CONTROL_JOB,
        _hints(destroys=True, outside=True),
        q.ControlJob,
        a.Controlled,
        tools.control_job,
    ),
    "list_jobs": Offer(
        "List jobs",
        wording.LIST_JOBS,
        _hints(reads=True, repeats=True),
        q.ListJobs,
        a.JobPage,
        tools.list_jobs,
    ),
    "merge_and_download": Offer(
        "Write the dataset",
        wording.MERGE_AND_DOWNLOAD,
        _hints(destroys=True, repeats=True),
        q.MergeAndDownload,
        a.Merged,
        tools.merge_and_download,
    ),
}

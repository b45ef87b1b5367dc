"""The SDK's server with our tools: strict arguments, compact answers, errors in one form."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, redirect_stdout
from functools import partial
from typing import TYPE_CHECKING, Any

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.tools import Tool
from mcp.server.mcpserver.utilities.func_metadata import FuncMetadata
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolResult, ContentBlock, ResourceLink, TextContent
from pydantic import Field

from .. import __version__
from ..core.errors import (
    IllegalTransition,
    InternalError,
    InvalidArgument,
    NotFound,
    RowmillError,
)
from ..utils.redact import redacted
from .answers import Answer, Merged
from .apps import page_extension, tool_meta
from .caller import Caller, InputNeeded
from .contract import published
from .desk import Desk, Opener, open_wired
from .fitting import compact
from .server import RowmillServer
from .strict import Arguments, read_arguments
from .toolbox import TOOLBOX, Offer
from .wording import INSTRUCTIONS

if TYPE_CHECKING:
    from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
    from mcp.server.mcpserver.context import Context

    from ..config import Settings

log = logging.getLogger("rowmill.mcp")

MEDIA_TYPES = {
    "csv": "text/csv",
    "json": "application/json",
    "jsonl": "application/jsonl",
    "parquet": "application/vnd.apache.parquet",
}
LINKS = 10


class StrictTool(Tool):
    """Nothing is coerced or dropped, nothing is masked, and a cancelled call changes nothing."""

    run_on_desk: Callable[[Desk, Caller, Any], Coroutine[Any, Any, Answer]] = Field(exclude=True)
    arguments: type[Arguments] = Field(exclude=True)

    async def run(
        self,
        arguments: dict[str, Any],
        context: Context[Any, Any],
        convert_result: bool = False,
    ) -> Any:
        """Raises: ToolError, with `[code] what (what now)` and nothing before it."""
        del convert_result  # an answer is always a whole result
        desk: Desk = context.request_context.lifespan_context
        caller = Caller(context)
        try:
            asked = self._read(arguments)
            work = partial(self._done, desk, caller, asked)
            return as_result(await (work() if self._reads else _unharmed(work, desk, caller)))
        except InputNeeded as exc:
            return exc.result
        except MCPError:
            raise
        except RowmillError as exc:
            raise ToolError(redacted(str(exc))) from exc
        except Exception as exc:
            log.exception("tool=%s event=fault", self.name)
            fault = InternalError(
                f"a fault in rowmill: {type(exc).__name__}", hint="the log has the details"
            )
            raise ToolError(str(fault)) from exc

    def _read(self, given: dict[str, Any]) -> Arguments:
        """Raises: InvalidArgument."""
        try:
            return read_arguments(self.arguments, given, self.name)
        except InvalidArgument as exc:
            from .advising import advised

            known = frozenset(self.parameters["properties"])
            raise advised(self.name, known, given, exc) from exc

    @property
    def _reads(self) -> bool:
        """A call that only looks may end half way."""
        return bool(self.annotations and self.annotations.read_only_hint)

    async def _done(self, desk: Desk, caller: Caller, asked: Arguments) -> Answer:
        try:
            return await self.run_on_desk(desk, caller, asked)
        except NotFound as exc:
            from .recalling import recalled

            raise await recalled(desk, asked, exc) from exc
        except IllegalTransition as exc:
            from .recalling import out_of_order

            raise await out_of_order(desk, asked, exc) from exc


async def _unharmed(
    work: Callable[[], Coroutine[Any, Any, Answer]], desk: Desk, caller: Caller
) -> Answer:
    """The caller may go; what it asked for is finished all the same, whole or not begun."""
    await desk.room.acquire()  # or who asks and cancels, again and again, would pile up work
    task = asyncio.create_task(work())
    task.add_done_callback(lambda _: desk.room.release())
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        caller.leave()
        task.add_done_callback(_heard)
        raise


def _heard(task: asyncio.Future[Answer]) -> None:
    if not task.cancelled() and (exc := task.exception()) is not None:
        log.info("event=unheard problem=%s", exc)


def as_result(answer: Answer) -> CallToolResult:
    """The answer as data, and whole again as text for clients that show only text."""
    document = answer.document()
    content: list[ContentBlock] = [TextContent(type="text", text=compact(document))]
    if isinstance(answer, Merged):
        content += _links(answer)
    return CallToolResult(content=content, structured_content=document)


def _links(merged: Merged) -> list[ContentBlock]:
    from .telling import uri

    return [
        ResourceLink(
            type="resource_link",
            uri=uri(file.path),
            name=f"{file.table}.{merged.format}",
            mime_type=MEDIA_TYPES.get(merged.format or ""),
            size=file.bytes,
        )
        for file in (merged.files or [])[:LINKS]
    ]


# ── assembly ──────────────────────────────────────────────────────────────────────────────────


def build_server(
    settings: Settings,
    *,
    opener: Opener = open_wired,
    begin_at_once: bool = False,
) -> MCPServer[Desk]:
    """A server that opens its use cases with `opener`, when they are first needed.

    What was left to do from last time is gone on with after the first answer, or `begin_at_once`
    where nobody need be waiting for one.
    """

    @asynccontextmanager
    async def lifespan(_: MCPServer[Desk]) -> AsyncIterator[Desk]:
        desk = Desk(settings, opener)
        # What is still in a buffer when the process ends would reach the client as a message.
        with redirect_stdout(sys.stderr):
            if begin_at_once:
                desk.begin()
            try:
                yield desk
            finally:
                await desk.close()

    return RowmillServer(
        name="rowmill",
        title="rowmill",
        version=__version__,
        instructions=INSTRUCTIONS,
        lifespan=lifespan,
        log_level="WARNING",
        tools=[_tool(name, offer) for name, offer in TOOLBOX.items()],
        middleware=[_begin_after_first_answer],
        extensions=[page_extension()],
    )


async def _begin_after_first_answer(
    ctx: ServerRequestContext[Desk, Any], call_next: CallNext
) -> HandlerResult:
    result = await call_next(ctx)
    ctx.lifespan_context.begin()
    return result


def _tool(name: str, offer: Offer) -> StrictTool:
    schema = published(offer.arguments)
    return StrictTool(
        fn=offer.run,
        run_on_desk=offer.run,
        arguments=offer.arguments,
        name=name,
        title=offer.title,
        description=offer.description,
        parameters=schema,
        fn_metadata=FuncMetadata(arg_model=offer.arguments, output_schema=published(offer.answer)),
        is_async=True,
        annotations=offer.annotations,
        meta=tool_meta(name),
    )

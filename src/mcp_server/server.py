"""The SDK's server with what there is besides tools: resources, prompts, completion."""

from __future__ import annotations

import difflib
from collections.abc import Awaitable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from mcp.server import MCPServer
from mcp.server.lowlevel.helper_types import ReadResourceContents
from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError, ToolError
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INTERNAL_ERROR,
    INVALID_PARAMS,
    CompleteRequestParams,
    CompleteResult,
    EmptyResult,
    GetPromptResult,
    InputRequiredResult,
    ListResourcesResult,
    PaginatedRequestParams,
    Prompt,
    ResourceTemplate,
    SetLevelRequestParams,
    SubscribeRequestParams,
    UnsubscribeRequestParams,
)

from ..core.errors import CallerError, NotFound, RowmillError
from ..utils.redact import redacted
from ..utils.text import clean
from .desk import Desk
from .extras import client_logs, prompts, resources
from .extras.subscribing import JobBus, Subscriptions
from .toolbox import TOOLBOX

if TYPE_CHECKING:
    from mcp.server.context import ServerRequestContext
    from mcp.server.mcpserver.context import Context

    Request = ServerRequestContext[Desk, Any]

_T = TypeVar("_T")


class RowmillServer(MCPServer[Desk]):
    """Answers from values and from the desk, so that nothing of it is built before it is asked."""

    def __init__(self, **settings: Any) -> None:
        self._bus = JobBus()
        super().__init__(subscriptions=self._bus, **settings)
        self.middleware.append(self._bus.listening)
        serve = self._lowlevel_server.add_request_handler
        serve("completion/complete", CompleteRequestParams, self._complete)
        # These three left the protocol with 2026-07-28, where the SDK does not route them.
        serve("logging/setLevel", SetLevelRequestParams, self._set_level)
        serve("resources/subscribe", SubscribeRequestParams, self._subscribe)
        serve("resources/unsubscribe", UnsubscribeRequestParams, self._unsubscribe)

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[Desk, Any] | None = None
    ) -> Any:
        if name not in TOOLBOX:
            near = difflib.get_close_matches(name, TOOLBOX, n=1)
            hint = f"did you mean {near[0]}?" if near else f"the tools are {', '.join(TOOLBOX)}"
            raise ToolError(str(NotFound(f"there is no tool {clean(name, 60)}", hint=hint)))
        return await super().call_tool(name, arguments, context)

    # ── resources ─────────────────────────────────────────────────────────────────────────────

    async def _handle_list_resources(
        self, ctx: Request, params: PaginatedRequestParams | None
    ) -> ListResourcesResult:
        """With the latest jobs, to which only a request's context leads."""
        others = await super()._handle_list_resources(ctx, params)
        ours = await resources.listed(ctx.lifespan_context)
        return ListResourcesResult(resources=[*ours, *others.resources])

    async def list_resource_templates(self) -> list[ResourceTemplate]:
        return [*resources.templates(), *await super().list_resource_templates()]

    async def read_resource(
        self, uri: Any, context: Context[Desk, Any] | None = None
    ) -> Iterable[ReadResourceContents] | InputRequiredResult:
        """Raises: ResourceError, in the words of the tools' errors."""
        desk = _desk(context)
        try:
            content = await resources.read(desk, str(uri))
        except NotFound as exc:
            raise ResourceNotFoundError(str(exc)) from exc
        except RowmillError as exc:
            raise ResourceError(redacted(str(exc))) from exc
        if content is None:
            return await super().read_resource(uri, context)
        return [ReadResourceContents(content.text, content.mime_type)]

    async def _subscribe(self, ctx: Request, params: SubscribeRequestParams) -> EmptyResult:
        try:
            Subscriptions.of(ctx).add(params.uri)
        except RowmillError as exc:
            raise _refusal(exc) from exc
        return EmptyResult()

    async def _unsubscribe(self, ctx: Request, params: UnsubscribeRequestParams) -> EmptyResult:
        Subscriptions.of(ctx).remove(params.uri)
        return EmptyResult()

    async def _set_level(self, ctx: Request, params: SetLevelRequestParams) -> EmptyResult:
        client_logs.set_level(ctx, params.level)
        return EmptyResult()

    # ── prompts and completion ────────────────────────────────────────────────────────────────

    async def list_prompts(self) -> list[Prompt]:
        return list(prompts.PROMPTS.values())

    async def get_prompt(
        self,
        name: str,
        arguments: dict[str, Any] | None = None,
        context: Context[Desk, Any] | None = None,
    ) -> GetPromptResult:
        desk = _desk(context)
        return await _refusable(prompts.prompt(desk, name, arguments or {}))

    async def _complete(self, ctx: Request, params: CompleteRequestParams) -> CompleteResult:
        desk, asked = ctx.lifespan_context, params.argument
        found = await _refusable(resources.completed(desk, asked.name, asked.value))
        return CompleteResult(completion=found)


def _desk(context: Context[Desk, Any] | None) -> Desk:
    assert context is not None  # noqa: S101 - requests of clients are all there is
    return context.request_context.lifespan_context


async def _refusable(answer: Awaitable[_T]) -> _T:
    """The answer. Raises: MCPError, in the words of the tools' errors."""
    try:
        return await answer
    except RowmillError as exc:
        raise _refusal(exc) from exc


def _refusal(exc: RowmillError) -> MCPError:
    code = INVALID_PARAMS if isinstance(exc, CallerError) else INTERNAL_ERROR
    return MCPError(code=code, message=redacted(str(exc)))

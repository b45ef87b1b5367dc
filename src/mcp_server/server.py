"""The SDK's server with what there is besides tools: resources, prompts, completion."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from mcp.server import MCPServer
from mcp.server.lowlevel.helper_types import ReadResourceContents
from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError, ToolError
from mcp_types import (
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

from ..core.errors import NotFound, RowmillError
from ..utils.redact import redacted
from ..utils.text import clean, shown
from .desk import Desk
from .extras import client_logs, prompts, resources
from .extras.subscribing import JobBus, Subscriptions
from .refusing import refusable
from .toolbox import TOOLBOX

if TYPE_CHECKING:
    from mcp.server.context import ServerRequestContext
    from mcp.server.mcpserver.context import Context

    Request = ServerRequestContext[Desk, Any]


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
        if content is not None:
            return [ReadResourceContents(content.text, content.mime_type)]
        try:
            return await super().read_resource(uri, context)
        except ResourceNotFoundError as exc:
            missing = NotFound(f"there is no resource {shown(str(uri), 80)}", hint=resources.KNOWN)
            raise ResourceNotFoundError(str(missing)) from exc

    async def _subscribe(self, ctx: Request, params: SubscribeRequestParams) -> EmptyResult:
        with refusable():
            Subscriptions.of(ctx).add(params.uri)
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
        with refusable():
            return await prompts.prompt(desk, name, arguments or {})

    async def _complete(self, ctx: Request, params: CompleteRequestParams) -> CompleteResult:
        desk, asked = ctx.lifespan_context, params.argument
        with refusable():
            found = await resources.completed(desk, asked.name, asked.value)
        return CompleteResult(completion=found)


def _desk(context: Context[Desk, Any] | None) -> Desk:
    assert context is not None  # noqa: S101 - requests of clients are all there is
    return context.request_context.lifespan_context

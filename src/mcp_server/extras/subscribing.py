"""Subscriptions to jobs, in each era's own way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mcp.server.subscriptions import InMemorySubscriptionBus, ResourceUpdated

from ...core.errors import LimitExceeded
from ..refusing import refusable
from .watching import MOST, Watch

if TYPE_CHECKING:
    from mcp.server.connection import Connection
    from mcp.server.context import CallNext, HandlerResult, ServerRequestContext

    from ..desk import Desk

STATE = "rowmill.subscriptions"

# ── until 2025-11-25: resources/subscribe and resources/unsubscribe ───────────────────────────


@dataclass(slots=True, eq=False)
class Subscriptions:
    """What one client subscribed to; it ends with the connection."""

    connection: Connection
    watch: Watch
    uris: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, ctx: ServerRequestContext[Desk, Any]) -> Subscriptions:
        # The connection is what outlives a request; the session shows it to nobody.
        connection = ctx.session._connection
        if STATE not in connection.state:
            ours = connection.state[STATE] = cls(connection, ctx.lifespan_context.watch)
            connection.exit_stack.callback(ours.close)
        found: Subscriptions = connection.state[STATE]
        return found

    def add(self, uri: str) -> None:
        """Raises: LimitExceeded."""
        if uri not in self.uris:
            self.watch.add(uri, self.tell)
            self.uris.add(uri)

    def remove(self, uri: str) -> None:
        if uri in self.uris:
            self.uris.remove(uri)
            self.watch.remove(uri, self.tell)

    def close(self) -> None:
        for uri in tuple(self.uris):
            self.remove(uri)

    async def tell(self, uri: str) -> None:
        await self.connection.notify("notifications/resources/updated", {"uri": uri})


# ── from 2026-07-28 on: subscriptions/listen, which the SDK serves from a bus ─────────────────


class JobBus(InMemorySubscriptionBus):
    """The SDK's bus; what its listeners ask for is looked at as long as they listen."""

    def __init__(self) -> None:
        super().__init__()
        self._listening = 0

    async def tell(self, uri: str) -> None:
        await self.publish(ResourceUpdated(uri))

    async def listening(
        self, ctx: ServerRequestContext[Desk, Any], call_next: CallNext
    ) -> HandlerResult:
        """Middleware. Raises: MCPError."""
        if ctx.method != "subscriptions/listen":
            return await call_next(ctx)
        watch, added = ctx.lifespan_context.watch, []
        self._listening += 1
        try:
            with refusable():
                self._refuse_too_many()
                for uri in _listened_for(ctx.params):
                    watch.add(uri, self.tell)
                    added.append(uri)
            return await call_next(ctx)
        finally:
            self._listening -= 1
            for uri in added:
                watch.remove(uri, self.tell)

    def _refuse_too_many(self) -> None:
        if self._listening > MOST:
            raise LimitExceeded(f"{MOST:,} are listening already", hint="end some of them first")


def _listened_for(params: Mapping[str, Any] | None) -> list[str]:
    """The addresses in a request that nobody has checked yet."""
    asked = (params or {}).get("notifications")
    uris = asked.get("resourceSubscriptions") if isinstance(asked, Mapping) else None
    return [uri for uri in uris if isinstance(uri, str)] if isinstance(uris, list) else []

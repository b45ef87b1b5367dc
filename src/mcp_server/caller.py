"""The client behind a call: told how far the work is, and asked what only a person can say."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from mcp.shared.exceptions import MCPError
from mcp_types import (
    ElicitRequest,
    ElicitRequestFormParams,
    ElicitResult,
    InputRequiredResult,
)

if TYPE_CHECKING:
    from mcp.server.mcpserver.context import Context

log = logging.getLogger("rowmill.mcp")

TELL_S = 1.0
"""Between two looks at work whose caller waits."""
LONGEST_CALL_S = 25.0
ASK_S = 24.0
"""How long into a call a person may take to answer: clients give up on a call soon after."""
FIRST_STATELESS = "2026-07-28"
"""From this protocol on a question is a result, and its answer comes with the same call again."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Step:
    """How far the work is; `done` only ever grows."""

    done: float
    total: float
    message: str


@dataclass(frozen=True, slots=True)
class Question:
    """A form for a person: `fields` are JSON Schema properties of simple types, by name."""

    message: str
    fields: Mapping[str, Any]
    required: tuple[str, ...] = ()

    @property
    def request(self) -> ElicitRequest:
        schema = {
            "type": "object",
            "properties": dict(self.fields),
            "required": list(self.required),
        }
        return ElicitRequest(
            params=ElicitRequestFormParams(message=self.message, requested_schema=schema)
        )

    @property
    def digest(self) -> str:
        asked = json.dumps([self.message, dict(self.fields)], sort_keys=True)
        return hashlib.sha256(asked.encode("utf-8", "surrogatepass")).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Reply:
    """`none`: nobody answered in time."""

    action: Literal["accept", "decline", "cancel", "none"]
    content: Mapping[str, Any] = field(default_factory=dict)

    @property
    def accepted(self) -> bool:
        return self.action == "accept"


class InputNeeded(Exception):
    """The call's answer is a question; the same call with the person's reply goes on from here.

    `carried` comes back with that call, unread and unchanged by the client.
    """

    KEY = "person"

    def __init__(self, question: Question, carried: str) -> None:
        super().__init__(question.message)
        self.question = question
        self.carried = carried

    @property
    def result(self) -> InputRequiredResult:
        state = json.dumps({"asked": self.question.digest, "carried": self.carried})
        return InputRequiredResult(
            input_requests={self.KEY: self.question.request}, request_state=state
        )


class Caller:
    """One call's client. Once it is gone nothing is sent to it any more."""

    def __init__(
        self, context: Context[Any, Any], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._context = context
        self._monotonic = monotonic
        self._began = monotonic()
        self._gone = asyncio.Event()

    def leave(self) -> None:
        """The client cancelled the call."""
        self._gone.set()

    def left(self, wait_s: float) -> float:
        """What is left of the time that the call may wait."""
        return max(0.0, min(wait_s, LONGEST_CALL_S) - (self._monotonic() - self._began))

    # ── telling ───────────────────────────────────────────────────────────────────────────────

    async def following(
        self, work: Awaitable[_T], look: Callable[[], Awaitable[Step | None]]
    ) -> _T:
        """What the work gives; meanwhile the client hears of each step forward that `look` sees.

        It hears nothing where it sent no progress token, and nothing where nothing moved: progress
        is for the eye, it keeps no call alive.
        """
        task = asyncio.ensure_future(work)
        told = 0.0
        try:
            while not task.done():
                told = await self._told(await look(), told)
                await asyncio.wait({task}, timeout=TELL_S)
            if not task.cancelled() and task.exception() is None:
                await self._told(await look(), told)
            return task.result()
        finally:
            task.cancel()

    async def _told(self, step: Step | None, before: float) -> float:
        if step is None or step.done <= before or self._gone.is_set():
            return before
        session = self._context.request_context.session
        await session.report_progress(step.done, step.total, step.message)
        return step.done

    async def jobs_changed(self) -> None:
        """There is a job more or less: whoever listens for the list of resources hears it."""
        await self._context.notify_resources_changed()

    # ── asking ────────────────────────────────────────────────────────────────────────────────

    @property
    def can_be_asked(self) -> bool:
        """Whether the client can show a person a form."""
        declared = self._context.client_capabilities
        able = declared.elicitation if declared is not None else None
        # `elicitation: {}` is older than its modes and means forms.
        return able is not None and (able.form is not None or able.url is None)

    @property
    def carried(self) -> str | None:
        """What the question carried that this call answers; None for a call that answers none."""
        return self._state.get("carried")

    async def ask(self, question: Question, *, carried: str = "") -> Reply:
        """What the person says to it.

        Raises:
            InputNeeded: in the stateless protocol the reply comes with the next call. Nothing may
                have been changed by then that the same call would change again.
        """
        if (self._context.protocol_version or "") >= FIRST_STATELESS:
            return self._replied(question, carried)
        return await self._asked(question)

    def _replied(self, question: Question, carried: str) -> Reply:
        given = (self._context.input_responses or {}).get(InputNeeded.KEY)
        # A reply to another wording (another price, another file) is none to this one.
        if not isinstance(given, ElicitResult) or self._state.get("asked") != question.digest:
            raise InputNeeded(question, carried)
        return Reply(given.action, given.content or {})

    @property
    def _state(self) -> dict[str, str]:
        """Sealed by the SDK: what is here was written here."""
        text = self._context.request_state
        state: dict[str, str] = json.loads(text) if text else {}
        return state

    async def _asked(self, question: Question) -> Reply:
        params = question.request.params
        asking = asyncio.ensure_future(
            self._context.request_context.session.elicit_form(
                params.message,
                params.requested_schema,  # type: ignore[union-attr]  # it is a form: see Question
                self._context.request_id,
            )
        )
        going = asyncio.ensure_future(self._gone.wait())
        await asyncio.wait(
            {asking, going}, timeout=self.left(ASK_S), return_when=asyncio.FIRST_COMPLETED
        )
        going.cancel()
        if not asking.done() or asking.cancelled():
            asking.cancel()
            return Reply("none")
        try:
            given = asking.result()
        except (MCPError, ValueError) as exc:  # a client that cannot, after all, or that answers so
            log.info("event=not-asked problem=%s", exc)
            return Reply("none")
        return Reply(given.action, given.content or {})

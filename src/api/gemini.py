"""Gemini as a reader of requests and a writer of rows; the only importer of google.genai."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import random
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from ..core.errors import (
    BadAnswer,
    InvalidSchema,
    NotConfigured,
    ProviderBusy,
    ProviderDown,
    ProviderError,
    QuotaExhausted,
)
from ..core.models import Reading, Usage
from ..core.parsing import parse_schema
from ..core.ports import Permit, RowCheck, RowRequest, WrittenRows, always
from ..utils.redact import redacted
from .answers import Reader
from .drafts import NOT_A_DRAFT, Draft, parse_schema_answer
from .errors_map import KeyRefused, NoAnswer, RequestNotAccepted, provider_error
from .limits import Learned, Limiter, Ticket
from .pricing import cost, output_tokens_at_most, row_tokens, tokens, tokens_at_most
from .prompts import PROMPT_VERSION, Prompt, repair_prompt, row_prompt, schema_prompt
from .replies import Document, Reply, document_of, reply_of, usage_of
from .retries import LONGEST_ASKED_S, Random, Sleep, asked_wait_s, retried

if TYPE_CHECKING:
    import httpx2
    from google import genai

log = logging.getLogger("rowmill.gemini")

MAX_BODY = 8 * 1024 * 1024
"""Bytes of an answer; one of 65,536 tokens has about 300,000."""
SCHEMA_TOKENS = 6_000
"""Expected output tokens of a schema; the limit sent is four times that and more."""


@dataclass(frozen=True, slots=True)
class GeminiOptions:
    """How to reach Gemini and how much of it to use; times in seconds, quotas of one key.

    `base_url` None is Google's own address. `timeout_s` is for a whole attempt, whatever trickles
    in meanwhile; `max_attempts` counts the first.
    """

    api_keys: tuple[str, ...] = field(repr=False)
    model: str = "gemini-3.5-flash-lite"
    base_url: str | None = None
    api_version: str = "v1beta"
    requests_per_minute: int = 60
    tokens_per_minute: int = 250_000
    max_concurrency: int = 10
    timeout_s: float = 120.0
    max_attempts: int = 5


@dataclass(frozen=True, slots=True)
class _Line:
    """What belongs to one event loop: a client for each key, and what they share."""

    sdks: tuple[genai.Client, ...]
    http: httpx2.AsyncClient
    limiter: Limiter


@dataclass(slots=True)
class _Question:
    """One prompt on its way, and what all attempts at it have used up so far."""

    prompt: Prompt
    max_output_tokens: int
    at_most: int
    permit: Permit
    usage: Usage = Usage()


class GeminiClient:
    """A `core.ports.SchemaReader` and `core.ports.RowWriter`.

    Cheap to build: the SDK is imported at the first call, in a thread. Each event loop has its own
    connections and its own share of the quota. `sleep` and `random` are those of the retries;
    `max_body` bounds an answer in bytes.

    Raises:
        NotConfigured: there is no key.
    """

    prompt_version = PROMPT_VERSION

    def __init__(
        self,
        options: GeminiOptions,
        *,
        check: RowCheck,
        sleep: Sleep = asyncio.sleep,
        random: Random = random.random,
        limiter: Callable[[GeminiOptions], Limiter] | None = None,
        max_body: int = MAX_BODY,
    ) -> None:
        if not options.api_keys:
            raise NotConfigured("there is no Gemini key", hint="set GEMINI_API_KEY")
        self.model = options.model
        self._options = options
        self._check = check
        self._sleep = sleep
        self._random = random
        self._limiter = limiter or _limiter
        self._max_body = max_body
        redacted.hide(options.api_keys)
        self._lines: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Future[_Line]] = (
            WeakKeyDictionary()
        )
        # Fields whose response schema was refused, so that it is not sent with every batch.
        self._without_schema: set[str] = set()
        # By system prompt: what the service counts differs between kinds of prompts.
        self._learned: defaultdict[str, Learned] = defaultdict(Learned)

    # ── the ports ─────────────────────────────────────────────────────────────────────────────

    async def extract_schema(
        self,
        description: str,
        *,
        sample_rows: Sequence[Mapping[str, Any]] = (),
        current_schema: Mapping[str, Any] | None = None,
    ) -> Reading:
        """Ask once; where the answer is no schema, send its problems back and ask once more.

        Raises:
            InvalidSchema: the second answer is no schema of ours either.
            ProviderError: BadAnswer where it is not even JSON.
        """
        prompt = schema_prompt(description, sample_rows, current_schema)
        first = await self._ask(prompt, SCHEMA_TOKENS)
        try:
            return self._reading(parse_draft(first.text), first.usage)
        except (InvalidSchema, BadAnswer) as exc:
            problems = exc.problems if isinstance(exc, InvalidSchema) else (NOT_A_DRAFT,)
        log.info("schema repaired problems=%d", len(problems))
        second = await self._ask(repair_prompt(prompt, first.text, problems), SCHEMA_TOKENS)
        return self._reading(parse_draft(second.text), first.usage + second.usage)

    async def generate_data_chunk(
        self, request: RowRequest, *, permit: Permit = always
    ) -> WrittenRows:
        """One answer's good rows; what is missing is for the caller to ask for again.

        Raises:
            ProviderError: no answer came, or the model will not give one.
        """
        reply = await self._ask(row_prompt(request), _output_tokens(request), permit)
        return Reader(request, self._check).read(reply)

    def price(self, usage: Usage) -> float | None:
        return cost(usage, self.model)

    def estimate(self, request: RowRequest) -> Usage:
        prompt = row_prompt(request)
        return Usage(1, tokens(prompt.text, prompt.system), round(_output_tokens(request)))

    def worst_case(self, request: RowRequest) -> Usage:
        """The most that one answer can use; a failed attempt is billed, if at all, without one."""
        most = output_tokens_at_most(_output_tokens(request))
        return Usage(1, tokens_at_most(row_prompt(request).sent), most)

    async def aclose(self) -> None:
        """Close this event loop's connections. A later call opens new ones."""
        opening = self._lines.pop(asyncio.get_running_loop(), None)
        if opening is not None:
            line = await opening
            for sdk in line.sdks:
                sdk.close()
            await line.http.aclose()

    def _reading(self, draft: Draft, usage: Usage) -> Reading:
        return Reading(
            document=draft.document,
            engine=self.model,
            assumptions=draft.assumptions,
            questions=draft.questions,
            not_understood=draft.not_understood,
            usage=usage,
            output_format=draft.output_format,
        )

    # ── one question ──────────────────────────────────────────────────────────────────────────

    async def _ask(self, prompt: Prompt, expected_output: float, permit: Permit = always) -> Reply:
        """The reply to a prompt; without its schema where Gemini finds that too much. The usage
        is that of all attempts; an error carries it too."""
        shape = str(prompt.schema)
        if shape in self._without_schema:
            prompt = dataclasses.replace(prompt, schema=None)
        asked = self._question(prompt, expected_output, permit)
        try:
            return await self._retried(asked)
        except RequestNotAccepted:
            if prompt.schema is None:
                raise
        bare = dataclasses.replace(prompt, schema=None)
        thinner = self._question(bare, expected_output, permit)
        thinner.usage = asked.usage
        reply = await self._retried(thinner)
        self._without_schema.add(shape)
        log.warning("response schema refused model=%s", self.model)
        return reply

    def _question(self, prompt: Prompt, expected_output: float, permit: Permit) -> _Question:
        most = output_tokens_at_most(expected_output)
        return _Question(prompt, most, tokens_at_most(prompt.sent), permit)

    async def _retried(self, asked: _Question) -> Reply:
        line = await self._line()
        try:
            reply = await retried(
                lambda: self._attempt(line, asked),
                self._options.max_attempts,
                sleep=self._sleep,
                random=self._random,
            )
        except ProviderError as error:
            error.usage = asked.usage
            raise
        return dataclasses.replace(reply, usage=asked.usage)

    async def _attempt(self, line: _Line, asked: _Question) -> Reply:
        """One answer, with another key where the first one is at fault."""
        while True:
            document = await self._once(line, asked)
            if document is not None:
                return reply_of(document)

    async def _once(self, line: _Line, asked: _Question) -> Document | None:
        """None where the key was set aside."""
        learned = self._learned[asked.prompt.system]
        async with line.limiter.slot(learned.of(asked.at_most)) as ticket:
            asked.permit(asked.usage)  # now: the quota may have kept it waiting for minutes
            try:
                document = await self._send(line, ticket, asked)
            except ProviderError as error:
                # Of a bad answer here not even the usage could be read.
                lost = isinstance(error, NoAnswer | BadAnswer)
                asked.usage += Usage(calls=1, lost_calls=int(lost))
                if self._is_set_aside(line, ticket, error):
                    return None
                raise
            ticket.answered()
            usage = usage_of(document)
            asked.usage += usage
            if usage.input_tokens:
                ticket.settle(usage.input_tokens)
                learned.note(asked.at_most, usage.input_tokens)
        log.debug("answered in=%d out=%d", usage.input_tokens, usage.output_tokens)
        return document

    async def _send(self, line: _Line, ticket: Ticket, asked: _Question) -> Document:
        from .questions import config, content
        from .transport import SENDING

        SENDING.set(ticket.sent)
        try:
            async with asyncio.timeout(self._options.timeout_s):
                response = await line.sdks[ticket.key].aio.models.generate_content(
                    model=self.model,
                    contents=content(asked.prompt.text),
                    config=config(asked.prompt, asked.max_output_tokens),
                )
            raw = response.sdk_http_response
            return document_of(raw.body or "" if raw else "")
        except Exception as exc:
            error = provider_error(exc, self.model, redacted)
        log.info("call failed code=%s", error.code)
        if isinstance(error, ProviderBusy | ProviderDown):
            ticket.overloaded()
        if isinstance(error, ProviderBusy) and 0 < asked_wait_s(error) <= LONGEST_ASKED_S:
            line.limiter.pause(asked_wait_s(error), ticket.key)
        # Raised outside of `except`: the SDK's error may quote a page that echoes our headers.
        raise error

    def _is_set_aside(self, line: _Line, ticket: Ticket, error: ProviderError) -> bool:
        """Whether it is the key that is at fault, and another one can take its place."""
        if not isinstance(error, KeyRefused | QuotaExhausted):
            return False
        others = line.limiter.set_aside(ticket.key)
        if others:
            number, of = ticket.key + 1, len(line.sdks)
            log.warning("event=key_set_aside key=%d of=%d problem=%s", number, of, error)
        return others

    # ── connections ───────────────────────────────────────────────────────────────────────────

    async def _line(self) -> _Line:
        loop = asyncio.get_running_loop()
        if loop not in self._lines:
            # In a thread: importing the SDK takes up to a second, in which nothing else would run.
            self._lines[loop] = asyncio.ensure_future(asyncio.to_thread(self._opened))
        return await asyncio.shield(self._lines[loop])

    def _opened(self) -> _Line:
        from google import genai
        from google.genai import types

        from . import questions  # noqa: F401 - imported here, in the thread, for the first call
        from .transport import client

        options = self._options
        http = client(self._max_body)
        sdks = (
            genai.Client(
                api_key=key,
                enterprise=False,  # else an environment variable may choose another service
                http_options=types.HttpOptions(
                    api_version=options.api_version,
                    base_url=options.base_url or None,
                    httpx_async_client=http,
                ),
            )
            for key in options.api_keys
        )
        return _Line(tuple(sdks), http, self._limiter(options))


def parse_draft(text: str) -> Draft:
    """Raises: BadAnswer, InvalidSchema."""
    draft = parse_schema_answer(text)
    parse_schema(dict(draft.document))
    return draft


def _limiter(options: GeminiOptions) -> Limiter:
    return Limiter(
        requests=options.requests_per_minute,
        tokens=options.tokens_per_minute,
        concurrency=options.max_concurrency,
        keys=len(options.api_keys),
    )


def _output_tokens(request: RowRequest) -> float:
    return len(request.rows) * row_tokens(request.fields)

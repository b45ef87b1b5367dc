"""A stand-in for Gemini's REST surface over real HTTP: rows that fit the prompt, faults by script.

In a test: `async with Emulator(script=["429", "ok"]) as emulator: … emulator.url`. As a process:
`python -m tests.api.emulator --port 0 [--script 429,503] [--latency-ms 300] [--ms-per-token 2]`
prints `{"url": …}` and answers `GET /calls` with what it has seen so far.

Faults (one for each call, in order; after the last, every answer is good):
  ok · 400 · 401 · 403 · 404 · 500 · 503 · 504 · key (400, key invalid) · 429 (RetryInfo 0 s) ·
  429:17 (RetryInfo 17 s) · 429-bare (no details) · daily (429, quota a day) · schema (400 while the
  request has a response schema) · html · html-503 · redirect · hangup · drip (never ends) · empty ·
  no-text · blocked · safety · recitation · cut (MAX_TOKENS amid a row) · starved (MAX_TOKENS, no
  text) · echo (403 that repeats the request's headers) · prose · bad-row (one row of a wrong type)

Faults by rate (`--rates 429=0.05,cut=0.05,row=0.05 --seed 1`): drawn anew for each call; `row` is
the share of rows that come with a wrong type. A quota for each key (`--quota 15/20`, or
`--quota 15/20 --token-quota 9000`: so many in any 20 seconds) answers 429 with the seconds until
there is room again. The same prompt is always answered by the same text.

Rows whose given columns begin with an `id` are known by it: `rows_twice` counts those that were
asked for again after a good answer for them had been sent in full.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import random
import re
import sys
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

STATUS = {
    400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 503: "UNAVAILABLE", 504: "DEADLINE_EXCEEDED",
}  # fmt: skip
REASON = {200: "OK", 302: "Found", **STATUS}
WORDS = (
    "quiet", "garden", "arrived", "blue", "parcel", "after", "rain", "steady", "lamp", "service",
    "helpful", "broken", "handle", "morning", "price", "fair", "returned", "twice", "paper", "warm",
)  # fmt: skip
SCHEMA = {
    "schema": {
        "name": "reviews",
        "rows": 60,
        "fields": [
            {"name": "id", "type": "integer", "generator": {"kind": "sequence"}},
            {"name": "stars", "type": "integer", "constraints": {"minimum": 1, "maximum": 5}},
            {
                "name": "review",
                "description": "what the customer says",
                "generator": {"kind": "llm_text", "words": [5, 12]},
            },
        ],
        "expectations": [{"check": "row_count", "equals": 60}],
    },
    "assumptions": ["Stars go from 1 to 5."],
    "questions": ["Which products are reviewed?"],
    "not_understood": [],
}


@dataclass
class Call:
    """One request as it came, and the fault it met."""

    method: str
    model: str
    body: dict[str, Any]
    headers: dict[str, str]
    fault: str
    at: float
    about: dict[str, Any] = field(default_factory=dict)
    good: Sequence[Any] = ()

    @property
    def prompt(self) -> str:
        return "".join(part["text"] for part in self.body["contents"][-1]["parts"])

    @property
    def system(self) -> str:
        parts = self.body.get("systemInstruction", {}).get("parts", ())
        return "".join(part["text"] for part in parts)

    @property
    def input_tokens(self) -> int:
        return round(len(self.prompt) / 2.3 + len(self.system) / 4)


@dataclass
class Emulator:
    """`script` is used up call by call; `answers` are texts given in place of made-up ones."""

    script: Sequence[str] = ()
    answers: Sequence[str] = ()
    latency_s: float = 0.0
    s_per_token: float = 0.0
    port: int = 0
    schema: dict[str, Any] = field(default_factory=lambda: SCHEMA)
    rates: dict[str, float] = field(default_factory=dict)
    seed: int = 0
    quota: Quota | None = None
    keeps_calls: bool = True
    calls: list[Call] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    asked: Counter[Any] = field(default_factory=Counter)
    most_at_once: int = 0

    def __post_init__(self) -> None:
        self._script = list(self.script)
        self._answers = list(self.answers)
        self._at_once = 0
        self._open: set[asyncio.Task[None]] = set()
        self._chance = random.Random(self.seed)
        self._sent: set[Any] = set()
        self.called = asyncio.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Emulator:
        self._server = await asyncio.start_server(self._connection, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in list(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    def seen(self) -> dict[str, Any]:
        return {
            "calls": self.counts["calls"],
            "faults": [call.fault for call in self.calls if call.fault != "ok"],
            "counts": dict(self.counts),
            "rows_asked": self.counts["rows_asked"],
            "rows_twice": self.counts["rows_twice"],
            "most_at_once": self.most_at_once,
            "most_in_a_window": self.quota.most if self.quota else None,
        }

    # ── HTTP ──────────────────────────────────────────────────────────────────────────────────

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        try:
            while await self._exchange(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._open.discard(task)
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request and its answer; False where the connection ends."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in head[1:] if line)
        headers = {name.lower(): value.strip() for name, _, value in pairs}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        path = head[0].split(" ")[1]
        if path == "/calls":
            await _send(writer, 200, json.dumps(self.seen()))
            return True
        if path == "/asked":
            await _send(writer, 200, json.dumps(list(self.asked.items())))
            return True
        if path == "/forget":
            self._forget()
            await _send(writer, 200, "{}")
            return True
        _, _, target = path.rpartition("/models/")
        model, _, method = target.partition(":")
        now = asyncio.get_running_loop().time()
        call = Call(method, model, json.loads(body), headers, "ok", now)
        call.fault = self._fault(call)
        self._note(call)
        self.called.set()
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            return await self._answer(call, writer)
        finally:
            self._at_once -= 1

    async def _answer(self, call: Call, writer: asyncio.StreamWriter) -> bool:
        if call.fault == "hangup":
            return False
        if call.fault == "drip":
            await _drip(writer)
            return False
        if call.method == "countTokens":
            await _send(writer, 200, json.dumps({"totalTokens": call.input_tokens}))
            return True
        status, body, extra = self._outcome(call)
        written = len(body) / 2.3 if status == 200 else 0
        delay = self.latency_s + self.s_per_token * written
        if delay:
            await asyncio.sleep(delay)
        await _send(writer, status, body, extra)
        self._sent.update(call.good)
        return True

    # ── accounts ──────────────────────────────────────────────────────────────────────────────

    def _fault(self, call: Call) -> str:
        if call.method != "generateContent":
            return "ok"
        if self.quota is not None:
            key = call.headers.get("x-goog-api-key", "")
            wait = self.quota.wait_s(key, call.at, call.input_tokens)
            if wait:
                self.counts["over_quota"] += 1
                return f"429:{wait:.3f}"
        if self._script:
            return self._script.pop(0)
        for fault, rate in self.rates.items():
            if fault != "row" and self._chance.random() < rate:
                return fault
        return "ok"

    def _note(self, call: Call) -> None:
        self.counts["calls"] += 1
        self.counts[call.fault.partition(":")[0]] += 1
        if self.keeps_calls:
            self.calls.append(call)
        if call.method != "generateContent":
            return
        about = data_of(call.prompt)
        call.about = about
        self.counts["rows_asked"] += about.get("count", 0)
        for identity in _identities(about):
            self.asked[identity] += 1
            self.counts["rows_twice"] += identity in self._sent

    def _forget(self) -> None:
        self.calls.clear()
        self.counts.clear()
        self.asked.clear()
        self._sent.clear()
        self.most_at_once = 0

    # ── outcomes ──────────────────────────────────────────────────────────────────────────────

    def _outcome(self, call: Call) -> tuple[int, str, str]:
        """(status, body, further header lines)."""
        name, _, detail = call.fault.partition(":")
        if name == "redirect":
            return 302, "", "Location: http://127.0.0.1:9/elsewhere\r\n"
        if name in ("html", "html-503"):
            page = "<html><body>Sign in to this network</body></html>"
            return (503 if name == "html-503" else 200), page, ""
        if name == "echo":
            return 403, json.dumps({"error": {"code": 403, "message": str(call.headers)}}), ""
        if name == "schema" and "responseJsonSchema" in str(call.body):
            return 400, error(400, "the schema has too many states"), ""
        if name in ERRORS:
            return ERRORS[name](detail)
        return 200, json.dumps(self._document(call, name)), ""

    def _document(self, call: Call, fault: str) -> dict[str, Any]:
        usage = {"promptTokenCount": call.input_tokens}
        if fault == "blocked":
            return {"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": usage}
        if fault == "empty":
            return {"usageMetadata": usage}
        if fault in ("safety", "recitation"):
            return candidate(None, fault.upper(), usage)
        if fault in ("starved", "no-text"):
            reason = "MAX_TOKENS" if fault == "starved" else "STOP"
            return candidate(None, reason, usage | {"thoughtsTokenCount": 900})
        text = self._spoken(call, fault)
        usage |= {"candidatesTokenCount": round(len(text) / 2.3)}
        return candidate(text, "MAX_TOKENS" if fault == "cut" else "STOP", usage)

    def _spoken(self, call: Call, fault: str) -> str:
        """The model's text, spoilt as the fault says."""
        text = self._answers.pop(0) if self._answers else self._written(call)
        identities = _identities(call.about)
        if fault == "cut":
            text = text[: int(len(text) * 0.6)]
            identities = identities[: text.count("],[")]
        if self.rates.get("row") and identities:
            text, identities = self._some_spoilt(text, identities)
        if fault == "prose":
            text = f"Of course! Here are [1] your rows:\n```json\n{text}\n```\nAnything else?"
        rows = json.loads(text) if fault == "bad-row" else None
        if isinstance(rows, list):  # a schema has no rows to spoil
            text = json.dumps([[rows[0][0], *([{"no": "row"}] * (len(rows[0]) - 1))], *rows[1:]])
        if fault in ("ok", "cut"):
            call.good = identities
        return text

    def _some_spoilt(self, text: str, identities: list[Any]) -> tuple[str, list[Any]]:
        """Now and then a row whose first value is a number; a text was asked for."""
        rows, good = text.split("],["), []
        for number, identity in enumerate(identities):
            if self._chance.random() >= self.rates["row"]:
                good.append(identity)
                continue
            index, _, rest = rows[number].partition(",")
            rows[number] = index + ",7" + rest[rest.find(",") :]
        return "],[".join(rows), good

    def _written(self, call: Call) -> str:
        about = call.about
        if "columns" not in about:
            return json.dumps(self.schema)
        rows = (
            [row, *(value(column, f"{call.prompt}{row}", row) for column in about["columns"])]
            for row in range(about["count"])
        )
        return json.dumps(list(rows), ensure_ascii=False, separators=(",", ":"))


@dataclass
class Quota:
    """So many requests, and input tokens, of each key in any `period_s` seconds."""

    requests: int
    period_s: float
    tokens: int | None = None
    most: int = 0
    _log: dict[str, deque[tuple[float, int]]] = field(default_factory=dict)

    def wait_s(self, key: str, now: float, tokens: int) -> float:
        """0 where the call is admitted, and counted; else the seconds until it would be."""
        log = self._log.setdefault(key, deque())
        while log and log[0][0] <= now - self.period_s:
            log.popleft()
        full = len(log) >= self.requests
        if self.tokens is not None:
            full = full or sum(spent for _, spent in log) + tokens > self.tokens
        if full and log:
            return max(0.001, log[0][0] + self.period_s - now)
        log.append((now, tokens))
        used = len(log) if self.tokens is None else sum(spent for _, spent in log)
        self.most = max(self.most, used)
        return 0.0


def _identities(about: dict[str, Any]) -> list[Any]:
    """What the asked rows are known by."""
    if about.get("given_columns", ())[1:2] != ["id"]:
        return []
    return [row[1] for row in about["given"]]


def data_of(prompt: str) -> dict[str, Any]:
    """The prompt's first data block."""
    found = re.search(r"<<<DATA-(\w+)\n(.*?)\nDATA-\1>>>", prompt, re.DOTALL)
    return json.loads(found.group(2)) if found else {}


def value(column: dict[str, Any], seed: str, row: int) -> Any:
    """A value of the column's type, the same for the same prompt and row."""
    digest = hashlib.sha256(f"{seed}{column['name']}".encode()).digest()
    made = column.get("generator", {})
    limits = made | column.get("constraints", {})
    choices = limits.get("enum") or (made.get("values") if made.get("kind") == "category" else None)
    if choices:
        return choices[digest[0] % len(choices)]
    kind, number = column["type"], int.from_bytes(digest[:4], "big")
    if kind in ("integer", "number"):
        low = limits.get("minimum", 0)
        high = limits.get("maximum", low + 1000)
        whole = int(low) + number % max(1, int(high) - int(low) + 1)
        return whole if kind == "integer" else float(min(whole + 0.5, high))
    if kind == "string" and "format" not in column:
        low, high = column.get("words", (8, 18))
        count = low + digest[4] % (high - low + 1)
        picked = (WORDS[digest[5 + n % 27] % len(WORDS)] for n in range(count))
        text = " ".join(picked).capitalize() if count > 3 else f"{next(picked)} {digest[:3].hex()}"
        return text[: limits.get("maxLength", 10_000)]
    hexed = digest.hex()
    return {
        "boolean": digest[0] % 2 == 0,
        "date": f"2025-{1 + digest[0] % 12:02}-{1 + digest[1] % 28:02}",
        "time": f"{digest[0] % 24:02}:{digest[1] % 60:02}:00",
        "datetime": f"2025-{1 + digest[0] % 12:02}-{1 + digest[1] % 28:02}T09:30:00",
        "duration": f"P{1 + digest[0] % 30}D",
        "array": [],
        "object": {},
        "email": f"{hexed[:8]}.{row}@example.com",
        "uri": f"https://example.com/{hexed[:8]}",
        "uuid": f"{hexed[:8]}-{hexed[8:12]}-4{hexed[13:16]}-8{hexed[17:20]}-{hexed[20:32]}",
    }.get(column.get("format", kind), hexed[:12])


def candidate(text: str | None, reason: str, usage: dict[str, Any]) -> dict[str, Any]:
    content = {"role": "model", **({"parts": [{"text": text}]} if text is not None else {})}
    one = {"content": content, "finishReason": reason, "index": 0}
    return {"candidates": [one], "usageMetadata": usage, "modelVersion": "emulated"}


def error(status: int, message: str, *details: dict[str, Any]) -> str:
    inner = {"code": status, "message": message, "status": STATUS[status]}
    return json.dumps({"error": {**inner, **({"details": details} if details else {})}})


def retry_info(seconds: str) -> dict[str, Any]:
    return {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": f"{seconds}s"}


def quota_failure(quota_id: str) -> dict[str, Any]:
    kind = "type.googleapis.com/google.rpc.QuotaFailure"
    return {"@type": kind, "violations": [{"quotaId": quota_id}]}


_MINUTE = "GenerateRequestsPerMinutePerProjectPerModel-FreeTier"
_DAY = "GenerateRequestsPerDayPerProjectPerModel-FreeTier"
_KEY = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}

ERRORS: dict[str, Any] = {
    str(status): lambda _, status=status: (status, error(status, f"emulated {status}"), "")
    for status in STATUS
} | {
    "429": lambda seconds: (
        429,
        error(429, "slow down", quota_failure(_MINUTE), retry_info(seconds or "0")),
        "",
    ),
    "429-bare": lambda _: (429, error(429, "slow down"), ""),
    "daily": lambda _: (429, error(429, "no more", quota_failure(_DAY), retry_info("9")), ""),
    "key": lambda _: (400, error(400, "API key not valid.", _KEY), ""),
}


async def _send(writer: asyncio.StreamWriter, status: int, body: str, extra: str = "") -> None:
    data = body.encode()
    kind = "text/html" if body.startswith("<") else "application/json"
    writer.write(
        f"HTTP/1.1 {status} {REASON[status]}\r\nContent-Type: {kind}\r\n"
        f"Content-Length: {len(data)}\r\n{extra}\r\n".encode()
        + data
    )
    await writer.drain()


async def _drip(writer: asyncio.StreamWriter) -> None:
    """A body that never ends and never pauses for long."""
    writer.write(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n"
    )
    while not writer.is_closing():
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.01)


def _quota(options: argparse.Namespace) -> Quota | None:
    if not options.quota:
        return None
    requests, _, seconds = options.quota.partition("/")
    return Quota(int(requests), float(seconds), options.token_quota)


async def _serve(options: argparse.Namespace) -> None:
    emulator = Emulator(
        script=[fault for fault in options.script.split(",") if fault],
        latency_s=options.latency_ms / 1000,
        s_per_token=options.ms_per_token / 1000,
        port=options.port,
        rates={
            name: float(rate)
            for name, _, rate in (pair.partition("=") for pair in options.rates.split(",") if pair)
        },
        seed=options.seed,
        quota=_quota(options),
        keeps_calls=False,
    )
    async with emulator:
        sys.stdout.write(json.dumps({"url": emulator.url}) + "\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="A stand-in for Gemini.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--script", default="")
    parser.add_argument("--latency-ms", type=float, default=0.0)
    parser.add_argument("--ms-per-token", type=float, default=0.0)
    parser.add_argument("--rates", default="")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--quota", default="")
    parser.add_argument("--token-quota", type=int, default=None)
    asyncio.run(_serve(parser.parse_args()))

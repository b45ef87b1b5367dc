"""The planted bugs: each a change of text, and the tests that must turn red."""

from __future__ import annotations

from dataclasses import dataclass

POWER = "tests/crash/test_power_loss.py"
EVERY = "tests/crash/test_every_operation.py"
CANCEL = "tests/crash/test_cancellation.py"
DAMAGE = "tests/crash/test_damage.py"
CLOCKS = "tests/crash/test_clocks.py"
CONTROL = "tests/crash/test_control.py"
ANY_ORDER = "tests/crash/test_any_order.py"
RUNNER = "tests/core/test_job_runner.py"
MOVES = "tests/core/test_moves.py"
WRITTEN = "tests/core/test_model_rows.py"
STORES = "tests/storage/test_every_job_store.py"
LEASES = "tests/storage/test_leases.py"
REBUILDING = "tests/storage/test_rebuilding.py"
LYING = "tests/storage/test_damaged_store.py"
MERGING = "tests/storage/test_merge.py"
LIMITS = "tests/api/test_limits.py"
GATE = "tests/api/test_gate.py"
GEMINI = "tests/api/test_gemini.py"
SALVAGE = "tests/api/test_salvage.py"
ANSWERS = "tests/api/test_answers.py"
SMALL = "tests/utils/test_small_tools.py"
CELLS = "tests/generation/test_cells.py"


@dataclass(frozen=True)
class Bug:
    """`old` stands once in `file`, below `src`, and becomes `new`; then `tests` must fail."""

    area: str
    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


BUGS = (
    # ── durability ────────────────────────────────────────────────────────────────────────────
    Bug(
        "fsync", "a chunk's bytes are not synced", "storage/files.py",
        "        files.write(descriptor, data)\n        files.sync(descriptor)\n",
        "        files.write(descriptor, data)\n",
        (POWER,),
    ),
    Bug(
        "fsync", "a folder's names are not synced", "storage/files.py",
        "            os.fsync(descriptor)\n        finally:\n            os.close(descriptor)\n",
        "            pass\n        finally:\n            os.close(descriptor)\n",
        (POWER,),
    ),
    Bug(
        "fsync", "commits are not synced", "storage/jobs/tables.py",
        "PRAGMA synchronous = FULL", "PRAGMA synchronous = NORMAL",
        (POWER,),
    ),
    Bug(
        "rename", "a chunk is written in place", "storage/files.py",
        "    temporaries = [temporary_beside(path) for path, _ in wholes]\n",
        "    temporaries = [path for path, _ in wholes if not path.unlink(missing_ok=True)]\n",
        ("tests/storage/test_disk_faults.py",),
    ),
    Bug(
        "rename", "a dataset is shown before its bytes are synced", "storage/outputs.py",
        "        files.sync(descriptor)\n", "",
        (POWER,),
    ),
    Bug(
        "order", "a chunk is recorded before it is stored", "core/chunk_worker.py",
        "        await to_its_end(self._put, job, key, data, job.attempt)\n        chunk =",
        "        asyncio.get_running_loop().call_later(\n"
        "            0.05, self._put, job, key, data, job.attempt\n        )\n        chunk =",
        (EVERY, RUNNER, CANCEL),
    ),
    Bug(
        "order", "files are shown without a note that they are not judged", "storage/datasets.py",
        "            unjudged.note(", "            (lambda *_: None)(",
        (EVERY,),
    ),
    Bug(
        "checksum", "a chunk is read without comparing its hash", "storage/abouts.py",
        "    if digest == chunk.sha256:", "    if digest:",
        (DAMAGE,),
    ),
    Bug(
        "checksum", "a record is read without comparing its seal", "storage/jobs/seals.py",
        "    if seal(*row[:-1]) != row[-1]:", "    if False:",
        (DAMAGE,),
    ),
    Bug(
        "checksum", "what is said of a chunk is checked without its size", "storage/abouts.py",
        "return canonical_sha256(document)[:CHECK_DIGITS]",
        "return canonical_sha256({**document, \"bytes\": 0})[:CHECK_DIGITS]",
        (DAMAGE,),
    ),
    Bug(
        "checksum", "the record of the next chunk is read without its seal",
        "storage/jobs/chunks.py",
        "int(opened(row, \"a job's next chunk\")[1])", "int(row[1])",
        (LYING,),
    ),
    # ── redelivery ────────────────────────────────────────────────────────────────────────────
    Bug(
        "redelivery", "a chunk that came out otherwise is taken", "storage/jobs/chunks.py",
        "    if before.sha256 != chunk.sha256:", "    if False:",
        (STORES,),
    ),
    Bug(
        "redelivery", "a chunk that comes twice is counted twice", "storage/jobs/chunks.py",
        "    if not present:\n        _write", "    if True:\n        _write",
        (STORES, ANY_ORDER),
    ),
    Bug(
        "redelivery", "whoever asks for a chunk in flight makes it again",
        "core/running/deliveries.py",
        "        task = hold.in_flight.get(key.index) or self._begun(",
        "        task = self._begun(",
        (RUNNER,),
    ),
    Bug(
        "redelivery", "recorded answers are paid for again", "core/authoring/journal.py",
        "        kept = await self.jobs.answers(keys) if keys else {}\n", "        kept = {}\n",
        (EVERY,),
    ),
    Bug(
        "redelivery", "a later answer takes the place of the first",
        "storage/jobs/texts.py",
        "        return {**texts, **known}\n", "        return {**known, **texts}\n",
        (STORES,),
    ),
    Bug(
        "redelivery", "a retried job makes everything again", "core/job_runner.py",
        "Owed(plan.count, await self.jobs.stored(job.job_id))", "Owed(plan.count, ())",
        (RUNNER,),
    ),
    # ── leases ────────────────────────────────────────────────────────────────────────────────
    Bug(
        "leases", "a job is deleted without its lease", "core/job_manager.py",
        "        async with self.runner.alone(job.job_id):\n", "        if True:\n",
        ("tests/crash/test_control.py",),
    ),
    Bug(
        "order", "a store that lost its name goes on taking records", "storage/jobs/records.py",
        "        self._store.refuse_if_gone()\n", "",
        ("tests/storage/test_job_store_file.py",),
    ),
    Bug(
        "leases", "an older attempt may write", "storage/jobs/chunks.py",
        "    if chunk.attempt != attempt:", "    if chunk.attempt > attempt:",
        (STORES, RUNNER),
    ),
    Bug(
        "leases", "a cancelled job takes chunks", "storage/jobs/chunks.py",
        "    if state not in TAKES_CHUNKS:", "    if False:",
        (STORES, RUNNER),
    ),
    Bug(
        "leases", "a holder that slept may fail the job", "core/running/moves.py",
        "            if attempt not in (None, job.attempt):", "            if False:",
        (RUNNER,),
    ),
    Bug(
        "leases", "giving back a lease takes away the next one", "storage/jobs/leases.py",
        "            if _is_at(descriptor, self.path):\n                self.path.unlink()",
        "            self.path.unlink()",
        (LEASES,),
    ),
    Bug(
        "leases", "a lease got while being cancelled leaks", "core/running/holding.py",
        "            for lease in filter(None, got):\n                lease.release()\n", "",
        (CANCEL,),
    ),
    Bug(
        "leases", "a chunk is still written when its lease is given back",
        "core/running/threads.py",
        "        await asyncio.wait({task})\n", "",
        ("tests/core/test_threads.py", CANCEL),
    ),
    Bug(
        "leases", "who only looks is taken for a holder", "storage/jobs/leases.py",
        "        if not _try(descriptor, fcntl.LOCK_SH):",
        "        if not _try(descriptor, fcntl.LOCK_EX):",
        (LEASES,),
    ),
    Bug(
        "leases", "attempts that only chunks tell of are counted again",
        "storage/jobs/rebuilding.py",
        "[job.attempt, *(chunk.attempt for chunk, _ in found)]", "[job.attempt]",
        (REBUILDING,),
    ),
    # ── states ────────────────────────────────────────────────────────────────────────────────
    Bug(
        "states", "what was decided on an older state is written", "core/running/moves.py",
        "seen=job.version,", "seen=(await self.jobs.get(job_id)).version,",
        (MOVES,),
    ),
    Bug(
        "states", "a job that was paused is meant to go on", "core/job_manager.py",
        "self.runner.move(job.job_id, event, wanted=False)", "self.runner.move(job.job_id, event)",
        (CONTROL,),
    ),
    # ── clocks ────────────────────────────────────────────────────────────────────────────────
    Bug(
        "clocks", "waiting follows the wall clock", "core/job_manager.py",
        "            waited = self.clock.monotonic() - began",
        "            waited = self.clock.now() - began",
        (CLOCKS,),
    ),
    Bug(
        "clocks", "the pace follows the wall clock", "core/running/deliveries.py",
        "(self.clock.monotonic(), key.rows)", "(self.clock.now(), key.rows)",
        (CLOCKS,),
    ),
    Bug(
        "clocks", "a chunk is timed by the wall clock", "core/chunk_worker.py",
        "        began = self.clock.monotonic()", "        began = self.clock.now()",
        (CLOCKS,),
    ),
    Bug(
        "clocks", "after a jump, what a living process writes is swept", "storage/scratch.py",
        "    descriptor = _locked(path)\n    if descriptor is None:\n        return WINDOWS",
        "    return True\n    descriptor = _locked(path)\n    if descriptor is None:\n"
        "        return WINDOWS",
        ("tests/storage/test_leftovers.py",),
    ),
    # ── limits ────────────────────────────────────────────────────────────────────────────────
    Bug(
        "limits", "a place is lost with a call that gives up while it is let in", "api/limits.py",
        "            if not turn.cancelled():  # let in", "            if False:  # let in",
        (GATE,),
    ),
    Bug(
        "limits", "one request too many in a window", "api/limits.py",
        "        return max(0.0, self._starts[0].at + self._keep_s - now)",
        "        return max(0.0, self._starts[0].at + self._keep_s / 2 - now)",
        (LIMITS,),
    ),
    Bug(
        "limits", "tokens that were settled after the window count for ever", "api/limits.py",
        "        if not spent.forgotten:\n", "        if True:\n",
        (LIMITS,),
    ),
    Bug(
        "limits", "what was estimated leaves the window, not what was counted", "api/limits.py",
        "            spent.tokens = tokens\n", "",
        (LIMITS,),
    ),
    Bug(
        "limits", "a delay holds back the first key, whichever was told", "api/gemini.py",
        "line.limiter.pause(asked_wait_s(error), ticket.key)",
        "line.limiter.pause(asked_wait_s(error))",
        (GEMINI,),
    ),
    # ── budgets ───────────────────────────────────────────────────────────────────────────────
    Bug(
        "budgets", "what another process spent meanwhile is not counted",
        "core/authoring/asking.py",
        "        if account.attempt < job.attempt:\n            before",
        "        if account.attempt < 0:\n            before",
        (WRITTEN,),
    ),
    Bug(
        "budgets", "a call that nobody answered is free", "core/authoring/asking.py",
        "account.spent + lost + others", "account.spent + others",
        (WRITTEN,),
    ),
    # ── salvage ───────────────────────────────────────────────────────────────────────────────
    Bug(
        "salvage", "an unterminated row is kept", "api/salvage.py",
        "            at = end\n        self._work -= at - begin\n        return None",
        "            at = end\n        self._work -= at - begin\n        return at",
        (ANSWERS,),
    ),
    Bug(
        "salvage", "NaN is taken for a number", "api/salvage.py",
        ", parse_constant=_refuse)", ")",
        (SALVAGE,),
    ),
    Bug(
        "salvage", "a number loses the zeros in front of it", "api/answers.py",
        "r\"-?(?:0|[1-9]\\d{0,17})\"", "r\"-?\\d{1,18}\"",
        (ANSWERS,),
    ),
    # ── redaction ─────────────────────────────────────────────────────────────────────────────
    Bug(
        "redaction", "a key in a URL is shown", "utils/redact.py",
        "quote(secret, safe=\"\"), quote_plus(secret)", "secret",
        (SMALL,),
    ),
    Bug(
        "redaction", "a key nobody told us of is shown", "utils/redact.py",
        "        self._secret = re.compile(\"|\".join([*known, *_SHAPES]))",
        "        self._secret = re.compile(\"|\".join(known) or \"(?!)\")",
        (SMALL,),
    ),
    # ── strangers ─────────────────────────────────────────────────────────────────────────────
    Bug(
        "strangers", "a name that Windows keeps passes with two endings", "storage/names.py",
        "part.split(\".\", maxsplit=1)[0]", "part.rsplit(\".\", maxsplit=1)[0]",
        ("tests/hostile/test_names_and_links.py",),
    ),
    Bug(
        "strangers", "a formula hides behind a tab", "storage/formats/formulas.py",
        "rf\"\\A[=@\\t\\r\\n+\\-{_WIDE}]\"", "rf\"\\A[=@\\r\\n+\\-{_WIDE}]\"",
        ("tests/storage/test_formulas.py",),
    ),
    # ── merge ─────────────────────────────────────────────────────────────────────────────────
    Bug(
        "merge", "each chunk brings its header", "storage/merging/merge.py",
        "memoryview(piece.data)[start:]", "memoryview(piece.data)",
        (MERGING,),
    ),
    Bug(
        "merge", "a chunk with more rows than recorded is taken", "storage/merging/chunk_source.py",
        "        if table.num_rows != key.rows:", "        if table.num_rows < key.rows:",
        (MERGING,),
    ),
    # ── cells ─────────────────────────────────────────────────────────────────────────────────
    Bug(
        "cells", "of a seed only 32 bits count", "generation/draws/keys.py",
        "(str(seed), *names)", "(str(seed % 2**32), *names)",
        (CELLS,),
    ),
    Bug(
        "cells", "unique values follow the order of the rows", "generation/draws/permutations.py",
        "        order = self._permutation.forward(rows)\n        if width",
        "        order = rows\n        if width",
        (CELLS,),
    ),
    # ── judging ───────────────────────────────────────────────────────────────────────────────
    Bug(
        "judging", "a deviation is that of all there are", "utils/folds.py",
        "math.sqrt(self.moment / (self.count - 1))", "math.sqrt(self.moment / self.count)",
        ("tests/utils/test_folds.py",),
    ),
    Bug(
        "judging", "a quantile's ranks are one too near", "utils/chance.py",
        "(low - 1 if low else None)", "(low or None)",
        ("tests/utils/test_chance.py",),
    ),
    # ── answers ───────────────────────────────────────────────────────────────────────────────
    Bug(
        "answers", "how long a call waits is part of what it wants", "mcp_server/waiting.py",
        "mode=\"json\", exclude={\"wait_s\"}", "mode=\"json\"",
        ("tests/mcp_server/test_waiting.py",),
    ),
    Bug(
        "answers", "a command that met another process ends like a fault", "cli/failures.py",
        "    (Conflict, 5),\n", "",
        ("tests/cli/test_errors.py",),
    ),
)  # fmt: skip

"""What the job store keeps as files too, so that it can be rebuilt where its own is damaged.

| file                              | holds                                  | written           |
|-----------------------------------|----------------------------------------|-------------------|
| `temp/<job_id>/job.spec.json`     | what the job is                        | once, before it   |
| `temp/<job_id>/job.journal.jsonl` | its moves, attempts, what was spent    | before a commit   |
| `temp/<job_id>/job.json`          | where it stands, for people; never read| after, not always |
| `rowmill.journal.jsonl` (home)    | models' answers, documents of schemas  | before a commit   |

A crash between a file and its commit leaves an entry too many, never one too few: of entries about
the same thing the last one counts, because nothing is written about what is recorded already.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...core.errors import NewerFormat, StorageError
from ...core.ids import is_job_id
from ...core.models import Job, JobSpecification, Tally
from ...core.planning import ChunkPlan
from ...utils.checksums import canonical_sha256
from ..files import Files, temporary_beside, write_whole
from ..names import safe_part
from . import rows as jobs_rows
from .journal import Entry, Journal, line
from .shapes import is_note, is_shelving, is_specification_file

SPEC, JOURNAL, STATUS = "job.spec.json", "job.journal.jsonl", "job.json"
SPEC_FORMAT = 1
STATUS_S = 1.0
"""The least seconds between two pictures of the same job, unless its state changed."""


class NoCopies:
    """For a store in memory."""

    def created(self, job: Job) -> None: ...

    def noted(self, job_id: str, entry: Mapping[str, Any], *, durable: bool = True) -> None: ...

    def kept(self, shelf: str, texts: Mapping[str, str]) -> int:
        """The journal's size then."""
        del shelf, texts
        return 0

    def kept_since(self, size: int) -> tuple[int, Iterator[Entry | None]]:
        """The journal's size now, and what was kept after it had this one."""
        del size
        return 0, iter(())

    def shown(self, job: Job, tally: Callable[[], Tally], *, changed: bool) -> None: ...

    def deleted(self, job_id: str) -> None: ...

    def job_ids(self) -> list[str]:
        """The jobs of which there is a folder."""
        return []

    def can_tell(self, job_id: str) -> bool:
        """Whether the folder says what the job is: without that, no rebuild brings it back."""
        del job_id
        return False

    def rewrite(self, job: Job, entries: Iterable[Mapping[str, Any]]) -> None:
        """All that is known of a job anew, in place of what there was."""


@dataclass(slots=True)
class FileCopies(NoCopies):
    """`folder` holds a folder for each job; `monotonic` gives seconds."""

    home: Path
    folder: Path
    files: Files
    monotonic: Callable[[], float]
    _shown: dict[str, float] = field(default_factory=dict, init=False)

    @property
    def journal(self) -> Journal:
        return Journal(self.files, self.home / "rowmill.journal.jsonl")

    def created(self, job: Job) -> None:
        folder = self._job_folder(job.job_id)
        self.files.make_folder(folder)
        write_whole(self.files, folder / SPEC, specification_file(job))

    def noted(self, job_id: str, entry: Mapping[str, Any], *, durable: bool = True) -> None:
        folder = self._job_folder(job_id)
        journal = Journal(self.files, folder / JOURNAL)
        try:
            journal.append(entry, durable=durable)
        except FileNotFoundError:
            self.files.make_folder(folder)
            journal.append(entry, durable=durable)

    def kept(self, shelf: str, texts: Mapping[str, str]) -> int:
        return self.journal.append({"shelf": shelf, "texts": dict(texts)})

    def kept_since(self, size: int) -> tuple[int, Iterator[Entry | None]]:
        journal = self.journal
        now = journal.size()
        entries = journal.entries(size if size <= now else 0) if now != size else ()
        return now, _believed(entries, is_shelving)

    def shown(self, job: Job, tally: Callable[[], Tally], *, changed: bool) -> None:
        now = self.monotonic()
        if not changed and now - self._shown.get(job.job_id, now - STATUS_S) < STATUS_S:
            return
        self._shown[job.job_id] = now
        # For people only: nothing depends on it, so nothing waits for it or fails by it.
        with suppress(OSError):
            self._show(job, tally())

    def deleted(self, job_id: str) -> None:
        folder = self._job_folder(job_id)
        if folder.exists():
            shutil.rmtree(folder)
            self.files.sync_folder(self.folder)
        self._shown.pop(job_id, None)

    def rewrite(self, job: Job, entries: Iterable[Mapping[str, Any]]) -> None:
        self.created(job)
        data = b"".join(map(line, entries))
        write_whole(self.files, self._job_folder(job.job_id) / JOURNAL, data)

    # ── for a rebuild ─────────────────────────────────────────────────────────────────────────

    def job_ids(self) -> list[str]:
        found = (path for path in self.folder.glob("job_*") if is_job_id(path.name))
        folders = (path for path in found if path.is_dir() and not path.is_symlink())
        return sorted(path.name for path in folders if any(path.iterdir()))

    def can_tell(self, job_id: str) -> bool:
        return (self._job_folder(job_id) / SPEC).exists()

    def job(self, job_id: str) -> Job:
        """As it was created. Raises: StorageError: says what is wrong with the file."""
        try:
            data = self.files.read(self._job_folder(job_id) / SPEC)
        except OSError as exc:
            raise StorageError(f"{SPEC} cannot be read: {exc.strerror}") from None
        return _job(job_id, data)

    def notes(self, job_id: str) -> Iterator[Entry | None]:
        entries = Journal(self.files, self._job_folder(job_id) / JOURNAL).entries()
        return _believed(entries, is_note)

    # ── below ─────────────────────────────────────────────────────────────────────────────────

    def _job_folder(self, job_id: str) -> Path:
        folder = self.folder / safe_part(job_id)
        if folder.is_symlink():
            hint = f"remove the link {job_id} from the folder that STORAGE_TEMP_DIR names"
            raise StorageError("a job's folder is a link that may lead elsewhere", hint=hint)
        return folder

    def _show(self, job: Job, tally: Tally) -> None:
        """In one step, but not durable."""
        path = self._job_folder(job.job_id) / STATUS
        temporary = temporary_beside(path)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(picture(job, tally))
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)


def specification_file(job: Job) -> bytes:
    document = {
        "job_spec_format": SPEC_FORMAT,
        "job_id": job.job_id,
        "name": job.name,
        "owner": job.owner,
        "created_at": job.created_at,
        "specification": json.loads(jobs_rows.specification_text(job.spec)),
    }
    sealed = {**document, "sha256": canonical_sha256(document)}
    return (json.dumps(sealed, indent=1) + "\n").encode("ascii")


def _job(job_id: str, data: bytes) -> Job:
    try:
        document = json.loads(data)
        whole = document.pop("sha256") == canonical_sha256(document)
        is_newer = whole and document["job_spec_format"] > SPEC_FORMAT
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
        whole = is_newer = False
    if is_newer:
        raise NewerFormat(f"a newer rowmill wrote {SPEC}", hint="update rowmill")
    if not (whole and is_specification_file(document) and document["job_id"] == job_id):
        raise StorageError(f"{SPEC} is damaged or another job's")
    return Job(
        job_id=job_id,
        name=document["name"],
        owner=document["owner"],
        created_at=document["created_at"],
        spec=_specification(document["specification"]),
    )


def _specification(document: Mapping[str, Any]) -> JobSpecification:
    try:
        spec = jobs_rows.specification(json.dumps(document))
    except (KeyError, TypeError):
        raise StorageError(f"{SPEC} holds other things than this version's") from None
    if not {table for table, _ in spec.rows} <= {table.name for table in spec.schema.tables}:
        raise StorageError(f"{SPEC} wants rows of tables that its schema has not")
    return spec


def _believed(
    entries: Iterable[Entry | None], check: Callable[[Entry], bool]
) -> Iterator[Entry | None]:
    """None for those that are not."""
    return (entry if entry is not None and check(entry) else None for entry in entries)


def picture(job: Job, tally: Tally) -> bytes:
    """Where a job stands, in words for people who look into its folder."""
    document = {
        "note": "for people who look; rowmill never reads this file",
        "job_id": job.job_id,
        "name": job.name,
        "state": job.state,
        "problem": job.problem,
        "rows": tally.rows,
        "rows_wanted": job.spec.total_rows,
        "chunks": tally.chunks,
        "chunks_wanted": ChunkPlan(job.job_id, job.spec).count,
        "bytes": tally.bytes,
        "model_calls": tally.usage.calls,
        "attempt": job.attempt,
        "version": job.version,
        "updated_at": job.updated_at,
    }
    return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode("utf-8", "replace")

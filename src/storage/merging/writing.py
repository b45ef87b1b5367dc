"""The files of a dataset, written but not yet visible."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ...core.dataset_formats import Partition
from ...core.ports import DatasetFile, MergeRequest
from ..manifest import BETWEEN
from ..provenance import origin
from .assembling import Assembly, assemble
from .course import Course
from .merge import Counted
from .partitions import write_parts


@dataclass(slots=True)
class Writing:
    """The files of a dataset, written and not yet visible: that they become when `publications`
    ends well. `scratch` is a folder that exists."""

    request: MergeRequest
    course: Course
    scratch: Path
    publications: ExitStack
    neutralised: int = 0

    def files(self) -> tuple[DatasetFile, ...]:
        by_name: dict[str, list[str]] = {}
        for table, name in self.request.names.items():
            by_name.setdefault(name, []).append(table)
        return tuple(
            file for name, tables in by_name.items() for file in self._written(name, tables)
        )

    def _written(self, name: str, tables: Sequence[str]) -> Iterator[DatasetFile]:
        if self.request.partition is not None:
            yield from self._parts(name, tables[0], self.request.partition)
            return
        out, before = self._open(name), self.course.done
        assembly = Assembly(self.request, tables, self.course, self.scratch)
        self.neutralised += assemble(assembly, out)
        yield self._file(BETWEEN.join(tables), name, self.course.done - before, out)

    def _parts(self, folder: str, table: str, partition: Partition) -> Iterator[DatasetFile]:
        source = Assembly(self.request, [table], self.course, self.scratch).source(table)
        about = origin(self.request.job, table)
        opened = partial(self._open_inside, folder)
        for part in write_parts(source, self.course, partition, about, opened):
            yield self._file(table, f"{folder}/{part.name}", part.rows, part.out)

    def _open_inside(self, folder: str, name: str) -> Counted:
        return self._open(f"{folder}/{name}")

    def _open(self, name: str) -> Counted:
        publish = self.request.outputs.publish(name, overwrite=self.request.overwrite)
        return Counted(self.publications.enter_context(publish).file)

    def _file(self, table: str, name: str, rows: int, out: Counted) -> DatasetFile:
        path = self.request.outputs.locate(name)
        return DatasetFile(table, name, path, out.size, rows, out.digest.hexdigest())

"""The states in which a disk may be found when the power went at some moment of a recording."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from .recorded import Answered, Names, Operation, Sync, Truncate, Write


@dataclass(frozen=True)
class State:
    """`files` by their path; `answered` what the process had told before; `how` for a reader."""

    files: tuple[tuple[str, bytes], ...]
    answered: tuple[str, ...]
    how: str

    def lay_out(self, home: Path) -> None:
        for name, data in self.files:
            path = home / name
            if name.endswith("/"):
                path.mkdir(parents=True, exist_ok=True)
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)


@dataclass(frozen=True)
class Moment:
    """The power goes after `past` operations; of those that are not durable the one at `odd` is the
    `only` one that reached the disk, or the only one that did not, in the way of `mode`."""

    past: int
    odd: int | None = None
    only: bool = True
    mode: Literal["whole", "half", "zeros"] = "whole"


def moments(operations: Sequence[Operation]) -> Iterator[Moment]:
    """All of them: what is durable for certain, then with one more operation and with all but one,
    and with one write torn or come as zeros.

    A file's data is durable once the file was synced, a name once its folder was; nothing else is
    promised. Operations that are not durable may have come in any order.
    """
    for past in range(len(operations) + 1):
        yield Moment(past)
        durable = _durable(operations[:past])
        for odd in range(past):
            if odd in durable or not isinstance(operations[odd], (Write, Truncate, Names)):
                continue
            for only in (True, False):
                yield Moment(past, odd, only)
                if isinstance(operations[odd], Write):
                    yield Moment(past, odd, only, "half")
                    yield Moment(past, odd, only, "zeros")


def state(operations: Sequence[Operation], folders: Collection[int], moment: Moment) -> State:
    """What the disk then holds; `folders` are the inodes that are no files."""
    past = operations[: moment.past]
    answered = tuple(op.text for op in past if isinstance(op, Answered))
    return State(_tree(_kept(past, moment), folders), answered, str(moment))


def whole(operations: Sequence[Operation], folders: Collection[int]) -> State:
    """Nothing was lost."""
    return State(_tree(operations, folders), (), "the end")


def _kept(past: Sequence[Operation], moment: Moment) -> Iterator[Operation]:
    durable = _durable(past)
    for place, op in enumerate(past):
        if place != moment.odd and (place in durable or not moment.only):
            yield op
        elif place == moment.odd:
            yield from _part(op, moment)


def _part(op: Operation, moment: Moment) -> Iterator[Operation]:
    if moment.mode == "whole":
        if moment.only:
            yield op
        return
    assert isinstance(op, Write)
    half = op.data[: len(op.data) // 2] if moment.mode == "half" else bytes(len(op.data))
    yield Write(op.inode, op.offset, half)


def _durable(past: Sequence[Operation]) -> set[int]:
    """The places of operations whose every inode was synced later."""
    synced: dict[int, int] = {}
    for place, op in enumerate(past):
        if isinstance(op, Sync):
            synced[op.inode] = place
    return {place for place, op in enumerate(past) if _is_synced(op, place, synced)}


def _is_synced(op: Operation, place: int, synced: dict[int, int]) -> bool:
    if isinstance(op, Names):
        return all(synced.get(folder, -1) > place for folder, _, _ in op.changes)
    return isinstance(op, (Write, Truncate)) and synced.get(op.inode, -1) > place


def _tree(kept: Iterable[Operation], inodes: Collection[int]) -> tuple[tuple[str, bytes], ...]:
    folders: dict[int, dict[str, int]] = {inode: {} for inode in inodes}
    data: dict[int, bytearray] = {}
    for op in kept:
        if isinstance(op, Names):
            for folder, name, inode in op.changes:
                _renamed(folders[folder], name, inode)
        elif isinstance(op, Write):
            _written(data.setdefault(op.inode, bytearray()), op)
        elif isinstance(op, Truncate):
            held = data.setdefault(op.inode, bytearray())
            held[:] = held[: op.size].ljust(op.size, b"\0")
    return tuple(sorted(_below(0, "", folders, data)))


def _renamed(folder: dict[str, int], name: str, inode: int | None) -> None:
    if inode is None:
        folder.pop(name, None)
    else:
        folder[name] = inode


def _written(held: bytearray, op: Write) -> None:
    if len(held) < op.offset:
        held.extend(bytes(op.offset - len(held)))
    held[op.offset : op.offset + len(op.data)] = op.data


def _below(
    folder: int, path: str, folders: dict[int, dict[str, int]], data: dict[int, bytearray]
) -> Iterator[tuple[str, bytes]]:
    for name, inode in folders[folder].items():
        if inode in folders:
            yield f"{path}{name}/", b""
            yield from _below(inode, f"{path}{name}/", folders, data)
        else:
            yield f"{path}{name}", bytes(data.get(inode, b""))

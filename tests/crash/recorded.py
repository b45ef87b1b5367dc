"""What strace saw a process do to the files below one folder, as operations on a model disk."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from .child import ACK

CALLS = (
    "open,openat,creat,close,lseek,write,pwrite64,writev,pwritev,pwritev2,fsync,fdatasync,"
    "sync_file_range,truncate,ftruncate,fallocate,copy_file_range,sendfile,splice,rename,renameat,"
    "renameat2,link,linkat,symlink,symlinkat,unlink,unlinkat,mkdir,mkdirat,rmdir,dup,dup2,dup3"
)
NOT_DURABLE = "-shm"
"""SQLite makes its shared-memory index anew after a crash."""

_LINE = re.compile(r"(\d+) +(.*)")
_CALL = re.compile(r"(\w+)\((.*)\)\s+= (-?\d+|\?)")
_RESUMED = re.compile(r"<\.\.\. \w+ resumed>(.*)")
_HEX = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_FD = re.compile(r"^(\d+|AT_FDCWD)(?:<([^>]*)>)?")


@dataclass(frozen=True)
class Write:
    inode: int
    offset: int
    data: bytes


@dataclass(frozen=True)
class Truncate:
    inode: int
    size: int


@dataclass(frozen=True)
class Names:
    """Entries of folders that change in one step: (folder's inode, name, inode or None)."""

    changes: tuple[tuple[int, str, int | None], ...]


@dataclass(frozen=True)
class Sync:
    """What was done to the inode before is durable: a file's data, a folder's names."""

    inode: int


@dataclass(frozen=True)
class Answered:
    """The process told somebody."""

    text: str


Operation = Write | Truncate | Names | Sync | Answered


@dataclass
class _Open:
    inode: int
    at: int = 0
    appends: bool = False


@dataclass
class Recorder:
    """Follows the names below `root` (inode 0) as the process changed them."""

    root: Path
    operations: list[Operation] = field(default_factory=list)
    folders: dict[int, dict[str, int]] = field(default_factory=lambda: {0: {}})
    sizes: dict[int, int] = field(default_factory=dict)
    opened: dict[int, _Open] = field(default_factory=dict)
    _inodes: int = 0

    def read(self, trace: str) -> list[Operation]:
        for name, arguments, result in _calls(trace):
            act = getattr(self, f"_{name}", None)
            if act is not None:
                act(arguments, result)
            elif self._is_ours(arguments):
                raise AssertionError(f"the replay does not know {name}")
        return self.operations

    # ── names ─────────────────────────────────────────────────────────────────────────────────

    def _place(self, path: str) -> tuple[int, str] | None:
        """The folder and the name of a path below the root; None elsewhere."""
        try:
            parts = Path(os.path.normpath(path)).relative_to(self.root).parts
        except ValueError:
            return None
        if not parts or parts[-1].endswith(NOT_DURABLE):
            return (0, "") if not parts else None
        folder = 0
        for part in parts[:-1]:
            folder = self.folders[folder][part]
        return folder, parts[-1]

    def _inode(self, path: str) -> int | None:
        place = self._place(path)
        if place is None:
            return None
        return 0 if not place[1] else self.folders[place[0]].get(place[1])

    def _change(self, *changes: tuple[int, str, int | None]) -> None:
        for folder, name, inode in changes:
            if inode is None:
                self.folders[folder].pop(name, None)
            else:
                self.folders[folder][name] = inode
        self.operations.append(Names(changes))

    def _new(self) -> int:
        self._inodes += 1
        return self._inodes

    def _is_ours(self, arguments: list[str]) -> bool:
        return any(
            (text := _text(argument)) is not None and self._place(text) is not None
            for argument in arguments
        ) or any(_descriptor(argument) in self.opened for argument in arguments[:2])

    # ── calls ─────────────────────────────────────────────────────────────────────────────────

    def _openat(self, arguments: list[str], result: int) -> None:
        path = _path(arguments[0], arguments[1])
        place = self._place(path)
        self.opened.pop(result, None)
        if place is None:
            return
        inode = self._inode(path)
        flags = arguments[2]
        if inode is None:
            inode = self._new()
            self.sizes[inode] = 0
            self._change((*place, inode))
        elif "O_TRUNC" in flags and self.sizes.get(inode):
            self._resize(inode, 0)
        self.opened[result] = _Open(inode, appends="O_APPEND" in flags)

    def _open(self, arguments: list[str], result: int) -> None:
        self._openat(["AT_FDCWD", *arguments], result)

    def _close(self, arguments: list[str], result: int) -> None:
        self.opened.pop(_descriptor(arguments[0]), None)

    def _lseek(self, arguments: list[str], result: int) -> None:
        if (file := self.opened.get(_descriptor(arguments[0]))) is not None:
            file.at = result

    def _write(self, arguments: list[str], result: int) -> None:
        data = _bytes(arguments[1])[:result]
        file = self.opened.get(_descriptor(arguments[0]))
        if file is None:
            if data.startswith(ACK):
                self.operations.append(Answered(data[len(ACK) :].decode()))
            return
        at = self.sizes[file.inode] if file.appends else file.at
        file.at = at + len(data)
        self._put(file.inode, at, data)

    def _pwrite64(self, arguments: list[str], result: int) -> None:
        file = self.opened.get(_descriptor(arguments[0]))
        if file is not None:
            self._put(file.inode, int(arguments[3]), _bytes(arguments[1])[:result])

    def _put(self, inode: int, at: int, data: bytes) -> None:
        self.sizes[inode] = max(self.sizes[inode], at + len(data))
        self.operations.append(Write(inode, at, data))

    def _resize(self, inode: int, size: int) -> None:
        self.sizes[inode] = size
        self.operations.append(Truncate(inode, size))

    def _ftruncate(self, arguments: list[str], result: int) -> None:
        if (file := self.opened.get(_descriptor(arguments[0]))) is not None:
            self._resize(file.inode, int(arguments[1]))

    def _fsync(self, arguments: list[str], result: int) -> None:
        if (file := self.opened.get(_descriptor(arguments[0]))) is not None:
            self.operations.append(Sync(file.inode))

    _fdatasync = _fsync

    def _renameat2(self, arguments: list[str], result: int) -> None:
        source = self._place(_path(arguments[0], arguments[1]))
        target = self._place(_path(arguments[2], arguments[3]))
        if source is None or target is None:
            return
        inode = self.folders[source[0]][source[1]]
        self._change((*source, None), (*target, inode))

    _renameat = _renameat2

    def _rename(self, arguments: list[str], result: int) -> None:
        self._renameat(["AT_FDCWD", arguments[0], "AT_FDCWD", arguments[1]], result)

    def _linkat(self, arguments: list[str], result: int) -> None:
        inode = self._inode(_path(arguments[0], arguments[1]))
        target = self._place(_path(arguments[2], arguments[3]))
        if inode is not None and target is not None:
            self._change((*target, inode))

    def _link(self, arguments: list[str], result: int) -> None:
        self._linkat(["AT_FDCWD", arguments[0], "AT_FDCWD", arguments[1]], result)

    def _unlinkat(self, arguments: list[str], result: int) -> None:
        place = self._place(_path(arguments[0], arguments[1]))
        if place is not None:
            self._change((*place, None))

    def _unlink(self, arguments: list[str], result: int) -> None:
        self._unlinkat(["AT_FDCWD", arguments[0]], result)

    _rmdir = _unlink

    def _mkdirat(self, arguments: list[str], result: int) -> None:
        place = self._place(_path(arguments[0], arguments[1]))
        if place is not None and place[1]:
            inode = self._new()
            self.folders[inode] = {}
            self._change((*place, inode))

    def _mkdir(self, arguments: list[str], result: int) -> None:
        self._mkdirat(["AT_FDCWD", arguments[0]], result)


# ── lines of strace ───────────────────────────────────────────────────────────────────────────


def _calls(trace: str) -> Iterator[tuple[str, list[str], int]]:
    """Calls that succeeded, in the order in which they ended."""
    begun: dict[str, str] = {}
    for line in trace.splitlines():
        parted = _LINE.match(line)
        if parted is None:
            continue
        thread, text = parted.groups()
        if text.endswith("<unfinished ...>"):
            begun[thread] = text.removesuffix("<unfinished ...>")
            continue
        if resumed := _RESUMED.match(text):
            text = begun.pop(thread) + resumed[1]
        call = _CALL.match(text)
        if call and not call[3].startswith(("-", "?")):
            yield call[1], call[2].split(", "), int(call[3])


def _bytes(argument: str) -> bytes:
    found = _HEX.search(argument)
    assert found, argument
    return bytes.fromhex(found[1].replace("\\x", ""))


def _text(argument: str) -> str | None:
    return os.fsdecode(_bytes(argument)) if argument.startswith('"') else None


def _descriptor(argument: str) -> int:
    found = _FD.match(argument)
    return int(found[1]) if found and found[1].isdigit() else -1


def _path(folder: str, argument: str) -> str:
    found = _FD.match(folder)
    at = bytes.fromhex((found[2] or "").replace("\\x", "")).decode() if found else ""
    return os.path.join(at, _text(argument) or "")

"""Thrift's compact protocol, which Parquet's footers are written in: any struct, and its bytes.

https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

TRUE, FALSE, I8, I16, I32, I64, DOUBLE, BINARY, LIST, SET, _MAP, STRUCT = range(1, 13)
_LONG = 15
"""A list of so many members, or more, writes their number on its own."""

Struct = dict[int, tuple[int, Any]]
"""By field number: type and value. A list's value is `Members`, a double's its eight bytes."""


@dataclass(frozen=True, slots=True)
class Members:
    """A list or a set."""

    kind: int
    values: list[Any]


class Reader:
    """Raises IndexError or ValueError where the bytes are no struct."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def read(self) -> Struct:
        found: Struct = {}
        number = 0
        while head := self._byte():
            delta, kind = head >> 4, head & 15
            number = number + delta if delta else self._signed()
            if number < 1:
                raise ValueError(f"no field has the number {number}")
            found[number] = (kind, kind == TRUE if kind <= FALSE else self._value(kind))
        return found

    def _value(self, kind: int) -> Any:
        if kind not in self._BY_KIND:
            raise ValueError(f"no type {kind} is in a footer")
        return self._BY_KIND[kind](self)

    def _byte(self) -> int:
        self._at += 1
        return self._data[self._at - 1]

    def _bytes(self, count: int) -> bytes:
        start, self._at = self._at, self._at + count
        if self._at > len(self._data):
            raise ValueError("cut off")
        return self._data[start : self._at]

    def _unsigned(self) -> int:
        value = shift = 0
        while (byte := self._byte()) >= 0x80:
            value |= (byte & 0x7F) << shift
            shift += 7
        return value | byte << shift

    def _signed(self) -> int:
        value = self._unsigned()
        return (value >> 1) ^ -(value & 1)

    def _members(self) -> Members:
        head = self._byte()
        count, kind = head >> 4, head & 15
        if count == _LONG:
            count = self._unsigned()
        return Members(kind, [self._value(kind) for _ in range(count)])

    _BY_KIND: Mapping[int, Callable[[Reader], Any]] = {
        TRUE: lambda self: self._byte() == TRUE,  # among members, a byte of its own
        FALSE: lambda self: self._byte() == TRUE,
        I8: _byte,
        I16: _signed,
        I32: _signed,
        I64: _signed,
        DOUBLE: lambda self: self._bytes(8),
        BINARY: lambda self: self._bytes(self._unsigned()),
        LIST: _members,
        SET: _members,
        STRUCT: read,
    }


def written(value: Struct) -> bytes:
    out = bytearray()
    _write_struct(out, value)
    return bytes(out)


def _write_struct(out: bytearray, fields: Struct) -> None:
    before = 0
    for number, (kind, value) in sorted(fields.items()):
        said = kind if kind > FALSE else (TRUE if value else FALSE)
        delta = number - before
        if delta < 16:
            out.append(delta << 4 | said)
        else:
            out.append(said)
            _write_signed(out, number)
        if kind > FALSE:
            _BY_KIND[kind](out, value)
        before = number
    out.append(0)


def _write_members(out: bytearray, members: Members) -> None:
    count = len(members.values)
    out.append(min(count, _LONG) << 4 | members.kind)
    if count >= _LONG:
        _write_unsigned(out, count)
    for value in members.values:
        _BY_KIND[members.kind](out, value)


def _write_unsigned(out: bytearray, value: int) -> None:
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)


def _write_signed(out: bytearray, value: int) -> None:
    _write_unsigned(out, value << 1 if value >= 0 else (-value << 1) - 1)


def _write_bytes(out: bytearray, value: bytes) -> None:
    _write_unsigned(out, len(value))
    out += value


_BY_KIND: Mapping[int, Callable[[bytearray, Any], None]] = {
    TRUE: lambda out, value: out.append(TRUE if value else FALSE),
    FALSE: lambda out, value: out.append(TRUE if value else FALSE),
    I8: lambda out, value: out.append(value),
    I16: _write_signed,
    I32: _write_signed,
    I64: _write_signed,
    DOUBLE: lambda out, value: out.extend(value),
    BINARY: _write_bytes,
    LIST: _write_members,
    SET: _write_members,
    STRUCT: _write_struct,
}

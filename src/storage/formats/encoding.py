"""A table of rows as the bytes of a file, and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pyarrow as pa

from ...core.errors import StorageError
from . import csv_format, json_format, parquet_format

if TYPE_CHECKING:
    from ...core.models import OutputFormat

_ENCODERS: dict[OutputFormat, Callable[[pa.Table], bytes]] = {
    "csv": csv_format.encode,
    "json": json_format.encode_array,
    "jsonl": json_format.encode_lines,
    "parquet": parquet_format.encode,
}
_DECODERS: dict[OutputFormat, Callable[[bytes, pa.Schema], pa.Table]] = {
    "csv": csv_format.decode,
    "json": json_format.decode_array,
    "jsonl": json_format.decode_lines,
    "parquet": parquet_format.decode,
}


def encode(table: pa.Table, format: OutputFormat) -> bytes:  # noqa: A002  # the model's word
    """The bytes of a whole file; the same rows give the same bytes.

    Raises:
        InvalidArgument: a number is NaN or infinite, or what should be JSON text is not.
    """
    return _ENCODERS[format](table)


def decode(data: bytes, format: OutputFormat, arrow_schema: pa.Schema) -> pa.Table:  # noqa: A002
    """What `encode` was given, in the types of `arrow_schema`: nothing is inferred.

    Raises:
        StorageError: the bytes are not a file of this format and schema.
    """
    try:
        return _DECODERS[format](data, arrow_schema)
    except (pa.ArrowException, OSError, KeyError, ValueError) as exc:  # Arrow's IOError is OSError
        hint = "the file was not written for this schema, or was changed since"
        raise StorageError(f"these bytes cannot be read as {format}", hint=hint) from exc

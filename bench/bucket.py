"""200 Parquet chunks in a bucket merged to one object, beside obstore and pyarrow by hand."""

from __future__ import annotations

import hashlib
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

from .merge import ROWS, _table
from .timing import Run, in_turn, median, ratio

CHUNKS = 200


def run() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        with tempfile.TemporaryDirectory() as home:
            _compare(f"http://127.0.0.1:{port}", Path(home))
    finally:
        server.terminate()
        server.wait()


def _compare(endpoint: str, home: Path) -> None:
    name = f"bench-{secrets.token_hex(4)}"
    _created(endpoint, name)
    (home / ".aws").mkdir()
    (home / ".aws/credentials").write_text(
        "[default]\naws_access_key_id=t\naws_secret_access_key=t\n"
    )
    storage, chunks, schema = _stored(endpoint, name, home)
    ours, hand = in_turn(
        5,
        lambda: _timed(lambda: _merged(storage, chunks, schema)),
        lambda: _timed(lambda: _by_hand(storage, chunks, schema)),
    )
    seconds = [[run.wall_s for run in runs] for runs in (ours, hand)]
    print(
        f"{CHUNKS} Parquet chunks to one object   rowmill {median(seconds[0]):.2f} s   "
        f"obstore by hand {median(seconds[1]):.2f} s   × {ratio(seconds[1], seconds[0]):.2f}"
    )


def _created(endpoint: str, name: str) -> None:
    for _ in range(100):
        try:
            urlopen(Request(f"{endpoint}/{name}", method="PUT")).close()
            return
        except URLError:
            time.sleep(0.1)
    sys.exit("the S3 endpoint does not start")


def _stored(endpoint: str, name: str, home: Path) -> Any:
    from src.core.models import ChunkKey, ChunkMetadata
    from src.storage.buckets.bucket import Bucket, Place
    from src.storage.cloud import CloudStorageHandler
    from src.storage.formats.encoding import encode

    place = Place.parse(f"s3://{name}")
    storage = CloudStorageHandler(Bucket(place, endpoint=endpoint, environment={}, home=home))
    table = _table(CHUNKS * ROWS)
    chunks = []
    for index in range(CHUNKS):
        start = index * ROWS
        data = encode(table.slice(start, ROWS), "parquet")
        key = ChunkKey("job", index, "t", start, start + ROWS, "parquet")
        storage.put_chunk(key, data)
        sha256 = hashlib.sha256(data).hexdigest()
        chunks.append(ChunkMetadata(key, len(data), sha256, 1, 0.0, 0.0))
    return storage, chunks, table.schema


def _timed(work: Any) -> Run:
    began = time.perf_counter()
    work()
    return Run(time.perf_counter() - began, 0.0, 0.0)


def _merged(storage: Any, chunks: Any, schema: Any) -> None:
    from src.storage.merging.chunk_source import Source
    from src.storage.merging.merge import merge

    with storage.publish("ours.parquet", overwrite=True) as publication:
        merge(Source(storage, chunks, schema), "parquet", publication.file)


def _by_hand(storage: Any, chunks: Any, schema: Any) -> None:
    import obstore
    import pyarrow as pa
    import pyarrow.parquet as pq

    store = storage._bucket._store
    with (
        obstore.open_writer(store, "output/hand.parquet") as out,
        pq.ParquetWriter(pa.PythonFile(_Open(out), "w"), schema, compression="zstd") as writer,
    ):
        for chunk in chunks:
            path = f"temp/job/{chunk.key.file_name}"
            data = bytes(obstore.get(store, path).bytes())
            writer.write_table(pq.read_table(pa.BufferReader(data)))


class _Open:
    """obstore's writer with the attributes pyarrow looks for."""

    closed = False

    def __init__(self, out: Any) -> None:
        self._out, self._at = out, 0

    def write(self, data: bytes) -> int:
        self._out.write(bytes(data))
        self._at += len(data)
        return len(data)

    def tell(self) -> int:
        return self._at

    def flush(self) -> None:
        """Parts go when they are full."""

    def close(self) -> None:
        """The writer is closed by its own block."""


if __name__ == "__main__":
    run()

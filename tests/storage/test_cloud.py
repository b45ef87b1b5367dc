"""A bucket refuses, vanishes and races: nothing is half visible, and a retry completes."""

from __future__ import annotations

import hashlib
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from src.core.errors import (
    AlreadyExists,
    InvalidArgument,
    NotFound,
    StorageError,
    StorageFull,
    StorageRefused,
)
from src.core.models import DatasetFormat
from src.storage.buckets.bucket import Bucket, Place, is_url
from src.storage.buckets.outputs import STALE, CloudOutputs
from src.storage.cloud import CloudStorageHandler
from src.storage.datasets import DatasetFiles
from src.storage.disk import DiskStorageHandler

from .records import JOB, chunk_key
from .s3 import PART_BYTES, Endpoint, endpoint, error
from .wholes import make, request

PIECE = b"0123456789abcdef" * (1 << 16)  # 1 MB
PIECES = 2 * (PART_BYTES >> 20) + 1


@pytest.fixture
def s3() -> Iterator[Endpoint]:
    server = endpoint()
    server.seen.clear()
    yield server
    server.answer = None


@pytest.fixture
def bucket(s3: Endpoint) -> Bucket:
    return s3.open(f"s3://{s3.new_bucket()}/rowmill")


@pytest.fixture
def storage(bucket: Bucket) -> CloudStorageHandler:
    return CloudStorageHandler(bucket)


def publish_much(storage: CloudStorageHandler, *, overwrite: bool = False) -> None:
    with storage.publish("data.csv", overwrite=overwrite) as publication:
        for _ in range(PIECES):
            publication.file.write(PIECE)


def objects(bucket: Bucket) -> list[str]:
    return sorted(path for folder in ("temp", "output") for path, _ in bucket.names(folder))


def asked(environ: dict[str, Any], method: str, *words: str) -> bool:
    uri = environ["RAW_URI"]
    return environ["REQUEST_METHOD"] == method and all(word in uri for word in words)


# ── chunks ────────────────────────────────────────────────────────────────────────────────────


def test_the_same_chunk_again_is_not_sent_over_the_old_one(
    s3: Endpoint, storage: CloudStorageHandler
) -> None:
    storage.put_chunk(chunk_key(0), b"rows")
    s3.answer = lambda environ: (
        error("500 Oops", "Internal")
        if asked(environ, "PUT") and "HTTP_IF_NONE_MATCH" not in environ
        else None
    )
    storage.put_chunk(chunk_key(0), b"rows")
    with pytest.raises(StorageError):
        storage.put_chunk(chunk_key(0), b"others")
    assert storage.read_chunk(chunk_key(0)) == b"rows"


def test_a_chunk_whose_put_failed_is_not_there_and_a_retry_completes(
    s3: Endpoint, storage: CloudStorageHandler, bucket: Bucket
) -> None:
    s3.answer = lambda environ: (
        error("500 Oops", "InternalError") if asked(environ, "PUT") else None
    )
    with pytest.raises(StorageError, match="HTTP 500, InternalError") as caught:
        storage.put_chunk(chunk_key(0), b"rows")
    assert caught.value.retryable
    s3.answer = None
    assert objects(bucket) == []
    storage.put_chunk(chunk_key(0), b"rows")
    assert storage.read_chunk(chunk_key(0)) == b"rows"


def test_what_a_chunk_is_stands_there_before_the_chunk(
    s3: Endpoint, storage: CloudStorageHandler
) -> None:
    """A crash between the two leaves words too many, never a chunk that nobody knows."""
    storage.put_chunk(chunk_key(1), b"x")
    put = [line.rpartition("/")[2] for line in s3.seen if line.startswith("PUT")]
    assert put[-2:] == ["about_000001.csv.json", "chunk_000001.csv"]


def test_many_chunks_of_a_job_are_deleted(storage: CloudStorageHandler, bucket: Bucket) -> None:
    for index in range(60):
        storage.put_chunk(chunk_key(index), b"x")
    storage.delete_job(JOB)
    assert objects(bucket) == []


# ── datasets ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_large_dataset_goes_up_in_parts_and_leaves_nothing_beside_it(
    overwrite: bool, s3: Endpoint, storage: CloudStorageHandler, bucket: Bucket
) -> None:
    with storage.publish("data.csv", overwrite=overwrite) as publication:
        for _ in range(PIECES):
            publication.file.write(PIECE)
        assert objects(bucket) == []
        with pytest.raises(NotFound):
            storage.open_dataset("data.csv")
    assert objects(bucket) == ["output/data.csv"]
    assert s3.unfinished_uploads(bucket.place.bucket) == 0
    assert sum("partNumber" in line for line in s3.seen) >= 3
    with storage.open_dataset("data.csv") as file:
        assert file.read() == PIECE * PIECES
        file.seek(-5, 2)
        assert file.read(3) == PIECE[-5:-2]


def test_an_abandoned_large_dataset_leaves_no_parts(
    s3: Endpoint, storage: CloudStorageHandler, bucket: Bucket
) -> None:
    def abandon(overwrite: bool) -> None:
        with storage.publish("data.csv", overwrite=overwrite) as publication:
            for _ in range(PIECES):
                publication.file.write(PIECE)
            raise KeyboardInterrupt

    for overwrite in (False, True):
        with pytest.raises(KeyboardInterrupt):
            abandon(overwrite)
    assert objects(bucket) == []
    assert s3.unfinished_uploads(bucket.place.bucket) == 0


CUTS = {
    "a part": ("PUT", "partNumber=2"),
    "the last word": ("POST", "uploadId="),
    "the first word": ("POST", "?uploads"),
}


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("cut", CUTS)
def test_an_upload_cut_in_the_middle_shows_nothing_and_a_retry_completes(
    cut: str, overwrite: bool, s3: Endpoint, storage: CloudStorageHandler, bucket: Bucket
) -> None:
    s3.answer = lambda environ: (
        error("500 Oops", "InternalError") if asked(environ, *CUTS[cut]) else None
    )
    with pytest.raises(StorageError):
        publish_much(storage, overwrite=overwrite)
    s3.answer = None
    assert objects(bucket) == []
    assert s3.unfinished_uploads(bucket.place.bucket) == 0
    publish_much(storage, overwrite=overwrite)
    assert objects(bucket) == ["output/data.csv"]


def test_a_large_dataset_whose_name_was_taken_meanwhile_is_refused_and_cleaned_up(
    s3: Endpoint, storage: CloudStorageHandler, bucket: Bucket
) -> None:
    def slow() -> None:
        with storage.publish("data.csv", overwrite=False) as publication:
            for _ in range(PIECES):
                publication.file.write(PIECE)
            with storage.publish("data.csv", overwrite=False) as quick:
                quick.file.write(b"quick")

    with pytest.raises(AlreadyExists):
        slow()
    assert objects(bucket) == ["output/data.csv"]
    assert s3.unfinished_uploads(bucket.place.bucket) == 0
    with storage.open_dataset("data.csv") as file:
        assert file.read() == b"quick"


def test_a_dataset_replaced_while_it_is_read_is_noticed(storage: CloudStorageHandler) -> None:
    publish_much(storage)
    with storage.open_dataset("data.csv") as file:
        file.read(10)
        with storage.publish("data.csv", overwrite=True) as publication:
            publication.file.write(b"other")
        with pytest.raises(StorageError, match="replaced or removed"):
            file.read()


def test_what_a_killed_process_left_is_swept_when_it_is_old(
    storage: CloudStorageHandler, bucket: Bucket
) -> None:
    bucket.replace("output/.rowmill-0123.tmp", b"left")
    bucket.replace("output/mine.tmp", b"mine")
    publish_much(storage)
    assert "output/.rowmill-0123.tmp" in objects(bucket)  # another process may be writing it
    later = CloudOutputs(bucket, "output", stale=-STALE)
    with later.publish("more.csv", overwrite=False) as publication:
        for _ in range(PIECES):
            publication.file.write(PIECE)
    assert objects(bucket) == ["output/data.csv", "output/mine.tmp", "output/more.csv"]


def test_a_bucket_that_vanishes_meanwhile_is_named(s3: Endpoint) -> None:
    name = s3.new_bucket()
    storage = CloudStorageHandler(s3.open(f"s3://{name}/rowmill"))

    def write() -> None:
        with storage.publish("data.csv", overwrite=True) as publication:
            publication.file.write(b"x")
            s3.ask("DELETE", f"/{name}")

    with pytest.raises(StorageRefused, match=f"no bucket s3://{name}") as caught:
        write()
    assert "nothing is lost" in caught.value.hint
    for act in (
        lambda: storage.put_chunk(chunk_key(0), b"x"),
        lambda: storage.read_chunk(chunk_key(0)),
        lambda: storage.delete_job(JOB),
    ):
        with pytest.raises(StorageRefused, match="no bucket"):
            act()
    s3.ask("PUT", f"/{name}")
    storage.put_chunk(chunk_key(0), b"x")


# ── whole datasets ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("target", ["parquet", "csv.gz", "sqlite", "parquet.zip", "arrow"])
def test_a_dataset_in_a_bucket_is_the_one_on_disk(
    target: DatasetFormat, storage: CloudStorageHandler, tmp_path: Path
) -> None:
    disk = DiskStorageHandler(tmp_path / "temp", tmp_path / "output")
    here = make(request(disk, target), tmp_path / "scratch")
    there = make(request(storage, target), tmp_path / "scratch")
    assert [file.sha256 for file in there.files] == [file.sha256 for file in here.files]
    assert there.preview == here.preview
    for file in there.files:
        assert file.path.startswith("s3://")
        with storage.open_dataset(file.name) as data:
            assert hashlib.sha256(data.read()).hexdigest() == file.sha256


def test_a_merge_whose_manifest_cannot_be_written_takes_its_files_away(
    s3: Endpoint, storage: CloudStorageHandler, bucket: Bucket, tmp_path: Path
) -> None:
    wanted = request(storage, "csv")
    s3.answer = lambda environ: (
        error("500 Oops", "InternalError") if asked(environ, "PUT", "manifest.json") else None
    )
    with pytest.raises(StorageError):
        make(wanted, tmp_path / "scratch")
    s3.answer = None
    assert [path for path in objects(bucket) if path.startswith("output")] == []
    dataset = make(wanted, tmp_path / "scratch")
    assert len([path for path in objects(bucket) if path.startswith("output")]) == 3
    assert DatasetFiles(tmp_path / "scratch").made(wanted) == dataset


# ── refusals ──────────────────────────────────────────────────────────────────────────────────

REFUSALS = [
    ("403 Forbidden", "AccessDenied", StorageRefused, "may not do this", "rights"),
    ("403 Forbidden", "InvalidAccessKeyId", StorageRefused, "does not accept", "AWS_ACCESS_KEY_ID"),
    ("403 Forbidden", "SignatureDoesNotMatch", StorageRefused, "does not accept", "AWS_SECRET"),
    ("400 Bad Request", "ExpiredToken", StorageRefused, "does not accept", "AWS_"),
    ("401 Unauthorized", "", StorageRefused, "does not accept", "AWS_"),
    ("503 Slow Down", "SlowDown", StorageError, "slow down", "wait a minute"),
    ("429 Too Many Requests", "", StorageError, "slow down", "wait a minute"),
    ("507 Insufficient Storage", "XMinioStorageFull", StorageFull, "no more data", "quota"),
    ("404 Not Found", "NoSuchBucket", StorageRefused, "no bucket", "create it"),
    ("301 Moved", "PermanentRedirect", StorageRefused, "another region", "AWS_REGION"),
]


@pytest.mark.parametrize(("status", "code", "kind", "words", "hint"), REFUSALS)
def test_a_refusal_is_said_in_our_words_with_what_to_do(
    status: str, code: str, kind: type, words: str, hint: str, s3: Endpoint, bucket: Bucket
) -> None:
    s3.answer = lambda _: error(status, code)
    for act in (lambda: bucket.create("temp/x", b"x"), lambda: bucket.replace("temp/x", b"x")):
        with pytest.raises(kind, match=words) as caught:
            act()
        assert type(caught.value) is kind
        assert hint in caught.value.hint
        assert caught.value.retryable is (kind is not StorageRefused)
        told = "".join(traceback.format_exception(caught.value))
        assert "testing" not in told.replace("tests", "")  # the key
        assert "Signature=" not in told


def test_a_network_that_is_gone_is_said_and_may_be_tried_again(tmp_path: Path) -> None:
    place = Place.parse("s3://somewhere")
    keys = {"AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "keys")}
    (tmp_path / "keys").write_text("[default]\naws_access_key_id=a\naws_secret_access_key=b\n")
    bucket = Bucket(
        place, endpoint="http://127.0.0.1:9", environment=keys, home=tmp_path, retries=0
    )
    with pytest.raises(StorageError, match="cannot be reached") as caught:
        bucket.replace("x", b"x")
    assert caught.value.retryable
    assert "STORAGE_CLOUD_ENDPOINT" in caught.value.hint


# ── addresses ─────────────────────────────────────────────────────────────────────────────────


def test_an_address_is_a_scheme_a_bucket_and_a_folder() -> None:
    assert Place.parse("S3://data/a/b/") == Place("s3", "data", "a/b")
    assert str(Place.parse("gs://data").inside("x.csv")) == "gs://data/x.csv"
    assert [is_url(text) for text in ("s3://a", "gs://a/b", "/tmp/s3", "C:/x", "file.csv")] == [
        True, True, False, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "url",
    [
        "s3://", "http://x/y", "s3:bucket", "s3://b?x=1", "s3://b#x", "",
        "s3://b/../x", "s3://b/a//x", "s3://b/./x", "s3://[::/x",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(InvalidArgument, match="no address") as caught:
        Place.parse(url)
    assert "s3://bucket" in caught.value.hint


def test_an_address_with_credentials_is_refused_and_not_repeated() -> None:
    with pytest.raises(InvalidArgument, match="holds no credentials") as caught:
        Place.parse("s3://AKIAKEY:secret@bucket/folder")
    assert "secret@" not in str(caught.value)
    assert "AKIAKEY" not in str(caught.value)


def test_datasets_can_lie_anywhere_in_a_bucket(bucket: Bucket) -> None:
    outputs = CloudOutputs(bucket)
    with outputs.publish("a/b.csv", overwrite=False) as publication:
        publication.file.write(b"x")
    assert outputs.locate("a/b.csv") == f"{bucket.place}/a/b.csv"
    assert outputs.open_dataset("a/b.csv").read() == b"x"

"""A bucket through obstore: the few verbs that storage rests on, its refusals in our words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ...core.errors import InvalidArgument, StorageError, StorageFull, StorageRefused
from .credentials import profile

PART_BYTES = 8 << 20
"""Of a multipart upload, which has at most 10,000 parts: a dataset of up to 80 GB."""
PARTS_AT_ONCE = 4
SCHEMES = ("s3", "gs")
_URL = re.compile(rf"({'|'.join(SCHEMES)})://", re.IGNORECASE)


def is_url(text: str) -> bool:
    """Whether it names a place in a bucket."""
    return _URL.match(text) is not None


@dataclass(frozen=True, slots=True)
class Place:
    """`s3://bucket/prefix` in its parts."""

    scheme: str
    bucket: str
    prefix: str

    @classmethod
    def parse(cls, url: str) -> Place:
        """Raises: InvalidArgument: it is no address of a bucket; the hint shows one."""
        hint = "write s3://bucket/folder or gs://bucket/folder"
        try:
            parts = urlsplit(url)
        except ValueError:
            raise InvalidArgument("that is no address of a bucket", hint=hint) from None
        if parts.username is not None or parts.password is not None:
            raise InvalidArgument(
                "an address of a bucket holds no credentials",
                hint="they are taken from the environment and from ~/.aws, as other tools do",
            )
        prefix = parts.path.strip("/")
        has_steps = any(part in ("", ".", "..") for part in prefix.split("/")) if prefix else False
        if not is_url(url) or not parts.netloc or parts.query or parts.fragment or has_steps:
            raise InvalidArgument("that is no address of a bucket", hint=hint)
        return cls(parts.scheme.lower(), parts.netloc, prefix)

    def inside(self, name: str) -> Place:
        prefix = "/".join(part for part in (self.prefix, name) if part)
        return Place(self.scheme, self.bucket, prefix)

    def __str__(self) -> str:
        return f"{self.scheme}://{self.bucket}/{self.prefix}".rstrip("/")


@dataclass(frozen=True, slots=True)
class Facts:
    """An object as it stood when it was looked at."""

    size: int
    e_tag: str | None


class Bucket:
    """Objects below a place. Paths are relative to it; a put object is seen whole or not at all.

    `endpoint` is for what speaks S3 and is not Amazon's. Credentials come from the environment, the
    machine's role, and for S3 from the files in `home`/.aws.
    """

    def __init__(
        self,
        place: Place,
        *,
        endpoint: str | None = None,
        environment: Mapping[str, str],
        home: Path,
        retries: int = 6,
        part_bytes: int = PART_BYTES,
    ) -> None:
        self.place = place
        self.part_bytes = part_bytes
        with self._refusals():
            config = _CONFIGS[place.scheme](endpoint, environment, home)
            self._store = _opened(place, config, endpoint, retries)

    def create(self, path: str, data: bytes) -> bool:
        """Whether the name was free; where it was not, nothing changed."""
        import obstore
        from obstore.exceptions import AlreadyExistsError

        with self._refusals():
            try:
                obstore.put(self._store, path, data, mode="create")
            except AlreadyExistsError:
                return False
        return True

    def replace(self, path: str, data: bytes) -> None:
        import obstore

        with self._refusals():
            obstore.put(self._store, path, data, use_multipart=False)

    def read(self, path: str) -> bytes | None:
        """None where there is no such object."""
        import obstore

        with self._refusals():
            try:
                return bytes(obstore.get(self._store, path).bytes())
            except FileNotFoundError as exc:
                _raise_unless_the_object_is_meant(exc)
                return None

    def facts(self, path: str) -> Facts | None:
        """None where there is no such object."""
        import obstore

        with self._refusals():
            try:
                found = obstore.head(self._store, path)
            except FileNotFoundError:
                self.read(path)  # whose refusal, unlike this one, says whether it is the bucket
                return None
        return Facts(found["size"], found["e_tag"])

    def part(self, path: str, start: int, stop: int, e_tag: str | None) -> bytes:
        """Some of an object's bytes. Raises: StorageError: it is not the one with that tag."""
        import obstore
        from obstore.exceptions import PreconditionError

        options: Any = {"range": (start, stop)} | ({"if_match": e_tag} if e_tag else {})
        with self._refusals():
            try:
                return bytes(obstore.get(self._store, path, options=options).bytes())
            except (PreconditionError, FileNotFoundError):
                text = "the dataset was replaced or removed while it was read"
                raise StorageError(text, hint="try again") from None

    def names(self, prefix: str) -> Iterator[tuple[str, datetime]]:
        """The objects whose path begins like this folder, and when each was written."""
        import obstore

        with self._refusals():
            for page in obstore.list(self._store, prefix):
                yield from ((found["path"], found["last_modified"]) for found in page)

    def remove(self, paths: Sequence[str]) -> None:
        """Silent where there is nothing."""
        import obstore

        with self._refusals():
            try:
                obstore.delete(self._store, list(paths))
            except FileNotFoundError as exc:
                _raise_unless_the_object_is_meant(exc)

    def copy_new(self, source: str, target: str) -> bool:
        """Copied within the bucket, whole; False where the target's name was taken."""
        import obstore
        from obstore.exceptions import AlreadyExistsError

        with self._refusals():
            try:
                obstore.copy(self._store, source, target, overwrite=False)
            except AlreadyExistsError:
                return False
        return True

    @contextmanager
    def upload(self, path: str) -> Iterator[_Parts]:
        """Something to `write` to, in parts. On a normal way out the object is there, whole and in
        place of what had the name; on another nothing is, and the parts are thrown away."""
        import obstore

        with self._refusals():
            writer = obstore.open_writer(
                self._store, path, buffer_size=self.part_bytes, max_concurrency=PARTS_AT_ONCE
            )
            with writer:
                yield _Parts(writer, self.place)

    def _refusals(self) -> AbstractContextManager[None]:
        return refusals_mapped(self.place)


@dataclass(frozen=True, slots=True)
class _Parts:
    """An upload that goes on."""

    writer: Any
    place: Place

    def write(self, data: bytes) -> None:
        with refusals_mapped(self.place):
            self.writer.write(data)


@contextmanager
def refusals_mapped(place: Place) -> Iterator[None]:
    """Turns what obstore raises into one of ours.

    Without the original: its text may quote a signed request.
    """
    from obstore.exceptions import BaseError

    try:
        yield
    except (BaseError, OSError) as exc:
        raise _refusal(exc, place) from None


# ── refusals ──────────────────────────────────────────────────────────────────────────────────

_Refusal = tuple[type[StorageError], str, str]

_NO_BUCKET: _Refusal = (
    StorageRefused,
    "there is no bucket {bucket}",
    "create it, or mend its name; then resume or try again: nothing is lost",
)
_DENIED: _Refusal = (
    StorageRefused,
    "these credentials may not do this in the bucket {bucket}",
    "they need the rights to list, read, write and delete objects there; then resume",
)
_UNKNOWN_KEY: _Refusal = (
    StorageRefused,
    "the bucket {bucket} does not accept these credentials",
    "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or GOOGLE_APPLICATION_CREDENTIALS; then "
    "resume",
)
_NO_KEY: _Refusal = (
    StorageRefused,
    "no credentials were found for the bucket {bucket}",
    _UNKNOWN_KEY[2],
)
_BUSY: _Refusal = (
    StorageError,
    "the bucket {bucket} asks to slow down, and still did after several tries",
    "wait a minute, then resume: nothing is lost; JOB_PARALLEL_CHUNKS lowers the load",
)
_FULL: _Refusal = (
    StorageFull,
    "the bucket {bucket} takes no more data",
    "raise its quota or free some space; then resume: nothing is lost",
)
_ELSEWHERE: _Refusal = (
    StorageRefused,
    "the bucket {bucket} is in another region",
    "set AWS_REGION to the bucket's region; then resume",
)
_TOO_LARGE: _Refusal = (
    StorageRefused,
    "an object is larger than the bucket {bucket} takes or copies at once",
    "a file of more than 5 GB is written only with overwrite, which needs no copy; or partition it",
)
_GONE: _Refusal = (
    StorageError,
    "the bucket {bucket} cannot be reached",
    "check the network and STORAGE_CLOUD_ENDPOINT, then resume or try again: nothing is lost",
)
# By what the service calls it, then by the HTTP status.
_BY_CODE: Mapping[str, _Refusal] = {
    "NoSuchBucket": _NO_BUCKET,
    "InvalidBucketName": _NO_BUCKET,
    "AccessDenied": _DENIED,
    "AllAccessDisabled": _DENIED,
    "AccountProblem": _DENIED,
    "InvalidAccessKeyId": _UNKNOWN_KEY,
    "SignatureDoesNotMatch": _UNKNOWN_KEY,
    "ExpiredToken": _UNKNOWN_KEY,
    "InvalidToken": _UNKNOWN_KEY,
    "SlowDown": _BUSY,
    "ServiceUnavailable": _BUSY,
    "RequestLimitExceeded": _BUSY,
    "QuotaExceeded": _FULL,
    "XMinioStorageFull": _FULL,
    "EntityTooLarge": _TOO_LARGE,
    "PermanentRedirect": _ELSEWHERE,
    "AuthorizationHeaderMalformed": _ELSEWHERE,
}
_BY_STATUS: Mapping[int, _Refusal] = {
    301: _ELSEWHERE,
    401: _UNKNOWN_KEY,
    403: _DENIED,
    404: _NO_BUCKET,
    413: _TOO_LARGE,
    429: _BUSY,
    503: _BUSY,
    507: _FULL,
}
_CODE = re.compile(r"<Code>(\w{1,60})</Code>")
_STATUS = re.compile(r"status code: (\d{3})")
# The machine's own role is where obstore looks for credentials last.
_BY_WORDS: tuple[tuple[str, _Refusal], ...] = (
    ("/169.254.169.254/", _NO_KEY),
    ("/metadata.google.internal/", _NO_KEY),
    ("incorrectly configured region", _ELSEWHERE),
)


def _refusal(exc: Exception, place: Place) -> StorageError:
    kind, message, hint = _understood(str(exc).split("Debug source", 1)[0])
    return kind(message.format(bucket=f"{place.scheme}://{place.bucket}"), hint=hint)


def _understood(text: str) -> _Refusal:
    words = next((refusal for words, refusal in _BY_WORDS if words in text), None)
    code, status = _CODE.search(text), _STATUS.search(text)
    known = words or _BY_CODE.get(code[1] if code else "")
    if known or status is None:
        return known or _GONE
    said = f"HTTP {status[1]}" + (f", {code[1]}" if code else "")
    unknown = (StorageError, "the bucket {bucket} refused: " + said, "try again later")
    return _BY_STATUS.get(int(status[1]), unknown)


def _raise_unless_the_object_is_meant(exc: FileNotFoundError) -> None:
    code = _CODE.search(str(exc))
    if code and code[1] == "NoSuchBucket":
        raise exc


# ── one store a scheme ────────────────────────────────────────────────────────────────────────


def _opened(place: Place, config: dict[str, Any], endpoint: str | None, retries: int) -> Any:
    from obstore.store import GCSStore, S3Store

    store: Any = {"s3": S3Store, "gs": GCSStore}[place.scheme]
    return store(
        place.bucket,
        prefix=place.prefix or None,
        config=config,
        client_options={
            # Only a store on this machine, or a test's, is reached without encryption.
            "allow_http": (endpoint or "").startswith("http://"),
            "connect_timeout": timedelta(seconds=5),
            "timeout": timedelta(minutes=5),
        },
        retry_config={"max_retries": retries, "retry_timeout": timedelta(seconds=60)},
    )


def _s3(endpoint: str | None, environment: Mapping[str, str], home: Path) -> dict[str, Any]:
    return {
        **profile(environment, home),
        "copy_if_not_exists": "multipart",  # the copy's last request says If-None-Match
        "checksum_algorithm": "sha256",  # the service compares what it got
        **({"endpoint": endpoint} if endpoint else {}),
    }


def _gs(endpoint: str | None, environment: Mapping[str, str], home: Path) -> dict[str, Any]:
    del environment, home  # obstore looks in Google's usual places by itself
    return {"base_url": endpoint} if endpoint else {}


_CONFIGS = {"s3": _s3, "gs": _gs}

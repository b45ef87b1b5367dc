"""A real S3 endpoint on this machine, and buckets in it."""

from __future__ import annotations

import atexit
import logging
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from src.storage.buckets.bucket import Bucket, Place

PART_BYTES = 5 << 20
"""The smallest that S3 takes."""
KEYS = "[default]\naws_access_key_id = testing\naws_secret_access_key = testing\n"


class Endpoint:
    """moto's server in a thread of this process. `answer` may answer a request in its place: it
    gets the WSGI environment and gives (status, body) or None."""

    def __init__(self) -> None:
        from moto.server import ThreadedMotoServer

        logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
        self.answer: Callable[[dict[str, Any]], tuple[str, bytes] | None] | None = None
        self.seen: list[str] = []
        self._home = Path(tempfile.mkdtemp(prefix="rowmill-s3-"))
        atexit.register(shutil.rmtree, self._home, ignore_errors=True)
        (self._home / ".aws").mkdir()
        (self._home / ".aws/credentials").write_text(KEYS)
        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        server.start()
        host, port = server.get_host_and_port()
        self.url = f"http://{host}:{port}"
        inner = server._server.app
        server._server.app = lambda environ, start: self._asked(inner, environ, start)

    def _asked(self, inner: Any, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        self.seen.append(f"{environ['REQUEST_METHOD']} {environ['RAW_URI']}")
        given = self.answer(environ) if self.answer else None
        if given is None:
            return inner(environ, start)
        environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        status, body = given
        start(status, [("Content-Type", "application/xml"), ("Content-Length", str(len(body)))])
        return [body]

    def ask(self, method: str, path: str) -> str:
        with urlopen(Request(self.url + path, method=method)) as answer:
            return answer.read().decode()

    def new_bucket(self) -> str:
        name = f"bucket-{secrets.token_hex(6)}"
        self.ask("PUT", f"/{name}")
        return name

    def open(self, url: str) -> Bucket:
        """With keys from a file, whatever the environment of this process says."""
        return Bucket(
            Place.parse(url),
            endpoint=self.url,
            environment={},
            home=self._home,
            retries=1,
            part_bytes=PART_BYTES,
        )

    def unfinished_uploads(self, bucket: str) -> int:
        return self.ask("GET", f"/{bucket}?uploads").count("<Upload>")


@cache
def endpoint() -> Endpoint:
    """One for all tests of this process."""
    return Endpoint()


def error(status: str, code: str) -> tuple[str, bytes]:
    """An answer as S3 words it."""
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>no</Message></Error>"
    return status, body.encode()

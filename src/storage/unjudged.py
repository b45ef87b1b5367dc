"""Files that are published and not yet judged, noted so that a crash in between can be undone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence

from ..core.errors import InvalidArgument, NotFound
from ..core.ports import DatasetFile, Outputs
from .names import UNJUDGED

HASHED_BYTES = 1 << 20


def note(outputs: Outputs, stem: str, files: Sequence[DatasetFile]) -> None:
    """Before the files become visible: their names and what they will hold."""
    names = {file.name: file.sha256 for file in files}
    with outputs.publish(stem + UNJUDGED, overwrite=True) as publication:
        publication.file.write(json.dumps(names).encode())


def forget(outputs: Outputs, stem: str) -> None:
    """The files are judged, and their manifest says so."""
    outputs.discard(stem + UNJUDGED)


def stand(outputs: Outputs, stem: str) -> bool:
    """Whether a merge that never came to its judgement left files here, and nobody has put
    anything else under their names: they may be written over."""
    noted = dict(_noted(outputs, stem))
    held = {name: sha256_of(outputs, name) for name in noted}
    return bool(noted) and all(held[name] in (None, noted[name]) for name in noted)


def take_back(outputs: Outputs, stem: str) -> None:
    """Discards the files that were noted, but none that holds anything else: that is not ours."""
    noted = dict(_noted(outputs, stem))
    for name, promised in noted.items():
        if sha256_of(outputs, name) == promised:
            outputs.discard(name)
    if noted:
        forget(outputs, stem)


def sha256_of(outputs: Outputs, name: str) -> str | None:
    """None where there is no such file."""
    try:
        file = outputs.open_dataset(name)
    except NotFound:
        return None
    digest = hashlib.sha256()
    with file:
        while block := file.read(HASHED_BYTES):
            digest.update(block)
    return digest.hexdigest()


def _noted(outputs: Outputs, stem: str) -> Iterator[tuple[str, str]]:
    try:
        with outputs.open_dataset(stem + UNJUDGED) as file:
            names = json.loads(file.read())
    except (NotFound, InvalidArgument, ValueError):
        return
    if isinstance(names, dict):
        yield from ((name, sha) for name, sha in names.items() if isinstance(sha, str))

"""Which stream of random words belongs to a cell: keys derived from names."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from .listening import EAR


@dataclass(frozen=True, slots=True)
class Key:
    """Two 64-bit words that name one stream; streams of different keys are independent."""

    place: int
    veil: int


def derive(seed: int, *names: str) -> Key:
    """The key of (seed, names): BLAKE2b over parts with their lengths, so no two lists collide."""
    digest = hashlib.blake2b(digest_size=16, person=b"rowmill.cells.1")
    for part in (str(seed), *names):
        data = part.encode()
        digest.update(len(data).to_bytes(8, "little") + data)
    words = digest.digest()
    key = Key(int.from_bytes(words[:8], "little"), int.from_bytes(words[8:], "little"))
    if (ear := EAR.get()) is not None:
        ear.named(key, names)
    return key

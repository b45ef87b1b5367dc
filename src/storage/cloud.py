"""Object storage: asked for, and refused until a bucket can be configured."""

from __future__ import annotations

from typing import NoReturn

from ..core.errors import NotConfigured


class CloudStorageHandler:
    """There is no silent fallback: a dataset meant for a bucket never lands somewhere else."""

    def __new__(cls) -> NoReturn:
        raise NotConfigured(
            "cloud storage is not available in this version", hint="use storage=disk or memory"
        )

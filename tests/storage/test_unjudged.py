"""What a merge that was killed before its verdict may take back, and what it may write over."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from src.core.ports import DatasetFile
from src.storage import unjudged
from src.storage.outputs import DiskOutputs

OURS, THEIRS = b"what the merge wrote", b"what somebody put there since"


@pytest.fixture
def outputs(tmp_path: Path) -> DiskOutputs:
    """Two files were noted; one of them is there, the other never became visible."""
    outputs = DiskOutputs(tmp_path)
    digest = hashlib.sha256(OURS).hexdigest()
    files = [
        DatasetFile(table="t", name=name, path="", bytes=len(OURS), rows=1, sha256=digest)
        for name in ("a.csv", "b.csv")
    ]
    unjudged.note(outputs, "all", files)
    (tmp_path / "a.csv").write_bytes(OURS)
    return outputs


def test_what_it_left_may_be_written_over_and_is_taken_back(
    outputs: DiskOutputs, tmp_path: Path
) -> None:
    assert unjudged.stand(outputs, "all")
    unjudged.take_back(outputs, "all")
    assert list(tmp_path.iterdir()) == []
    assert not unjudged.stand(outputs, "all")


def test_what_somebody_put_under_its_names_is_theirs(outputs: DiskOutputs, tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_bytes(THEIRS)
    assert not unjudged.stand(outputs, "all")
    unjudged.take_back(outputs, "all")
    assert [path.name for path in tmp_path.iterdir()] == ["b.csv"]
    assert (tmp_path / "b.csv").read_bytes() == THEIRS

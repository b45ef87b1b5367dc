"""No name leads out of the output folder, no link is followed, nothing is replaced unasked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .conftest import NUMBERS

OUTSIDE = (
    "..", "../x.csv", "a/../../x.csv", "./x.csv", "a//x.csv", "a/./x.csv", "/tmp/x.csv", "/",
    "C:x.csv", "C:\\x.csv", "\\\\host\\share\\x.csv", "a\\..\\..\\x.csv", "x.csv:stream",
    "con.csv", "con.tar.csv", "con .csv", "NUL", "aux.csv", "COM1.csv", "lpt9", "com¹.csv",
    "x.csv ", "a./x.csv",
    " /x.csv", "x\x00.csv", "x\n.csv", "x\x1b[2J.csv", "x\u202evsc.csv", "x\u200b.csv",
    ".rowmill-0.tmp", "a/.rowmill-0.csv", "..csv", "é" * 150 + ".csv", "x" * 200 + ".csv",
)  # fmt: skip
PLAIN = (
    "x.csv.",
    "~",
    "~root.csv",
    "$HOME.csv",
    "%TEMP%.csv",
    "-rf.csv",
    "a b.csv",
    "straße/ä.csv",
    "'.csv",
)


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    place = tmp_path / "outside"
    place.mkdir()
    (place / "precious.csv").write_text("precious")
    return place


def everything(place: Path) -> set[str]:
    return {str(path.relative_to(place)) for path in place.rglob("*")}


async def merged(call: Any) -> str:
    job = await call("create_job", schema=NUMBERS, row_count=3, seed=1)
    await call("generate_chunk", job_id=job["job_id"])
    return job["job_id"]


async def test_a_name_that_leads_out_is_refused_and_any_other_stays_inside(
    connect: Any, settings: Any, outside: Path
) -> None:
    async with connect() as call:
        job_id = await merged(call)
        before = everything(settings.home.parent)
        for name in OUTSIDE:
            text = await call.error("merge_and_download", job_id=job_id, file_name=name)
            assert text.startswith("[invalid_argument] "), (name, text)
            assert text.isprintable(), name
        assert {path for path in everything(settings.home.parent) - before if "." in path} <= {
            path for path in everything(settings.home.parent) if "rowmill.db" in path
        }
        for name in PLAIN:
            made = await call("merge_and_download", job_id=job_id, file_name=name)
            assert Path(made["path"]).resolve().is_relative_to(settings.home / "output"), name


async def test_links_are_not_followed_and_nothing_is_replaced_unasked(
    connect: Any, settings: Any, outside: Path
) -> None:
    output = settings.home / "output"
    output.mkdir(parents=True)
    (output / "link.csv").symlink_to(outside / "precious.csv")
    (output / "dangling.csv").symlink_to(outside / "new.csv")
    (output / "folder").symlink_to(outside)
    (output / "taken.csv").write_text("mine")
    async with connect() as call:
        job_id = await merged(call)
        for name in ("link.csv", "dangling.csv", "taken.csv"):
            text = await call.error("merge_and_download", job_id=job_id, file_name=name)
            assert text.startswith("[already_exists] "), (name, text)
        text = await call.error("merge_and_download", job_id=job_id, file_name="folder/x.csv")
        assert "is a link that may lead elsewhere" in text
        for name in ("link.csv", "dangling.csv"):  # the link is replaced, its target stays
            await call("merge_and_download", job_id=job_id, file_name=name, overwrite=True)
            assert not (output / name).is_symlink()
        assert (output / "taken.csv").read_text() == "mine"
    assert everything(outside) == {"precious.csv"}
    assert (outside / "precious.csv").read_text() == "precious"


async def test_a_chunk_folder_that_is_a_link_is_refused(
    connect: Any, settings: Any, outside: Path
) -> None:
    async with connect() as call:
        job = await call("create_job", schema=NUMBERS, row_count=3, seed=1)
        temp = settings.home / "temp"
        folder = temp / job["job_id"]
        if folder.exists():
            folder.rename(temp / "aside")
        temp.mkdir(exist_ok=True)
        folder.symlink_to(outside)
        text = await call.error("generate_chunk", job_id=job["job_id"])
        assert text.startswith("[storage_error] ")
        assert "link" in text
        assert everything(outside) == {"precious.csv"}

"""A dataset that breaks a promise is not published where that was asked for."""

import dataclasses
from pathlib import Path

import pyarrow as pa
import pytest

from src.core.datasets import refuse_broken
from src.core.errors import PromiseBroken
from src.core.parsing import parse_schema
from src.core.ports import Verdict
from src.storage.disk import DiskStorageHandler
from tests.storage.wholes import make, request

SCHEMA = parse_schema(
    {
        "name": "shop",
        "fields": [{"name": "price", "type": "integer"}],
        "rows": 4,
        "expectations": [{"check": "range", "field": "price", "maximum": 9}],
    }
)


def wanted(folder: Path, prices: list[int], **more: object):
    disk = DiskStorageHandler(folder / "temp", folder / "output")
    data = {"shop": pa.table({"price": pa.array(prices, pa.int64())})}
    asked = request(disk, "csv", data=data, size=2, name="d.csv", **more)
    spec = dataclasses.replace(asked.job.spec, schema=SCHEMA, rows=(("shop", 4),))
    names = {"shop": "d.csv"}
    return dataclasses.replace(asked, job=asked.job.evolve(spec=spec), names=names)


def visible(folder: Path) -> set[str]:
    return {path.name for path in (folder / "output").rglob("*") if path.is_file()}


def test_strict_publishes_what_holds(tmp_path: Path) -> None:
    dataset = make(wanted(tmp_path, [1, 2, 3, 4], strict=True), tmp_path / "scratch")
    assert all(verdict.held for verdict in dataset.verdicts)
    assert visible(tmp_path) == {"d.csv", "d.csv.manifest.json"}


def test_strict_leaves_nothing_of_what_does_not_hold_and_names_it(tmp_path: Path) -> None:
    with pytest.raises(PromiseBroken, match="range of price: 1 of 4 rows break it"):
        make(wanted(tmp_path, [1, 2, 3, 10], strict=True), tmp_path / "scratch")
    assert visible(tmp_path) == set()
    assert list((tmp_path / "scratch").iterdir()) == []


def test_a_broken_dataset_does_not_take_the_place_of_a_good_one(tmp_path: Path) -> None:
    make(wanted(tmp_path, [1, 2, 3, 4], strict=True), tmp_path / "scratch")
    before = (tmp_path / "output" / "d.csv").read_bytes()
    with pytest.raises(PromiseBroken):
        make(wanted(tmp_path, [9, 9, 9, 10], strict=True, overwrite=True), tmp_path / "scratch")
    assert (tmp_path / "output" / "d.csv").read_bytes() == before
    assert visible(tmp_path) == {"d.csv", "d.csv.manifest.json"}


def test_without_strict_a_broken_dataset_is_there_with_its_verdict(tmp_path: Path) -> None:
    dataset = make(wanted(tmp_path, [1, 2, 3, 10]), tmp_path / "scratch")
    broken = [verdict for verdict in dataset.verdicts if not verdict.held]
    assert [verdict.examples for verdict in broken] == [("10 in row 3",)]
    assert visible(tmp_path) == {"d.csv", "d.csv.manifest.json"}


def test_the_error_counts_what_it_does_not_name() -> None:
    many = tuple(Verdict("share", f"f{n}", held=False, target="", measured="0") for n in range(7))
    with pytest.raises(PromiseBroken, match="0 of 7 promises hold, so nothing was published"):
        refuse_broken(many)

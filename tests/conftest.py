"""No test sees the developer's own settings, keys or jobs."""

import pytest

from src.config import GROUPS


@pytest.fixture(autouse=True)
def a_home_of_its_own(tmp_path, monkeypatch):
    """Every setting empty, which hides a `.env` too; jobs live below the test's folder."""
    for kind in GROUPS.values():
        for name in kind.model_fields:
            monkeypatch.setenv(f"{kind.model_config['env_prefix']}{name.upper()}", "")
    home = tmp_path / "rowmill"
    monkeypatch.setenv("ROWMILL_HOME", str(home))
    return home

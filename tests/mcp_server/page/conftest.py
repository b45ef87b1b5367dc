"""A browser, the real server behind a host, and the page opened in it.

Needs Chromium (`apt-get install chromium`), or ROWMILL_BROWSER with the path of a browser like it.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from src.config import (
    GeminiSettings,
    JobSettings,
    LogSettings,
    McpSettings,
    Settings,
    StorageSettings,
)

from .browser import Browser, Page, program
from .stage import Stage


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    path = program()
    if path is None:
        pytest.skip("NOT TESTED in a browser: there is no Chromium here, nor ROWMILL_BROWSER")
    browser = Browser(path, tmp_path_factory.mktemp("profile"))
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    settings = Settings(
        home=tmp_path_factory.mktemp("home"),
        gemini=GeminiSettings(api_key=None, api_keys=()),
        storage=StorageSettings(backend="disk", temp_dir=None, output_dir=None),
        job=JobSettings(auto_resume="free", retention_days=0),
        mcp=McpSettings(wait_s=20),
        log=LogSettings(level="INFO", dir=None),
    )
    with Stage(settings).running() as stage:
        yield stage


@pytest.fixture
def stage(shared: Stage) -> Iterator[Stage]:
    yield shared
    shared.canned.clear()


class Opened:
    """The page, opened with the answer that the stage holds."""

    def __init__(self, browser: Browser, stage: Stage) -> None:
        self._browser, self._stage = browser, stage
        self._pages: list[Page] = []

    def __call__(self, query: str = "", *, width: int = 768, theme: str = "light") -> Page:
        page = Page(self._browser, f"{self._stage.url}?{query}", width=width, theme=theme)
        self._pages.append(page)
        return page

    def close(self) -> None:
        for page in self._pages:
            page.close()


@pytest.fixture
def opened(browser: Browser, stage: Stage) -> Iterator[Opened]:
    opened = Opened(browser, stage)
    yield opened
    opened.close()

"""Chromium without a window, spoken to over a pipe in its own protocol (CDP)."""

from __future__ import annotations

import base64
import itertools
import json
import os
import select
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PATIENCE_S = 30
# Chromium speaks over its descriptors 3 and 4, whatever numbers the pipes have here.
LAUNCH = """
import fcntl, os, sys
ours = [fcntl.fcntl(int(number), fcntl.F_DUPFD, 10) for number in sys.argv[1:3]]
os.dup2(ours[0], 3)
os.dup2(ours[1], 4)
os.execv(sys.argv[3], sys.argv[3:])
"""


class Refused(Exception):
    """The browser cannot do that, or cannot yet."""


def program() -> str | None:
    """ROWMILL_BROWSER, or the first of the usual names on PATH."""
    named = os.environ.get("ROWMILL_BROWSER")
    return named or next(filter(None, map(shutil.which, PROGRAMS)), None)


class Browser:
    def __init__(self, path: str, profile: Path) -> None:
        commands, self._to = os.pipe()
        self._from, answers = os.pipe()
        self._child = subprocess.Popen(
            [
                sys.executable, "-c", LAUNCH, str(commands), str(answers),
                path, "--headless=new", "--remote-debugging-pipe",
                "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
                "--disable-dev-shm-usage", "--disable-background-networking",
                # One process for the frames of a page, so that one session sees them all.
                "--disable-features=IsolateSandboxedIframes", "--disable-site-isolation-trials",
                f"--user-data-dir={profile}", "about:blank",
            ],
            pass_fds=(commands, answers), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(commands)
        os.close(answers)
        self._numbers = itertools.count(1)
        self._rest = b""
        self.events: list[dict[str, Any]] = []

    def close(self) -> None:
        self._child.kill()
        self._child.wait()
        os.close(self._to)
        os.close(self._from)

    def ask(self, method: str, session: str | None = None, **params: Any) -> dict[str, Any]:
        number = next(self._numbers)
        message: dict[str, Any] = {"id": number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._heard()
            if answer.get("id") == number:
                if "error" in answer:
                    raise Refused(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def listen(self) -> None:
        """Events that have come in the meantime."""
        while b"\0" in self._rest or select.select([self._from], [], [], 0)[0]:
            self.events.append(self._heard())

    def _heard(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._from], [], [], PATIENCE_S)
            assert ready, "the browser says nothing"
            piece = os.read(self._from, 1 << 20)
            assert piece, "the browser is gone"
            self._rest += piece
        message, _, self._rest = self._rest.partition(b"\0")
        return json.loads(message)


class Page:
    """A tab with one page, in which one frame is looked at."""

    def __init__(self, browser: Browser, url: str, *, width: int, theme: str) -> None:
        self._browser = browser
        browser.events.clear()
        self._target = browser.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = browser.ask(
            "Target.attachToTarget", targetId=self._target, flatten=True
        )["sessionId"]  # fmt: skip
        for domain in ("Page", "Runtime", "Log"):
            self.ask(f"{domain}.enable")
        self.resize(width)
        self.ask("Emulation.setFocusEmulationEnabled", enabled=True)
        preferred = [{"name": "prefers-color-scheme", "value": theme}]
        self.ask("Emulation.setEmulatedMedia", features=preferred)
        self.ask("Page.navigate", url=url)

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        return self._browser.ask(method, self._session, **params)

    def close(self) -> None:
        self._browser.ask("Target.closeTarget", targetId=self._target)

    def resize(self, width: int, height: int = 900) -> None:
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=False,
        )  # fmt: skip

    # ── what was said ────────────────────────────────────────────────────────────────────────

    def complaints(self) -> list[str]:
        """Errors, warnings and broken policies, of the page and of the host around it."""
        self._browser.listen()
        return [text for event in self._browser.events if (text := _complaint(event))]

    # ── scripts ──────────────────────────────────────────────────────────────────────────────

    def host(self, script: str) -> Any:
        """A value in the host's own page."""
        return self._value(script, None)

    def inside(self, script: str) -> Any:
        """A value in the frame."""
        frames = self.ask("Page.getFrameTree")["frameTree"].get("childFrames", [])
        if not frames:
            return None
        world = self.ask(
            "Page.createIsolatedWorld", frameId=frames[0]["frame"]["id"], worldName="test"
        )
        return self._value(script, world["executionContextId"])

    def _value(self, script: str, context: int | None) -> Any:
        where = {} if context is None else {"contextId": context}
        answer = self.ask(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True, **where
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def until(self, script: str) -> None:
        """Waits for something to be so in the frame."""
        end = time.monotonic() + PATIENCE_S
        while True:
            with suppress(Refused):  # the frame is just being loaded
                if self.inside(f"Boolean({script})"):
                    return
            assert time.monotonic() < end, (script, self.text(), self.complaints())
            time.sleep(0.02)

    def text(self) -> str:
        return self.inside("document.body.innerText") or ""

    def click(self, selector: str) -> None:
        self.until(f"document.querySelector({selector!r})?.click() ?? true")

    def focus(self, selector: str) -> None:
        self.host("document.querySelector('iframe').focus()")
        self.inside(
            f"(() => {{ const box = document.querySelector({selector!r});"
            " box.focus(); box.select?.(); })()"
        )

    def type(self, text: str) -> None:
        """Letters, for what has the focus."""
        self.ask("Input.insertText", text=text)

    def press(self, key: str) -> None:
        """A key, for what has the focus."""
        code = {"Tab": 9, "Enter": 13, " ": 32}[key]
        text = {"Enter": "\r", " ": " "}.get(key)
        down = {"text": text} if text else {}
        for kind, more in (("keyDown", down), ("keyUp", {})):
            self.ask(
                "Input.dispatchKeyEvent", type=kind, key=key, code=key,
                windowsVirtualKeyCode=code, **more,
            )  # fmt: skip

    def fill(self, selector: str, value: str) -> None:
        """As a person does: the new text, then leaving the box."""
        self.until(
            f"(() => {{ const box = document.querySelector({selector!r});"
            f" if (!box) return false; box.value = {value!r};"
            " box.dispatchEvent(new Event('change', { bubbles: true })); return true; })()"
        )

    def picture(self) -> bytes:
        """A PNG of everything, however long the page is."""
        height = self.host("document.documentElement.scrollHeight")
        width = self.host("innerWidth")
        self.resize(width, max(height, 200))
        shot = self.ask("Page.captureScreenshot", format="png")
        return base64.b64decode(shot["data"])


def _complaint(event: dict[str, Any]) -> str:
    params = event.get("params", {})
    if event.get("method") == "Runtime.exceptionThrown":
        return json.dumps(params["exceptionDetails"])
    if event.get("method") == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
        return params["entry"]["text"] + " " + params["entry"].get("url", "")
    if event.get("method") == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning"):
        return json.dumps(params["args"])
    return ""

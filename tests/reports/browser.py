"""A real browser, headless, led over the pipe of its debugging protocol: what it rendered, complained of and asked for."""

import contextlib
import fcntl
import json
import os
import select
import shlex
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_PATIENCE_S = 60.0
_OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--remote-debugging-pipe",
)


class Browser:
    """One page in one browser."""

    def __init__(self, to_browser: int, from_browser: int) -> None:
        self._to, self._from = to_browser, from_browser
        self._rest = b""
        self._number = 0
        self._session: str | None = None
        self.complaints: list[str] = []
        self.requested: list[str] = []

    def attach(self) -> None:
        """Take hold of a new page, and listen to what it complains of and asks for."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = str(self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"])
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def open(self, url: str) -> None:
        """Load *url* and wait until everything that belongs to it is there."""
        self.call("Page.navigate", url=url)
        self._until("Page.loadEventFired")

    def evaluate(self, expression: str) -> object:
        """Return what a JavaScript expression gives in the page, as a plain value."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        result = answer["result"]
        assert isinstance(result, dict)
        return result.get("value")

    def call(self, method: str, **parameters: object) -> dict[str, object]:
        """Call a method of the protocol and return its result."""
        self._number += 1
        message: dict[str, object] = {"id": self._number, "method": method, "params": parameters}
        if self._session is not None:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            got = self._read()
            if got.get("id") == self._number:
                assert "error" not in got, got
                result = got["result"]
                assert isinstance(result, dict)
                return result

    def close(self) -> None:
        """Ask the browser to end."""
        self._session = None
        self.call("Browser.close")

    def _until(self, event: str) -> None:
        while self._read().get("method") != event:
            pass

    def _read(self) -> dict[str, object]:
        """Return the next message, and keep what it tells of complaints and requests."""
        limit = time.monotonic() + _PATIENCE_S
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._from], [], [], max(limit - time.monotonic(), 0))
            assert ready, "the browser is silent"
            piece = os.read(self._from, 1 << 20)
            assert piece, "the browser has ended"
            self._rest += piece
        raw, _, self._rest = self._rest.partition(b"\0")
        message: dict[str, object] = json.loads(raw)
        told = json.dumps(message.get("params"))
        match message.get("method"):
            case "Log.entryAdded" | "Runtime.exceptionThrown" | "Runtime.consoleAPICalled":
                self.complaints.append(told)
            case "Network.requestWillBeSent":
                self.requested.append(str(json.loads(told)["request"]["url"]))
        return message


def browser_command() -> str:
    """Return the command of a browser that is here; on CI there has to be one."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None and not os.environ.get("CI"):
        pytest.skip("no Chromium on this machine (Debian: apt-get install chromium)")
    assert found is not None, "CI has to have a Chromium; .ci/run installs it"
    return found


@contextmanager
def open_browser(profile: Path) -> Iterator[Browser]:
    """Start a browser with an empty *profile* folder, and end it."""
    browser_reads, we_write = os.pipe()
    we_read, browser_writes = os.pipe()
    high = [fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in (browser_reads, browser_writes)]
    os.close(browser_reads)
    os.close(browser_writes)
    command = shlex.join([browser_command(), *_OPTIONS, f"--user-data-dir={profile}"])
    child = subprocess.Popen(
        ["bash", "-c", f"exec {command} 3<&{high[0]} 4>&{high[1]}"],
        pass_fds=high,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "HOME": str(profile)},
    )
    for end in high:
        os.close(end)
    browser = Browser(we_write, we_read)
    try:
        browser.attach()
        yield browser
    finally:
        with contextlib.suppress(OSError, AssertionError):
            browser.close()
        os.close(we_write)
        try:
            child.wait(timeout=20)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        os.close(we_read)

"""A few words of Marionette, the protocol every Firefox speaks: enough to drive a journey.

Playwright drives only a Firefox of its own; this drives the one people have (Firefox ESR).
"""

from __future__ import annotations

import base64
import json
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

PREFERENCES = """
user_pref("marionette.port", {port});
user_pref("intl.accept_languages", "ja");
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("app.update.enabled", false);
user_pref("browser.aboutwelcome.enabled", false);
user_pref("ui.prefersReducedMotion", 1);
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Firefox:
    """A headless Firefox with a profile of its own."""

    def __init__(self, program: str, folder: Path, *, patience_s: float = 60) -> None:
        port = free_port()
        (folder / "user.js").write_text(PREFERENCES.format(port=port), "utf-8")
        command = [program, "--headless", "--marionette", "--no-remote", "--profile", str(folder)]
        self.process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self.number = 0
        self.socket = self._connect(port, time.monotonic() + patience_s)
        self._receive()  # who it is
        self.ask("WebDriver:NewSession", {"acceptInsecureCerts": False})

    def _connect(self, port: int, until: float) -> socket.socket:
        while True:
            try:
                return socket.create_connection(("127.0.0.1", port), timeout=60)
            except OSError:
                if time.monotonic() > until or self.process.poll() is not None:
                    self.process.kill()
                    self.process.wait()
                    raise
                time.sleep(0.3)

    def ask(self, command: str, values: dict[str, Any] | None = None) -> Any:
        self.number += 1
        body = json.dumps([0, self.number, command, values or {}]).encode()
        self.socket.sendall(f"{len(body)}:".encode() + body)
        _, _, error, result = self._receive()
        if error:
            raise AssertionError(f"{command}: {error.get('message')}")
        return result.get("value", result) if isinstance(result, dict) else result

    def _receive(self) -> Any:
        size = b""
        while not size.endswith(b":"):
            size += self._some(1)
        body = b""
        while len(body) < int(size[:-1]):
            body += self._some(int(size[:-1]) - len(body))
        return json.loads(body)

    def _some(self, most: int) -> bytes:
        piece = self.socket.recv(most)
        if not piece:
            raise ConnectionError("Firefox went away")
        return piece

    def go(self, url: str) -> None:
        self.ask("WebDriver:Navigate", {"url": url})

    def run(self, script: str, *values: Any) -> Any:
        return self.ask("WebDriver:ExecuteScript", {"script": script, "args": list(values)})

    def wait(self, condition: str, patience_s: float = 30) -> None:
        until = time.monotonic() + patience_s
        while not self.run(f"return Boolean({condition})"):
            assert time.monotonic() < until, f"not so in time: {condition}"
            time.sleep(0.1)

    def picture(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(self.ask("WebDriver:TakeScreenshot", {"full": False})))

    def close(self) -> None:
        self.socket.close()
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

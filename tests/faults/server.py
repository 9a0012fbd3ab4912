"""A ``geoportal serve`` of a test's own, over a database, on a port of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

_TOOL = [sys.executable, "-c", "from geoportal.cli.main import main; main()"]
_START_SECONDS = 300


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Served:
    """The server, started on entering and ended on leaving; its log is a file.

    ``folder`` is where it works and writes its log, by default that of the database.
    """

    database: Path | str
    workers: int = 2
    environment: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    folder: Path | None = None
    process: subprocess.Popen[bytes] = field(init=False, repr=False)

    @classmethod
    def over_sample(cls, folder: Path) -> Served:
        """Return a server over a new database with the sample city."""
        database = folder / "sample.db"
        subprocess.run(
            [*_TOOL, "--db", str(database), "init", "--sample"], check=True, stdout=sys.stderr
        )
        return cls(database)

    @property
    def log(self) -> Path:
        """What the server wrote."""
        folder = self.folder or Path(self.database).parent
        return folder / f"served.{self.port}.log"

    def start(self) -> None:
        """Start it; it may not answer yet."""
        options = ["serve", "--port", str(self.port), "--workers", str(self.workers)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*_TOOL, "--db", str(self.database), *options],
                cwd=self.folder,
                env={**os.environ, "GEOPORTAL_TILE_URL": "", **self.environment},
                stdout=log,
                stderr=log,
            )

    def wait_until_ready(self) -> None:
        """Wait until it answers."""
        until = time.monotonic() + _START_SECONDS
        while time.monotonic() < until and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5):
                    return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError(f"the server did not start: {self.log.read_text()[-2000:]}")

    def child_ids(self) -> list[int]:
        """Return the process ids of its workers, and of the process that answers apart."""
        process = self.process.pid
        return [
            int(i) for i in Path(f"/proc/{process}/task/{process}/children").read_text().split()
        ]

    def worker_ids(self) -> list[int]:
        """Return the process ids of its workers."""
        return [child for child in self.child_ids() if _name(child) != "geoportal-apart"]

    def end(self, by: signal.Signals = signal.SIGTERM, within_s: float = 10.0) -> float:
        """End it, and return the seconds it took."""
        began = time.monotonic()
        self.process.send_signal(by)
        self.process.wait(within_s)
        return time.monotonic() - began

    def __enter__(self) -> Served:
        self.start()
        try:
            self.wait_until_ready()
        except RuntimeError:
            self.__exit__()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()


def _name(process_id: int) -> str:
    try:
        return Path(f"/proc/{process_id}/comm").read_text().strip()
    except OSError:  # gone meanwhile
        return ""

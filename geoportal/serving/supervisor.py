"""The supervisor: starts workers over one socket, replaces those that die, ends all in time."""

from __future__ import annotations

import os
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType
from typing import Final

from geoportal.errors import GeoportalError

DRAIN_SECONDS: Final = 9.0
"""What is being answered when the end is asked for has this long; then workers are killed."""
_FIRST_PAUSE_S: Final = 0.1
_LONGEST_PAUSE_S: Final = 10.0
_STEADY_S: Final = 30.0
"""A worker that lived this long and then died is replaced without a pause."""
COUNTS_DIRECTORY: Final = "PROMETHEUS_MULTIPROC_DIR"


class WorkerFailedError(GeoportalError):
    """The first workers did not come up; what is wrong stands above on stderr."""

    def __init__(self, exit_code: int) -> None:
        super().__init__("the server did not start; see above")
        self.exit_code = exit_code


@dataclass
class _Worker:
    """One worker process; ``ready`` is where it says that it accepts."""

    process: subprocess.Popen[bytes]
    ready: int
    started: float = field(default_factory=time.monotonic)
    is_ready: bool = False


class Supervisor:
    """Keeps workers running until SIGTERM or SIGINT, or until none can be started.

    ``ready`` is called once, when the first worker accepts; ``tell`` with what a person should
    know.
    """

    def __init__(
        self,
        listener: socket.socket,
        workers: int,
        ready: Callable[[], None],
        tell: Callable[[str], None],
    ) -> None:
        self._listener = listener
        self._wanted = workers
        self._announce = ready
        self._tell = tell
        self._workers: list[_Worker] = []
        self._selector = selectors.DefaultSelector()
        self._was_ready = False
        self._is_ending = False
        self._pause_s = 0.0
        self._next_start = 0.0
        self._lifeline, self._held_end = os.pipe()
        self._counts = tempfile.mkdtemp(prefix="geoportal-counts-")

    def run(self) -> None:
        """Run until the end is asked for; then let what is being answered be answered.

        Raises
        ------
        WorkerFailedError
            When no worker has ever come up.
        """
        wake, woken = os.pipe()
        os.set_blocking(woken, False)
        handlers = {
            name: signal.signal(name, self._end) for name in (signal.SIGTERM, signal.SIGINT)
        }
        handlers[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, lambda *_: None)
        previous = signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
        self._selector.register(wake, selectors.EVENT_READ)
        try:
            while not self._is_ending:
                self._start_missing()
                self._wait(wake)
                self._bury()
        finally:
            self._drain()
            signal.set_wakeup_fd(previous)
            for name, handler in handlers.items():
                signal.signal(name, handler)
            for end in (wake, woken, self._lifeline, self._held_end):
                os.close(end)
            shutil.rmtree(self._counts, ignore_errors=True)

    def _end(self, _signal: int, _frame: FrameType | None) -> None:
        self._is_ending = True

    def _start_missing(self) -> None:
        if time.monotonic() >= self._next_start:
            while len(self._workers) < self._wanted:
                self._workers.append(self._start())

    def _start(self) -> _Worker:
        ready, say = os.pipe()
        descriptors = (self._listener.fileno(), say, self._lifeline)
        process = subprocess.Popen(  # noqa: S603 - this interpreter, this module
            [sys.executable, "-m", "geoportal.serving.worker", *map(str, descriptors)],
            pass_fds=descriptors,
            stdin=subprocess.DEVNULL,
            env={**os.environ, COUNTS_DIRECTORY: self._counts},
            process_group=0,  # Ctrl+C goes to the supervisor alone
        )
        os.close(say)
        self._selector.register(ready, selectors.EVENT_READ)
        return _Worker(process, ready)

    def _wait(self, wake: int) -> None:
        """Wait until something happens: a signal, a worker that is ready or has ended."""
        until = self._next_start if len(self._workers) < self._wanted else None
        timeout = None if until is None else max(0.0, until - time.monotonic())
        for key, _ in self._selector.select(timeout):
            said = os.read(key.fd, 4096)
            if key.fd == wake:
                continue
            self._selector.unregister(key.fd)
            for worker in self._workers:
                if worker.ready == key.fd and said:
                    worker.is_ready = True
                    self._ready()

    def _ready(self) -> None:
        if not self._was_ready:
            self._announce()
        self._was_ready = True

    def _bury(self) -> None:
        """Take out the workers that have ended; those that follow wait a while if they fail."""
        dead = [worker for worker in self._workers if worker.process.poll() is not None]
        for worker in dead:
            self._forget(worker)
            if self._is_ending:
                continue
            code = worker.process.returncode
            if not self._was_ready:
                raise WorkerFailedError(code if code > 0 else 1)
            lived = time.monotonic() - worker.started
            steady = worker.is_ready and lived >= _STEADY_S
            self._pause_s = (
                0.0 if steady else min(max(2 * self._pause_s, _FIRST_PAUSE_S), _LONGEST_PAUSE_S)
            )
            self._next_start = time.monotonic() + self._pause_s
            self._tell(f"a worker ended ({code}); another is started")

    def _forget(self, worker: _Worker) -> None:
        self._workers.remove(worker)
        if worker.ready in self._selector.get_map():
            self._selector.unregister(worker.ready)
        os.close(worker.ready)

    def _drain(self) -> None:
        """End all workers: those that load at once, those that answer when they have answered."""
        self._listener.close()
        for worker in self._workers:
            worker.process.terminate()
        until = time.monotonic() + DRAIN_SECONDS
        for worker in self._workers:
            try:
                worker.process.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                worker.process.kill()
                worker.process.wait()
        for worker in list(self._workers):
            self._forget(worker)

"""The supervisor: forks workers over one socket, replaces those that die, ends all in time.

Workers share what it has loaded. It opens no connection and starts no thread, neither of which
would survive in them.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import select
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Final, NoReturn

from geoportal.errors import GeoportalError
from geoportal.serving.counts import count_at, shared_counts, take_away_counts

if TYPE_CHECKING:
    from multiprocessing.context import ForkProcess

    from geoportal.serving.worker import PreparedWorker

DRAIN_SECONDS: Final = 9.0
"""What is being answered when the end is asked for has this long; then workers are killed."""
_FIRST_PAUSE_S: Final = 0.1
_LONGEST_PAUSE_S: Final = 4.0
_STEADY_S: Final = 30.0
"""A worker that lived this long and then died is replaced without a pause."""
_AGAIN_S: Final = 0.2
_NAME: Final = "geoportal-apart"
"""Of the process apart, in ``ps`` and ``top``: at most 15 bytes."""
_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGALRM, signal.SIGCHLD)


class WorkerFailedError(GeoportalError):
    """The first workers did not come up; what is wrong stands above on stderr."""

    def __init__(self, exit_code: int) -> None:
        super().__init__("the server did not start; see above")
        self.exit_code = exit_code


@dataclass
class _Worker:
    """One process, at a place that no other has; ``ready`` is where a worker says that it accepts.

    At the last place is the process apart (`geoportal.serving.apart`).
    """

    process: ForkProcess
    place: int
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
        self._pauses: dict[int, float] = {}
        self._starts: dict[int, float] = {}
        self._lifeline, self._held_end = os.pipe()
        self._wake, self._woken = os.pipe()
        self._asking, self._taking = socket.socketpair()
        self._is_loading = False
        self._prepared: PreparedWorker

    def run(self) -> None:
        """Run until the end is asked for; then let what is being answered be answered.

        Raises
        ------
        WorkerFailedError
            When no worker has ever come up.
        """
        os.set_blocking(self._woken, False)
        on_signal = dict(zip(_SIGNALS, (*3 * (self._end,), lambda *_: None), strict=True))
        handlers = {name: signal.signal(name, handler) for name, handler in on_signal.items()}
        previous = signal.set_wakeup_fd(self._woken, warn_on_full_buffer=False)
        self._selector.register(self._wake, selectors.EVENT_READ)
        try:
            with shared_counts(self._wanted + 1) as has_room:
                if not has_room:
                    self._tell("no room for counters: /metrics has those of one worker alone")
                self._keep_running()
        finally:
            signal.set_wakeup_fd(previous)
            for name, handler in handlers.items():
                signal.signal(name, handler)
            for end in (self._wake, self._woken, self._lifeline, self._held_end):
                os.close(end)

    def _keep_running(self) -> None:
        try:
            with suppress(KeyboardInterrupt):
                self._load()
            while not self._is_ending:
                self._start_missing()
                self._wait()
                self._bury()
        finally:
            self._drain()

    def _end(self, _signal: int, _frame: FrameType | None) -> None:
        self._is_ending = True
        if self._is_loading:
            # Raised in a callback of the interpreter (of an import's lock, of a weak reference) an
            # exception is lost: it is raised again until it has ended loading.
            signal.setitimer(signal.ITIMER_REAL, _AGAIN_S)
            raise KeyboardInterrupt

    def _load(self) -> None:
        """Load what workers share; an end that is asked for meanwhile is not put off by it."""
        self._is_loading = True  # first: an end is asked for before this, or interrupts
        try:
            if self._is_ending:
                return
            from geoportal.serving.worker import prepare  # takes time to load

            self._prepared = prepare()
            self._prepared.open()
        finally:
            self._is_loading = False
            signal.setitimer(signal.ITIMER_REAL, 0.0)
        gc.collect()
        gc.freeze()  # what is shared stays shared when workers collect garbage

    def _start_missing(self) -> None:
        for place in self._missing():
            if time.monotonic() >= self._starts.get(place, 0.0):
                self._workers.append(self._start(place))

    def _missing(self) -> list[int]:
        taken = {worker.place for worker in self._workers}
        return [place for place in range(self._wanted + 1) if place not in taken]

    def _start(self, place: int) -> _Worker:
        ready, say = os.pipe()
        process = multiprocessing.get_context("fork").Process(
            target=self._become_worker, args=(place, say)
        )
        with _held_back(_SIGNALS):  # until the worker handles them in its own way
            process.start()
        os.close(say)
        self._selector.register(ready, selectors.EVENT_READ)
        return _Worker(process, place, ready)

    def _become_worker(self, place: int, say: int) -> NoReturn:
        """Serve, in a forked process that keeps nothing of the supervisor but what is loaded."""
        signal.set_wakeup_fd(-1)
        for name in _SIGNALS:
            signal.signal(name, signal.SIG_DFL)
        os.setpgid(0, 0)  # Ctrl+C goes to the supervisor alone
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
        self._selector.close()
        for end in (self._wake, self._woken, self._held_end, *(w.ready for w in self._workers)):
            os.close(end)
        count_at(place)
        if place == self._wanted:
            code = self._become_apart()
        else:
            self._taking.close()
            code = self._prepared.work(self._listener.fileno(), say, self._lifeline, self._asking)
        if self._is_gone():
            take_away_counts()
        sys.stderr.flush()
        os._exit(code)  # threads that wait for a publisher of tiles hold nobody up

    def _is_gone(self) -> bool:
        """Say, in a worker, whether the supervisor has ended before it: it was killed."""
        lifeline = select.poll()
        lifeline.register(self._lifeline, select.POLLIN)
        return bool(lifeline.poll(0))

    def _become_apart(self) -> int:
        """Answer what workers hand over, until the last of them has ended."""
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        self._listener.close()
        self._asking.close()
        with suppress(OSError):
            Path("/proc/self/comm").write_text(_NAME, "ascii")
        return self._prepared.work_apart(self._taking, self._wanted)

    def _wait(self) -> None:
        """Wait until something happens: a signal, a worker that is ready or has ended."""
        until = min((self._starts.get(place, 0.0) for place in self._missing()), default=None)
        timeout = None if until is None else max(0.0, until - time.monotonic())
        for key, _ in self._selector.select(timeout):
            said = os.read(key.fd, 4096)
            if key.fd == self._wake:
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
        dead = [worker for worker in self._workers if worker.process.exitcode is not None]
        for worker in dead:
            self._forget(worker)
            if self._is_ending:
                continue
            code = worker.process.exitcode or 0
            if code == 0 and worker.place == self._wanted:
                continue  # it has grown
            if not self._was_ready:
                raise WorkerFailedError(code if code > 0 else 1)
            lived = time.monotonic() - worker.started
            was_up = worker.is_ready or worker.place == self._wanted
            is_steady = was_up and lived >= _STEADY_S
            before = 0.0 if is_steady else self._pauses.get(worker.place, _FIRST_PAUSE_S)
            self._starts[worker.place] = time.monotonic() + before
            self._pauses[worker.place] = min(2 * before, _LONGEST_PAUSE_S) or _FIRST_PAUSE_S
            self._tell(f"a worker ended ({code}); another is started")

    def _forget(self, worker: _Worker) -> None:
        self._workers.remove(worker)
        if worker.ready in self._selector.get_map():
            self._selector.unregister(worker.ready)
        os.close(worker.ready)

    def _drain(self) -> None:
        """End all workers: those that load at once, those that answer when they have answered."""
        for end in (self._listener, self._asking, self._taking):
            end.close()
        for worker in self._workers:
            if worker.place < self._wanted:
                worker.process.terminate()
        until = time.monotonic() + DRAIN_SECONDS
        for worker in self._workers:
            worker.process.join(max(0.0, until - time.monotonic()))
            if worker.process.exitcode is None:
                worker.process.kill()
                worker.process.join()
        for worker in list(self._workers):
            self._forget(worker)


@contextmanager
def _held_back(signals: Iterable[signal.Signals]) -> Iterator[None]:
    """Let signals wait; a process forked meanwhile goes on holding them back."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)

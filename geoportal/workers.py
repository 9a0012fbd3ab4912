"""Worker processes for independent parts of one long piece of work."""

from __future__ import annotations

import gc
import os
import pickle
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from gc import get_threshold, set_threshold
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Final, TypeVar

from geoportal.errors import GeoportalError

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

MOST: Final = 4
"""Worker processes where no number is chosen: a server goes on serving beside an import."""
_AHEAD: Final = 2
"""Tasks that are under way for each process, or wait to be fetched."""
_COLLECT_AFTER: Final = 50_000
"""Objects more than before, after which rings of them are looked for: Python's 700 take a fifth of
the time where hundreds of thousands of records are made, none of which are in a ring."""

Task = TypeVar("Task")
Result = TypeVar("Result")


class WorkerDiedError(GeoportalError):
    """A worker process ended before its work was done: killed, or out of memory."""

    def __init__(self, message: str = "") -> None:
        super().__init__(
            message
            or "a worker process of this program was killed, and nothing of what it worked on was "
            "kept. Was there too little memory? With GEOPORTAL_PROCESSES=1 the least is needed"
        )


def usable_processes(chosen: int = 0) -> int:
    """Return how many worker processes to use: those chosen, or what this machine can use for 0.

    That is one for each core, at most `MOST`; 1 where a process cannot be forked.
    """
    if chosen:
        return chosen
    if not sys.platform.startswith("linux"):
        return 1
    return min(len(os.sched_getaffinity(0)), MOST)


@contextmanager
def working(
    work: Callable[[Task], Result], processes: int, *, in_one: bool = False
) -> Iterator[Callable[[Iterable[Task]], Iterator[Result]]]:
    """Give a ``map`` of a function that runs in so many worker processes.

    Results come in the order of tasks. Workers are forked: they share what the function knows, and
    only tasks and results, which have to be picklable, are passed. They end with this process,
    however it ends. With one process everything is done here, as it is asked for. With ``in_one``
    a single worker does all tasks in order: what it gathers meanwhile ends with it.

    Raises
    ------
    WorkerDiedError
        When a worker ended unexpectedly. What the function raises is raised here.
    """
    if processes < 2:
        yield lambda tasks: map(work, tasks)
        return
    pool = _Pool(work, 1 if in_one else processes)
    try:
        yield pool.map
    finally:
        pool.close()


@contextmanager
def collecting_rarely() -> Iterator[None]:
    """Let Python look for rings of objects a good deal more rarely, see `_COLLECT_AFTER`."""
    before = get_threshold()
    set_threshold(_COLLECT_AFTER, *before[1:])
    try:
        yield
    finally:
        set_threshold(*before)


class _Pool:
    """Forked processes, and a thread for each that passes its tasks and results."""

    def __init__(self, work: Callable[[Any], Any], processes: int) -> None:
        import multiprocessing  # takes time to load

        fork = multiprocessing.get_context("fork")
        self._idle: SimpleQueue[Connection] = SimpleQueue()
        self._ends: list[Connection] = []
        self._processes = []
        gc.collect()
        gc.freeze()  # what the workers share stays shared when they collect garbage
        try:
            for _ in range(processes):
                here, there = fork.Pipe()
                self._ends.append(here)
                process = fork.Process(target=_serve, args=(work, there, self._ends), daemon=True)
                process.start()
                there.close()
                self._processes.append(process)
                self._idle.put(here)
        finally:
            gc.unfreeze()
        self._threads = ThreadPoolExecutor(processes)
        self._ahead = processes * _AHEAD

    def map(self, tasks: Iterable[Any]) -> Iterator[Any]:
        """Yield results in the order of tasks."""
        coming = iter(tasks)
        under_way: deque[Future[Any]] = deque()
        for task in coming:
            under_way.append(self._threads.submit(self._pass, task))
            if len(under_way) >= self._ahead:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()

    def _pass(self, task: Any) -> Any:
        end = self._idle.get()
        try:
            end.send(task)
            is_done, result = end.recv()
        except (EOFError, OSError) as error:
            raise WorkerDiedError from error
        finally:
            self._idle.put(end)
        if not is_done:
            raise result
        return result

    def close(self) -> None:
        """End the processes; whatever they are doing is dropped."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        for process in self._processes:
            process.kill()
        for process in self._processes:
            process.join()
        self._threads.shutdown()
        for end in self._ends:
            end.close()


def _serve(work: Callable[[Any], Any], end: Connection, others: Iterable[Connection]) -> None:
    """Do the tasks that come until nobody sends any more."""
    for other in others:  # else this process would keep the pipes of its siblings open
        other.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's Ctrl-C is for the first process
    with collecting_rarely(), suppress(EOFError, OSError):
        while True:
            task = end.recv()
            try:
                answer = True, work(task)
            except Exception as error:  # noqa: BLE001 - raised where the result is asked for
                answer = False, _passable(error)
            end.send(answer)


def _passable(error: Exception) -> Exception:
    """Return an error that can be passed on: itself, or one that names its type."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - made here
    except Exception:  # noqa: BLE001 - whatever its own constructor raises
        return RuntimeError(f"{type(error).__name__} in a worker process")
    return error

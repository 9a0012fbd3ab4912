"""Chunks of a study on several machines, by Dask; an optional extra, ``geoportal[cluster]``.

Every machine needs the same version of this program, but no database and no data. Messages carry
positions of cells and facilities, numbers of people, and the figures that come back.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from importlib import metadata
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from geoportal.coverage.chunks import Executor, run_in_process
from geoportal.errors import UsageError
from geoportal.mapped.program import program_digest

if TYPE_CHECKING:
    from distributed import Client

ON_THIS_MACHINE: tuple[str, ...] = ("synchronous", "threads", "processes")
"""Dask's own schedulers, which need no cluster."""

_CONNECT_SECONDS = 10

_Common = TypeVar("_Common")
_Chunk = TypeVar("_Chunk")
_Result = TypeVar("_Result")


@contextmanager
def workers(scheduler: str) -> Iterator[Executor]:
    """Give the executor for a scheduler, and disconnect from the cluster afterwards.

    The scheduler is the address of a Dask scheduler (``tcp://host:8786``), or one of
    `ON_THIS_MACHINE`; empty: no Dask at all.

    Raises
    ------
    UsageError
        When Dask is not installed, no scheduler answers at the address, or it has no workers, or
        workers with other versions.
    """
    if not scheduler:
        yield run_in_process
        return
    try:
        import dask  # noqa: F401 - an optional extra: said plainly when it is missing
        from distributed import Client
    except ImportError:
        raise UsageError(
            "several machines need Dask: pip install 'geoportal[cluster]'", "scheduler"
        ) from None
    if scheduler in ON_THIS_MACHINE:
        yield partial(_run_locally, scheduler)
        return
    try:
        client = Client(scheduler, timeout=_CONNECT_SECONDS)
    except (OSError, ValueError, TimeoutError):
        raise UsageError(f"no Dask scheduler answers at {scheduler[:100]!r}", "scheduler") from None
    with client:
        _require_same(client)
        yield partial(_run_on_workers, client)


def versions() -> dict[str, str]:
    """Return the versions that must be equal on every machine for equal figures.

    That of ``geoportal`` has a digest of the modules that do the work.
    """
    digest = program_digest(("coverage", "geo"))
    return {
        "python": ".".join(platform.python_version_tuple()[:2]),
        "numpy": np.__version__,
        "geoportal": f"{metadata.version('geoportal')} ({digest[:8]})",
    }


def _require_same(client: Client) -> None:
    try:
        client.wait_for_workers(1, timeout=_CONNECT_SECONDS)
    except TimeoutError:
        raise UsageError("the Dask scheduler has no workers; start some", "scheduler") from None
    own = versions()
    for worker, theirs in sorted(client.run(versions, on_error="return").items()):
        if not isinstance(theirs, dict):
            raise UsageError(
                f"geoportal cannot be used on the worker {worker} ({type(theirs).__name__}): "
                "install this version of it there",
                "scheduler",
            )
        for name, version in own.items():
            if theirs[name] != version:
                raise UsageError(
                    f"the worker {worker} has {name} {theirs[name]}, this machine {version}: the "
                    "figures might differ; install the same versions on every machine",
                    "scheduler",
                )


def _run_locally(
    scheduler: str,
    work: Callable[[_Common, _Chunk], _Result],
    common: _Common,
    chunks: Sequence[_Chunk],
) -> Iterator[_Result]:
    """Run the chunks by one of Dask's schedulers on this machine."""
    import dask

    shared = dask.delayed(common, traverse=False)
    task = dask.delayed(work, traverse=False)
    tasks = [task(shared, dask.delayed(chunk, traverse=False)) for chunk in chunks]
    yield from dask.compute(*tasks, scheduler=scheduler)


def _run_on_workers(
    client: Client,
    work: Callable[[_Common, _Chunk], _Result],
    common: _Common,
    chunks: Sequence[_Chunk],
) -> Iterator[_Result]:
    """Run the chunks on the workers of a cluster; what is common is sent to each worker once."""
    shared: Any = client.scatter(common, broadcast=True, hash=False)
    for future in [client.submit(work, shared, chunk, pure=False) for chunk in chunks]:
        yield future.result()
        future.release()

"""The work of a study on several machines: to the last bit what one machine finds."""

import builtins
import dataclasses

import numpy as np
import pytest

from geoportal.coverage import chunks as chunks
from geoportal.coverage import cluster
from geoportal.coverage.chunks import chunks_of, run_in_process
from geoportal.coverage.cluster import workers
from geoportal.coverage.criteria import CoverageCriteria
from geoportal.coverage.distance_zones import Places
from geoportal.coverage.study import compute_study
from geoportal.coverage.supply import gather_supply
from geoportal.coverage.tables import cell_rows, district_rows, facility_rows
from geoportal.errors import UsageError
from tests.unit.coverage import town


@pytest.fixture(autouse=True)
def small_portions(monkeypatch):
    monkeypatch.setattr(chunks, "CHUNK_CELLS", 40)


def conducted(executor=run_in_process, progress=lambda *_: None):
    held = town.snapshot()
    question = CoverageCriteria(kinds=("clinic",), needs=("VM.REG",))
    return compute_study(
        held,
        town.population(),
        town.target(held),
        question,
        gather_supply(held, question),
        progress=progress,
        executor=executor,
    )


def same(one, other) -> bool:
    if dataclasses.is_dataclass(one):
        return all(
            same(getattr(one, f.name), getattr(other, f.name)) for f in dataclasses.fields(one)
        )
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and one.tobytes() == other.tobytes()
    return True


def assert_identical(one, other):
    for name in ("cells", "sure", "possible", "ratio", "catchment_demand", "n_minus_one"):
        assert same(getattr(one, name), getattr(other, name)), name
    for table in (cell_rows, district_rows, facility_rows):
        assert table(one) == table(other)


@pytest.mark.parametrize("scheduler", ["", "synchronous", "threads"])
def test_whoever_does_the_work_the_result_is_the_same(scheduler):
    told = []
    with workers(scheduler) as executor:
        there = conducted(executor, lambda *said: told.append(said))
    assert_identical(there, conducted())
    assert len(told) > 4
    assert {(label, done) for label, done, total in told if done == total} == {
        ("診療圏", told[0][2]),
        ("距離", told[-1][2]),
    }


def test_a_cluster_finds_the_same():
    from distributed import LocalCluster

    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None
        ) as machines,
        workers(machines.scheduler_address) as executor,
    ):
        there = conducted(executor)
    assert_identical(there, conducted())


@pytest.mark.parametrize("name", ["python", "numpy", "geoportal"])
def test_a_worker_of_another_version_is_refused_by_name(monkeypatch, name):
    from distributed import LocalCluster

    here_first = iter([cluster.versions()])
    other = cluster.versions() | {name: "0.0.other"}
    monkeypatch.setattr(cluster, "versions", lambda: next(here_first, other))
    with (
        LocalCluster(n_workers=1, processes=False, dashboard_address=None) as machines,
        pytest.raises(UsageError, match=f"worker inproc://.* has {name} 0.0.other"),
        workers(machines.scheduler_address),
    ):
        pass


@pytest.mark.slow
def test_a_scheduler_without_workers_is_told_not_waited_for(monkeypatch):
    from distributed import LocalCluster

    monkeypatch.setattr(cluster, "_CONNECT_SECONDS", 1)
    with (
        LocalCluster(n_workers=0, processes=False, dashboard_address=None) as machines,
        pytest.raises(UsageError, match="no workers"),
        workers(machines.scheduler_address),
    ):
        pass


def test_the_size_of_a_portion_is_of_no_consequence_that_is_written(monkeypatch):
    small = conducted()
    monkeypatch.setattr(chunks, "CHUNK_CELLS", 1_000)
    for table in (cell_rows, district_rows, facility_rows):
        assert table(small) == table(conducted())


def test_every_cell_is_in_one_portion():
    rng = np.random.default_rng(7)
    cells = Places.from_degrees(rng.uniform(130, 131, 500), rng.uniform(33, 34, 500))
    cut = chunks_of(cells, 60)
    assert np.array_equal(np.sort(np.concatenate(cut)), np.arange(500))
    assert all(part.size >= 60 for part in cut[:-1])
    assert chunks_of(Places.from_degrees(np.empty(0), np.empty(0)), 60) == []


@pytest.mark.slow
def test_nobody_at_the_address_is_said(monkeypatch):
    monkeypatch.setattr(cluster, "_CONNECT_SECONDS", 1)
    with (
        pytest.raises(UsageError, match="no Dask scheduler answers"),
        workers("tcp://127.0.0.1:9"),
    ):
        pass


def test_without_dask_it_says_what_to_install(monkeypatch):
    real = builtins.__import__

    def without(name, *rest, **more):
        if name in {"dask", "distributed"}:
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(UsageError, match=r"geoportal\[cluster\]"), workers("threads"):
        pass

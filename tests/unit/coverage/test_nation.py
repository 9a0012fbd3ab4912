"""Coverage by prefecture on two machines: for each prefecture what one machine finds."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from geoportal.coverage.area import choose_target
from geoportal.coverage.chunks import run_in_process
from geoportal.coverage.cluster import workers
from geoportal.coverage.criteria import CoverageCriteria
from geoportal.coverage.mesh_demand import spread_suppressed
from geoportal.coverage.population import Population
from geoportal.coverage.study import compute_study
from geoportal.coverage.supply import gather_supply
from geoportal.coverage.tables import cell_rows
from geoportal.coverage.town_demand import town_demand
from geoportal.store.population import MeshSet
from tests.bench.nation import ALL_PREFECTURES, Nation
from tests.factories import make_claim, make_facility, make_outline, make_snapshot
from tests.unit.coverage.test_cluster import assert_identical

QUESTION = CoverageCriteria(kinds=("clinic",), needs=("VM.REG",))
VALUES = ("yes", "no", "unknown")


def studies(nation: Nation, facilities: int, executors) -> Iterator[tuple[str, list]]:
    """Yield each prefecture's study by each of some executors."""
    places, city = nation.places(facilities, np.random.default_rng(15))
    one_of = {code: f"{code}999" for code in nation.prefectures}
    held = make_snapshot(
        [
            make_facility(
                f"f{n}",
                (float(lon), float(lat)),
                [make_claim("VM.REG", VALUES[n % 3])],
                municipality_code=one_of[nation.prefectures[of % len(nation.prefectures)]],
            )
            for n, ((lon, lat), of) in enumerate(zip(places, city, strict=True))
        ],
        outlines=[make_outline(one_of[code], nation.box(code)) for code in nation.prefectures],
        members={code: (one_of[code],) for code in nation.prefectures},
        codes=("VM.REG",),
    )
    cells = nation.mesh_cells()
    firsts = sorted({str(cell.code)[:4] for cell in cells})
    editions = tuple(MeshSet(f, "mesh-population", "2020-10-01", 1, "x") for f in firsts)
    people = Population(spread_suppressed(cells), editions, {}, town_demand(()))
    supply = gather_supply(held, QUESTION)
    for code in nation.prefectures:
        target = choose_target(held.districts, {code: (one_of[code],)}, {code: code}, code)
        yield (
            code,
            [
                compute_study(held, people, target, QUESTION, supply, executor=executor)
                for executor in executors
            ],
        )


@pytest.mark.long
def test_three_prefectures_on_two_workers_are_what_one_machine_finds(monkeypatch) -> None:
    from distributed import LocalCluster

    monkeypatch.setattr("geoportal.coverage.chunks.CHUNK_CELLS", 100)
    nation = Nation(("26", "27", "28"), cities=3, cells=900, people=90_000)
    machines = LocalCluster(
        n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None
    )
    with machines, workers(machines.scheduler_address) as executor:
        found = list(studies(nation, 120, (run_in_process, executor)))
    assert [code for code, _ in found] == list(nation.prefectures)
    for _, (alone, shared) in found:
        assert len(cell_rows(alone)) > 100
        assert_identical(shared, alone)


@pytest.mark.long
def test_the_nation_by_prefecture_on_two_workers_is_what_one_machine_finds() -> None:
    from distributed import LocalCluster

    machines = LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    )
    done = 0
    with machines, workers(machines.scheduler_address) as executor:
        for _, (alone, shared) in studies(Nation(), 20_000, (run_in_process, executor)):
            assert_identical(shared, alone)
            done += 1
    assert done == len(ALL_PREFECTURES)

"""A small town for studies: two districts, a grid of cells, a handful of facilities."""

from __future__ import annotations

from collections.abc import Sequence

from shapely.geometry import MultiPolygon

from geoportal.coverage.area import Target, choose_target
from geoportal.coverage.criteria import CoverageCriteria
from geoportal.coverage.demand import MESH, TOWNS
from geoportal.coverage.mesh_demand import spread_suppressed
from geoportal.coverage.population import Population
from geoportal.coverage.report import CoverageReport, make_report
from geoportal.coverage.study import Study, compute_study
from geoportal.coverage.supply import gather_supply
from geoportal.coverage.town_demand import town_demand, unplaced_towns
from geoportal.domain.district import District
from geoportal.domain.facility import Facility
from geoportal.domain.imported_file import ImportedFile
from geoportal.index.snapshot import Snapshot
from geoportal.services.portal import shipped_reference
from geoportal.store.population import AgePopulation, MeshCell, MeshSet
from geoportal.store.town_population import HeldTown, TownPeople, TownPlace, TownSet
from tests.factories import make_claim, make_facility, make_outline, make_snapshot

WEST, EAST, MIDDLE, SOUTH, NORTH = 130.80, 131.00, 130.904, 33.80, 33.90
MEMBERS = {"40106": ("40106",), "40107": ("40107",), "40100": ("40106", "40107")}
HOSTILE = "<script>alert(1)</script>&\"'=cmd|' /C calc'!A0"
FORMULA = "＝hostile()"
CODES = ("VM.REG", "AC.ULCER")


def outlines() -> list[tuple[District, MultiPolygon]]:
    return [
        make_outline("40106", (WEST, SOUTH, MIDDLE, NORTH)),
        make_outline("40107", (MIDDLE, SOUTH, EAST, NORTH)),
    ]


def facilities() -> list[Facility]:
    return [
        make_facility("a", (130.85, 33.85), [make_claim("VM.REG")], name=FORMULA),
        make_facility("b", (130.86, 33.85), [make_claim("VM.REG")], name=HOSTILE),
        make_facility("c", (130.95, 33.83), [make_claim("VM.REG")], municipality_code="40107"),
        make_facility("unknown", (130.97, 33.88), municipality_code="40107"),
        make_facility("refuses", (130.90, 33.85), [make_claim("VM.REG", "no")]),
        make_facility("lost", None, [make_claim("VM.REG")], name="見本位置不明医院"),
        make_facility("across", (131.02, 33.85), [make_claim("VM.REG")], municipality_code="40108"),
    ]


def cells() -> list[MeshCell]:
    """Fill the town and a margin around it; every seventh cell's ages are suppressed."""
    found = []
    for row in range(int(SOUTH * 240) - 4, int(NORTH * 240) + 5):
        for column in range(int((WEST - 100) * 160) - 4, int((EAST - 100) * 160) + 5):
            code = half_mesh_code(row, column)
            people = (row * 7 + column * 13) % 90 + 10
            found.append(MeshCell(code, people, people // 3, people // 6, people // 15, 2))
    return [c if n % 7 or n == 0 else hidden(c, found[n - 1].code) for n, c in enumerate(found)]


def half_mesh_code(row: int, column: int) -> int:
    """Name a half mesh by JIS X 0410, digit by digit, from its row and column."""
    first = f"{row // 160:02}{column // 160:02}"
    second = f"{row % 160 // 20}{column % 160 // 20}"
    third = f"{row % 20 // 2}{column % 20 // 2}"
    return int(f"{first}{second}{third}{row % 2 * 2 + column % 2 + 1}")


def hidden(cell: MeshCell, into: int) -> MeshCell:
    return MeshCell(cell.code, cell.pop, None, None, None, None, into)


def towns() -> list[HeldTown]:
    """Return 町丁目 of three wards: one hidden, two without a place, one just outside its ward."""
    found = []
    for n in range(60):
        lon, lat = 130.805 + 0.0041 * n, 33.805 + 0.0137 * (n * 7 % 8)
        code = "40106" if lon < MIDDLE else "40107" if lon < EAST else "40108"
        people = 100 + n * 37 % 90
        ages = (people // 3, people // 6, people // 15) if n != 5 else (None, None, None)
        found.append(
            held_town(code, f"見本{n}丁目", (lon, lat), people, *ages, uncertainty_m=100.0 + n)
        )
    found.append(held_town("40107", "見本飛地", (MIDDLE - 0.002, 33.85), 80, 40, 20, 6))
    found.append(held_town("40106", HOSTILE, (130.88, 33.81), 50, 20, 9, 1))
    found.append(held_town("40106", "見本不明", None, 70, 30, 12, 3))
    return [*found, held_town("40100", "見本どこか", None, 8, None, None, None)]


def held_town(
    code: str,
    name: str,
    point: tuple[float, float] | None,
    *people: int | None,
    uncertainty_m: float = 300.0,
) -> HeldTown:
    place = (
        TownPlace(reason="town_ambiguous")
        if point is None
        else TownPlace(*point, "chome", uncertainty_m, code, "")
    )
    return HeldTown(TownPeople(code, name, *people), place)


def population(
    items: Sequence[MeshCell] | None = None, held_towns: Sequence[HeldTown] = ()
) -> Population:
    held = cells() if items is None else items
    meshes = (MeshSet("5030", "mesh-population", "2020-10-01", len(held), "x"),)
    register = {
        code: AgePopulation(code, "age-population", "2025-01-01", 9000, 3000, 1500, 500)
        for code in ("40106", "40107")
    }
    sets = {town.people.municipality_code for town in held_towns}
    return Population(
        spread_suppressed(held),
        meshes,
        register,
        town_demand(held_towns),
        tuple(TownSet(c, "town-population", "2025-01-31", 1, "x") for c in sorted(sets)),
        unplaced_towns(held_towns),
    )


def snapshot(items: Sequence[Facility] | None = None) -> Snapshot:
    return make_snapshot(
        facilities() if items is None else items,
        outlines=outlines(),
        members=MEMBERS,
        codes=CODES,
    )


def target(held: Snapshot, code: str = "40100") -> Target:
    return choose_target(held.districts, MEMBERS, {"40100": "見本市"}, code)


def study(
    items: Sequence[Facility] | None = None,
    *,
    code: str = "40100",
    needs: tuple[str, ...] = ("VM.REG",),
    people: Population | None = None,
    demand: str = MESH,
) -> Study:
    held = snapshot(items)
    question = CoverageCriteria(kinds=("clinic",), needs=needs, demand=demand)
    supply = gather_supply(held, question)
    people = people or population(held_towns=towns() if demand == TOWNS else ())
    return compute_study(held, people, target(held, code), question, supply)


def report(made: Study | None = None) -> CoverageReport:
    editions = [
        ImportedFile("mesh-population", "m", "2020-10-01", "2026-11-01", 1, 1, 0, 0),
        ImportedFile("town-population", "t", "2025-01-31", "2026-11-01", 1, 1, 0, 0),
        ImportedFile("kaigo", "k", "2026-10-01", "2026-11-01", 1, 1, 0, 0),
    ]
    return make_report(made or study(), snapshot(), shipped_reference(), editions)

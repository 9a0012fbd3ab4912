"""Real Kitakyushu cells and offices: every figure equals plain Python with its own geodesic."""

import csv
import json
import math
from pathlib import Path

import pytest
from click.testing import CliRunner

from geoportal.cli.main import cli
from tests.unit.coverage import oracle

SHARED = Path(__file__).parents[3] / "shared" / "data"
POPULATION = SHARED / "population"
FILES = (
    POPULATION / "tblT001101H5030.txt",
    POPULATION / "tblT001101H5031.txt",
    POPULATION / "kitakyushu_population_age_2025-01-01.csv",
    SHARED / "boundaries" / "N03-21_40_210101_simplified1pct.geojson",
    SHARED / "boundaries" / "kitakyushu_wards_detailed.geojson",
    SHARED / "kaigo" / "rebuilt" / "RECONSTRUCTED_jigyosho_130_kitakyushu.csv",
)

pytestmark = [
    pytest.mark.shared,
    pytest.mark.long,
    pytest.mark.skipif(not POPULATION.is_dir(), reason="official files are not here"),
]


def run(database: Path, *arguments: str) -> dict:
    result = CliRunner().invoke(cli, ["--db", str(database), *arguments, "--json"])
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def pack(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("real")
    run(folder / "k.db", "import", *map(str, FILES))
    run(
        folder / "k.db",
        *("coverage", "--city", "40100", "--kind", "visiting_nursing"),
        *("--out", str(folder / "pack"), "--format", "csv,xlsx"),
    )
    return folder / "pack"


def table(pack: Path, name: str) -> list[dict[str, str]]:
    with (pack / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def point(row: dict[str, str]) -> oracle.Point:
    return float(row["lon"]), float(row["lat"])


def test_all_cells_equal_brute_force(pack):
    cells = table(pack, "coverage.csv")
    facilities = [point(row) for row in table(pack, "facilities.csv")]
    assert len(cells) > 1300
    assert len(facilities) > 180
    for row in cells:
        found = sorted(oracle.metres(point(row), facility) for facility in facilities)
        for ring in oracle.RINGS_M:
            assert int(row[f"within_{ring}_m"]) == sum(d <= ring for d in found)
        assert float(row["nearest_m"]) == pytest.approx(found[0], rel=1e-9, abs=1e-9)
        assert float(row["second_nearest_m"]) == pytest.approx(found[1], rel=1e-9, abs=1e-9)


def test_floating_catchment_equals_brute_force_from_the_pack_alone(pack):
    asked = table(pack, "coverage.csv")[::25]
    around, offices = table(pack, "demand.csv"), table(pack, "facilities.csv")
    expected = oracle.floating_catchment(
        [point(row) for row in asked],
        [point(row) for row in around],
        [float(row["pop75"]) for row in around],
        [point(row) for row in offices],
        [float(row["capacity"]) for row in offices],
    )
    for row, value in zip(asked, expected, strict=True):
        assert float(row["floating_catchment"]) == pytest.approx(value, rel=1e-9)


def test_wards_add_up_and_lie_near_the_register(pack):
    *wards, city = table(pack, "districts.csv")
    assert len(wards) == 7
    for column in ("pop", "pop75", "pop75_with_1_within_1000_m", "facilities"):
        assert float(city[column]) == pytest.approx(
            math.fsum(float(ward[column]) for ward in wards), rel=1e-9
        )
    with FILES[2].open(encoding="utf-8-sig", newline="") as file:
        register = {r["団体コード"][:5]: r for r in csv.DictReader(file) if r["性別"] == "計"}
    for ward in wards:  # five years and two ways of counting lie between the two
        held = register[ward["district"]]
        assert 0.97 < float(ward["pop"]) / float(held["総数"]) < 1.06
        assert 0.84 < float(ward["pop75"]) / float(held["75歳以上"]) < 0.94


def test_published_people_are_neither_lost_nor_made(pack):
    """All cells together hold what the census publishes: merged figures are spread, not dropped."""
    published = 0
    for name in ("tblT001101H5030.txt", "tblT001101H5031.txt"):
        with (POPULATION / name).open(encoding="cp932", newline="") as file:
            for row in csv.DictReader(file):
                value = row["T001101022"]
                published += int(value) if value.isascii() and value.isdigit() else 0
    from geoportal.coverage.population import load_population
    from geoportal.store.database import open_database

    database = open_database(pack.parent / "k.db")
    with database.engine.connect() as connection:
        held = load_population(connection).mesh.group("pop75").sum()
    database.engine.dispose()
    assert held == pytest.approx(published, rel=1e-12)

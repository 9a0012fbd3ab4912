"""The command on the sample city: the pack, the range, what-if, baseline, clear refusals."""

import csv
import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from geoportal.cli.main import cli
from geoportal.services.portal import sample_directory
from tests.unit.coverage import oracle

DOCTORS = ("--need", "VM.REG", "--kind", "clinic", "--kind", "hospital")


@pytest.fixture(scope="module")
def sample(tmp_path_factory, sample_database) -> Path:
    directory = tmp_path_factory.mktemp("sample")
    shutil.copytree(sample_database, directory, dirs_exist_ok=True)
    return directory / "city.db"


def coverage(database: Path, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["--db", str(database), "coverage", *arguments])


def document(result: Result) -> dict:
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def districts(folder: Path) -> list[dict[str, str]]:
    return table(folder / "districts.csv")


def test_a_ward_gets_its_whole_pack(sample, tmp_path):
    out = tmp_path / "pack"
    said = document(coverage(sample, "--district", "40106", *DOCTORS, "--out", str(out), "--json"))
    assert set(said["files"]) == {path.name for path in out.iterdir()}
    assert {"map.html", "map.png", "map.pdf", "figures.xlsx", "coverage.gpkg"} < set(said["files"])
    assert said["title"].startswith("【架空のデータ】小倉北区")
    assert said["facilities"]["sure"] < said["facilities"]["possible"]


def test_a_city_is_compared_by_ward(sample, tmp_path):
    out = tmp_path / "pack"
    said = document(
        coverage(
            sample, "--city", "40100", *DOCTORS, "--out", str(out), "--format", "csv", "--json"
        )
    )
    rows = districts(out)
    assert len(rows) == 8
    assert rows[-1]["name"] == "北九州市"
    assert {int(row["rank"]) for row in rows[:-1]} <= set(range(1, 8))
    assert all(item["sentence"] for item in said["districts"])
    tobata = next(row for row in rows if row["name"] == "戸畑区")
    assert (tobata["facilities"], tobata["facilities_possible"]) != ("", "")
    assert int(tobata["facilities"]) == 0 < int(tobata["facilities_possible"])


def test_night_asks_for_less_than_day(sample, tmp_path):
    common = ("--district", "40106", "--kind", "visiting_nursing", "--format", "csv", "--json")
    day = document(coverage(sample, *common, "--out", str(tmp_path / "day")))
    night = document(coverage(sample, *common, "--time", "night", "--out", str(tmp_path / "n")))
    assert night["facilities"]["sure"] < day["facilities"]["sure"]


def test_what_if_and_baseline_are_compared(sample, tmp_path):
    common = ("--city", "40100", *DOCTORS, "--format", "csv", "--json")
    document(coverage(sample, *common, "--out", str(tmp_path / "before")))
    document(
        coverage(
            sample,
            *(*common, "--add", "130.83,33.89", "--out", str(tmp_path / "after")),
            *("--baseline", str(tmp_path / "before" / "baseline.json")),
        )
    )
    with (tmp_path / "after" / "comparison.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    gained = [r for r in rows if r["地区"] == "戸畑区" and r["項目"] == "facilities"]
    assert {row["変化"] for row in gained} == {"1"}
    assert "新しく数えるようになった" in {row["理由"] for row in rows}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--district", "99999"), 4),
        ((), 2),
        (("--district", "40106", "--city", "40100"), 2),
        (("--district", "40106", "--need", "NO.SUCH"), 2),
        (("--district", "40106", "--kind", "nobody"), 2),
        (("--district", "40106", "--format", "docx"), 2),
        (("--district", "40106", "--format", " , "), 2),
        (("--district", "40106", "--add", "here"), 2),
        (("--district", "40106", "--add", "2.35,48.85"), 2),
        (("--district", "40106", "--add", "33.88,130.87"), 2),
        (("--district", "40106", "--remove", "nobody"), 4),
        (("--district", "40130"), 3),
        (("--district", "40106", "--local"), 3),
        (("--district", "40106", "--demand", "blocks"), 2),
    ],
)
def test_refusals_have_a_code_and_say_what_to_do(sample, tmp_path, arguments, code):
    result = coverage(sample, *arguments, "--out", str(tmp_path / "x"))
    assert result.exit_code == code
    assert not (tmp_path / "x").exists()


def test_a_folder_that_cannot_be_written_is_refused_first(sample, tmp_path):
    (tmp_path / "file").write_text("x")
    result = coverage(sample, "--district", "40106", "--out", str(tmp_path / "file" / "pack"))
    assert result.exit_code == 2
    assert "cannot be written" in result.stderr


def test_a_broken_baseline_is_refused_with_nothing_written(sample, tmp_path):
    held = tmp_path / "held.json"
    held.write_text('{"format": "geoportal-coverage-baseline/1"}')
    arguments = ("--district", "40106", "--baseline", str(held), "--out", str(tmp_path / "x"))
    result = coverage(sample, *arguments)
    assert result.exit_code == 3
    assert not (tmp_path / "x").exists()


def test_people_by_town_come_from_the_published_file(sample, tmp_path):
    """Every town of the ward, with the people of its row, counted at the gazetteer's point."""
    out = tmp_path / "pack"
    common = ("--district", "40106", *DOCTORS, "--demand", "towns", "--format", "csv,geojson")
    said = document(coverage(sample, *common, "--out", str(out), "--json"))
    assert (said["demand"], said["title"][:8]) == ("towns", "【架空のデータ】")
    published = {
        f"40106/{row['地域名']}": row
        for row in table(sample_directory() / "population" / "town_population.csv")
        if row["市区町村名"] == "北九州市小倉北区"
    }
    points = {
        f"40106/{row['大字町丁目名']}": (float(row["経度"]), float(row["緯度"]))
        for row in table(sample_directory() / "towns.csv")
        if row["市区町村コード"] == "40106"
    }
    facilities = [
        (float(row["lon"]), float(row["lat"]))
        for row in table(out / "facilities.csv")
        if row["certain"] == "true"
    ]
    rows = table(out / "coverage.csv")
    assert {row["cell"] for row in rows} == set(published) == set(points)
    older = [
        f"{band}の{sex}" for band in ("75-79歳", "80-84歳", "85歳以上") for sex in ("男性", "女性")
    ]
    need = 0
    for row in rows:
        source = published[row["cell"]]
        hidden = source["85歳以上の男性"] == "X"
        assert row["pop75"] == ("" if hidden else f"{sum(int(source[k]) for k in older):.1f}")
        assert (float(row["lon"]), float(row["lat"])) == points[row["cell"]]
        counts = [int(row[f"within_{ring}_m"]) for ring in oracle.RINGS_M]
        assert counts == oracle.within(points[row["cell"]], facilities)
        need += 0 if hidden else float(row["pop75"])
    assert float(districts(out)[0]["pop75"]) == need
    assert "人口の数え方　町丁目" in (out / "README.txt").read_text(encoding="utf-8-sig")


def test_a_what_if_and_a_baseline_work_by_town(sample, tmp_path):
    common = ("--city", "40100", *DOCTORS, "--demand", "towns", "--format", "csv", "--json")
    document(coverage(sample, *common, "--out", str(tmp_path / "before")))
    worst = max(
        table(tmp_path / "before" / "facilities.csv"),
        key=lambda row: float(row["left_without_2000_m"]),
    )
    change = ("--remove", worst["id"], "--baseline", str(tmp_path / "before" / "baseline.json"))
    done = coverage(sample, *common, *change, "--out", str(tmp_path / "after"))
    document(done)
    assert "1 towns have no position" in done.stderr
    was, now = districts(tmp_path / "before")[-1], districts(tmp_path / "after")[-1]
    key = "pop75_with_1_within_2000_m"
    lost = float(was[key]) - float(now[key])
    assert lost == pytest.approx(float(worst["left_without_2000_m"]))
    assert lost > 0
    reasons = {row["理由"] for row in table(tmp_path / "after" / "comparison.csv")}
    assert reasons == {"", "数えなくなった"}


def test_without_towns_it_says_what_to_import(tmp_path):
    database = tmp_path / "bare.db"
    files = [sample_directory() / "boundaries.geojson"]
    files.append(sample_directory() / "population" / "mesh_population.txt")
    loaded = CliRunner().invoke(cli, ["--db", str(database), "import", *map(str, files)])
    assert loaded.exit_code == 0
    arguments = ("--district", "40106", "--demand", "towns", "--out", str(tmp_path / "x"))
    result = coverage(database, *arguments)
    assert result.exit_code == 3
    assert "地域・年齢別人口" in result.stderr
    people = sample_directory() / "population" / "town_population.csv"
    loaded = CliRunner().invoke(cli, ["--db", str(database), "import", str(people)])
    assert loaded.exit_code == 0
    result = coverage(database, *arguments)
    assert result.exit_code == 3
    assert "none could be placed" in result.stderr
    assert not (tmp_path / "x").exists()


def test_without_cells_it_says_what_to_import(tmp_path):
    database = tmp_path / "bare.db"
    boundaries = sample_directory() / "boundaries.geojson"
    loaded = CliRunner().invoke(cli, ["--db", str(database), "import", str(boundaries)])
    assert loaded.exit_code == 0
    result = coverage(database, "--district", "40106", "--out", str(tmp_path / "x"))
    assert result.exit_code == 3
    assert "T001101" in result.stderr
    assert "5030" in result.stderr

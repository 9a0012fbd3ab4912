"""The invented people of the sample city: as awkward as the census, and plainly invented."""

import csv
import subprocess
import sys
from pathlib import Path

import pytest

from geoportal.geo.mesh import is_half_mesh

SAMPLE = Path(__file__).parents[3] / "data" / "sample"


def rows() -> list[dict[str, str]]:
    with (SAMPLE / "population/mesh_population.txt").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["KEY_CODE"]]


def test_every_suppressed_cell_is_listed_by_its_receiver():
    by_code = {row["KEY_CODE"]: row for row in rows()}
    assert all(is_half_mesh(code) for code in by_code)
    suppressed = [row for row in by_code.values() if row["HTKSYORI"] == "2"]
    assert len(suppressed) > 100
    for row in suppressed:
        receiver = by_code[row["HTKSAKI"]]
        assert receiver["HTKSYORI"] == "1"
        assert row["KEY_CODE"] in receiver["GASSAN"].split(";")
        assert row["T001101022"] == "*"


def test_the_register_adds_up():
    with (SAMPLE / "population/age_population.csv").open(encoding="utf-8", newline="") as file:
        city, *wards = csv.DictReader(file)
    assert len(wards) == 7
    for column in ("総数", "65歳以上", "75歳以上", "100歳以上"):
        assert int(city[column]) == sum(int(ward[column]) for ward in wards)


def test_the_towns_of_a_ward_add_up_to_its_register():
    """Total and sexes of every town are published, ages of small ones hidden, all marked."""
    with (SAMPLE / "population/age_population.csv").open(encoding="utf-8", newline="") as file:
        register = {row["市区町村名"]: row for row in csv.DictReader(file)}
    with (SAMPLE / "population/town_population.csv").open(encoding="utf-8", newline="") as file:
        towns = list(csv.DictReader(file))
    for ward in {row["市区町村名"] for row in towns}:
        own = [row for row in towns if row["市区町村名"] == ward]
        assert sum(int(row["総人口"]) for row in own) == int(register[ward]["総数"])
    hidden = [row for row in towns if row["85歳以上の女性"] == "X"]
    assert [row["地域名"] for row in hidden] == ["大字鯛島"]
    assert {row["備考"] for row in towns} == {"架空のデータ"}
    for row in towns:
        assert int(row["総人口"]) == int(row["男性"]) + int(row["女性"])
        if row not in hidden:
            assert int(row["男性"]) == sum(int(v) for k, v in row.items() if k.endswith("の男性"))


@pytest.mark.slow
def test_the_script_writes_the_same_people_again(tmp_path):
    script = [sys.executable, "-B", str(SAMPLE / "make_sample.py"), "--out", str(tmp_path)]
    subprocess.run(script, check=True, capture_output=True, timeout=120)
    for name in ("mesh_population.txt", "age_population.csv", "town_population.csv"):
        path = f"population/{name}"
        assert (tmp_path / path).read_bytes() == (SAMPLE / path).read_bytes(), name

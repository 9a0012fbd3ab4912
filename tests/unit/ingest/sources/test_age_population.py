"""Residents by age: both sexes together, groups of older people added up."""

import pytest

from geoportal.store.population import read_age_population
from tests.unit.ingest.sources.test_mesh_population import imported

AGES = (
    "団体コード,都道府県名,市区町村名,性別,総数,0歳～4歳,65歳～69歳,70歳～74歳,75歳～79歳,"
    "80歳～84歳,85歳～89歳,90歳～94歳,95歳～99歳,100歳以上\n"
    "401005,福岡県,北九州市,計,1000,40,60,70,50,40,30,20,10,1\n"
    "401005,福岡県,北九州市,男,500,20,30,35,25,20,15,10,5,0\n"
)


def test_residents_by_age_of_both_sexes(database, tmp_path):
    report = imported(database, tmp_path, "ages_2025-01-01.csv", AGES, "utf-8")
    assert (report["source"], report["as_of"], report["rows_read"]) == (
        "age-population",
        "2025-01-01",
        2,
    )
    with database.engine.connect() as connection:
        city = read_age_population(connection)["40100"]
    assert (city.pop, city.pop65, city.pop75, city.pop85) == (1000, 281, 151, 61)


def test_a_code_with_a_wrong_check_digit_is_rejected(database, tmp_path):
    men = AGES.splitlines(keepends=True)[2]
    wrong = men.replace("401005", "401008")
    report = imported(database, tmp_path, "ages_2025-01-01.csv", AGES + 4 * men + wrong, "utf-8")
    assert [(issue["line"], issue["code"]) for issue in report["issues"]] == [(8, "bad_code")]
    assert (report["accepted"], report["rejected"]) == (6, 1)


@pytest.mark.parametrize(
    ("total", "stated", "sound"), [(281, 281, True), (280, "", False), (900, 282, False)]
)
def test_groups_that_do_not_add_up_are_of_a_shifted_row(database, tmp_path, total, stated, sound):
    header, both, _men = AGES.splitlines()
    row = both.replace(",1000,", f",{total},") + f",{stated}"
    text = f"{header},65歳以上\n{row}\n"
    report = imported(database, tmp_path, "ages_2025-01-01.csv", text, "utf-8")
    assert ("shifted_row" in {issue["code"] for issue in report["issues"]}) is not sound
    assert bool(report["accepted"]) is sound

"""The coverage page and API over the sample city: words, table, files and answer agree."""

import csv
import io
import re
import shutil

import pytest

from geoportal.export.pack_files import DOWNLOADS
from geoportal.services.portal import Portal, shipped_reference
from geoportal.settings import Settings
from geoportal.store.database import open_database
from geoportal.web.app import create_app
from tests.conftest import NOW

DOCTORS = "kind=hospital&kind=clinic&need=VM.REG&area=40100"


@pytest.fixture(scope="module")
def client(tmp_path_factory, sample_database):
    directory = tmp_path_factory.mktemp("web")
    shutil.copytree(sample_database, directory, dirs_exist_ok=True)
    database = open_database(directory / "city.db")
    portal = Portal(database, shipped_reference(), clock=lambda: NOW)
    yield create_app(portal, Settings()).test_client()
    database.engine.dispose()


def text(client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return response.get_data(as_text=True)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "ja",
            r"<strong>戸畑区</strong> 75歳以上のうち、2 km以内に訪問診療（.*）がない人は .*% です",
        ),
        (
            "en",
            r"Tobata Ward <span[^>]*>戸畑区</span></strong> Of people aged 75 .* have no .* 2 km",
        ),
        ("ja-easy", r"<strong>戸畑区</strong> 75歳より 上の人で、2 kmより 近くに .*%です"),
    ],
)
def test_every_ward_has_its_plain_sentence(client, language, words):
    page = text(client, f"/coverage?lang={language}&{DOCTORS}")
    assert re.search(words, re.sub(r"<rp>.*?</rp>|<rt>.*?</rt>|</?ruby>", "", page))
    assert len(re.findall(r'<li id="coverage-\d+">', page)) == 7


def test_table_and_answer_show_the_same_figures(client):
    page = text(client, f"/coverage?lang=ja&{DOCTORS}")
    answer = client.get(f"/api/v1/coverage?{DOCTORS}&cells=false").get_json()
    assert "cells" not in answer
    for row in answer["districts"]:
        assert f"<td>{row['pop75']:,.0f}</td>" in page
        low, high = row["facilities"], row["facilities_possible"]
        assert f"<td>{low}–{high}</td>" in page or f"<td>{low}</td>" in page
        assert row["sentence"].startswith("75歳以上の")
    assert answer["total"]["facilities"] == sum(row["facilities"] for row in answer["districts"])


def test_answer_and_file_have_equal_figures(client):
    answer = client.get(f"/api/v1/coverage?{DOCTORS}").get_json()
    rows = list(
        csv.DictReader(
            io.StringIO(text(client, f"/coverage/coverage.csv?{DOCTORS}").removeprefix("\ufeff"))
        )
    )
    cells = answer["cells"]
    assert len(rows) == len(cells["cell"])
    for n in range(0, len(rows), 50):
        for key in ("cell", "district"):
            assert rows[n][key] == cells[key][n]
        for key in ("lon", "pop75", "within_4000_m", "second_nearest_m", "floating_catchment"):
            assert float(rows[n][key]) == cells[key][n]


@pytest.mark.parametrize("name", [name for name in DOWNLOADS if not name.startswith("map")])
def test_downloads_carry_their_type_and_name(client, name):
    response = client.get(f"/coverage/{name}?{DOCTORS}")
    assert response.status_code == 200
    assert response.content_type == DOWNLOADS[name].media_type
    stem, ending = name.split(".")
    assert f'filename="{stem}-40100.{ending}"' in response.headers["Content-Disposition"]
    again = client.get(
        f"/coverage/{name}?{DOCTORS}", headers={"If-None-Match": response.headers["ETag"]}
    )
    assert again.status_code == 304


def test_other_files_are_not_there(client):
    assert client.get(f"/coverage/secrets.txt?{DOCTORS}").status_code == 404


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("area=99999", 404),
        ("need=NO.SUCH", 400),
        ("kind=nobody", 400),
        ("time=dawn", 400),
        ("lon=130.8", 400),
        ("area=40130", 404),
    ],
)
def test_the_answer_to_a_wrong_question_says_what_is_wrong(client, query, status):
    response = client.get(f"/api/v1/coverage?{query}")
    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    assert response.get_json()["detail"]


def test_the_page_passes_over_what_it_does_not_know(client):
    page = text(client, "/coverage?lang=ja&area=99999&kind=nobody&time=dawn")
    assert "75歳以上の" in page


def test_night_is_another_question(client):
    day = client.get("/api/v1/coverage?kind=visiting_nursing&cells=false").get_json()
    night = client.get("/api/v1/coverage?kind=visiting_nursing&time=night&cells=false").get_json()
    assert night["facilities"]["sure"] < day["facilities"]["sure"]
    assert night["total"]["floating_catchment"] < day["total"]["floating_catchment"]


def test_a_need_that_was_chosen_stays_chosen(client):
    page = text(client, f"/coverage?lang=ja&{DOCTORS}")
    assert '<option value="VM.REG" selected>' in page
    assert page.count('aria-current="true"') >= 1


def test_who_cannot_be_replaced_and_what_if_it_closed(client):
    page = text(client, f"/coverage?lang=ja&{DOCTORS}")
    listed = re.search(r'<table class="counts coverage-single">.*?</table>', page, re.DOTALL)[0]
    data = text(client, f"/coverage/facilities.csv?{DOCTORS}").removeprefix("\ufeff")
    rows = list(csv.DictReader(io.StringIO(data)))
    lost = {row["id"]: float(row["left_without_2000_m"]) for row in rows}
    ids = re.findall(r'href="/facilities/([^"?]+)', listed)
    assert ids[0] == max(lost, key=lost.__getitem__)
    assert [lost[one] for one in ids] == sorted(lost.values(), reverse=True)[: len(ids)]
    assert f"<td>{lost[ids[0]]:,.0f}</td>" in listed

    after = text(client, f"/coverage?lang=ja&{DOCTORS}&remove={ids[0]}")
    told = re.search(r'<section class="coverage-plan".*?</section>', after, re.DOTALL)[0]
    present, changed = (
        client.get(f"/api/v1/coverage?{DOCTORS}&cells=false{more}").get_json()["total"]
        for more in ("", f"&remove={ids[0]}")
    )
    key = "pop75_with_1_within_2000_m"
    assert present[key] - changed[key] == pytest.approx(lost[ids[0]])
    lacking = [round(one["pop75"] - one[key]) for one in (present, changed)]
    assert f"<td>+{lacking[1] - lacking[0]:,d}</td>" in told
    assert client.get("/api/v1/coverage?remove=nobody").status_code == 404


def test_what_is_not_held_cannot_close(client):
    page = text(client, f"/coverage?lang=ja&{DOCTORS}&remove=nobody")
    assert "→" not in page


def test_another_language_keeps_the_question(client):
    page = text(client, f"/coverage?lang=ja&{DOCTORS}&time=night&address=secret")
    link = re.search(r'href="(\?[^"]*lang=en)"', page)[1].replace("&amp;", "&")
    assert link == f"?{DOCTORS}&time=night&lang=en"

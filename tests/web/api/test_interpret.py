"""Reading a note over HTTP: the worked examples, offsets, privacy."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import pytest

SEED = Path(__file__).parents[4] / "shared/seeds/000_9bfe56e97872f83b.txt"

# The consultations of the leaflet, as printed (seed 000).
DOCTOR = (
    "寝たきり状態の80代の女性について。ADLも全介助でベッドに寝ている時間が長いので、臀部にじょくそうと"
    "思われる皮膚疾患ができた。関節の拘縮があり、車いすでの座位保持ができず、受診も困難となってきたので、"
    "家族の希望もあり自宅近くで訪問してくれる医師を探したい。"
)
RESPITE = (
    "脳梗塞の70代男性について。往診を利用しながら自宅療養している。夫婦二人暮らしで、介護者である妻の"
    "体調があまり良くないため、今後妻の体調が悪化した場合などに備えて、レスパイト入院が可能な医療機関を"
    "調整したい。"
)
DISCHARGE = (
    "がん末期で緩和ケア病棟に入院している80代男性について。可能な限り自宅で生活したいという本人の強い"
    "希望があり、訪問看護、ヘルパーなどを利用したいので支援をお願いしたい。"
)
NURSING_NEEDS = ["VM.24VN", "AC.PALL", "AC.PAIN", "VM.EOL"]


@pytest.fixture
def client(app):
    return app.test_client()


def read(client, text):
    response = client.post("/api/v1/interpret", json={"text": text})
    assert response.status_code == 200, response.text
    document = response.get_json()
    for item in walk(document):
        if {"start", "end", "text"} <= item.keys():
            assert text[item["start"] : item["end"]] == item["text"] != ""
    return document


def walk(value):
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from walk(item)


def codes(items):
    return [item.get("code") or item["kind"] for item in items]


def assert_first(document):
    assert {n["code"]: n["strength"] for n in document["needs"]} == {
        "VM.REG": "must",
        "AC.ULCER": "then_by",
    }
    assert codes(document["kinds"]) == ["hospital", "clinic"]
    assert document["searches"] == [
        {"kinds": ["hospital", "clinic"], "needs": ["VM.REG", "AC.ULCER"]}
    ]
    assert set(codes(document["mentioned"])) == {"PT.BED", "AC.REHAB"}
    assert [(age["from"], age["to"]) for age in document["ages"]] == [(80, 89)]
    assert document["team"] is None


def assert_second(document):
    assert {n["code"]: n["strength"] for n in document["needs"]} == {
        "BK.RESPITE": "must",
        "BK.CCW": "then_by",
    }
    assert codes(document["kinds"]) == ["hospital", "clinic", "short_stay"]
    assert document["searches"] == [
        {"kinds": ["hospital", "clinic", "short_stay"], "needs": ["BK.RESPITE"]}
    ]
    assert codes(document["in_place"]) == ["VM.URG"]
    assert "PT.CAREGIVER" in codes(document["mentioned"])
    assert document["urgency"] == "in_advance"


def assert_third(document):
    assert codes(document["needs"]) == NURSING_NEEDS
    assert all(need["kinds"] == ["visiting_nursing"] for need in document["needs"])
    assert codes(document["kinds"]) == ["visiting_nursing", "home_help", "care_management"]
    assert document["searches"] == [
        {"kinds": ["visiting_nursing"], "needs": NURSING_NEEDS},
        {"kinds": ["home_help"], "needs": []},
        {"kinds": ["care_management"], "needs": []},
    ]
    assert document["urgency"] == "urgent"
    assert document["team"]["preset"] == "discharge"
    roles = {role["role"]: role for role in document["team"]["roles"]}
    assert roles["pharmacy"]["needs"] == ["AC.OPIOID_RX"]
    assert roles["doctor"]["needs"] == ["VM.REG", "AC.PALL"]


EXAMPLES = [(DOCTOR, assert_first), (RESPITE, assert_second), (DISCHARGE, assert_third)]


@pytest.mark.parametrize(("text", "check"), EXAMPLES)
def test_the_worked_examples_give_the_scenarios(client, text, check):
    check(read(client, text))


@pytest.mark.shared
@pytest.mark.parametrize("number", [0, 1, 2])
def test_the_examples_verbatim_with_headings_and_outcomes_give_the_same(client, number):
    if not SEED.exists():
        pytest.skip(f"{SEED} is not on this machine")
    text = SEED.read_text(encoding="utf-8")
    part = re.findall(r"相談 [①②③] .*?(?=\n相談 [①②③] |\nまずは)", text, re.DOTALL)[number]
    consultation, check = EXAMPLES[number]
    assert consultation in part
    document = read(client, part)
    if number != 0:
        check(document)
    else:
        assert codes(document["needs"]) == ["VM.REG", "AC.ULCER"]
        assert codes(document["kinds"]) == ["hospital", "clinic"]
    askers = [c["value"] for c in document["circumstances"] if c["about"] == "asker"]
    assert askers == [("care_manager", "care_manager", "hospital")[number]]


@pytest.mark.parametrize(
    ("text", "needs", "not_needed"),
    [
        ("胃ろうあり、吸引なし。訪問診療希望", ["VM.REG", "AC.TUBE_PEG"], ["AC.SUCTION"]),
        ("褥瘡・吸引なし。在宅酸素は不要。", [], ["AC.ULCER", "AC.SUCTION", "AC.O2"]),
        ("酸素は使っていない。ﾊﾞﾙｰﾝ留置", ["AC.CATH"], ["AC.O2"]),
        ("IVHの処置は必要ありません", [], ["AC.CVN"]),
        ("人工呼吸器の管理が必要", ["AC.VENT"], []),
        ("家族では吸引ができない", ["AC.SUCTION"], []),
        ("床ずれはないが、インスリンがある", ["AC.INS"], ["AC.ULCER"]),
        ("看取りまで対応できませんか", ["VM.EOL"], []),
    ],
)
def test_what_is_denied_is_told_apart(client, text, needs, not_needed):
    document = read(client, text)
    assert codes(document["needs"]) == needs
    assert codes(document["not_needed"]) == not_needed


@pytest.mark.parametrize(
    ("text", "urgency"),
    [
        ("早急に訪問診療医を探したい", "urgent"),
        ("今すぐではないが、将来に備えて訪問看護を知りたい", "in_advance"),
        ("急ぎではないが訪問診療を", "not_urgent"),
        ("訪問診療を探しています", None),
    ],
)
def test_urgency(client, text, urgency):
    assert read(client, text)["urgency"] == urgency


def test_helpers_already_there_are_not_asked_for_again(client):
    document = read(client, "訪問看護は利用中。デイに通っている。訪問歯科を探しています。")
    assert codes(document["in_place"]) == ["visiting_nursing", "day_service"]
    assert codes(document["needs"]) == ["VM.DENT"]
    assert codes(document["kinds"]) == ["dental_clinic"]


def test_a_patients_sex_is_not_a_wish_for_male_staff_but_a_wish_is(client):
    assert "VM.MALE" not in codes(read(client, "85歳男性。訪問看護を探している")["needs"])
    assert "VM.MALE" in codes(read(client, "男性スタッフの訪問看護を探している")["needs"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("８５歳", (85, 85, False, False)),
        ("七十代の女性", (70, 79, False, False)),
        ("8歳の子", (8, 8, True, True)),
        ("三十五歳", (35, 35, False, True)),
    ],
)
def test_ages(client, text, expected):
    (age,) = read(client, text)["ages"]
    assert (age["from"], age["to"], age["child"], age["under_40"]) == expected


def test_nothing_found_is_nothing_to_confirm(client):
    document = read(client, "こんにちは。")
    assert document["needs_confirmation"] is False
    assert document["needs"] == document["kinds"] == document["searches"] == []


@pytest.mark.parametrize(
    "body", [{}, {"text": ""}, {"text": "あ" * 4_001}, {"text": 1}, {"q": "x"}]
)
def test_other_bodies_are_refused_without_repeating_them(client, body):
    response = client.post("/api/v1/interpret", json=body)
    assert response.status_code == 400
    assert "あああ" not in response.text


def test_the_text_cannot_travel_in_a_url(client):
    assert client.get("/api/v1/interpret?text=x").status_code == 405


def test_the_longest_note_is_read_at_once_and_nothing_of_it_is_logged(client, caplog, capsys):
    with caplog.at_level(logging.DEBUG):
        read(client, ("ひみつの患者。胃ろう、吸引なし。" * 300)[:4_000])
    said = capsys.readouterr()
    assert "ひみつ" not in caplog.text + said.out + said.err


def test_the_need_picker_finds_terms_by_everyday_words(client):
    def words(text):
        terms = client.get("/api/v1/vocabulary", query_string={"q": text}).get_json()["terms"]
        return [term["code"] for term in terms]

    assert words("床ずれ") == words("とこずれ") == ["AC.ULCER"]
    assert words("ｐｅｇ") == ["AC.TUBE_PEG"]
    assert words("経管栄養") == ["AC.TUBE_NG", "AC.TUBE_PEG", "AC.TUBE_J"]
    assert words("麻薬") == ["AC.PAIN", "AC.OPIOID_RX"]
    assert words("在支診") == ["ST.ZS3"]
    assert words("往診") == ["VM.URG"]
    assert words("床ずれ みとり") == ["VM.EOL", "AC.ULCER"]
    assert words("ずれ") == []

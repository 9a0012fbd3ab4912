"""The reference lists: what people choose from and read must be complete and consistent."""

import csv
import re
import tomllib
from pathlib import Path

import pytest

from geoportal.domain.claim import EVIDENCE
from geoportal.domain.facility import KINDS
from geoportal.domain.plausibility import FACTS, LEVELS
from geoportal.domain.staff_facts import SOURCE as DESK
from geoportal.domain.stand_in import GROUP_SOURCE
from geoportal.domain.vocabulary import BED_KINDS, NO_BEDS, Term, Vocabulary
from geoportal.ingest.catalogue import SOURCES
from geoportal.web.language.messages import LANGUAGES

REFERENCE = Path(__file__).parents[3] / "data" / "reference"
SOURCE_NAMES = {source.name for source in SOURCES}
JAPANESE = re.compile(r"[\u3041-\u30ff\u4e00-\u9fff]")


def read(name: str) -> list[dict[str, str]]:
    with (REFERENCE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def terms() -> dict[str, dict[str, str]]:
    return {row["code"]: row for row in read("vocabulary.csv")}


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("vocabulary.csv", "code"),
        ("vocabulary_groups.csv", "group"),
        ("kinds.csv", "kind"),
        ("kind_groups.csv", "group"),
        ("ways_in.csv", "way"),
        ("coverage_questions.csv", "question"),
        ("sources.csv", "name"),
    ],
)
def test_each_key_stands_once_and_nothing_has_stray_space(name: str, key: str) -> None:
    rows = read(name)
    assert len({row[key] for row in rows}) == len(rows) > 0
    for row in rows:
        assert None not in row
        for value in row.values():
            assert value == value.strip()


@pytest.fixture(scope="module")
def labels() -> dict[tuple[str, str, str], str]:
    return {(row["list"], row["code"], row["language"]): row["label"] for row in read("labels.csv")}


def test_no_label_is_empty_or_given_twice(labels) -> None:
    rows = read("labels.csv")
    assert len(labels) == len(rows)
    assert all(row["label"] == row["label"].strip() != "" for row in rows)
    assert {row["language"] for row in rows} == set(LANGUAGES)


@pytest.mark.parametrize(
    ("name", "key", "list_name"),
    [
        ("vocabulary.csv", "code", "need"),
        ("vocabulary_groups.csv", "group", "group"),
        ("kinds.csv", "kind", "kind"),
        ("sources.csv", "name", "source"),
    ],
)
def test_every_entry_can_be_read_in_both_languages(
    labels, name: str, key: str, list_name: str
) -> None:
    codes = {row[key] for row in read(name)}
    assert {code for known, code, _ in labels if known == list_name} == codes
    for code in codes:
        assert not JAPANESE.search(labels[list_name, code, "en"])
        assert JAPANESE.search(labels[list_name, code, "ja"])


def test_the_vocabulary_keeps_its_117_first_terms_in_groups_that_are_named(terms) -> None:
    assert len(terms) >= 117
    groups = [row["group"] for row in read("vocabulary_groups.csv")]
    for code, row in terms.items():
        assert row["group"] == code.split(".")[0]
    assert list(dict.fromkeys(row["group"] for row in terms.values())) == groups


def test_terms_apply_to_known_kinds_and_carry_known_evidence(terms) -> None:
    for row in terms.values():
        assert set(filter(None, row["kinds"].split("|"))) <= set(KINDS)
        assert row["evidence"] in EVIDENCE


def test_the_vocabulary_fills_the_domain_class(terms) -> None:
    vocabulary = Vocabulary(
        Term(
            code=row["code"],
            label_ja=row["code"],
            label_en=row["code"],
            group=row["group"],
            kinds=tuple(filter(None, row["kinds"].split("|"))),
            evidence=row["evidence"],
            synonyms=tuple(filter(None, row["synonyms"].split("|"))),
        )
        for row in terms.values()
    )
    assert vocabulary.require_needs(["VM.REG", "AC.ULCER"]) == ("VM.REG", "AC.ULCER")


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("床ずれ", "AC.ULCER"),
        ("じょくそう", "AC.ULCER"),
        ("褥そう", "AC.ULCER"),
        ("褥瘡", "AC.ULCER"),
        ("胃ろう", "AC.TUBE_PEG"),
        ("PEG", "AC.TUBE_PEG"),
        ("IVH", "AC.CVN"),
        ("TPN", "AC.CVN"),
        ("高カロリー輸液", "AC.CVN"),
        ("HOT", "AC.O2"),
        ("レスピレーター", "AC.VENT"),
        ("痰の吸引", "AC.SUCTION"),
        ("たん吸引", "AC.SUCTION"),
        ("バルーン", "AC.CATH"),
        ("看取り", "VM.EOL"),
        ("ターミナル", "VM.EOL"),
        ("麻薬", "AC.OPIOID_RX"),
        ("オピオイド", "AC.PAIN"),
        ("入れ歯", "AC.DENTURE"),
        ("レスパイト", "BK.RESPITE"),
        ("ケアマネ", "FT.CM"),
        ("訪看", "FT.VN"),
        ("在支診1", "ST.ZS1"),
    ],
)
def test_the_everyday_word_leads_to_its_term(terms, word: str, code: str) -> None:
    assert word in terms[code]["synonyms"].split("|")


def test_no_term_lists_a_synonym_twice_or_repeats_its_label(terms, labels) -> None:
    for code, row in terms.items():
        words = row["synonyms"].split("|")
        assert len(words) == len(set(words))
        assert "" not in words
        assert labels["need", code, "ja"] not in words


def test_every_kind_has_names_a_glyph_of_its_own_and_its_term(terms, labels) -> None:
    rows = read("kinds.csv")
    assert tuple(row["kind"] for row in rows) == KINDS
    assert len({row["glyph"] for row in rows}) == len(rows)
    for row in rows:
        assert 1 <= len(row["glyph"]) <= 2
        assert labels["kind-short", row["kind"], "ja"]
        if row["term"]:
            assert terms[row["term"]]["kinds"] == row["kind"]
    # 助産所 has no term; every facility-type term belongs to a kind
    assert {row["kind"] for row in rows if not row["term"]} == {"maternity_home"}
    assert {row["term"] for row in rows} - {""} == {c for c in terms if c.startswith("FT.")}


def test_the_support_filings_imply_round_the_clock_and_groups_are_told_apart(terms) -> None:
    rows = read("need_implications.csv")
    pairs = {(row["code"], row["implies"]) for row in rows}
    assert len(pairs) == len(rows)
    assert {code for pair in pairs for code in pair} <= {*terms, NO_BEDS}
    for row in rows:
        assert row["value"] == ("not_applicable" if row["code"] == NO_BEDS else "yes")
    for code in ("ST.ZS1", "ST.ZS2", "ST.ZS3", "ST.ZH1", "ST.ZH2", "ST.ZH3"):
        assert {(code, "VM.24DR"), (code, "VM.24TEL"), (code, "VM.URG")} <= pairs
    for code in ("ST.ZS1", "ST.ZS2", "ST.ZH1", "ST.ZH2", "ST.EXP", "ST.PALL"):
        assert (code, "VM.EOL") in pairs
    assert not {("ST.ZS3", "VM.EOL"), ("ST.ZH3", "VM.EOL")} & pairs
    notes = {row["code"]: row["note"] for row in rows if row["implies"] == "VM.24DR"}
    assert "連携" in notes["ST.ZS2"]
    assert "連携" not in notes["ST.ZS1"]
    assert all(row["source"] for row in rows)


def test_an_either_or_filing_and_a_restricted_one_imply_nothing() -> None:
    """加算２ is opioids and a sterile room, or children; 後方支援 is for the registered."""
    codes = {row["code"] for row in read("need_implications.csv")}
    assert not codes & {"ST.PHZ2", "ST.BACKUP", "ST.PHZ1"}


def test_implied_terms_apply_to_every_kind_of_the_term_that_implies_them(terms) -> None:
    for row in read("need_implications.csv"):
        narrow = (
            BED_KINDS if row["code"] == NO_BEDS else set(terms[row["code"]]["kinds"].split("|"))
        )
        wide = set(terms[row["implies"]]["kinds"].split("|"))
        if row["code"] == NO_BEDS:
            assert narrow & wide
        elif row["code"] == "ST.ZDENT":  # a hospital's is about its dental department
            assert narrow - wide == {"hospital"}
        else:
            assert narrow <= wide


def test_evidence_is_explained(labels) -> None:
    for evidence in EVIDENCE:
        assert labels["evidence", evidence, "ja"]
        assert labels["evidence", evidence, "en"]
        assert labels["evidence-explanation", evidence, "ja"]


def test_kinds_stand_in_a_group_with_a_shape() -> None:
    groups = {row["group"]: row["shape"] for row in read("kind_groups.csv")}
    assert len(set(groups.values())) == len(groups)
    assert {row["group"] for row in read("kinds.csv")} == set(groups)


def test_terms_are_ranked_once_and_speak_of_kinds_they_apply_to(terms) -> None:
    ranks = sorted(int(row["rarity"]) for row in terms.values() if row["rarity"])
    assert ranks == list(range(1, len(ranks) + 1))
    for row in terms.values():
        assert row["offered"] in {"", "no"}
        assert row["acceptance"] in {"", "yes", "conditional", "no", "unknown"}
        for column in ("visit_kinds", "night_kinds"):
            assert set(filter(None, row[column].split("|"))) <= set(row["kinds"].split("|"))


@pytest.mark.parametrize("name", ["ways_in.csv", "coverage_questions.csv", "roles.csv"])
def test_ready_made_questions_ask_for_known_kinds_and_needs(terms, name: str) -> None:
    for row in read(name):
        assert set(filter(None, row["kinds"].split("|"))) <= set(KINDS)
        assert set(filter(None, row["needs"].split("|"))) <= set(terms)
        assert row["source"]


def test_every_source_is_described() -> None:
    rows = {row["name"]: row for row in read("sources.csv")}
    assert set(rows) == SOURCE_NAMES | {DESK, GROUP_SOURCE}
    for row in rows.values():
        assert row["evidence"] in EVIDENCE
        assert int(row["cadence_days"]) > 0
        assert row["attribution"]
        assert row["page"] == "" or row["page"].startswith("https://")
    assert rows["bureau"]["evidence"] == "filed"
    assert rows["survey"]["evidence"] == "survey"
    assert "架空" in rows["sample"]["attribution"]


def centres_of(city: str) -> list[dict[str, str]]:
    path = REFERENCE.parent / "cities" / city / "centres.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_five_centres_answer_for_the_seven_wards_each_once() -> None:
    rows = centres_of("40100")
    assert [row["id"] for row in rows] == ["moji", "kokura", "wakamatsu", "yahata", "tobata"]
    districts = [code for row in rows for code in row["district_codes"].split("|")]
    assert sorted(districts) == ["40101", "40103", "40105", "40106", "40107", "40108", "40109"]


def test_centres_state_the_hours_and_closing_rules_of_the_leaflet() -> None:
    for row in centres_of("40100"):
        assert row["kind"] == "liaison_centre"
        assert row["open_days"] == "月|火|水|木|金"
        assert (row["opens"], row["closes"]) == ("09:00", "17:00")
        assert row["closed_holidays"] == "yes"
        assert row["closed_dates"].split("|") == [
            *("08-13", "08-14", "08-15"),
            *("12-29", "12-30", "12-31", "01-01", "01-02", "01-03"),
        ]
        assert re.fullmatch(r"093-\d{3}-\d{4}", row["phone"])
        assert re.fullmatch(r"093-\d{3}-\d{4}", row["fax"])
        # the leaflet gives no position, and none is made up
        assert row["lon"] == row["lat"] == ""


def test_rail_operators_are_named_once_and_shortly() -> None:
    rows = read("rail_operators.csv")
    assert len({row["company"] for row in rows}) == len(rows)
    assert all(row["short"] and len(row["short"]) <= 11 for row in rows)
    assert {row["short"] for row in rows if row["company"].endswith("旅客鉄道")} == {"JR"}
    assert sum(row["short"] == "JR" for row in rows) == 6


def test_every_fact_of_plausibility_can_be_looked_up_and_every_subject_is_asked_about(
    labels, terms
) -> None:
    rows = read("plausibility.csv")
    assert len({row["rule"] for row in rows}) == len(rows) > 0
    assert {row["subject"] for row in rows} == {
        subject
        for row in terms.values()
        for subject in row["plausibility"].split("|")
        if row["plausibility"]
    }
    for row in rows:
        assert row["fact"] in FACTS
        assert int(row["level"]) in LEVELS
        assert set(row["kinds"].split("|")) <= set(KINDS)
        assert all(value == value.strip() != "" for value in row["values"].split("|"))
        assert row["source"]
        assert ("plausibility", row["rule"], "en") in labels


def test_every_dataset_named_can_be_fetched() -> None:
    catalogue = tomllib.loads((REFERENCE.parent / "sources.toml").read_text("utf-8"))
    datasets = {entry["name"]: entry["source"] for entry in catalogue["dataset"]}
    for name in ("sources.csv", "publishers.csv"):
        for row in read(name):
            source = row.get("source") or row["name"]
            assert not row["dataset"] or datasets[row["dataset"]] == source


def test_every_prefecture_has_one_regional_bureau() -> None:
    named = [code for row in read("publishers.csv") for code in row["prefectures"].split("|")]
    assert sorted(named) == [f"{number:02}" for number in range(1, 48)]

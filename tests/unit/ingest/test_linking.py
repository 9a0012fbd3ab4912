"""One place, one facility: units linked, kept apart, or put to a person."""

from __future__ import annotations

import random

import pytest

from geoportal.domain.facility import FacilityRecord
from geoportal.domain.link import LinkDecision
from geoportal.ingest.linking.addresses import address_parts, compare_address_parts
from geoportal.ingest.linking.blocking import candidate_pairs
from geoportal.ingest.linking.clustering import LINKED, REVIEW, facility_id, link_units
from geoportal.ingest.linking.comparison import compare_units
from geoportal.ingest.linking.decisions import (
    DIFFERENT,
    SAME,
    WITHDRAWN,
    current_decisions,
)
from geoportal.ingest.linking.names import compare_names, name_forms
from geoportal.ingest.linking.numbers import derived_number, institution_code
from geoportal.ingest.linking.units import link_block, make_units
from geoportal.ingest.reading.institution_codes import check_digit_fits
from geoportal.store.facilities import StoredRecord

KITA = "福岡県北九州市小倉北区浅野１丁目２番３号"


def record(source, number, name="見本医院", kind="clinic", **values):
    schemes = {"navii-facility": "navii_id", "kaigo": "care_office_number"}
    scheme = schemes.get(source, "medical_institution_code")
    values = {"address": KITA, "municipality_code": "40106", **values}
    identifiers = {} if source in ("survey", "municipal-medical") else {scheme: number}
    return FacilityRecord(source, number, kind, name, identifiers=identifiers, **values)


def navii(number="4022400000001", name="見本医院", **values):
    return f"n{number}", record("navii-facility", number, name, **values)


def bureau(number="4017719999", name="見本医院", **values):
    return f"m{number}", record("bureau", number, name, **values)


def linkage(*items, decisions=(), closed=()):
    day = "2025-10-01"
    stored = [
        StoredRecord(found, own, "", day, day, day, day if own in closed else "", own)
        for own, found in items
    ]
    return link_units(make_units(stored), current_decisions(decisions))


def groups(found):
    members = {}
    for own, place in found.facility_of.items():
        members.setdefault(place, set()).add(own)
    return {frozenset(ids) for ids in members.values()}


def outcome(found, first, second):
    pair = tuple(sorted((first, second)))
    return next(
        ((p.outcome, p.reason) for p in found.pairs if (p.first, p.second) == pair),
        ("separate", ""),
    )


@pytest.mark.parametrize(
    ("mine", "theirs", "level"),
    [
        ("医療法人　見本会　見本医院", "医療法人社団見本会見本医院", "same"),
        ("医療法人見本会 見本医院", "見本医院", "core"),
        ("社会医療法人　北九州病院　見本東病院", "見本東病院", "core"),
        ("地方独立行政法人見本市立病院機構見本市立病院", "見本市立病院", "contained"),
        ("見本耳鼻咽喉科医院", "見本耳鼻咽喉科", "stem"),
        ("見本クリニツク", "見本クリニック", "same"),
        ("髙﨑医院", "高崎医院", "same"),
        ("末医院", "末廣医院", "near"),
        ("井上内科クリニック", "井上眼科クリニック", "alike"),
        ("さくら薬局本町東店", "さくら薬局本町西店", "alike"),
        ("晴山会クリニック", "大里眼科クリニック", "other"),
    ],
)
def test_names(mine, theirs, level):
    assert compare_names(name_forms(mine), name_forms(theirs)) == level
    assert compare_names(name_forms(theirs), name_forms(mine)) == level


@pytest.mark.parametrize(
    ("mine", "theirs", "level"),
    [
        ("福岡県北九州市戸畑区浅生３丁目１６－１９", "北九州市戸畑区浅生三丁目16番19号", "same"),
        ("福岡県北九州市門司区大字畑３５５", "福岡県北九州市門司区畑３５５番地", "same"),
        (
            "福岡県北九州市八幡西区里中３丁目１２－１２",
            "福岡県北九州市八幡西区里中１２番１２号",
            "same",
        ),
        ("福岡県北九州市戸畑区一枝６－１７", "福岡県北九州市戸畑区一枝６丁目１７番", "same"),
        ("山口県山口市三の宮２丁目３－２６", "山口県山口市三の宮二丁目３番２６号", "same"),
        ("福岡県北九州市若松区東二島３丁目７番７号", "福岡県北九州市若松区東二島", "town"),
        ("福岡県北九州市門司区葉２－３－７", "福岡県北九州市門司区葛葉二丁目３番７号", "near"),
        ("福岡県北九州市小倉北区浅野１－２－３", "福岡県北九州市小倉北区浅野１－５－１", "number"),
        ("福岡県北九州市小倉北区浅野１－２－３", "福岡県北九州市小倉北区魚町１－２－３", "other"),
        ("福岡県北九州市八幡西区町上津役東１－２－３", "八幡西区町上津役東一丁目2-3", "same"),
        ("", KITA, ""),
    ],
)
def test_addresses(mine, theirs, level):
    assert compare_address_parts(address_parts(mine), address_parts(theirs)) == level


def test_the_same_institution_under_two_numbers_of_different_lists_is_one():
    found = linkage(navii(name="医療法人　見本会　見本医院"), bureau())
    assert groups(found) == {frozenset({"n4022400000001", "m4017719999"})}
    assert set(found.facility_of.values()) == {"n4022400000001"}


def test_a_new_corporate_prefix_changes_nothing():
    found = linkage(navii(name="見本医院"), bureau(name="医療法人社団　見本医院"))
    assert len(groups(found)) == 1


def test_two_numbers_of_one_scheme_are_never_one():
    survey = ("s1", record("survey", "1"))
    found = linkage(bureau("4017719999"), ("m4017718888", record("bureau-codes", "4017718888")))
    assert len(groups(found)) == 2
    decision = LinkDecision("m4017718888", "m4017719999", SAME, "x", "2026-01-01")
    found = linkage(
        bureau("4017719999"),
        ("m4017718888", record("bureau-codes", "4017718888")),
        survey,
        decisions=[decision],
    )
    assert not any({"m4017719999", "m4017718888"} <= group for group in groups(found))


def test_hospital_clinic_and_nursing_station_in_one_building_stay_three():
    found = linkage(
        navii("4011400000001", "見本病院", kind="hospital"),
        bureau("4017719998", "見本病院", kind="clinic"),
        ("k130-4067790001", record("kaigo", "4067790001", "見本病院", kind="visiting_nursing")),
    )
    assert len(groups(found)) == 3


def test_a_guessed_kind_does_not_keep_a_hospital_apart():
    guess = ("m4017719999", record("bureau-codes", "4017719999", "見本医療センター", kind="clinic"))
    found = linkage(navii("4011400000001", "見本医療センター", kind="hospital"), guess)
    assert len(groups(found)) == 1


def test_a_clinic_that_was_a_hospital_is_put_to_a_person():
    guess = ("m4017719999", record("bureau-codes", "4017719999", "見本クリニック", kind="clinic"))
    found = linkage(navii("4011400000001", "見本病院", kind="hospital"), guess)
    assert outcome(found, "m4017719999", "n4011400000001") == (REVIEW, "doubtful")


def test_neighbours_in_one_building_stay_apart():
    found = linkage(
        navii("4022400000001", "井上内科クリニック"),
        navii("4022400000002", "井上眼科クリニック"),
        bureau("4017719991", "井上内科クリニック"),
        bureau("4017719992", "井上眼科クリニック"),
    )
    assert groups(found) == {
        frozenset({"n4022400000001", "m4017719991"}),
        frozenset({"n4022400000002", "m4017719992"}),
    }


def test_two_equally_good_partners_are_put_to_a_person():
    found = linkage(navii("4022400000001"), navii("4022400000002"), bureau())
    assert len(groups(found)) == 3
    assert outcome(found, "m4017719999", "n4022400000001") == (REVIEW, "ambiguous")
    assert outcome(found, "m4017719999", "n4022400000002") == (REVIEW, "ambiguous")


def test_the_same_name_elsewhere_in_the_town_is_put_to_a_person():
    other = "福岡県北九州市小倉北区浅野１丁目９番９号"
    found = linkage(navii(), bureau(address=other))
    assert outcome(found, "m4017719999", "n4022400000001") == (REVIEW, "doubtful")


def test_a_renamed_clinic_with_the_same_telephone_and_address_is_put_to_a_person():
    found = linkage(
        ("s1", record("survey", "1", "旧医院", phone="093-000-0001")),
        bureau(name="新装クリニック", phone="093-000-0001"),
    )
    assert outcome(found, "m4017719999", "s1") == (REVIEW, "doubtful")


def test_the_listed_one_of_two_codes_gets_the_place():
    old, new = bureau("4017710001"), bureau("4017710002")
    found = linkage(navii(), old, new, closed={"m4017710001"})
    assert found.facility_of["m4017710002"] == "n4022400000001"
    assert found.facility_of["m4017710001"] == "m4017710001"


def test_even_where_more_speaks_for_the_one_that_is_closed():
    phone = "093-000-0001"
    old, new = bureau("4017710001", phone=phone), bureau("4017710002")
    found = linkage(navii(phone=phone), old, new, closed={"m4017710001"})
    assert found.facility_of["m4017710002"] == "n4022400000001"
    assert found.facility_of["m4017710001"] == "m4017710001"
    both_open = linkage(navii(phone=phone), old, new)
    assert both_open.facility_of["m4017710001"] == "n4022400000001"


def test_dental_ids_hold_the_institution_number():
    dental = (
        "n4030006431171",
        record("navii-facility", "4030006431171", "甲歯科", "dental_clinic"),
    )
    code = ("m4036431171", record("bureau", "4036431171", "乙歯科", "dental_clinic", address=""))
    assert derived_number(dental[1]) == "4036431171"
    assert outcome(linkage(dental, code), "m4036431171", "n4030006431171") == (LINKED, "number")


def test_numbers():
    assert check_digit_fits("4016411466")
    assert not check_digit_fits("4016411467")
    assert institution_code("6411466", record("bureau", "x")) == "4016411466"
    assert institution_code("406411466", record("bureau", "x")) == "4016411466"


def test_a_decision_wins_over_the_score_until_it_is_withdrawn():
    pair = ("m4017719999", "n4022400000001")
    apart = LinkDecision(*pair, DIFFERENT, "見本 花子", "2026-11-01")
    found = linkage(navii(), bureau(), decisions=[apart])
    assert len(groups(found)) == 2
    assert outcome(found, *pair) == ("separate", "decision")
    back = LinkDecision(*pair, WITHDRAWN, "見本 花子", "2026-11-02")
    assert len(groups(linkage(navii(), bureau(), decisions=[apart, back]))) == 1
    same = LinkDecision(*pair, SAME, "見本 花子", "2026-11-01")
    found = linkage(navii(name="全然別名"), bureau(address=""), decisions=[same])
    assert outcome(found, *pair) == (LINKED, "decision")


def test_a_decision_holds_for_the_whole_group():
    apart = LinkDecision("n4022400000001", "s1", DIFFERENT, "x", "2026-11-01")
    found = linkage(navii(), bureau(), ("s1", record("survey", "1")), decisions=[apart])
    assert not any({"n4022400000001", "s1"} <= group for group in groups(found))


def test_the_id_is_the_national_one_whatever_came_first():
    assert facility_id(["s1", "m4017719999", "n4022400000001"]) == "n4022400000001"
    assert facility_id(["zz", "m2", "m1"]) == "m1"


def test_fictional_records_are_never_linked():
    assert link_block(record("sample", "1")) == ""


def test_departments_alone_belong_to_the_block_of_their_number():
    hours = FacilityRecord(
        "navii-hours", "4022400000001", "clinic", "", identifiers={"navii_id": "4022400000001"}
    )
    assert link_block(hours) == "medical/40"
    found = linkage(("n4022400000001", hours), navii(), bureau())
    assert len(groups(found)) == 1
    assert len(groups(linkage(("n4022400000001", hours), bureau()))) == 2


def test_the_order_of_the_records_does_not_matter():
    chance = random.Random(5)
    towns = ["浅野", "魚町", "片野"]
    items = []
    for number in range(60):
        address = (
            f"福岡県北九州市小倉北区{chance.choice(towns)}{chance.randrange(1, 4)}-2-{number % 7}"
        )
        name = f"{chance.choice('青赤白黒')}{chance.choice('山川田')}医院"
        items.append(navii(f"40224000{number:05}", name, address=address))
        items.append(bureau(f"401771{number:04}", f"医療法人　{name}", address=address))
        items.append((f"s{number}", record("survey", str(number), name, address=address)))
    expected = linkage(*items)
    for _ in range(5):
        chance.shuffle(items)
        assert linkage(*items) == expected


def test_answers_under_two_ids_of_one_place_do_not_keep_them_apart():
    answers = [
        (own, FacilityRecord("survey", f"{own}@{day}", "clinic", ""))
        for own, day in (("n4022400000001", "2025-01-01"), ("m4017719999", "2024-01-01"))
    ]
    assert len(groups(linkage(navii(), bureau(), *answers))) == 1


def test_an_answer_under_the_id_of_a_fictional_place_links_nothing():
    fictional = ("near", record("sample", "1"))
    answer = ("near", FacilityRecord("survey", "near@2025-01-01", "clinic", ""))
    day = "2025-10-01"
    stored = [StoredRecord(r, own, "", day, day, day, "", own) for own, r in (fictional, answer)]
    (unit,) = make_units(stored)
    assert unit.block == ""


def test_care_offices_are_kept_by_service():
    listed = record("kaigo", "4070000001", "見本の里", "residential")
    city = FacilityRecord(
        "municipal-care",
        "361-x",
        "residential",
        "見本の里",
        address=KITA,
        municipality_code="40106",
    )
    assert len(groups(linkage(("k331-4070000001", listed), ("mc-361-x", city)))) == 2
    assert len(groups(linkage(("k361-4070000001", listed), ("mc-361-x", city)))) == 1


def test_a_name_that_many_bear_weighs_less():
    mine, theirs = (make_units([stored_open(item)])[0] for item in (navii(), bureau()))
    (core,) = mine.names[0].cores & theirs.names[0].cores
    rare, common = (compare_units(mine, theirs, {core: count}).score for count in (1, 16))
    assert rare - common == pytest.approx(4.0)  # log2(16) bits
    assert compare_units(mine, theirs, {}).score == rare


def test_letters_that_many_names_share_bring_no_pairs_together():
    """「内科医院」 in forty-one names tells nothing of them; a rare part of one does."""
    ward = {"address": "福岡県北九州市小倉北区"}
    letters = [chr(0x4E00 + 7 * n) for n in range(90)]

    def blocked(count, mine="鑰", theirs="曖"):
        lists = [navii(f"40224000{n:05}", f"{letters[n]}内科医院", **ward) for n in range(count)]
        other = [
            navii("4022400099999", f"{mine}内科医院", **ward),
            bureau(name=f"{theirs}内科医院", **ward),
        ]
        units = make_units([stored_open(item) for item in (*lists, *other)])
        return {
            frozenset((units[first].id, units[second].id))
            for first, second in candidate_pairs(units)
        }

    assert len(blocked(2)) == 3
    assert blocked(80) == set()
    assert blocked(80, mine="鑰珊瑚", theirs="曖珊瑚") == {
        frozenset(("n4022400099999", "m4017719999"))
    }


def stored_open(item):
    own, found = item
    return StoredRecord(found, own, "", "2025-10-01", "2025-10-01", "2025-10-01", "", own)


def test_names_are_counted_by_the_source_that_lists_most():
    """Sixteen clinics of one name in one list: the name alone links none of them."""
    twins = [
        navii(f"40224000{n:05}", "山本医院", address="福岡県北九州市小倉北区") for n in range(16)
    ]
    other = bureau(name="山本医院", address="福岡県北九州市小倉北区")
    (alone,) = linkage(twins[0], other).pairs
    crowd = linkage(*twins, other).pairs
    assert len(crowd) > 1
    assert {alone.evidence.score - pair.evidence.score for pair in crowd} == {4.0}

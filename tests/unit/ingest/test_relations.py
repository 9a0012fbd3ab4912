"""What belongs together is told, never merged."""

from __future__ import annotations

from geoportal.domain.facility import SourceMention
from geoportal.ingest.linking.relations import Relation, Relations
from tests.factories import make_facility


def place(id_, source="kaigo", **values):
    values = {"municipality_code": "40106", "address": "", **values}
    mention = (SourceMention(source, id_, "2026-01-01"),)
    return make_facility(id_, None, sources=mention, **values)


HOSPITAL = {"medical_institution_code": "4017719999"}
OFFICE = {"care_office_number": "4017719999"}


def test_a_hospital_and_its_deemed_services_belong_together():
    relations = Relations(
        [
            place("n1", "navii-facility", identifiers=HOSPITAL),
            place("k140-4017719999", identifiers=OFFICE),
            place("k130-4060000001", identifiers={"care_office_number": "4060000001"}),
        ]
    )
    assert relations.of("n1") == (Relation("same_institution", "k140-4017719999"),)
    assert relations.of("k130-4060000001") == ()
    assert relations.of("unknown") == ()


def test_neighbours_share_an_address_in_any_spelling():
    relations = Relations(
        [
            place("n1", address="福岡県北九州市小倉北区浅野１丁目２番３号", identifiers=HOSPITAL),
            place("k1", address="北九州市小倉北区浅野一丁目2-3 見本ビル2階", identifiers=OFFICE),
            place("k2", address="北九州市小倉北区浅野1-2-3", identifiers={}),
            place("k3", address="北九州市小倉北区浅野1-2-4", identifiers={}),
            place("k4", address="北九州市小倉北区浅野", identifiers={}),
        ]
    )
    assert relations.of("n1") == (
        Relation("same_institution", "k1"),
        Relation("same_address", "k2"),
    )
    assert relations.of("k4") == ()


def test_fictional_places_are_related_to_nothing():
    address = "福岡県北九州市小倉北区浅野１丁目２番３号"
    relations = Relations([place("s", "sample", address=address), place("k", address=address)])
    assert relations.of("s") == relations.of("k") == ()

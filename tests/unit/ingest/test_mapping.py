"""Files of no known layout: described, and read by a mapping a person has filled in."""

from __future__ import annotations

import json
import tomllib

import pytest

from geoportal.errors import NotFoundError, UsageError
from geoportal.ingest.content import MAPPABLE
from geoportal.ingest.describe import describe_file
from geoportal.ingest.files.mapping import read_mapping
from geoportal.store.facilities import read_records
from geoportal.store.outlines import read_outlines
from tests.unit.ingest.official import KAIGO_HEADER, import_into, kaigo_row, only, write_csv

HEADER = ["法人・事業所", "おしごと", "場所", "でんわ"]
ROWS = [
    ["見本ステーション", "訪問看護", "城内1-1", "093-000-0000"],
    ["見本ヘルパー", "訪問介護", "城内1-2", "093-000-0001"],
]
MAPPING = """
source = "municipal-care"
[columns]
name = "法人・事業所"
service = "おしごと"
address = "場所"
phone = "でんわ"
[fixed]
municipality = "40106"
"""


@pytest.fixture
def odd(tmp_path):
    return write_csv(tmp_path / "odd.csv", ["一覧", "", "", ""], [HEADER, *ROWS])


def mapping(tmp_path, text):
    path = tmp_path / "mapping.toml"
    path.write_text(text, "utf-8")
    return read_mapping(path, MAPPABLE)


def records(database):
    with database.engine.connect() as connection:
        return {item.record.name: item.record for item in read_records(connection)}


def test_an_unknown_layout_names_columns_what_is_missing_and_the_way_out(database, odd):
    report = only(import_into(database, odd))
    (issue,) = report.issues
    assert report.refused
    for words in (*HEADER, "line 2", "geoportal describe", "--map"):
        assert words in issue.message


def test_a_mapping_reads_it(database, tmp_path, odd):
    report = only(import_into(database, odd, mapping=mapping(tmp_path, MAPPING)))
    assert (report.source, report.accepted, report.rejected) == ("municipal-care", 2, 0)
    found = records(database)["見本ステーション"]
    assert (found.kind, found.phone) == ("visiting_nursing", "093-000-0000")
    assert (found.address, found.municipality_code) == ("福岡県北九州市小倉北区城内1-1", "40106")
    again = only(import_into(database, odd, mapping=mapping(tmp_path, MAPPING)))
    assert (again.created, again.updated, again.removed) == (0, 0, 0)


def test_a_fixed_service_is_that_of_every_row(database, tmp_path, odd):
    text = MAPPING.replace('service = "おしごと"', "") + 'service = "居宅介護支援"\n'
    import_into(database, odd, mapping=mapping(tmp_path, text))
    assert {record.kind for record in records(database).values()} == {"care_management"}


def test_the_described_mapping_is_filled_in_and_taken(database, tmp_path, odd):
    (description,) = describe_file(odd)
    assert (description.source, description.header_line) == ("", 2)
    assert description.columns == HEADER
    assert description.rows == ROWS
    assert description.nearest[0] == "municipal-care"
    assert description.needed == ["name", "service", "address"]
    text = description.mapping
    for key, column in (("name", HEADER[0]), ("service", HEADER[1]), ("address", HEADER[2])):
        assert f'\n{key} = ""' in text
        text = text.replace(f'\n{key} = ""', f'\n{key} = "{column}"', 1)
    text = text.replace('\nmunicipality = ""', '\nmunicipality = "北九州市小倉北区"')
    report = only(import_into(database, odd, mapping=mapping(tmp_path, text)))
    assert report.accepted == 2
    assert {record.municipality_code for record in records(database).values()} == {"40106"}


def test_a_known_file_is_described_with_its_fields(tmp_path):
    path = write_csv(tmp_path / "k.csv", KAIGO_HEADER, [kaigo_row()])
    (description,) = describe_file(path)
    assert (description.source, description.problem) == ("kaigo", "")
    assert description.fields["number"] == "事業所番号"
    assert tomllib.loads(description.mapping)["columns"]["service"] == "サービスの種類"


def test_a_list_of_towns_without_municipality_gets_it_from_the_mapping(database, tmp_path):
    header = ["町名", "総数", "0～64歳", "65歳以上"]
    path = write_csv(tmp_path / "p.csv", header, [["城内", "100", "70", "30"]])
    assert only(import_into(database, path)).refused
    text = 'source = "town-population"\n[fixed]\nmunicipality = "40106"\n'
    report = only(import_into(database, path, mapping=mapping(tmp_path, text)))
    assert (report.accepted, report.rejected) == (1, 0)


def test_properties_of_a_map_file_are_mapped(database, tmp_path):
    ring = [[130.8, 33.8], [130.9, 33.8], [130.9, 33.9], [130.8, 33.8]]
    feature = {
        "type": "Feature",
        "properties": {"なまえ": "城北", "番号": "E01"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
    assert only(import_into(database, path)).refused
    (description,) = describe_file(path)
    assert tomllib.loads(description.mapping)["source"] == "boundary"
    text = (
        'source = "boundary"\n[columns]\nname = "なまえ"\ncode = "番号"\n[fixed]\nlevel = "圏域"\n'
    )
    assert only(import_into(database, path, mapping=mapping(tmp_path, text))).accepted == 1
    with database.engine.connect() as connection:
        assert [stored.district.name for stored in read_outlines(connection)] == ["城北"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("source = ", "no TOML"),
        ('source = "nothing"', "source must be one of"),
        ('source = "blocks"', "source must be one of"),  # read row by row, by its own header
        ('source = "kaigo"\nspalten = 1', "spalten is not known"),
        ('source = "kaigo"\n[columns]\nname = 1', "holds lines like"),
        ('source = "kaigo"\n[columns]\nname = "a"\n[fixed]\nname = "b"', "both a column and fixed"),
    ],
)
def test_a_wrong_mapping_is_refused_with_a_sentence(tmp_path, text, words):
    with pytest.raises(UsageError, match=words):
        mapping(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (MAPPING.replace("おしごと", "ない列"), "no row has the columns of the mapping"),
        (MAPPING.replace('address = "場所"', ""), "needs address besides"),
    ],
)
def test_a_mapping_that_does_not_fit_the_file(database, tmp_path, odd, text, words):
    report = only(import_into(database, odd, mapping=mapping(tmp_path, text)))
    assert report.refused
    assert words in report.issues[0].message


def test_a_field_that_the_source_has_not(database, tmp_path, odd):
    text = MAPPING.replace("phone =", "telefon =")
    with pytest.raises(UsageError, match="telefon"):
        import_into(database, odd, mapping=mapping(tmp_path, text))


def test_no_cell_can_write_into_the_mapping(tmp_path):
    header = ['"name\r\nsource', "a\x01b", "c]\n[fixed]"]
    path = write_csv(tmp_path / "a.csv", header, [["1\r2", "\x07", "\nfixed = 1"]])
    (description,) = describe_file(path)
    document = tomllib.loads(description.mapping)
    assert set(document) == {"source", "columns", "fixed"}
    assert not any(document["columns"].values())


def test_what_is_not_there_cannot_be_described(tmp_path):
    with pytest.raises(NotFoundError):
        describe_file(tmp_path / "none.csv")

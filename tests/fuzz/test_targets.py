"""Readers of what strangers send: mutated inputs are read or refused, never a fault.

``make fuzz`` runs the same targets for minutes.
"""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geoportal.errors import GeoportalError
from geoportal.ingest.files.encodings import stream_encoding
from geoportal.ingest.sources.address_base_registry import chome_name
from geoportal.ingest.sources.bureau import _has_gaps
from geoportal.store.stations import read_stations
from tests.fuzz.inputs import TOKENS, mutated
from tests.fuzz.targets import TARGETS, Ground
from tests.rounds import examples
from tests.unit.ingest.official import codes, import_into, only, write_csv

FILES = {"csv": 8, "map": 8, "binary": 3, "workbook": 2, "zip": 2, "mapping": 20}
"""Inputs of a run by target, as dear as they are."""
TEXTS = st.lists(st.one_of(st.sampled_from(TOKENS), st.text(max_size=12)), max_size=12)


@pytest.fixture
def ground(city, view, tmp_path):
    return Ground(city, view, tmp_path)


@pytest.mark.filterwarnings("ignore")  # of libraries, about what they were given
def test_mutated_files_are_read_or_refused(ground):
    rng = random.Random(14)
    for name, count in FILES.items():
        pool = TARGETS[name].seeds()
        for _ in range(count):
            TARGETS[name].run(ground, mutated(rng, rng.choice(pool), pool))


@settings(
    max_examples=examples(25),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(parts=TEXTS)
def test_any_text_is_read_or_refused(ground, parts):
    for name in TARGETS.keys() - FILES.keys():
        TARGETS[name].run(ground, "".join(parts).encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("mark", [b"\xef\xbb\xbf", b"\xff\xfe"])
def test_a_mark_of_an_encoding_is_not_believed_without_a_look(mark):
    with pytest.raises(GeoportalError, match=r"line 2|cut off"):
        stream_encoding("a.csv", mark + b"a\nb\xff\xfe,c\xd8\x00\xdc\xfe\xff\xff\nddd\n\x00")


@pytest.mark.parametrize("count", ["1e300", "99999999999999999999", "9" * 4500, "-1", "0.5"])
def test_more_people_than_there_are_is_damage(database, tmp_path, count):
    ages = [f"{low}歳～{low + 4}歳" for low in range(65, 100, 5)]
    header = ["団体コード", "性別", "総数", *ages, "100歳以上"]
    sound = ["401064", "計", "9", *["1"] * 8]
    rows = [sound, ["401072", "計", count, *["1"] * 8]]
    path = write_csv(tmp_path / "age_20260101.csv", header, rows)
    report = only(import_into(database, path, max_rejected_percent=50))
    assert (report.accepted, report.rejected) == (1, 1)
    assert "bad_number" in codes(report)


@pytest.mark.parametrize(
    ("serials", "gaps"),
    [({"1", "2", "3"}, False), ({"1", "3"}, True), ({"1", "9" * 4500}, False), ({"x"}, False)],
)
def test_a_serial_number_that_is_none_costs_nothing(serials, gaps):
    assert _has_gaps(serials) == gaps


def test_digits_that_are_no_numbers_stay_text():
    assert chome_name("²丁目") == "²丁目"
    assert chome_name("9" * 5000 + "丁目") == "9" * 5000 + "丁目"
    assert chome_name("１２丁目") == "十二丁目"


def test_a_sample_of_a_stranger_is_dated_by_its_import(database, tmp_path):
    path = tmp_path / "a.json"
    path.write_text('{"format":"geoportal-sample/1","records":[{"kind":"x"},1,{"kind":[]}]}')
    report = only(import_into(database, path, max_rejected_percent=100))
    assert (report.rows_read, report.rejected) == (3, 3)


LINE = '{"type":"LineString","coordinates":[[130.8,33.8],[130.81,33.8]]}'


@pytest.mark.parametrize("number", ["9" * 5000, "-" + "9" * 5000, "1e999", "9" * 5000 + ".5"])
def test_numbers_without_end_in_a_map_file_are_damage(database, tmp_path, number):
    path = tmp_path / "a.geojson"
    line = LINE.replace("130.8,", f"{number},", 1)
    path.write_text(
        f'{{"type":"FeatureCollection","features":[{{"type":"Feature","geometry":{line},'
        '"properties":{"N02_003":"a","N02_004":"b","N02_005":"見本駅"}}]}'
    )
    assert only(import_into(database, path)).refused


@pytest.mark.parametrize("text", ["\\ud800", "\\udc00\\ud800", "\\u202e", "\\u0000"])
def test_half_letters_and_marks_in_a_map_file_are_left_out(database, tmp_path, text):
    """Programs that write NaN are read by another reader of JSON, which lets half letters in."""
    path = tmp_path / "stations.geojson"
    path.write_text(
        f'{{"type":"FeatureCollection","x":NaN,"features":[{{"type":"Feature","geometry":{LINE},'
        f'"properties":{{"N02_003":"a","N02_004":"b","N02_005":"見本{text}駅","{text}":1}}}}]}}'
    )
    report = only(import_into(database, path))
    assert (report.refused, report.accepted) == (False, 1)
    with database.engine.connect() as connection:
        assert [one.name for one in read_stations(connection)[1]] == ["見本駅"]


@pytest.mark.parametrize(
    "values",
    [
        *('"lon":"abc"', '"lat":[]', '"name":["a"]', '"identifiers":{"x":1}', '"services":[1]'),
        *('"hours":{"age_days":9999999999999}', '"beds":true', '"identifiers":[1]', '"name":true'),
        '"claims":[{"code":[],"value":"yes","evidence":"filed","age_days":1}]',
    ],
)
def test_a_sample_with_values_of_another_type_is_refused(database, tmp_path, values):
    path = tmp_path / "a.json"
    path.write_text(
        '{"format":"geoportal-sample/1","records":'
        f'[{{"kind":"clinic","name":"a","record_id":"x",{values}}}]}}'
    )
    report = only(import_into(database, path, max_rejected_percent=100))
    assert (report.accepted, report.rejected) == (0, 1)

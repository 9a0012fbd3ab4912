"""The compiled file: what goes in comes out, and a damaged one says so."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoportal.address.gazetteer.gazetteer import FILE_NAME, MAGIC, Gazetteer
from geoportal.address.geocode import Geocoder
from geoportal.errors import UnreadableSourceError
from geoportal.mapped.archive import StaleArchiveError, read_archive, write_archive
from geoportal.mapped.hash_table import HashTable, hash_table_arrays
from tests.unit.address.conftest import make_gazetteer, make_place, small_country


def as_table(postings: dict[str, list[int]]) -> HashTable:
    arrays = {}
    for name, content in hash_table_arrays("t", postings).items():
        if isinstance(content, bytes):
            arrays[name] = memoryview(content)
        else:
            arrays[name] = memoryview(content.tobytes()).cast("I")
    return HashTable(arrays, "t")


KEYS = st.text(alphabet="青葉台丘1-あ", max_size=5)


@given(st.dictionaries(KEYS, st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=3)), KEYS)
def test_a_hash_table_is_a_dictionary(postings: dict[str, list[int]], text: str) -> None:
    table = as_table(postings)
    assert len(table) == len(postings)
    assert table.get(text) == postings.get(text, [])
    beginnings = [text[:length] for length in range(len(text), 0, -1) if text[:length] in postings]
    found = table.find_prefixes(text)
    assert [text[:length] for length, _, _ in found] == beginnings
    assert [table.values[a:b].tolist() for _, a, b in found] == [postings[k] for k in beginnings]
    completions, key_bytes = table.find_completions(text)
    keys = sorted((key for key in postings if key.startswith(text)), key=str.encode)
    assert table.values[completions].tolist() == [n for key in keys for n in postings[key]]
    assert key_bytes.tolist() == [len(key.encode()) for key in keys for _ in postings[key]]


def test_an_archive_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    write_archive(path, MAGIC, {"名": [1]}, {"x": np.array([1.5, np.nan]), "b": b"abc"})
    archive = read_archive(path, MAGIC)
    header, arrays = archive.header, archive.arrays
    archive.check(arrays)
    assert header == {"名": [1]}
    assert arrays["x"][0] == 1.5
    assert bytes(arrays["b"]) == b"abc"
    assert [file.name for file in tmp_path.iterdir()] == ["a.bin"]


@pytest.mark.parametrize("content", [b"", b"something else", MAGIC + b"\0" * 8])
def test_another_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / FILE_NAME
    path.write_bytes(content)
    with pytest.raises((StaleArchiveError, ValueError)):
        Gazetteer.open(tmp_path)


def test_a_cut_or_missing_file_is_refused(tmp_path: Path) -> None:
    make_gazetteer(tmp_path, small_country())
    path = tmp_path / FILE_NAME
    path.write_bytes(path.read_bytes()[:-5000])
    with pytest.raises(UnreadableSourceError):
        Gazetteer.open(tmp_path)
    with pytest.raises(UnreadableSourceError):
        Gazetteer.open(tmp_path / "nowhere")


def test_compiling_again_leaves_readers_undisturbed(tmp_path: Path) -> None:
    before = Geocoder(make_gazetteer(tmp_path, small_country()))
    line = "40105 福岡県 北九州市戸畑区 浅生三丁目 . 130.8300 33.8940"
    after = Geocoder(make_gazetteer(tmp_path, [*small_country(), make_place(line)]))
    assert before.geocode("北九州市戸畑区浅生3-1").status == "partial"
    assert after.geocode("北九州市戸畑区浅生3-1").status == "ok"


def test_the_gazetteer_describes_itself(gazetteer: Gazetteer) -> None:
    assert (gazetteer.source, gazetteer.dataset_date) == ("見本", "2026-01-01")
    assert gazetteer.town_count == len(small_country())
    names = {region.code: region.name for region in gazetteer.regions}
    assert names["40621"] == "京都郡苅田町"  # the county comes from the town's row
    assert names["40205"] == "飯塚市"


def test_a_later_row_replaces_an_earlier_one(tmp_path: Path) -> None:
    line = "40101 福岡県 北九州市門司区 青葉台 . 130.9300 33.9100"
    rows = [make_place(line), make_place(line, lon=130.94)]
    answer = Geocoder(make_gazetteer(tmp_path, rows)).geocode("北九州市門司区青葉台")
    assert answer.lon == 130.94

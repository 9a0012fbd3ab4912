"""Lists whose positions are in the Tokyo datum; the oracle is PROJ."""

from __future__ import annotations

import random

import pytest
from pyproj.transformer import TransformerGroup

from tests.unit.ingest.official import (
    KAIGO_HEADER,
    TOWNS_HEADER,
    by_name,
    import_into,
    kaigo_row,
    only,
    write_csv,
)

TOWNS = [f"{letter}見町" for letter in "東西南北上中下本新旧松竹梅桜杉桐楠柳菊蘭藤葵橘萩桂"]
CITY = "福岡県北九州市小倉北区"


def points(tokyo):
    """Offices up to 200 m from the points of their towns, 220 m apart from south to north."""
    choose = random.Random(3)
    modern = [(130.88 + choose.uniform(-2, 2) * 1e-3, 33.85 + n * 0.002) for n in range(len(TOWNS))]
    if not tokyo:
        return modern
    shift = TransformerGroup("EPSG:4301", "EPSG:4612", always_xy=True).transformers[0]
    return [shift.transform(lon, lat, direction="INVERSE") for lon, lat in modern]


@pytest.mark.parametrize(("count", "tokyo", "refused"), [(25, True, True), (25, False, False)])
def test_a_list_in_the_tokyo_datum_is_refused(database, tmp_path, count, tokyo, refused):
    towns = [
        ("40106", "福岡県", "北九州市小倉北区", town, "", f"{33.85 + n * 0.002:.6f}", "130.880")
        for n, town in enumerate(TOWNS)
    ]
    rows = [
        kaigo_row(
            事業所番号=f"40677900{n:02}",
            事業所名=f"見本{n}",
            住所=f"{CITY}{TOWNS[n]}1-1",
            経度=f"{lon:.6f}",
            緯度=f"{lat:.6f}",
        )
        for n, (lon, lat) in enumerate(points(tokyo)[:count])
    ]
    import_into(database, write_csv(tmp_path / "towns.csv", TOWNS_HEADER, towns))
    report = only(import_into(database, write_csv(tmp_path / "a.csv", KAIGO_HEADER, rows)))
    assert report.refused is refused
    assert ("Tokyo datum" in report.issues[-1].message) is refused
    assert len(by_name(database)) == (0 if refused else count)

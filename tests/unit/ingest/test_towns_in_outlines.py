"""Towns and outlines that contradict each other: whichever comes second is not taken."""

from __future__ import annotations

import json

import pytest

from tests.unit.ingest.official import TOWNS_HEADER, content, import_into, only, write_csv

WARDS = {"40106": ("北九州市小倉北区", 130.85), "40107": ("北九州市小倉南区", 130.95)}


def towns_file(path, moved=0.0, codes=WARDS):
    rows = [
        [code, "福岡県", name, f"見本{n}町", "", 33.86 + n / 1000, west + 0.02 + moved]
        for code, (name, west) in codes.items()
        for n in range(6)
    ]
    return write_csv(path, TOWNS_HEADER, rows)


def outlines_file(path, codes):
    def feature(code, west):
        ring = [[west, 33.8], [west + 0.09, 33.8], [west + 0.09, 33.9], [west, 33.9], [west, 33.8]]
        geometry = {"type": "Polygon", "coordinates": [ring]}
        return {"type": "Feature", "properties": {"N03_007": code}, "geometry": geometry}

    features = [feature(code, west) for code, west in codes.items()]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


RIGHT = {code: west for code, (_name, west) in WARDS.items()}
EXCHANGED = dict(zip(RIGHT, reversed(RIGHT.values()), strict=True))


@pytest.mark.parametrize(
    ("outlines", "moved"),
    [(EXCHANGED, 0.0), (RIGHT, 0.1), ({c: w - 0.2 for c, w in RIGHT.items()}, 0.0)],
)
@pytest.mark.parametrize("towns_first", [True, False])
def test_what_contradicts_what_is_held_is_refused(database, tmp_path, outlines, moved, towns_first):
    files = [
        towns_file(tmp_path / "towns_20250101.csv", moved),
        outlines_file(tmp_path / "N03.geojson", outlines),
    ]
    first, second = files if towns_first else reversed(files)
    assert not only(import_into(database, first)).refused
    before = content(database)
    report = only(import_into(database, second))
    assert report.refused
    assert "outline" in report.issues[-1].message
    assert content(database) == before


def test_what_fits_is_taken_in_any_order(database, tmp_path):
    towns = towns_file(tmp_path / "towns_20250101.csv", 0.065)  # by the sea: 500 m outside
    outlines = outlines_file(tmp_path / "N03.geojson", RIGHT)
    for file in (towns, outlines, towns):
        report = only(import_into(database, file))
        assert (report.refused, report.rejected) == (False, 0)


def test_one_of_many_is_left_out(database, tmp_path):
    """Seven wards, of which one has the code of another."""
    wards = {
        f"4010{n}": west
        for n, west in zip("1356789", (130.1 + n / 10 for n in range(7)), strict=True)
    }
    names = dict(
        zip(wards, ["門司", "若松", "戸畑", "小倉北", "小倉南", "八幡東", "八幡西"], strict=True)
    )
    codes = {code: (f"北九州市{names[code]}区", west) for code, west in wards.items()}
    assert (
        only(
            import_into(database, towns_file(tmp_path / "towns_20250101.csv", codes=codes))
        ).created
        == 42
    )
    moved = outlines_file(tmp_path / "N03.geojson", {**wards, "40101": 130.95})
    assert only(import_into(database, moved)).refused
    report = only(import_into(database, moved, max_rejected_percent=20))
    assert (report.refused, report.created, report.rejected) == (False, 6, 1)
    assert [issue.value for issue in report.issues if issue.code == "outline_elsewhere"] == [
        "40101"
    ]


def list_of_towns(path, latitude=lambda n: 33.81 + n / 1000, count=40):
    name, west = WARDS["40106"]
    rows = [
        ["40106", "福岡県", name, f"見本{n}町", "", latitude(n), west + 0.02] for n in range(count)
    ]
    return write_csv(path, TOWNS_HEADER, rows)


def test_a_town_far_outside_its_outline_is_not_placed_there(database, tmp_path):
    import_into(database, outlines_file(tmp_path / "N03.geojson", RIGHT))
    path = list_of_towns(
        tmp_path / "towns_20250101.csv", lambda n: 33.81 + n / 1000 + (n == 7) + (n == 9) * 0.05
    )
    report = only(import_into(database, path))
    assert (report.accepted, report.rejected) == (39, 1)  # 5 km is no certain error
    (issue,) = [one for one in report.issues if one.severity == "error"]
    assert (issue.code, issue.value) == ("outside_municipality", "見本7町 34.817, 130.87")


@pytest.mark.parametrize(("wrong", "refused"), [(7, True), (9, True), (4, False)])
def test_a_fifth_of_the_towns_elsewhere_is_no_outlier(database, tmp_path, wrong, refused):
    import_into(database, outlines_file(tmp_path / "N03.geojson", RIGHT))
    path = list_of_towns(
        tmp_path / "towns_20250101.csv", lambda n: 33.81 + n / 1000 + (n < wrong) * 0.5, 40 - wrong
    )
    assert only(import_into(database, path)).refused == refused


@pytest.mark.parametrize(
    ("latitude", "told"),
    [
        (lambda n: 33.81 + (n + 8) % 40 / 1000, True),
        (lambda n: 33.8065 + n / 1000, True),
        (lambda n: 33.8075 + n / 1000, False),
        (lambda n: 33.81 + (n if n > 6 else n + 5) / 1000, False),
    ],
    ids=["moved by rows", "in the Tokyo datum", "250 m", "a few"],
)
def test_towns_that_have_moved_are_told(database, tmp_path, latitude, told):
    import_into(database, list_of_towns(tmp_path / "towns_20250101.csv"))
    report = only(import_into(database, list_of_towns(tmp_path / "towns_20260101.csv", latitude)))
    assert not report.refused
    assert ("many_moved" in {issue.code for issue in report.issues}) == told


@pytest.mark.parametrize(("count", "told"), [(27, True), (29, False)])
def test_towns_that_are_missing_from_a_list_are_told(database, tmp_path, count, told):
    import_into(database, list_of_towns(tmp_path / "towns_20250101.csv"))
    report = only(
        import_into(database, list_of_towns(tmp_path / "towns_20260101.csv", count=count))
    )
    assert report.removed == 40 - count
    assert ("many_removed" in {issue.code for issue in report.issues}) == told

"""Medical care areas: compared with the shipped list, nothing stored."""

from tests.unit.ingest.official import codes, import_into, only, write_csv


def test_medical_areas_are_compared_with_the_shipped_list(database, tmp_path):
    sapporo = [[f"0110{i}", "0104", "札幌"] for i in range(1, 5)]
    rows = [["40106", "0000", "違う"], ["99999", "1", "x"], *sapporo]
    path = write_csv(tmp_path / "areas_20240101.csv", ["muni_code", "area_code", "area_name"], rows)
    report = only(import_into(database, path))
    assert (report.source, report.rows_read, report.rejected) == ("medical-areas", 6, 1)
    assert (report.created, report.unchanged) == (0, 4)
    assert {"area_differs", "unknown_municipality"} <= codes(report)

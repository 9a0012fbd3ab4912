"""Positions of アドレス・ベース・レジストリ: refused without their master, checked one by one."""

from tests.unit.ingest.official import import_into, only
from tests.unit.ingest.sources.test_address_base_registry import (
    BLOCK_2,
    BLOCK_POS_HEADER,
    at,
    files,
    write,
)

__all__ = ["files"]


def test_positions_without_their_master_are_refused_with_the_way_out(database, files):
    report = only(import_into(database, files[3]))
    assert report.refused
    assert any("master" in issue.message for issue in report.issues)


def test_bad_positions_are_rejected(database, files, tmp_path):
    import_into(database, files[2])
    rows = [at(BLOCK_2, "33.88", "130.88"), at(BLOCK_2, "130.88", "33.88", "EPSG:4301")]
    good = [at(BLOCK_2, "130.8811", "33.8861")] * 10
    path = write(tmp_path / "p.csv", BLOCK_POS_HEADER, *rows, *good)
    report = only(import_into(database, path))
    assert [i.line for i in report.issues if i.code == "bad_coordinate"] == [2, 3]

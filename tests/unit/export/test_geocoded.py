"""A file of addresses in, the same file with positions out."""

from __future__ import annotations

import csv
import gzip
import tracemalloc
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from geoportal.address.geocode import Geocoder
from geoportal.errors import InputRefusedError, UsageError
from geoportal.export.geocoded import APPENDED, geocode_csv
from tests.unit.address.conftest import make_gazetteer, small_country

HEADER = ["名前", "住所", "区"]
AOBA = "北九州市小倉北区青葉1-2"


@pytest.fixture(scope="module")
def geocoder(tmp_path_factory: pytest.TempPathFactory) -> Geocoder:
    return Geocoder(make_gazetteer(tmp_path_factory.mktemp("gazetteer"), small_country()))


def quiet(_label: str, _done: int, _total: int) -> None:
    pass


def run(geocoder: Geocoder, source: Path, **options: object) -> tuple[dict, list[list[str]]]:
    target = source.with_name("out.csv")
    values = {"target": target, "column": "住所", "hint_column": "", "progress": quiet}
    report = geocode_csv(geocoder, source, **{**values, **options})  # type: ignore[arg-type]
    assert target.read_bytes().startswith(b"\xef\xbb\xbf")
    with target.open(encoding="utf-8-sig", newline="") as file:
        return report, list(csv.reader(file))


def write(path: Path, rows: list[list[str]], encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(rows)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_every_encoding_comes_out_as_utf8(geocoder, tmp_path, encoding):
    rows = [HEADER, ["髙橋" if encoding != "cp932" else "高橋", AOBA, ""]]
    report, written = run(geocoder, write(tmp_path / "in.csv", rows, encoding))
    assert report == {"rows": 1, "status": {"ok": 1}, "renamed": {}, "sheets_not_read": []}
    assert written[0] == [*HEADER, *APPENDED]
    assert written[1][:3] == rows[1]
    answer = dict(zip(APPENDED, written[1][3:], strict=True))
    assert (answer["status"], answer["town"], answer["lon"]) == ("ok", "青葉一丁目", "130.86")
    assert (answer["needs_confirmation"], answer["warnings"]) == ("false", "")


def test_the_hint_decides_and_every_row_keeps_its_own(geocoder, tmp_path):
    rows = [HEADER, ["a", "畑1", "門司区"], ["b", "畑1", "八幡西区"], ["c", "畑1", ""]]
    report, written = run(geocoder, write(tmp_path / "in.csv", rows), hint_column="区")
    code = 3 + APPENDED.index("municipality_code")
    assert [row[code] for row in written[1:]] == ["40101", "40109", ""]
    assert report["status"] == {"not_found": 1, "ok": 2}


def test_ragged_rows_quoted_lines_and_blank_lines_are_kept(geocoder, tmp_path):
    source = tmp_path / "in.csv"
    text = f'名前,住所,区\r\n"二\n行, ""引用""",{AOBA}\r\n\r\nc,{AOBA},,余り,,\r\nd\r\n'
    source.write_bytes(text.encode())
    report, written = run(geocoder, source)
    assert report["rows"] == 3
    assert written[0][:6] == [*HEADER, "", "", ""]
    assert written[1][:6] == ['二\n行, "引用"', AOBA, "", "", "", ""]
    assert written[2] == []
    assert written[3][:6] == ["c", AOBA, "", "余り", "", ""]
    assert written[4][0] == "d"
    assert {len(row) for row in written if row} == {6 + len(APPENDED)}
    assert [row[6] for row in written[1:] if row] == ["ok", "ok", "invalid"]


def test_what_is_appended_cannot_run_in_a_spreadsheet(geocoder, tmp_path):
    rows = [["住所"], ["=1+1"], [f"{AOBA} =HYPERLINK(1)"]]
    _, written = run(geocoder, write(tmp_path / "in.csv", rows))
    assert written[1][0] == "=1+1"  # what was there stays as it was
    assert all(not cell.startswith("=") for row in written[1:] for cell in row[1:])


OPEN_QUOTE = '住所\n"開'.encode() + b"x" * 200_000


@pytest.mark.parametrize("content", [b"", b"\r\n\r\n", b"\xff\xff\x81", OPEN_QUOTE])
def test_a_file_that_cannot_be_read_is_refused(geocoder, tmp_path, content):
    source = tmp_path / "in.csv"
    source.write_bytes(content)
    with pytest.raises(InputRefusedError):
        run(geocoder, source)
    assert not (tmp_path / "out.csv").exists()


def test_an_open_quotation_mark_is_told_by_its_line_and_swallows_no_row(geocoder, tmp_path):
    source = tmp_path / "in.csv"
    source.write_text(f'名前,住所,区\n甲,{AOBA},\n"乙,{AOBA},\n丙,{AOBA},\n', encoding="utf-8")
    with pytest.raises(InputRefusedError, match="line 3"):
        run(geocoder, source)
    assert not (tmp_path / "out.csv").exists()


def test_a_column_or_file_that_is_not_there(geocoder, tmp_path):
    source = write(tmp_path / "in.csv", [HEADER])
    with pytest.raises(UsageError, match="名前, 住所, 区"):
        run(geocoder, source, column="所在地")
    with pytest.raises(UsageError):
        run(geocoder, source, hint_column="市")
    with pytest.raises(InputRefusedError):
        run(geocoder, tmp_path / "none.csv")
    with pytest.raises(UsageError):
        run(geocoder, source, target=tmp_path / "no" / "out.csv")
    with pytest.raises(UsageError, match="cannot be written"):
        run(geocoder, source, target=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def test_the_file_itself_is_never_overwritten(geocoder, tmp_path):
    source = write(tmp_path / "in.csv", [HEADER, ["a", AOBA, ""]])
    link = tmp_path / "link.csv"
    link.symlink_to(source)
    before = source.read_bytes()
    for target in (source, tmp_path / "." / "in.csv", link):
        with pytest.raises(UsageError, match="another"):
            run(geocoder, source, target=target)
    assert source.read_bytes() == before


def test_a_fault_half_way_leaves_what_was_there(geocoder, tmp_path):
    source = write(tmp_path / "in.csv", [HEADER, *([["a", AOBA, ""]] * 1500)])
    (tmp_path / "out.csv").write_text("before", encoding="utf-8")

    def stop(_label: str, done: int, _total: int) -> None:
        if done >= 1000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(geocoder, source, progress=stop)
    assert (tmp_path / "out.csv").read_text(encoding="utf-8") == "before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "out.csv"]


def test_progress_ends_at_the_number_of_rows(geocoder, tmp_path):
    source = write(tmp_path / "in.csv", [HEADER, *([["a", AOBA, ""]] * 1234)])
    told: list[tuple[int, int]] = []
    run(geocoder, source, progress=lambda _, done, total: told.append((done, total)))
    assert told == [(500, 1234), (1000, 1234), (1234, 1234)]


@pytest.mark.long
@pytest.mark.slow
def test_memory_does_not_grow_with_the_file(geocoder, tmp_path):
    peaks = []
    run(geocoder, write(tmp_path / "in.csv", [HEADER, ["a", AOBA, ""]]))  # what is loaded once
    for rows in (500, 4_000):
        source = write(tmp_path / "in.csv", [HEADER, *([["a" * 50, AOBA, ""]] * rows)])
        tracemalloc.start()
        target = tmp_path / "big.csv"
        geocode_csv(geocoder, source, target, column="住所", hint_column="", progress=quiet)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0] + 200_000


@pytest.mark.parametrize(
    ("text", "above"),
    [
        ("番号;住所\n1;{}\n", []),
        ("番号\t住所\n1\t{}\n", []),
        ("番号,住所\r1,{}\r", []),
        ('番号,"住\n所"\n1,{}\n', []),
        ("番号, 住 所 \n1,{}\n", []),
        ("利用者一覧,,\n,,\n番号,住所,備考\n1,{},\n", [["利用者一覧", "", ""], ["", "", ""]]),
    ],
)
def test_a_table_is_read_as_import_reads_it(geocoder, tmp_path, text, above):
    source = tmp_path / "in.csv"
    source.write_bytes(b"\xef\xbb\xbf" + text.format(AOBA).encode())
    report, written = run(geocoder, source)
    assert (report["rows"], report["status"]) == (1, {"ok": 1})
    assert written[: len(above)] == above
    header, row = written[len(above) :]
    assert dict(zip(header, row, strict=True))["town"] == "青葉一丁目"


def workbook(path, **sheets):
    with xlsxwriter.Workbook(path) as book:
        for title, rows in sheets.items():
            sheet = book.add_worksheet(title)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    return path


@pytest.mark.parametrize("packed", ["", ".zip"])
def test_a_workbook_is_read_in_an_archive_too(geocoder, tmp_path, packed):
    sheets = {"説明": [["これは見本です"]], "一覧": [["台帳"], [], ["住所"], [AOBA], [], [AOBA]]}
    source = workbook(tmp_path / "in.xlsx", **sheets)
    if packed:
        with zipfile.ZipFile(tmp_path / "in.xlsx.zip", "w") as archive:
            archive.write(source, "in.xlsx")
    report, written = run(geocoder, tmp_path / f"in.xlsx{packed}")
    assert (report["rows"], report["sheets_not_read"]) == (2, ["説明"])
    assert written[0] == ["台帳"]
    assert [row[:2] for row in written[1:]] == [
        [],
        ["住所", "status"],
        [AOBA, "ok"],
        [],
        [AOBA, "ok"],
    ]


def test_a_compressed_table_is_read(geocoder, tmp_path):
    source = tmp_path / "in.csv.gz"
    source.write_bytes(gzip.compress(f"住所\n{AOBA}\n".encode()))
    assert run(geocoder, source)[0]["status"] == {"ok": 1}


def test_columns_of_the_same_name_are_renamed_not_doubled(geocoder, tmp_path):
    rows = [["lon", "lat", "住所", "lat_original", "town"], ["1", "2", AOBA, "3", "4"]]
    report, written = run(geocoder, write(tmp_path / "in.csv", rows))
    names = ["lon_original", "lat_original2", "住所", "lat_original", "town_original"]
    assert written[0] == [*names, *APPENDED]
    assert written[1][:5] == rows[1]
    assert report["renamed"] == {
        "lon": "lon_original",
        "lat": "lat_original2",
        "town": "town_original",
    }


def test_a_column_that_is_nowhere_is_said_with_those_there_are(geocoder, tmp_path):
    source = workbook(tmp_path / "in.xlsx", 一覧=[["番号", "所在"], [1, AOBA]])
    with pytest.raises(UsageError, match="番号, 所在"):
        run(geocoder, source)

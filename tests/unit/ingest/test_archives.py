"""An archive is one file: every member of it is imported, or nothing is."""

from __future__ import annotations

import contextlib
import gzip
import io
import stat
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geoportal.errors import InputRefusedError
from geoportal.ingest.files.archives import open_members
from geoportal.store.database import dataset_version
from tests.rounds import examples
from tests.unit.ingest.official import (
    KAIGO_HEADER,
    TOWNS,
    TOWNS_HEADER,
    codes,
    content,
    import_into,
    kaigo_row,
    names,
    write_csv,
)


def table(header, rows):
    text = io.StringIO(newline="")
    text.write(",".join(header) + "\r\n")
    for row in rows:
        cells = [row[name] for name in header] if isinstance(row, dict) else row
        text.write(",".join(f'"{cell}"' for cell in cells) + "\r\n")
    return text.getvalue().encode("utf-8-sig")


GOOD = table(KAIGO_HEADER, [kaigo_row()])
SHIFTED = table(KAIGO_HEADER, [kaigo_row(サービスの種類="?", 事業所番号="4067790002")])
LACKING = table([name for name in KAIGO_HEADER if name != "事業所番号"], [])
PLACES = table(TOWNS_HEADER, TOWNS)


@pytest.fixture
def zipped(tmp_path):
    def zip_of(**members):
        data = {name.replace("__", "."): data for name, data in members.items()}
        return pack(tmp_path / "all.zip", data)

    return zip_of


def pack(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def version(database):
    with database.engine.connect() as connection:
        return dataset_version(connection)


@pytest.mark.parametrize(
    "bad",
    [SHIFTED, LACKING, GOOD[:-60], b"", b"a,b\r\n1,2\r\n"],
    ids=["bad rows", "unknown layout", "cut", "empty", "like nothing"],
)
@pytest.mark.parametrize("dry_run", [False, True])
def test_a_refused_member_keeps_the_whole_archive_out(database, zipped, bad, dry_run):
    before, first = content(database), version(database)
    path = zipped(a__csv=GOOD, t__csv=PLACES, z__csv=bad)
    report = import_into(database, path, dry_run=dry_run)
    assert content(database) == before
    assert version(database) == report.dataset_version == first
    assert {item.file: item.refused for item in report.files} == {
        "all.zip/a.csv": True,
        "all.zip/t.csv": True,
        "all.zip/z.csv": True,
    }
    for item in report.files:
        assert item.rows_read == item.rejected
        assert {item.accepted, item.created, item.updated, item.removed} == {0}
        reasons = [i for i in item.issues if i.code == "archive_refused"]
        assert len(reasons) == (not item.file.endswith("z.csv"))
        assert all("refused: z.csv" in reason.message for reason in reasons)


def test_a_refused_archive_takes_back_nothing_of_other_files(database, zipped, tmp_path):
    path = zipped(t__csv=PLACES, z__csv=SHIFTED)
    other = write_csv(tmp_path / "other.csv", KAIGO_HEADER, [kaigo_row()])
    report = import_into(database, path, other)
    assert {item.file for item in report.files if item.refused} == {
        "all.zip/t.csv",
        "all.zip/z.csv",
    }
    assert names(database) == {"訪問看護ステーション見本"}
    (report,) = import_into(database, other).files
    assert (report.unchanged, report.created, report.updated) == (1, 0, 0)


def test_every_refused_member_is_told_of(database, zipped):
    report = import_into(database, zipped(a__csv=SHIFTED, b__csv=SHIFTED, c__csv=GOOD))
    assert [sorted(codes(item) & {"refused", "archive_refused"}) for item in report.files] == [
        ["refused"],
        ["refused"],
        ["archive_refused"],
    ]
    assert any("a.csv, b.csv" in issue.message for issue in report.files[2].issues)


def test_what_explains_the_data_does_not_refuse_the_archive(database, zipped):
    path = zipped(
        a__csv=GOOD,
        README__txt=b"",
        利用規約__txt="本データは CC BY 4.0 です。\n".encode("cp932"),
        meta__xml=b"<?xml version='1.0'?><a/>",
        図__PNG=b"\x89PNG\r\n",
        表紙__jpg=b"\xff\xd8\xff",
    )
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("__MACOSX/._a.csv", b"\x00\x05\x16\x07")
        archive.writestr("docs/.DS_Store", b"\x00")
    report = import_into(database, path)
    assert not report.refused
    assert names(database) == {"訪問看護ステーション見本"}
    said = {issue.value for item in report.files for issue in item.issues}
    assert any("meta.xml" in value and "図.PNG" in value for value in said)
    assert [item.file for item in report.files if "left_out" in codes(item)] == [
        "all.zip/利用規約.txt"
    ]


def open_document(*rows):
    """Return a workbook of LibreOffice, by the OpenDocument standard."""
    spaces = "".join(
        f' xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"'
        for short in ("office", "table", "text")
    )
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p>'
            "</table:table-cell>"
            for cell in row
        )
        + "</table:table-row>"
        for row in rows
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    members = {
        "mimetype": kind,
        "content.xml": f'<?xml version="1.0"?><office:document-content{spaces}><office:body>'
        f'<office:spreadsheet><table:table table:name="表">{cells}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>",
        "META-INF/manifest.xml": '<?xml version="1.0"?><manifest:manifest xmlns:manifest='
        '"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry '
        f'manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>',
    }
    held = io.BytesIO()
    pack(held, members)
    return held.getvalue()


def test_a_workbook_of_libre_office_is_one_file_alone_and_in_an_archive(database, zipped, tmp_path):
    row = kaigo_row()
    book = open_document(KAIGO_HEADER, [row[name] for name in KAIGO_HEADER])
    path = tmp_path / "book.ods"
    path.write_bytes(book)
    (report,) = import_into(database, path).files
    assert (report.file, report.source, report.accepted) == ("book.ods", "kaigo", 1)
    (report,) = import_into(database, zipped(book__ods=book)).files
    assert (report.refused, report.unchanged) == (False, 1)


def test_a_word_document_beside_the_data_is_passed_over(database, zipped):
    document = io.BytesIO()
    pack(document, {"[Content_Types].xml": "<Types/>", "word/document.xml": "<w/>"})
    report = import_into(database, zipped(a__csv=GOOD, 説明__docx=document.getvalue()))
    assert not report.refused
    assert names(database) == {"訪問看護ステーション見本"}


def test_an_archive_without_data_is_refused(database, zipped):
    path = zipped(メモ__txt="何もありません\n".encode(), 注__txt="同じく\n".encode())
    report = import_into(database, path)
    assert report.refused
    assert "no member of the archive is data" in report.files[0].issues[-1].message


def test_every_member_of_a_zip_is_imported_and_gz_is_read(database, tmp_path):
    path = pack(
        tmp_path / "all.zip",
        {
            "folder/a.csv": GOOD,
            "t.csv": PLACES,
            "読んでください.pdf": b"%PDF",
            "__MACOSX/x.csv": b"junk",
        },
    )
    report = import_into(database, path)
    assert [item.source for item in report.files] == ["towns", "kaigo"]
    packed = tmp_path / "sound.csv.gz"
    packed.write_bytes(gzip.compress(GOOD))
    assert import_into(database, packed).files[0].unchanged == 1


def refusal(database, path):
    before = content(database)
    (report,) = import_into(database, path).files
    assert report.refused
    assert content(database) == before
    (issue,) = [issue for issue in report.issues if issue.severity == "error"]
    assert path.name in issue.message
    return issue.message


def test_archives_that_are_cut_or_unsafe_are_refused(database, tmp_path):
    whole = pack(tmp_path / "a.zip", {"a.csv": GOOD}).read_bytes()
    packed = gzip.compress(GOOD)
    bomb = gzip.compress(bytes(40_000_000))
    inner = pack(tmp_path / "inner.zip", {"a.csv": b"x"}).read_bytes()
    link = io.BytesIO()
    with zipfile.ZipFile(link, "w") as archive:
        info = zipfile.ZipInfo("a.csv")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    cases = {
        "cut.zip": (whole[:-40], "damaged"),
        "cut.csv.gz": (packed[:-40], "cut off"),
        "bomb.gz": (bomb, "unpacks"),
        "bomb.zip": (
            pack(tmp_path / "b.zip", {"a.csv": bytes(40_000_000)}).read_bytes(),
            "unpacks",
        ),
        "nested.zip": (pack(tmp_path / "n.zip", {"inner.zip": inner}).read_bytes(), "another"),
        "nested.gz": (gzip.compress(inner), "another"),
        "root.zip": (pack(tmp_path / "p.zip", {"/etc/a.csv": b""}).read_bytes(), "unsafe"),
        "empty.zip": (pack(tmp_path / "e.zip", {}).read_bytes(), "no file"),
        "climb.zip": (pack(tmp_path / "c.zip", {"../../a.csv": b"x"}).read_bytes(), "unsafe"),
        "link.zip": (link.getvalue(), "link"),
        "nameless.zip": (
            pack(tmp_path / "m.zip", {"a.csv": b"x"}).read_bytes().replace(b"a.csv", b"\0.csv"),
            "no name",
        ),
        "dot.zip": (pack(tmp_path / "d.zip", {".": b"x"}).read_bytes(), "no name"),
        "folder.zip": (pack(tmp_path / "f.zip", {"folder/": b""}).read_bytes(), "no file"),
    }
    for name, (data, words) in cases.items():
        path = tmp_path / name
        path.write_bytes(data)
        assert words in refusal(database, path), name


@pytest.mark.slow
@settings(
    max_examples=examples(300),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(changes=st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=8))
def test_a_damaged_archive_is_refused_or_read_never_a_fault(tmp_path, changes):
    path = tmp_path / "damaged.zip"
    data = bytearray(pack(tmp_path / "sound.zip", {"a.csv": GOOD, "表.csv": PLACES}).read_bytes())
    for place, byte in changes:
        data[-1 - place % len(data)] = byte
    path.write_bytes(data)
    with contextlib.suppress(InputRefusedError):
        open_members(path)


@pytest.mark.parametrize(("at", "value"), [(6, 0xFF), (42, 0xFF), (46, 0x88)])
def test_a_damaged_directory_is_told(database, zipped, at, value):
    """Bytes of the central directory: version needed, place of the member, its name."""
    path = zipped(表__csv=GOOD)
    data = bytearray(path.read_bytes())
    data[data.rindex(b"PK\x01\x02") + at] = value
    data[data.rindex(b"PK\x01\x02") + 45] = value if at == 42 else 0
    path.write_bytes(data)
    assert "damaged" in refusal(database, path)

"""Opening files and archives: every member as bytes, with guards against hostile archives."""

from __future__ import annotations

import gzip
import hashlib
import io
import lzma
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from geoportal.errors import InputRefusedError, UnreadableSourceError

MAX_BYTES = 300 << 20
"""Largest file taken after unpacking, bytes. The largest official file has about 150 MB."""
MAX_MEMBERS = 2_000
MAX_RATIO = 250
"""Largest ratio of unpacked to packed size beyond `RATIO_FREE_BYTES`: text packs 5 to 40 times."""
RATIO_FREE_BYTES = 10_000_000
_TAIL_BYTES = 4096
_HEAD_BYTES = 65_536
_SHAPE = ".shp"
_SIDE_SUFFIXES = frozenset(
    f".{name}"
    for name in (
        *("shx", "dbf", "prj", "cpg", "sbn", "sbx", "qix", "fbn", "fbx", "qpj", "cst", "atx"),
        *("ain", "aih", "ixs", "mxs", "qmd", "qml", "idm", "ind"),
    )
)
_KMZ = ".kmz"
_COVERED_SUFFIXES = {".geojson", ".xml", ".gml"}
_TEXTS = (".doc", ".docx", ".htm", ".html", ".md", ".odt", ".pdf", ".ppt", ".pptx", ".rtf", ".xml")
_PICTURES = (".bmp", ".gif", ".jpeg", ".jpg", ".png", ".svg", ".tif", ".tiff", ".webp")
DOCUMENTS = frozenset((*_TEXTS, *_PICTURES, ".css", ".ini", ".js", ".py", ".url", ".xsl"))
"""Endings of files that explain data and are none: passed over in folders and archives, said so."""
_NESTED = (b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ")
_UTF8_NAME = 0x800
"""Flag of a zip member whose name is UTF-8."""
_OFFICE_MARK = "[Content_Types].xml"
_OPEN_DOCUMENT_MARK = b"application/vnd.oasis.opendocument"
_ZIP_FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    ArithmeticError,
    EOFError,
    OSError,
    RuntimeError,  # encrypted, or a method nobody knows
    ValueError,  # offsets before the start, names in no encoding
)
"""What `zipfile` raises for damaged archives, by where the damage lies."""
_WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".ods")
MAX_WORKBOOK_BYTES = 200_000_000
"""Largest workbook, unpacked; the largest official one has about 100 MB."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file to import, in memory.

    Attributes
    ----------
    name : str
        ``file.csv``, or ``archive.zip/inner.csv``.
    data : bytes
        Its content.
    parts : dict of str to bytes
        The files of a shapefile by suffix (``.shp``, ``.dbf`` …); empty otherwise.
    ignored : tuple of str
        Members of the same archive that are not data (pdf, metadata).
    """

    name: str
    data: bytes = field(repr=False)
    parts: dict[str, bytes] = field(default_factory=dict, repr=False)
    ignored: tuple[str, ...] = ()

    @property
    def sha256(self) -> str:
        """Digest of the content (of all parts)."""
        digest = hashlib.sha256(self.data)
        for suffix in sorted(self.parts):
            digest.update(suffix.encode() + self.parts[suffix])
        return digest.hexdigest()


def open_members(path: Path) -> list[Member]:
    """Read a file and return what is in it: itself, or every member of an archive.

    Raises
    ------
    UnreadableSourceError
        When it is missing, is no file, or the archive is cut or damaged.
    InputRefusedError
        When the archive is unsafe: too large unpacked, nested, encrypted, with path tricks.
    """
    data = _read_file(path)
    suffix = path.suffix.lower()
    if suffix == _SHAPE:
        beside = {part.suffix.lower(): _read_file(part) for part in shapefile_parts(path)}
        return [Member(path.name, data, {**beside, _SHAPE: data})]
    if suffix in _SIDE_SUFFIXES:
        raise InputRefusedError(
            f"{path.name}: this is a part of a shapefile; give its .shp, with the other parts in "
            "the same folder, or all of them in one zip"
        )
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _unzip(path.name, data)
    if data.startswith(b"\x1f\x8b"):
        data = _gunzip(path.name, data)
        _refuse_nested(path.name, data)
    return [Member(path.name, data)]


def may_be_taken(path: Path) -> bool:
    """Say whether a path is a file, and no larger than any that is taken."""
    try:
        return path.is_file() and path.stat().st_size <= MAX_BYTES
    except OSError:
        return False


def parts_of(path: Path) -> list[Path]:
    """Return a file with what belongs to it: the other parts of a shapefile."""
    return [path, *shapefile_parts(path)] if path.suffix.lower() == _SHAPE else [path]


def shapefile_parts(shape: Path) -> list[Path]:
    """Return the files beside a .shp that belong to it, whatever the case of their names."""
    return sorted(
        part
        for part in shape.parent.iterdir()
        if part.suffix.lower() in _SIDE_SUFFIXES and part.stem.casefold() == shape.stem.casefold()
    )


def _read_file(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise UnreadableSourceError(f"{path.name}: is no file that can be read; give a copy")
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise InputRefusedError(f"{path.name}: larger than {MAX_BYTES >> 20} MB; split it")
        with path.open("rb") as file:
            file.seek(max(0, size - _TAIL_BYTES))
            tail = file.read()
            if size > _TAIL_BYTES and not tail.strip(b"\0"):
                raise UnreadableSourceError(
                    f"{path.name}: its end is nothing but zero bytes, as an interrupted copy or "
                    "download leaves it; get it again"
                )
            file.seek(0)
            return file.read()
    except OSError as error:
        raise UnreadableSourceError(f"{path.name}: cannot be read ({error.strerror})") from error


def _gunzip(name: str, data: bytes) -> bytes:
    limit = min(MAX_BYTES, max(RATIO_FREE_BYTES, len(data) * MAX_RATIO))
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            inner = stream.read(limit + 1)
    except (EOFError, OSError, zlib.error) as error:
        fault = "cut off" if isinstance(error, EOFError) else "damaged"
        message = f"{name}: the compressed file is {fault}; get it again"
        raise UnreadableSourceError(message) from error
    if len(inner) > limit:
        raise InputRefusedError(f"{name}: unpacks to more than {limit >> 20} MB; not taken")
    return inner


def _unzip(name: str, data: bytes) -> list[Member]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = [info for info in archive.infolist() if not info.filename.endswith("/")]
            if _is_workbook(archive):
                return [Member(name, data)]
            _check_entries(name, infos)
            contents = dict(_read_entries(name, archive, infos))
    except _ZIP_FAULTS as error:
        message = f"{name}: the zip archive is cut off or damaged; get it again"
        raise UnreadableSourceError(message) from error
    if not contents:
        raise UnreadableSourceError(f"{name}: the archive holds no file")
    return _members(name, contents)


def check_workbook(name: str, data: bytes) -> None:
    """Check a workbook as an archive, before it is unpacked; an old one (.xls) is none.

    Raises
    ------
    InputRefusedError
        When a member is unsafe, or the members say that they unpack to too much.
    UnreadableSourceError
        When its directory is damaged.
    """
    if not data.startswith(b"PK"):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            _check_entries(name, infos)
            declaring = any(_declares_entities(archive, info) for info in infos)
    except _ZIP_FAULTS as error:
        message = f"{name}: the workbook is cut off or damaged; get it again"
        raise UnreadableSourceError(message) from error
    if declaring:
        raise InputRefusedError(
            f"{name}: the workbook declares entities, as no spreadsheet program does; save it anew"
        )
    unpacked = sum(info.file_size for info in infos)
    if unpacked > min(MAX_WORKBOOK_BYTES, max(RATIO_FREE_BYTES, len(data) * MAX_RATIO)):
        raise InputRefusedError(
            f"{name}: the workbook unpacks to {unpacked >> 20:,} MB; copy the table alone into a "
            "new workbook, or save the sheet as CSV, and import that"
        )


def _declares_entities(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bool:
    """Say whether a part of a workbook begins with entities: OPC (ISO/IEC 29500-2) has none."""
    if not info.filename.lower().endswith((".xml", ".rels")):
        return False
    with archive.open(info) as stream:
        return b"<!ENTITY" in stream.read(_HEAD_BYTES).replace(b"\0", b"")  # UTF-16 as well


def _is_workbook(archive: zipfile.ZipFile) -> bool:
    """Return whether a zip is a document of Excel or LibreOffice: both are zips by nature."""
    names = archive.namelist()
    if _OFFICE_MARK in names:
        return True
    if not names or names[0] != "mimetype":
        return False
    try:
        with archive.open("mimetype") as stream:
            return stream.read(len(_OPEN_DOCUMENT_MARK)) == _OPEN_DOCUMENT_MARK
    except _ZIP_FAULTS:
        return False  # whoever reads all members says what is wrong


def _check_entries(name: str, infos: list[zipfile.ZipInfo]) -> None:
    if len(infos) > MAX_MEMBERS:
        raise InputRefusedError(f"{name}: more than {MAX_MEMBERS} members; not taken")
    for info in infos:
        entry = _entry_name(info)
        inner = PurePosixPath(entry.replace("\\", "/"))
        if not inner.parts:
            raise InputRefusedError(f"{name}: a member has no name; get the archive again")
        if inner.is_absolute() or ".." in inner.parts or ":" in entry:
            raise InputRefusedError(f"{name}: a member has an unsafe path; not taken")
        if stat.S_ISLNK(info.external_attr >> 16):
            raise InputRefusedError(f"{name}: a member is a link; not taken")
        if info.flag_bits & 0x1:
            raise InputRefusedError(f"{name}: a member is encrypted; unpack it first")


def _read_entries(
    name: str, archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo]
) -> Iterator[tuple[str, bytes]]:
    left = MAX_BYTES
    for info in infos:
        entry = _entry_name(info)
        parts = PurePosixPath(entry).parts
        if "__MACOSX" in parts or parts[-1].startswith(".") or parts[-1] == "Thumbs.db":
            continue
        limit = min(left, max(RATIO_FREE_BYTES, info.compress_size * MAX_RATIO))
        try:
            with archive.open(info) as stream:
                content = stream.read(limit + 1)
        except _ZIP_FAULTS as error:
            message = f"{name}: member {entry} is damaged; get the archive again"
            raise UnreadableSourceError(message) from error
        if len(content) > limit:
            raise InputRefusedError(f"{name}: unpacks to more than it should; not taken")
        left -= len(content)
        suffix = PurePosixPath(entry).suffix.lower()
        nested = suffix == _KMZ and not name.lower().endswith(_KMZ)
        if suffix not in (*_WORKBOOKS, *DOCUMENTS) and not nested:
            _refuse_nested(name, content)
        if not nested:
            yield entry, content
            continue
        for member in _unzip(entry, content):
            left -= len(member.data)
            yield member.name, member.data


def _members(name: str, contents: dict[str, bytes]) -> list[Member]:
    shapes = {_stem(inner): inner for inner in contents if inner.lower().endswith(_SHAPE)}
    parts: dict[str, dict[str, bytes]] = {stem: {} for stem in shapes}
    for inner, content in contents.items():
        suffix, stem = PurePosixPath(inner).suffix.lower(), _stem(inner)
        if stem in shapes and suffix in {_SHAPE, *_SIDE_SUFFIXES}:
            parts[stem][suffix] = content
    data = [inner for inner in sorted(contents) if not _attached(inner, shapes)]
    ignored = tuple(inner for inner in sorted(contents) if _attached(inner, shapes) == "ignored")
    if not data:
        data, ignored = sorted(contents), ()
    return [
        Member(
            f"{name}/{inner}",
            contents[inner],
            parts[_stem(inner)] if inner in shapes.values() else {},
            ignored if position == 0 else (),
        )
        for position, inner in enumerate(data)
    ]


def _attached(inner: str, shapes: dict[str, str]) -> str:
    """Return why a member is not imported by itself: ``"part"``, ``"ignored"`` or ``""``."""
    suffix = PurePosixPath(inner).suffix.lower()
    stem = _stem(inner).removesuffix(_SHAPE)  # metadata are called name.shp.xml
    if stem in shapes and suffix in _SIDE_SUFFIXES:
        return "part"
    if stem in shapes and suffix in _COVERED_SUFFIXES:
        return "ignored"
    return "ignored" if suffix in DOCUMENTS or "readme" in inner.lower() else ""


def _stem(inner: str) -> str:
    return inner[: len(inner) - len(PurePosixPath(inner).suffix)].casefold()


def _entry_name(info: zipfile.ZipInfo) -> str:
    """Return the name of a member; Windows writes Shift_JIS where the standard says CP437."""
    if info.flag_bits & _UTF8_NAME:
        return info.filename
    try:
        raw = info.filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    for encoding in ("utf-8", "cp932"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename


def _refuse_nested(name: str, content: bytes) -> None:
    if content.startswith(_NESTED):
        raise InputRefusedError(f"{name}: holds another archive; unpack it first")

"""Map files that GDAL reads: shapefile, GeoPackage, FlatGeobuf, KML, TopoJSON, Esri JSON."""

from __future__ import annotations

import codecs
import html
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geoportal.errors import InputRefusedError, UnreadableSourceError
from geoportal.ingest.files.archives import Member
from geoportal.ingest.files.encodings import decode
from geoportal.ingest.files.geojson import Feature
from geoportal.ingest.files.report import INFO, Issue
from geoportal.text.contact import visible

_KML: Final = re.compile(r"<(?:\w+:)?kml[\s>]")
_KML_FIELD: Final = re.compile(
    r"""(<(?:\w+:)?(?:Data|SimpleField|SimpleData)\b[^>]*?\bname=)(["'])(.*?)\2"""
)
_KML_TECHNICAL: Final = frozenset(
    {"id", "timestamp", "begin", "end", "altitudeMode", "tessellate", "extrude", "visibility"}
    | {"drawOrder", "icon"}
)
"""Fields that GDAL adds to what a KML file says."""
_BYTES: Final = "ISO-8859-1"
"""Gives each byte as one letter, so that the text of a shapefile can be decoded here: names and
values are cut to a number of bytes, often in the middle of a letter."""
_ENCODINGS: Final = ("utf-8", "cp932", "euc_jp")
DAMAGE: Final = (RuntimeError, ValueError, OSError, LookupError, NameError, TypeError)
"""What pyogrio raises for files that are cut, damaged or not what they seem; some of it by mistake
(an unset variable where a .prj is none)."""


@dataclass(frozen=True, slots=True)
class OgrLayer:
    """A layer with geometry.

    Attributes
    ----------
    name : str
    features : list of Feature
        Geometry as stored, in whatever reference system.
    crs : str
        As declared, empty when it is not.
    issues : list of Issue
    """

    name: str
    features: list[Feature] = field(repr=False)
    crs: str
    issues: list[Issue]


def is_kml(data: bytes) -> bool:
    """Return whether a file is KML, in whatever encoding."""
    head = data[:4_000].replace(b"\x00", b"").decode("ascii", "replace")
    return head.lstrip("\ufffd \t\r\n").startswith("<") and _KML.search(head) is not None


def read_kml(member: Member) -> list[OgrLayer]:
    """Read KML, whatever its encoding is and is declared to be; see `read_ogr`.

    GDAL replaces what is not ASCII in the names of fields: they are numbered, and restored behind.
    """
    text = decode(member.name, member.data).text
    names: dict[str, str] = {}

    def numbered(match: re.Match[str]) -> str:
        name = names.setdefault(html.unescape(match[3]), f"field{len(names)}")
        return f"{match[1]}{match[2]}{name}{match[2]}"

    start = _KML.search(text)
    plain = _KML_FIELD.sub(numbered, text[start.start() if start else 0 :])
    original = {number: name for name, number in names.items()}
    return [
        replace(layer, features=[_kml_feature(feature, original) for feature in layer.features])
        for layer in read_ogr(member, ".kml", plain.encode())
    ]


def _kml_feature(feature: Feature, names: Mapping[str, str]) -> Feature:
    properties = {
        names.get(key, key): value
        for key, value in feature.properties.items()
        if key not in _KML_TECHNICAL
    }
    return replace(feature, properties=properties)


def read_ogr(member: Member, suffix: str, text: bytes | None = None) -> list[OgrLayer]:
    """Read every layer with geometry.

    Parameters
    ----------
    member : Member
    suffix : str
        Of its format, by which GDAL tells it: ``".gpkg"``.
    text : bytes, optional
        Stands for its content: decoded to UTF-8.

    Raises
    ------
    UnreadableSourceError
        When it is cut, damaged, or a part of it is missing.
    """
    import pyogrio.raw  # half a second to import, and only these formats need it

    with tempfile.TemporaryDirectory(prefix="geoportal-") as directory:
        path = Path(directory) / f"map{suffix}"
        options = {"encoding": _BYTES} if member.parts else {}
        _write(member, path, text)
        try:
            kinds = dict(pyogrio.list_layers(path).tolist())
            raw = {
                str(layer): pyogrio.raw.read(path, layer=layer, **options)
                for layer, kind in kinds.items()
                if kind is not None
            }
        except DAMAGE as error:
            raise UnreadableSourceError(
                f"{member.name}: the map file is cut off or damaged; get it again"
            ) from error
    layers = [layer_of(member, name, *parts) for name, parts in raw.items()]
    without = ", ".join(str(layer) for layer, kind in kinds.items() if kind is None)
    if without and layers:
        message = "these tables have no geometry and are left out"
        layers[0].issues.append(Issue(1, "", "layer_left_out", INFO, without, message))
    return layers


def _write(member: Member, path: Path, text: bytes | None) -> None:
    import pyogrio  # as above

    if not member.parts:
        path.write_bytes(member.data if text is None else text)
        return
    if ".dbf" not in member.parts:
        raise InputRefusedError(
            f"{member.name}: the .dbf that belongs to it is missing, and the names and codes are "
            "in it; put all files of the shapefile (.shp, .dbf, .shx, .prj) into one folder or zip"
        )
    for suffix, content in member.parts.items():
        if suffix != ".cpg":
            path.with_suffix(suffix).write_bytes(content)
    if ".shx" not in member.parts:
        pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": "YES"})


def layer_of(
    member: Member,
    name: str,
    meta: Mapping[str, Any],
    _ids: object,
    shapes: Sequence[bytes | None],
    columns: Sequence[Any],
) -> OgrLayer:
    """Return a layer of what GDAL read: description, ids, shapes (WKB) and columns."""
    names = [str(field_name) for field_name in meta["fields"]]
    values = [[_value(value) for value in column] for column in columns]
    if member.parts:
        encoding = _text_encoding(member, names, values)
        names = [_decoded(field_name, encoding) for field_name in names]
        values = [[_decoded(value, encoding) for value in column] for column in values]
    issues: list[Issue] = []
    features = []
    for i, wkb in enumerate(shapes):
        cells = (column[i] for column in values)
        properties = dict(zip(names, map(_visible, cells), strict=True))
        shape, fault = _geometry(wkb, i + 1, issues)
        features.append(Feature(i + 1, properties, shape, fault))
    return OgrLayer(name, features, str(meta.get("crs") or ""), issues)


def _geometry(wkb: bytes | None, line: int, issues: list[Issue]) -> tuple[BaseGeometry | None, str]:
    if wkb is None:
        return None, ""
    try:
        return shapely.from_wkb(wkb), ""
    except shapely.errors.GEOSException:
        shape: BaseGeometry | None = shapely.from_wkb(wkb, on_invalid="fix")
    if shape is None:
        return None, "its geometry is damaged"
    issues.append(Issue(line, "geometry", "ring_mended", INFO, "", "open rings were closed"))
    return shape, ""


def _value(value: Any) -> Any:
    """Return a cell as a plain value; None for missing numbers and times."""
    if isinstance(value, np.datetime64):
        return None if np.isnat(value) else str(value)
    plain = value.item() if isinstance(value, np.generic) else value
    return None if plain is None or plain != plain else plain


def _visible(value: Any) -> Any:
    return visible(value) if isinstance(value, str) else value


def _text_encoding(member: Member, names: Sequence[str], values: Sequence[Sequence[Any]]) -> str:
    """Return the encoding in which all text of a shapefile can be read.

    What the .cpg file says comes behind UTF-8: text that is UTF-8 throughout is nothing else, and
    files are saved anew without it.
    """
    declared = member.parts.get(".cpg", b"").decode("ascii", "replace").strip()
    cells = {cell for column in values for cell in column if isinstance(cell, str)}
    texts = [cell.encode(_BYTES) for cell in cells if not cell.isascii()]
    texts = texts or [name.encode(_BYTES) for name in names]
    candidates = (*_ENCODINGS[:1], _codec(declared), *_ENCODINGS[1:])
    for encoding in filter(None, candidates):
        if all(_is_text(text, encoding) for text in texts):
            return encoding
    raise UnreadableSourceError(
        f"{member.name}: the text in its .dbf is neither UTF-8 nor Shift_JIS; save it as UTF-8"
    )


def _codec(declared: str) -> str:
    """Return the Python codec of a .cpg file that is for Japanese, empty for others."""
    number = re.sub(r"(?i)^(ansi|cp|windows|ms|oem)[ _-]*", "", declared)
    by_number = {"65001": "utf-8", "932": "cp932", "51932": "euc_jp", "20932": "euc_jp"}
    if number in by_number:
        return by_number[number]
    try:
        codec = codecs.lookup(declared).name
    except (LookupError, ValueError):  # unknown, or no name at all
        return ""
    return {"shift_jis": "cp932"}.get(codec, codec if codec in _ENCODINGS else "")


def _is_text(text: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(text)  # the last letter may be cut
    except UnicodeDecodeError:
        return False
    return True


def _decoded(value: Any, encoding: str) -> Any:
    """Return text decoded, without a letter that is cut at its end."""
    if not isinstance(value, str):
        return value
    return codecs.getincrementaldecoder(encoding)("ignore").decode(value.encode(_BYTES))

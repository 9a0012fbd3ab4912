"""アドレス・ベース・レジストリ 位置参照拡張: positions of the masters' rows, joined by their ids.

``mt_town_pos``, ``mt_rsdtdsp_blk_pos``, ``mt_rsdtdsp_rsdt_pos``: ``rep_lon``, ``rep_lat`` in
``rep_srid`` (EPSG:6668 JGD2011 or EPSG:4612 JGD2000; equal to WGS 84 here). No names: the master of
the municipality has to be there first.
"""

from __future__ import annotations

from typing import Final

from geoportal.geo.polygons import in_japan
from geoportal.ingest.files.layouts import Layout
from geoportal.ingest.files.report import ERROR, Issue
from geoportal.ingest.files.streams import StreamedTable
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.reading.rows import read_degrees
from geoportal.ingest.reading.source import Source
from geoportal.ingest.reading.stream_extract import PositionStream
from geoportal.ingest.sources.address_base_registry import (
    BLOCK,
    HOUSE,
    TOWN,
    RegistryRows,
)

NAME: Final = "address-base-registry-positions"
_PLACED: Final[dict[str, tuple[str, ...]]] = {
    "lg_code": ("lg_code",),
    "machiaza_id": ("machiaza_id", "town_id"),
    "lon": ("rep_lon", "rep_pnt_lon"),
    "lat": ("rep_lat", "rep_pnt_lat"),
    "srid": ("rep_srid", "rep_pnt_srid"),
}
_NUMBERED = {"blk_id": ("blk_id",)}
_HOUSED = {
    **_NUMBERED,
    "rsdt_id": ("rsdt_id", "addr_id"),
    "rsdt2_id": ("rsdt2_id", "addr2_id"),
}
_UNREAD_COLUMNS = """
rsdt_addr_flg rsdt_addr_mtd_code rep_scale rep_src_code plygn_fname plygn_kcode plygn_fmt
plygn_srid plygn_scale plygn_src_code pos_pref pos_city pos_oaza_cho_chome pos_koaza_aka
pos_blk_prc_num pos_data_mnt_year rsdt_addr_code_rdbl rsdt_addr_data_mnt_date basic_rsdt_div
pos_oaza_cho_chome_code cns_bnd_s_area_kcode cns_bnd_year
"""
_UNREAD = frozenset(_UNREAD_COLUMNS.split())
_MUST = ("lg_code", "machiaza_id", "lon", "lat")
LAYOUTS: Final = (
    Layout(NAME, TOWN, _PLACED, required=_MUST, known=_UNREAD, optional=frozenset({"srid"})),
    Layout(
        NAME,
        BLOCK,
        _PLACED | _NUMBERED,
        required=(*_MUST, "blk_id"),
        known=_UNREAD,
        optional=frozenset({"srid"}),
    ),
    Layout(
        NAME,
        HOUSE,
        _PLACED | _HOUSED,
        required=(*_MUST, "blk_id", "rsdt_id"),
        known=_UNREAD,
        optional=frozenset({"srid", "rsdt2_id"}),
    ),
)
_DATUMS = ("", "6668", "4612", "4326", "6697")


class PositionReader(RegistryRows):
    """Reads rows of a table with one of `LAYOUTS` to ids and positions."""

    def read(self, line: int, cells: list[str]) -> tuple[str, float, float] | Issue | None:
        """Return id, lon and lat; None for a row without a position; an issue for a bad one."""
        lon_text, lat_text = self._cell(cells, "lon"), self._cell(cells, "lat")
        if not lon_text and not lat_text:
            return None
        srid = self._cell(cells, "srid").upper().removeprefix("EPSG:")
        lon, lat = read_degrees(lon_text), read_degrees(lat_text)
        if lon is None or lat is None or not in_japan(lon, lat) or srid not in _DATUMS:
            message = "expected degrees in Japan in EPSG:6668 or EPSG:4612; not used"
            value = f"{lat_text}, {lon_text} {srid}"
            return Issue(line, "rep_lat", "bad_coordinate", ERROR, value, message)
        return self._registry_id(cells), lon, lat


def extract(table: StreamedTable, edition: Edition) -> PositionStream:
    """Return a table of positions, to be read while it is stored."""
    return PositionStream(table=table, reader=PositionReader(table, edition))


SOURCE: Final[Source[StreamedTable]] = Source(
    name=NAME,
    extract=extract,
    layouts=LAYOUTS,
    streamed=True,
    order=4,
    is_geography=True,
)

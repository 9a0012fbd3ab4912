"""アドレス・ベース・レジストリ (デジタル庁): names of towns, blocks and houses, each with an id.

Three master tables, whole country or by prefecture; UTF-8, every column by name:

``mt_town``
    町字マスター: ``lg_code`` (6 digits), ``machiaza_id`` (7), ``oaza_cho``, ``chome``, ``koaza``,
    readings, ``rsdt_addr_flg``, ``efct_date``, ``ablt_date``. A town with and without 住居表示
    stands there twice.
``mt_rsdtdsp_blk``
    住居表示-街区マスター: besides ``blk_id`` and ``blk_num``.
``mt_rsdtdsp_rsdt``
    住居表示-住居マスター: besides ``rsdt_id``, ``rsdt2_id``, ``rsdt_num``, ``rsdt_num2``.

Their positions are data sets of their own (位置参照拡張), see
:mod:`geoportal.ingest.sources.address_base_registry_positions`.
"""

from __future__ import annotations

from typing import Final

from geoportal.domain.place import Place
from geoportal.ingest.files.layouts import Layout
from geoportal.ingest.files.report import ERROR, Issue
from geoportal.ingest.files.streams import StreamedTable
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.reading.source import Source
from geoportal.ingest.reading.stream_extract import PlaceStream

NAME: Final = "address-base-registry"
TOWN, BLOCK, HOUSE = "town", "block", "house"
PARTS: Final = {part: f"{NAME}/{part}" for part in (TOWN, BLOCK, HOUSE)}
"""Under which source names the places of each table are kept."""

_IDS: Final[dict[str, tuple[str, ...]]] = {
    TOWN: ("machiaza_id",),
    BLOCK: ("machiaza_id", "blk_id"),
    HOUSE: ("machiaza_id", "blk_id", "rsdt_id", "rsdt2_id"),
}
_UNREAD_COLUMNS = """
machiaza_type pref_roma city_roma county_roma ward_roma oaza_cho_roma koaza_roma pref_kana
county_kana city_kana ward_kana chome_kana koaza_kana machiaza_dist rsdt_addr_flg
rsdt_addr_mtd_code oaza_cho_aka_flg oaza_cho_gsi_uncmn koaza_gsi_uncmn status_flg wake_num_flg
efct_date src_code post_code remarks basic_rsdt_div oaza_cho_uncmn_reg oaza_cho_uncmn_mj
oaza_cho_uncmn_type oaza_cho_uncmn_code koaza_uncmn_reg koaza_uncmn_mj koaza_uncmn_type
koaza_uncmn_code alias_oaza alias_oaza_kana alias_oaza_roma alias_koaza alias_koaza_kana
alias_koaza_roma pref county city ward chome_number
"""
_UNREAD = frozenset(_UNREAD_COLUMNS.split())
_NAMES: Final[dict[str, tuple[str, ...]]] = {
    "lg_code": ("lg_code",),
    "machiaza_id": ("machiaza_id", "town_id"),
    "oaza_cho": ("oaza_cho", "oaza_town_name"),
    "chome": ("chome", "chome_name"),
    "koaza": ("koaza", "koaza_name"),
    "ablt_date": ("ablt_date",),
}
_NUMBERS = {"blk_id": ("blk_id",), "blk_num": ("blk_num",)}
_HOUSE_NUMBERS = {
    **_NUMBERS,
    "rsdt_id": ("rsdt_id", "addr_id"),
    "rsdt2_id": ("rsdt2_id", "addr2_id"),
    "rsdt_num": ("rsdt_num",),
    "rsdt_num2": ("rsdt_num2",),
}
_MUST = ("lg_code", "machiaza_id", "oaza_cho", "ablt_date")
LAYOUTS: Final = (
    Layout(
        NAME,
        TOWN,
        _NAMES
        | {
            "kana": ("oaza_cho_kana", "oaza_town_name_kana"),
            "koaza_kind": ("koaza_aka_code", "koaza_alias_code"),
            "address_flag": ("rsdt_addr_flg",),
        },
        required=(*_MUST, "kana"),
        known=_UNREAD,
        optional=frozenset({"koaza_kind", "address_flag"}),
    ),
    Layout(NAME, BLOCK, _NAMES | _NUMBERS, required=(*_MUST, "blk_num"), known=_UNREAD),
    Layout(
        NAME,
        HOUSE,
        _NAMES | _HOUSE_NUMBERS,
        required=(*_MUST, "blk_num", "rsdt_num"),
        known=_UNREAD,
        optional=frozenset({"rsdt2_id", "rsdt_num2"}),
    ),
)
_STREET_NAME = "2"  # koaza_aka_code of 京都の通り名, which are no units
_KANJI = "〇一二三四五六七八九"
_HALF = str.maketrans("０１２３４５６７８９", "0123456789")


def chome_name(text: str) -> str:
    """Return a 丁目 as towns are published: １２丁目 → 十二丁目; other text stays."""
    plain = text.translate(_HALF)
    if not plain.endswith("丁目") or not plain[:-2].isdecimal():
        return text
    number = int(plain[:-2][:9])
    if not 0 < number < 100:
        return text
    tens, units = divmod(number, 10)
    ten = "" if not tens else "十" if tens == 1 else _KANJI[tens] + "十"
    return f"{ten}{_KANJI[units] if units else ''}丁目"


class RegistryRows:
    """Rows of a table of the registry by municipality.

    The edition has the municipalities, and the day at which abolished places are gone.
    """

    def __init__(self, table: StreamedTable, edition: Edition) -> None:
        self.part = PARTS[table.layout.variant]
        self._table = table
        self._edition = edition
        self._codes: dict[str, str] = {}

    def municipality(self, cells: list[str]) -> str:
        """Return the code of the municipality a row belongs to, empty when it is unknown."""
        text = self._cell(cells, "lg_code")
        if text not in self._codes:
            self._codes[text] = self._edition.municipalities.by_code(text)[0]
        return self._codes[text]

    def unknown(self, line: int, cells: list[str]) -> Issue:
        """Return the issue of a row in no known municipality."""
        message = "expected the 6-digit code of a municipality (全国地方公共団体コード)"
        value = cells[self._table.positions["lg_code"]]
        return Issue(line, "lg_code", "unknown_municipality", ERROR, value, message)

    def _cell(self, cells: list[str], name: str) -> str:
        at = self._table.positions.get(name, -1)
        return cells[at].strip() if at >= 0 else ""

    def _registry_id(self, cells: list[str]) -> str:
        """Return what joins a master's row with its position: the ids below the municipality."""
        return "-".join(self._cell(cells, name) for name in _IDS[self._table.layout.variant])


class RegistryReader(RegistryRows):
    """Reads the rows of a master table, with one of `LAYOUTS`, to places."""

    def __init__(self, table: StreamedTable, edition: Edition) -> None:
        super().__init__(table, edition)
        self._level = table.layout.variant
        self._chome: dict[str, str] = {}

    def read(self, line: int, cells: list[str], code: str) -> Place | Issue | None:
        """Return a row's place; None for what is abolished or no unit."""
        gone = self._cell(cells, "ablt_date")
        if gone and gone <= self._edition.in_force_on:
            return None
        if self._cell(cells, "koaza_kind") == _STREET_NAME:
            return None
        chome = self._cell(cells, "chome")
        if chome not in self._chome:
            self._chome[chome] = chome_name(chome)
        town = self._cell(cells, "oaza_cho") + self._chome[chome]
        koaza = self._cell(cells, "koaza")
        block, house = self._cell(cells, "blk_num"), ""
        if self._level == HOUSE:
            numbers = (self._cell(cells, "rsdt_num"), self._cell(cells, "rsdt_num2"))
            house = "-".join(numbers) if numbers[1] else numbers[0]
        if not town and not koaza:
            return None  # 町字なし: the municipality as a whole
        if (self._level != TOWN and not block) or (self._level == HOUSE and not house):
            message = "the row has no number"
            return Issue(line, "blk_num", "no_block", ERROR, town, message)
        info = self._edition.municipalities.reference.municipalities[code]
        return Place(
            code,
            info.prefecture,
            info.name,
            town,
            None,
            None,
            koaza,
            block,
            house,
            self._cell(cells, "kana") if not koaza else "",
            self._registry_id(cells),
        )

    def repeated(self, _line: int, _place: Place) -> None:
        """Return no issue: towns with and without 住居表示 are listed twice by design."""


def extract(table: StreamedTable, edition: Edition) -> PlaceStream:
    """Return a master table, to be read while it is stored."""
    return PlaceStream(table=table, reader=RegistryReader(table, edition))


SOURCE: Final[Source[StreamedTable]] = Source(
    name=NAME,
    extract=extract,
    layouts=LAYOUTS,
    streamed=True,
    order=3,
    is_geography=True,
)

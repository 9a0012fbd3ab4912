"""What a file is taken for, and a mapping a person can fill in where that is not enough."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from geoportal.errors import InputRefusedError, NotFoundError
from geoportal.ingest.content import LAYOUTS, identify
from geoportal.ingest.files.archives import Member, open_members
from geoportal.ingest.files.header_rows import Header, find_header
from geoportal.ingest.files.layouts import Layout
from geoportal.ingest.files.map_files import is_json, is_map, read_layers
from geoportal.ingest.files.mapping import MAP_FIELDS, MAP_SOURCE
from geoportal.ingest.files.recognition import likely_header, nearest_layouts
from geoportal.ingest.files.report import shorten
from geoportal.ingest.files.sheets import read_sheets
from geoportal.ingest.files.tables import Sheet

_SHOWN_ROWS: Final = 3
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
"""Characters that no comment of TOML may hold."""
_NEAREST: Final = 3
_FIXED: Final = ("service", "kind", "municipality", "prefecture", "level")
"""Fields that are often the same for a whole list."""


@dataclass(frozen=True, slots=True)
class FileDescription:
    """One file, or one member of an archive.

    Attributes
    ----------
    file : str
    source : str
        What it is taken for, empty when nothing fits.
    problem : str
        Why it is not taken, empty when it is.
    header_line : int
        Line of its column names, 0 for a map file.
    columns : list of str
        Its column names or properties, as published.
    fields : dict of str to str
        Column by field of the source it is taken for, or of the nearest.
    stated : dict of str to str
        Fields that its title says for all rows.
    needed, optional : list of str
        Fields of that source without a column: those it cannot do without, and the others.
    nearest : list of str
        Sources by likeness.
    rows : list of list of str
        The first rows below the header.
    """

    file: str
    source: str = ""
    problem: str = ""
    header_line: int = 0
    columns: list[str] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    stated: dict[str, str] = field(default_factory=dict)
    needed: list[str] = field(default_factory=list)
    optional: list[str] = field(default_factory=list)
    nearest: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)

    @property
    def mapping(self) -> str:
        """A mapping (TOML) with what was recognised filled in, and the rest left empty."""
        return "\n".join(_mapping(self)) + "\n"

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {**asdict(self), "mapping": self.mapping}


def describe_file(path: Path, crs: str = "") -> list[FileDescription]:
    """Describe a file or the members of an archive; nothing is stored.

    Raises
    ------
    NotFoundError
        When there is no such file.
    UnreadableSourceError
        When it cannot be opened.
    """
    if not path.is_file():
        raise NotFoundError(f"{path}: there is no such file")
    return [_describe(member, crs) for member in open_members(path)]


def _describe(member: Member, crs: str) -> FileDescription:
    source = problem = ""
    try:
        source = ", ".join(content.source.name for content in identify(member, crs))
    except InputRefusedError as error:
        problem = str(error)
    try:
        if is_map(member) or is_json(member.data):
            return _describe_map(member, crs, source, problem)
        return _describe_table(member.name, read_sheets(member), source, problem)
    except InputRefusedError:
        return FileDescription(member.name, source, problem)


def _describe_map(member: Member, crs: str, source: str, problem: str) -> FileDescription:
    features = [feature for layer in read_layers(member, crs) for feature in layer.features]
    columns = list(dict.fromkeys(key for feature in features for key in feature.properties))
    rows = [
        [shorten(str(feature.properties.get(column, ""))) for column in columns]
        for feature in features[:_SHOWN_ROWS]
    ]
    known: dict[str, str] = {name: name for name in MAP_FIELDS if name in columns}
    return FileDescription(
        member.name,
        source,
        problem,
        columns=columns,
        fields=known,
        needed=[name for name in ("name", "level") if name not in known],
        optional=[name for name in ("code", "municipality_code") if name not in known],
        nearest=[MAP_SOURCE],
        rows=rows,
    )


def _describe_table(
    name: str, sheets: Sequence[Sheet], source: str, problem: str
) -> FileDescription:
    fits = ((sheet, find_header(sheet, LAYOUTS)) for sheet in sheets)
    sheet, fit = next(((sheet, fit) for sheet, fit in fits if fit), (sheets[0], None))
    header = fit.header if fit else likely_header(sheets, LAYOUTS)
    if fit is None:
        sheet = next(one for one in sheets if _has(one, header))
    nearest = nearest_layouts(header, LAYOUTS)[:_NEAREST]
    layout = fit.layout if fit else (_told_by_rows(sheet, header) or nearest[0])
    positions = fit.positions if fit else layout.matches(header.folded)
    stated = dict(fit.given) if fit else {}
    lacking = [key for key in layout.columns if key not in positions and key not in stated]
    return FileDescription(
        name,
        source,
        problem,
        header.line,
        [column for column in header.names if column],
        {key: header.names[place] for key, place in positions.items()},
        stated,
        [key for key in lacking if key in layout.required],
        [key for key in lacking if key not in layout.required],
        [one.source for one in (layout, *(near for near in nearest if near is not layout))],
        [_row(cells, header) for cells in _cells_below(sheet, header)],
    )


def _told_by_rows(sheet: Sheet, header: Header) -> Layout | None:
    """Return the layout whose kinds or services the cells name most often, None for none."""
    cells = {cell for row in _cells_below(sheet, header) for cell in row if cell.strip()}
    told = [
        (sum(test(cell) for test in layout.telling.values() for cell in cells), layout)
        for layout in LAYOUTS
    ]
    count, best = max(told, key=lambda told_by: (told_by[0], -len(told_by[1].columns)))
    return best if count else None


def _has(sheet: Sheet, header: Header) -> bool:
    rows = sheet.rows[header.last : header.last + 1]
    return any(row.line == header.line for row in rows)


def _cells_below(sheet: Sheet, header: Header) -> Iterator[tuple[str, ...]]:
    yield from (row.cells for row in sheet.rows[header.last + 1 : header.last + 1 + _SHOWN_ROWS])


def _row(cells: Sequence[str], header: Header) -> list[str]:
    return [shorten(cell.strip()) for cell, name in zip(cells, header.names, strict=False) if name]


def _comments(description: FileDescription) -> Iterator[str]:
    yield f"# {description.file}"
    if description.source:
        yield f"# 読み取れます: {description.source}（このままで取り込めます）"
    for line in description.problem.split("\n") if description.problem else ():
        yield f"# 読み取れません: {line}"
    yield f"# 列（{description.header_line} 行目）: {' | '.join(map(shorten, description.columns))}"
    for row in description.rows:
        yield f"# 例: {' | '.join(row)}"
    yield "# 使い方: geoportal import FILE --map この書類.toml"


def _mapping(description: FileDescription) -> Iterator[str]:
    layout = _layout(description)
    yield from (_CONTROL.sub(" ", line) for line in _comments(description))
    yield ""
    yield f"source = {_quoted(description.nearest[0] if description.nearest else '')}"
    yield f"# 近いもの: {', '.join(description.nearest)}"
    if description.nearest == [MAP_SOURCE]:
        yield 'crs = ""  # 経緯度でないとき EPSG:6670 など'
    yield ""
    yield "[columns]  # 項目 = ファイルの列名。空のままなら使いません"
    for key, column in description.fields.items():
        yield f"{key} = {_quoted(column)}{_official(layout, key)}"
    for key in description.needed:
        yield f'{key} = ""{_official(layout, key) or "  #"} 必要（列がなければ下の [fixed] に）'
    for key in description.optional:
        yield f'# {key} = ""{_official(layout, key)}'
    yield ""
    yield "[fixed]  # すべての行で同じもの。列より優先します"
    for key, text in description.stated.items():
        yield f"{key} = {_quoted(text)}{_official(layout, key)}"
    for key in (*description.needed, *description.optional):
        if key in _FIXED:
            yield f'{key} = ""{_official(layout, key)}'


def _layout(description: FileDescription) -> Layout | None:
    source = description.nearest[0] if description.nearest else ""
    return next((layout for layout in LAYOUTS if layout.source == source), None)


def _official(layout: Layout | None, key: str) -> str:
    return f"  # {layout.official(key)}" if layout and key in layout.columns else ""


def _quoted(text: str) -> str:
    return json.dumps(" ".join(text.split("\n")), ensure_ascii=False)

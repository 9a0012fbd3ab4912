"""Census population by half mesh (e-Stat T001101): totals, the old, those who live alone.

Two header rows: codes, then labels. ``*`` is a suppressed figure (秘匿), merged into the cell
HTKSAKI, which names what was merged into it (GASSAN). ``HTKSYORI``: 0 as counted, 1 with others
merged in, 2 suppressed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from geoportal.geo.mesh import is_half_mesh
from geoportal.ingest.files.layouts import Layout, RecognisedTable, Record
from geoportal.ingest.files.report import INFO, WARNING, Issue
from geoportal.ingest.reading.edition import Edition
from geoportal.ingest.reading.extract import Extract
from geoportal.ingest.reading.rows import MOST_PEOPLE, read_whole
from geoportal.ingest.reading.source import Source
from geoportal.store.population import MeshCell, first_mesh

NAME: Final = "mesh-population"
CENSUS_DAY: Final = "2020-10-01"
"""Day of the census that table T001101 is from (令和2年国勢調査)."""

LAYOUT: Final = Layout(
    NAME,
    "",
    {
        "code": ("KEY_CODE",),
        "treatment": ("HTKSYORI",),
        "into": ("HTKSAKI",),
        "merged": ("GASSAN",),
        "pop": ("T001101001",),
        "pop65": ("T001101019",),
        "pop75": ("T001101022",),
        "pop85": ("T001101025",),
        "alone": ("T001101049",),
    },
    required=("code", "treatment", "into", "merged", "pop", "pop75"),
    patterns=(r"t001101\d{3}",),
)
_SUPPRESSED: Final = "*"
_AGES: Final = ("pop65", "pop75", "pop85", "alone")
_AMONG: Final = (("pop65", "pop75"), ("pop75", "pop85"), ("pop65", "alone"))
"""Groups of which the second is part of the first."""
_SEXES: Final = {
    "pop": ("t001101002", "t001101003"),
    "pop65": ("t001101020", "t001101021"),
    "pop75": ("t001101023", "t001101024"),
    "pop85": ("t001101026", "t001101027"),
}
"""Columns of men and women of each group."""
_STEP: Final = 20_000


@dataclass(slots=True, kw_only=True)
class MeshExtract(Extract):
    """Population of cells.

    Attributes
    ----------
    cells : dict of str to list of MeshCell
        By first-level mesh; each cell once.
    """

    cells: dict[str, list[MeshCell]] = field(default_factory=dict)


class _BadCellError(Exception):
    """A value that is neither a number nor suppressed."""

    def __init__(self, name: str, code: str, message: str) -> None:
        super().__init__(message)
        self.name = name
        self.code = code


def extract(table: RecognisedTable, edition: Edition) -> MeshExtract:
    """Read every row of a table with `LAYOUT`; the row of labels is no data and not counted."""
    extract = MeshExtract()
    seen: dict[int, int] = {}
    for number, record in enumerate(table.records):
        if number % _STEP == 0:
            edition.progress(NAME, number, len(table.records))
        if number == 0 and not record.get("code"):
            continue
        extract.rows_read += 1
        try:
            cell = _cell(record, seen)
        except _BadCellError as error:
            extract.add_issue(LAYOUT.issue(record, error.name, error.code, str(error)))
            continue
        extract.cells.setdefault(first_mesh(cell.code), []).append(cell)
    _check_receivers(extract)
    return extract


def _cell(record: Record, seen: dict[int, int]) -> MeshCell:
    code = _code(record, "code")
    if code in seen:
        message = f"the cell stands in line {seen[code]} already; the first is kept"
        raise _BadCellError("code", "duplicate_key", message)
    total = _people(record, "pop")
    if total is None:
        raise _BadCellError(
            "pop", "bad_number", "the total is published for every cell; it is missing"
        )
    ages = {name: _people(record, name) for name in _AGES}
    _check_sums(record, total, ages)
    suppressed = record.get("treatment") == "2"
    if not suppressed and ages["pop75"] is None:
        message = "the figure is suppressed, but the row does not say so (HTKSYORI is not 2)"
        raise _BadCellError("pop75", "inconsistent_suppression", message)
    into = _code(record, "into") if suppressed else None
    seen[code] = record.line
    return MeshCell(code, total, ages["pop65"], ages["pop75"], ages["pop85"], ages["alone"], into)


def _check_sums(record: Record, total: int, ages: dict[str, int | None]) -> None:
    """Refuse figures that contradict each other, as those of a row do that is shifted.

    Both sexes are the total, the older are among the old. The old of a cell with others merged
    into it may be more than its total, which stays its own.
    """
    apart = any(
        _differ(people, [record.further(heading) for heading in _SEXES[group]])
        for group, people in {"pop": total, **ages}.items()
        if group in _SEXES
    )
    pairs = [(ages[old], ages[older]) for old, older in _AMONG]
    pairs += [(total, ages["pop65"])] if record.get("treatment") == "0" else []
    if apart or any(a is not None and b is not None and a < b for a, b in pairs):
        message = (
            "the figures contradict each other (men and women, the old and the older): the row is "
            "shifted or damaged; get the file again"
        )
        raise _BadCellError("pop", "shifted_row", message)


def _differ(people: int | None, sexes: list[str]) -> bool:
    """Say whether men and women are not all people, or the cell of one of them is blank."""
    men, women = (read_whole(text, MOST_PEOPLE) for text in sexes)
    if any(sexes) and not all(sexes):
        return True
    return None not in (people, men, women) and (men or 0) + (women or 0) != people


def _code(record: Record, name: str) -> int:
    text = record.get(name).removesuffix(".0")
    if not is_half_mesh(text):
        message = "expected the nine digits of a half mesh (500 m); is this another mesh size?"
        raise _BadCellError(name, "bad_mesh_code", message)
    return int(text)


def _people(record: Record, name: str) -> int | None:
    text = record.get(name).replace(",", "").removesuffix(".0")
    if text == _SUPPRESSED or (not text and name == "alone"):
        return None
    people = read_whole(text, MOST_PEOPLE)
    if people is None:
        raise _BadCellError(name, "bad_number", "expected a whole number of people, or *")
    return people


def _check_receivers(extract: MeshExtract) -> None:
    """Warn of suppressed cells whose figures were merged into a cell that is not in the file."""
    cells = [cell for cells in extract.cells.values() for cell in cells]
    codes = {cell.code for cell in cells}
    receivers = [cell.merged_into for cell in cells if cell.merged_into is not None]
    lost = sum(code not in codes for code in receivers)
    if lost:
        message = (
            "cells were merged into cells that this file does not hold; import the neighbouring "
            "file too, otherwise their old people are missing"
        )
        extract.issues.append(
            Issue(1, LAYOUT.official("into"), "receiver_missing", WARNING, str(lost), message)
        )
    if receivers:
        message = "cells have suppressed ages; coverage spreads the merged figures by total"
        extract.issues.append(
            Issue(1, LAYOUT.official("treatment"), "suppressed", INFO, str(len(receivers)), message)
        )


SOURCE: Final[Source[RecognisedTable]] = Source(
    name=NAME,
    extract=extract,
    layouts=(LAYOUT,),
    content_date=lambda _table: CENSUS_DAY,
)

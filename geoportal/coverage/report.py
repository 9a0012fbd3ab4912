"""Report of a study: the study with the words, sources and dates that its files state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from geoportal.coverage.demand import MESH, TOWNS
from geoportal.coverage.study import Study
from geoportal.coverage.waters import across_waters
from geoportal.coverage.wording import (
    CELL_COUNTERS,
    DEMAND_NAMES,
    HEADLINE_RING,
    UNDECIDED,
    GapNames,
    back_up_text,
    caution_text,
    critical_text,
    gap_text,
    subject_text,
)
from geoportal.domain.dating import day_words, stated_date
from geoportal.domain.imported_file import ImportedFile
from geoportal.index.hierarchy import district_name
from geoportal.index.snapshot import Snapshot
from geoportal.store.reference import Reference
from geoportal.text.contact import clean_line

_MOST_NAMED = 5
_GEOGRAPHY = {
    MESH: ("boundary", "mesh-population", "age-population"),
    TOWNS: ("boundary", "towns", "town-population", "age-population"),
}
ROADS = "roads"
"""The map of roads among the sources."""


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A data set used.

    Attributes
    ----------
    name, label, attribution, licence : str
        As in the reference list.
    as_of : str
        Day of the newest edition used, see `geoportal.domain.dating`.
    """

    name: str
    label: str
    attribution: str
    licence: str
    as_of: str

    @property
    def cited(self) -> str:
        """How it is named under what is made from it."""
        return f"{self.attribution or self.label}（{day_words(self.as_of)}）"


@dataclass(frozen=True)
class CoverageReport:
    """A study with the words, sources and dates of its files.

    Attributes
    ----------
    study : Study
    subject : str
        What is asked about, in Japanese.
    kinds, needs : mapping of str to str
        Japanese labels.
    sources : tuple of SourceLine
        In the order of the reference list.
    as_of : str
        ISO date of the newest source of known date, empty when there is none: the date of
        everything written; never the clock.
    dataset_version : str
    fictional : bool
        True when facilities or people of the sample city are among those counted.
    supposed : str
        What is supposed in a what-if, empty for things as they are.
    gaps : tuple of str
        Sentences on sources that would tell who counts and are not held.
    waters : mapping of str to str
        Japanese names of waters.
    across : tuple of (str, float)
        Codes of waters, and people aged 75 and over whose nearest facility lies across, in a
        straight line; most people first.
    comparison : tuple of dict
        What changed against a baseline or a what-if; see `geoportal.coverage.baseline.compare`.
    """

    study: Study
    subject: str
    kinds: Mapping[str, str]
    needs: Mapping[str, str]
    sources: tuple[SourceLine, ...]
    as_of: str
    dataset_version: str
    fictional: bool
    supposed: str = ""
    gaps: tuple[str, ...] = ()
    across: tuple[tuple[str, float], ...] = ()
    comparison: tuple[Mapping[str, Any], ...] = ()
    waters: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """Title of every file, one line of visible letters: 小倉北区：訪問診療が届く範囲."""
        mark = "【架空のデータ】" if self.fictional else ""
        supposed = f"（{self.supposed}）" if self.supposed else ""
        return clean_line(f"{mark}{self.study.target.name}：{self.subject}が届く範囲{supposed}")

    @property
    def counted(self) -> str:
        """The unit of demand and the number of cells: 町丁目（…）33 か所."""
        cells = len(set(self.study.cells.keys.tolist()))
        unit = self.study.question.demand
        return f"{DEMAND_NAMES[unit]}{cells:,} {CELL_COUNTERS[unit]}"

    @property
    def critical_text(self) -> str:
        """The sentence on the most critical facilities (N-1); that they cannot be told."""
        study, ring = self.study, HEADLINE_RING
        if study.undecided:
            return f"どの施設がなくなると困るかは、{UNDECIDED}（資料が未取込）。"
        lost = study.n_minus_one.left_without[:, ring]
        worst = study.n_minus_one.critical(ring)[:_MOST_NAMED]
        named = [(study.supply.names[row], float(lost[row])) for row in worst]
        return critical_text(named, self.subject)

    @property
    def back_up_text(self) -> str:
        """The sentence on the partners of the only facilities; empty where no group is known."""
        study, ring = self.study, HEADLINE_RING
        if study.back_up is None or study.undecided:
            return ""
        people = study.back_up.people[:, ring]
        names = study.supply.names
        worst = sorted(study.back_up.partners, key=lambda row: (-people[row], row))[:_MOST_NAMED]
        named = [
            (names[row], [names[one] for one in study.back_up.partners[row]], float(people[row]))
            for row in worst
        ]
        alone = study.sure.access.counts[:, ring] == 1
        on_one = float(study.cells.need[alone].sum())
        return back_up_text(named, on_one, float(people.sum()))

    @property
    def caution(self) -> str:
        """Which sources and whose people are missing from the figures; empty when none are."""
        return "".join(self.gaps) + caution_text(self.study)

    @property
    def across_text(self) -> str:
        """Whose nearest facility lies across a water; empty for nobody."""
        named = [f"{self.waters[code]}（{people:,.0f} 人）" for code, people in self.across]
        if not named:
            return ""
        return (
            "注意：最も近い施設が、橋や道を回らないと行けない水の向こうにある 75歳以上："
            f"{'、'.join(named)}。距離は直線です。"
        )

    @property
    def newest_words(self) -> str:
        """Up to when the data reach, as far as their dates are known."""
        return f"資料は {self.as_of} まで" if self.as_of else "資料の時点は不明"

    @property
    def source_line(self) -> str:
        """Attribution and data version, printed under every map."""
        cited = "／".join(line.cited for line in self.sources)
        return f"{cited}　データの版 {self.dataset_version}"


def make_report(
    study: Study,
    snapshot: Snapshot,
    reference: Reference,
    editions: Iterable[ImportedFile],
    supposed: str = "",
) -> CoverageReport:
    """Return the report of a study; ``supposed`` says what a what-if supposes."""
    used = study.supply.sources
    wanted = {*used, *_GEOGRAPHY[study.question.demand], *((ROADS,) if study.roads else ())}
    newest: dict[str, str] = {}
    for edition in editions:
        if edition.source in wanted:
            newest[edition.source] = max(newest.get(edition.source, ""), edition.as_of)
    for source, as_of in used.items():
        newest.setdefault(source, as_of)
    sources = tuple(
        SourceLine(name, info.label_ja, info.attribution, info.licence, newest[name])
        for name, info in reference.sources.items()
        if name in newest
    )
    kinds = {kind: info.short_ja for kind, info in reference.kinds.items()}
    needs = {term.code: term.label_ja for term in reference.vocabulary}
    return CoverageReport(
        study=study,
        subject=subject_text(study.question, kinds, needs),
        kinds=kinds,
        needs=needs,
        sources=sources,
        as_of=max((stated_date(line.as_of) or "" for line in sources), default=""),
        dataset_version=snapshot.version,
        fictional="sample" in {*used, *(edition.source for edition in study.editions)},
        supposed=supposed,
        across=() if study.undecided else across_waters(study, snapshot),
        waters={one.water: reference.label("water", one.water, "ja") for one in reference.waters},
        gaps=tuple(
            gap_text(
                line,
                GapNames(
                    area=district_name(reference, snapshot.districts, line.area),
                    kinds=[kinds[kind] for kind in line.kinds],
                    publisher=reference.publisher(line.source, line.area).name,
                ),
            )
            for line in study.completeness
            if line.is_gap
        ),
    )

"""Reference lists shipped as CSV.

Files and columns: ``data/reference/README.md``.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import shapely

from geoportal.domain.completeness import Publisher, SourceScope
from geoportal.domain.consultation import ReadingRule, Role
from geoportal.domain.filing import FilingRule
from geoportal.domain.place import DoubledTown, Municipality, MunicipalityChange, PlaceReadings
from geoportal.domain.plausibility import PlausibilityRule
from geoportal.domain.provenance import SourceInfo
from geoportal.domain.station import RailOperator
from geoportal.domain.vocabulary import Implication, Term, TermGroup, Vocabulary
from geoportal.domain.water import Water

_READING = re.compile("(.+)《(.+)》")


@dataclass(frozen=True, slots=True)
class KindInfo:
    """A facility kind: what it is called, how it is marked and offered.

    Attributes
    ----------
    kind : str
        One of `geoportal.domain.facility.KINDS`.
    label_ja, label_en, short_ja : str
        Labels the API publishes.
    glyph : str
        One or two characters on the marker.
    term : str
        Term of the vocabulary for the kind; empty when there is none.
    group : str
        Group under which pages offer it.
    shape : str
        Shape of the marker: tells the group without colour.
    team_extra : bool
        Whether it can be asked into a team besides the roles of the ready-made ones.
    schema_org : str
        Type of schema.org for search engines.
    offered : bool
        Whether pages offer it as a filter of facilities; liaison centres are held as centres, not
        as facilities, so that none would ever match.
    """

    kind: str
    label_ja: str
    label_en: str
    short_ja: str
    glyph: str
    term: str
    group: str
    shape: str
    team_extra: bool
    schema_org: str
    offered: bool


@dataclass(frozen=True, slots=True)
class WayIn:
    """A consultation topic (相談項目) as a way into the search.

    Attributes
    ----------
    way : str
        Its name.
    kinds, needs : tuple of str
        The search it leads to.
    page : str
        The page it leads to; ``start`` is the search.
    """

    way: str
    kinds: tuple[str, ...]
    needs: tuple[str, ...]
    page: str


@dataclass(frozen=True, slots=True)
class CoverageQuestion:
    """A ready-made question about coverage; ``time`` is ``any`` or ``night``."""

    question: str
    kinds: tuple[str, ...]
    needs: tuple[str, ...]
    time: str


@dataclass(frozen=True)
class Reference:
    """The shipped reference lists, read when first asked for.

    The directory is ``data/reference``.
    """

    directory: Path = field(repr=False)

    @cached_property
    def labels(self) -> dict[tuple[str, str], dict[str, str]]:
        """Labels by list and code, then by language; readings as ``漢字《かんじ》``."""
        labels: dict[tuple[str, str], dict[str, str]] = {}
        for row in self._rows("labels.csv"):
            labels.setdefault((row["list"], row["code"]), {})[row["language"]] = row["label"]
        return labels

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """Needs and facts with labels and synonyms."""
        terms = [
            Term(
                code=row["code"],
                label_ja=self.label("need", row["code"], "ja"),
                label_en=self.label("need", row["code"], "en"),
                group=row["group"],
                kinds=_list(row["kinds"]),
                evidence=row["evidence"],
                synonyms=_list(row["synonyms"]),
                valid_from=row["valid_from"],
                valid_to=row["valid_to"],
                need=self.groups[row["group"]].need,
                offered=row["offered"] != "no",
                rarity=int(row["rarity"] or 0),
                visit_kinds=_list(row["visit_kinds"]),
                night_kinds=_list(row["night_kinds"]),
                acceptance=row["acceptance"],
                plausibility=_list(row["plausibility"]),
            )
            for row in self._rows("vocabulary.csv")
        ]
        return Vocabulary(
            terms,
            (Implication(**row) for row in self._rows("need_implications.csv")),
            self.plausibility_rules,
        )

    @cached_property
    def plausibility_rules(self) -> tuple[PlausibilityRule, ...]:
        """What public facts suggest of needs nothing is known of, in the order they are tried."""
        return tuple(
            PlausibilityRule(
                rule=row["rule"],
                subject=row["subject"],
                kinds=frozenset(_list(row["kinds"])),
                fact=row["fact"],
                values=_list(unicodedata.normalize("NFKC", row["values"])),
                level=int(row["level"]),
                unless=_list(unicodedata.normalize("NFKC", row["unless"])),
                source=row["source"],
            )
            for row in self._rows("plausibility.csv")
        )

    @cached_property
    def groups(self) -> dict[str, TermGroup]:
        """Groups of the vocabulary by code, in the published order."""
        return {
            row["group"]: TermGroup(
                code=row["group"],
                label_ja=self.label("group", row["group"], "ja"),
                label_en=self.label("group", row["group"], "en"),
                need=row["need"] == "yes",
                offered=int(row["offered"] or 0),
            )
            for row in self._rows("vocabulary_groups.csv")
        }

    @cached_property
    def kinds(self) -> dict[str, KindInfo]:
        """Facility kinds, in the published order."""
        return {
            row["kind"]: KindInfo(
                kind=row["kind"],
                label_ja=self.label("kind", row["kind"], "ja"),
                label_en=self.label("kind", row["kind"], "en"),
                short_ja=self.label("kind-short", row["kind"], "ja"),
                glyph=row["glyph"],
                term=row["term"],
                group=row["group"],
                shape=row["shape"] or self.kind_groups[row["group"]],
                team_extra=row["team_extra"] == "yes",
                schema_org=row["schema_org"],
                offered=row["offered"] != "no",
            )
            for row in self._rows("kinds.csv")
        }

    @cached_property
    def kind_groups(self) -> dict[str, str]:
        """Marker shape of each group of kinds, in the order pages offer them."""
        return {row["group"]: row["shape"] for row in self._rows("kind_groups.csv")}

    @cached_property
    def ways_in(self) -> tuple[WayIn, ...]:
        """Consultation topics as ways into the search."""
        return tuple(
            WayIn(row["way"], _list(row["kinds"]), _list(row["needs"]), row["page"])
            for row in self._rows("ways_in.csv")
        )

    @cached_property
    def coverage_questions(self) -> dict[str, CoverageQuestion]:
        """Ready-made questions about coverage by name, the first one being the default."""
        return {
            row["question"]: CoverageQuestion(
                row["question"], _list(row["kinds"]), _list(row["needs"]), row["time"]
            )
            for row in self._rows("coverage_questions.csv")
        }

    @cached_property
    def sources(self) -> dict[str, SourceInfo]:
        """Known data sets by source name."""
        return {
            row["name"]: SourceInfo(
                **{key: value for key, value in row.items() if key != "cadence_days"},
                label_ja=self.label("source", row["name"], "ja"),
                label_en=self.label("source", row["name"], "en"),
                cadence_days=int(row["cadence_days"] or 0),
            )
            for row in self._rows("sources.csv")
        }

    @cached_property
    def source_scopes(self) -> tuple[SourceScope, ...]:
        """What sources tell of facility kinds, and the scopes they are published in."""
        return tuple(
            SourceScope(row["source"], _list(row["scope"]), _list(row["kinds"]), row["tells"])
            for row in self._rows("source_scopes.csv")
        )

    @cached_property
    def publishers(self) -> tuple[Publisher, ...]:
        """Who publishes a source for which prefectures, where it is not one for all."""
        return tuple(
            Publisher(
                row["source"],
                _list(row["prefectures"]),
                row["publisher"],
                row["page"],
                row["dataset"],
            )
            for row in self._rows("publishers.csv")
        )

    def publisher(self, source: str, area: str) -> Publisher:
        """Return who publishes a source for the prefecture of a district, and where."""
        info = self.sources[source]
        for publisher in self.publishers:
            if publisher.source == source and area[:2] in publisher.prefectures:
                return publisher
        return Publisher(source, (), info.publisher, info.page, info.dataset)

    @cached_property
    def waters(self) -> tuple[Water, ...]:
        """Straits, bays and seas around islands that a straight line may cross."""
        return tuple(
            Water(
                row["water"],
                shapely.LineString(
                    [tuple(map(float, point.split())) for point in _list(row["line"])]
                ),
            )
            for row in self._rows("waters.csv")
        )

    @cached_property
    def municipalities(self) -> dict[str, Municipality]:
        """Municipalities and wards of Japan by five-digit code."""
        return {row["code"]: Municipality(**row) for row in self._rows("municipalities.csv")}

    @cached_property
    def municipality_changes(self) -> tuple[MunicipalityChange, ...]:
        """Municipalities renamed, merged or divided since 2005, the latest first."""
        rows = self._rows("municipality_changes.csv")
        return tuple(MunicipalityChange(**row) for row in rows)

    @cached_property
    def doubled_towns(self) -> tuple[DoubledTown, ...]:
        """Towns that share their name with another of the same ward."""
        return tuple(
            DoubledTown(
                row["code"],
                row["town"],
                row["postal_code"],
                _list(row["streets"]),
                float(row["lon"]) if row["lon"] else None,
                float(row["lat"]) if row["lat"] else None,
            )
            for row in self._rows("doubled_towns.csv")
        )

    @cached_property
    def readings(self) -> PlaceReadings:
        """Readings of areas and stations."""
        names = (
            (row["code"], _READING.fullmatch(row["ja-easy"])) for row in self._rows("readings.csv")
        )
        stations = {row["name"]: row["kana"] for row in self._rows("station_readings.csv")}
        return PlaceReadings({code: (name[1], name[2]) for code, name in names if name}, stations)

    @cached_property
    def equivalents(self) -> dict[str, tuple[str, ...]]:
        """For a code that changed, those of the same land before and after it: 22138 ↔ 22131."""
        pairs: dict[str, dict[str, None]] = {}
        for change in self.municipality_changes:
            if change.old_code and change.old_code != change.new_code:
                pairs.setdefault(change.old_code, {})[change.new_code] = None
                pairs.setdefault(change.new_code, {})[change.old_code] = None
        return {code: tuple(others) for code, others in pairs.items()}

    @cached_property
    def designated_cities(self) -> dict[str, str]:
        """Codes of the designated cities (政令指定都市), whose wards are municipalities here."""
        return {row["code"]: row["name"] for row in self._rows("designated_cities.csv")}

    @cached_property
    def rail_operators(self) -> dict[str, RailOperator]:
        """What railway companies are called, by the name 国土数値情報 gives them."""
        return {
            row["company"]: RailOperator(row["company"], row["short"], _list(row["names"]))
            for row in self._rows("rail_operators.csv")
        }

    @cached_property
    def filing_rules(self) -> dict[tuple[str, str], tuple[FilingRule, ...]]:
        """What filings say, by 点数表 and symbol (NFKC)."""
        rules: dict[tuple[str, str], tuple[FilingRule, ...]] = {}
        for row in self._rows("filing_rules.csv"):
            rule = FilingRule(**row)
            key = (rule.table, unicodedata.normalize("NFKC", rule.symbol))
            rules[key] = (*rules.get(key, ()), rule)
        return rules

    @cached_property
    def reading_rules(self) -> tuple[ReadingRule, ...]:
        """Rules by which a consultation note is read, in the order they are tried."""
        return tuple(
            ReadingRule(
                rule=row["rule"],
                effect=row["effect"],
                value=row["value"],
                pattern=row["pattern"],
                kinds=_list(row["kinds"]),
                needs=_list(row["needs"]),
                prefer=_list(row["prefer"]),
                requires=row["requires"],
                note_ja=row["note_ja"],
            )
            for row in self._rows("interpret_rules.csv")
        )

    @cached_property
    def teams(self) -> dict[str, tuple[Role, ...]]:
        """Ready-made teams by name, the first one being the default."""
        presets: dict[str, tuple[Role, ...]] = {}
        for row in self._rows("roles.csv"):
            code = f"{row['preset']}.{row['role']}"
            role = Role(
                role=row["role"],
                kinds=_list(row["kinds"]),
                needs=_list(row["needs"]),
                required=row["required"] == "yes",
                preset=row["preset"],
                label_ja=self.label("role", code, "ja"),
                label_en=self.label("role", code, "en"),
            )
            presets[row["preset"]] = (*presets.get(row["preset"], ()), role)
        return presets

    def label(self, list_name: str, code: str, language: str) -> str:
        """Return a label, the code itself when the list has none in the language."""
        return self.labels.get((list_name, code), {}).get(language, code)

    def _rows(self, name: str) -> Iterator[dict[str, str]]:
        with (self.directory / name).open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)


def _list(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split("|") if part)

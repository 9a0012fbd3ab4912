"""Reference lists shipped as CSV.

Files and columns: ``data/reference/README.md``.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from geoportal.domain.completeness import Publisher, SourceScope
from geoportal.domain.filing import FilingRule
from geoportal.domain.plausibility import PlausibilityRule
from geoportal.domain.provenance import SourceInfo
from geoportal.domain.vocabulary import Implication, Term, TermGroup, Vocabulary
from geoportal.store.reference_entries import CoverageQuestion, KindInfo, WayIn
from geoportal.store.reference_places import PlaceReference
from geoportal.store.reference_rows import values_of

if TYPE_CHECKING:
    from geoportal.domain.city import City
    from geoportal.domain.consultation import ReadingRule, Role


@dataclass(frozen=True)
class Reference(PlaceReference):
    """The shipped reference lists, those about places among them, read when first asked for."""

    @property
    def directories(self) -> tuple[Path, Path]:
        """Folders with all that the lists and the cities are read from."""
        return self.directory, self.cities_directory

    @property
    def cities_directory(self) -> Path:
        """The folders of cities, beside the lists."""
        return self.directory.parent / "cities"

    @cached_property
    def cities(self) -> dict[str, City]:
        """Cities with a folder of their own, by code."""
        from geoportal.store.cities import read_cities  # takes time to load

        return read_cities(self.cities_directory)

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
                kinds=values_of(row["kinds"]),
                evidence=row["evidence"],
                synonyms=values_of(row["synonyms"]),
                valid_from=row["valid_from"],
                valid_to=row["valid_to"],
                need=self.groups[row["group"]].need,
                offered=row["offered"] != "no",
                rarity=int(row["rarity"] or 0),
                visit_kinds=values_of(row["visit_kinds"]),
                night_kinds=values_of(row["night_kinds"]),
                acceptance=row["acceptance"],
                plausibility=values_of(row["plausibility"]),
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
                kinds=frozenset(values_of(row["kinds"])),
                fact=row["fact"],
                values=values_of(unicodedata.normalize("NFKC", row["values"])),
                level=int(row["level"]),
                unless=values_of(unicodedata.normalize("NFKC", row["unless"])),
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
            WayIn(row["way"], values_of(row["kinds"]), values_of(row["needs"]), row["page"])
            for row in self._rows("ways_in.csv")
        )

    @cached_property
    def coverage_questions(self) -> dict[str, CoverageQuestion]:
        """Ready-made questions about coverage by name, the first one being the default."""
        return {
            row["question"]: CoverageQuestion(
                row["question"], values_of(row["kinds"]), values_of(row["needs"]), row["time"]
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
            SourceScope(
                row["source"], values_of(row["scope"]), values_of(row["kinds"]), row["tells"]
            )
            for row in self._rows("source_scopes.csv")
        )

    @cached_property
    def publishers(self) -> tuple[Publisher, ...]:
        """Who publishes a source for which prefectures, where it is not one for all."""
        return tuple(
            Publisher(
                row["source"],
                values_of(row["prefectures"]),
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
        from geoportal.domain.consultation import ReadingRule  # takes time to load

        return tuple(
            ReadingRule(
                rule=row["rule"],
                effect=row["effect"],
                value=row["value"],
                pattern=row["pattern"],
                kinds=values_of(row["kinds"]),
                needs=values_of(row["needs"]),
                prefer=values_of(row["prefer"]),
                requires=row["requires"],
                note_ja=row["note_ja"],
            )
            for row in self._rows("interpret_rules.csv")
        )

    @cached_property
    def teams(self) -> dict[str, tuple[Role, ...]]:
        """Ready-made teams by name, the first one being the default."""
        from geoportal.domain.consultation import Role  # takes time to load

        presets: dict[str, tuple[Role, ...]] = {}
        for row in self._rows("roles.csv"):
            code = f"{row['preset']}.{row['role']}"
            role = Role(
                role=row["role"],
                kinds=values_of(row["kinds"]),
                needs=values_of(row["needs"]),
                required=row["required"] == "yes",
                preset=row["preset"],
                label_ja=self.label("role", code, "ja"),
                label_en=self.label("role", code, "en"),
            )
            presets[row["preset"]] = (*presets.get(row["preset"], ()), role)
        return presets

    def read_all(self) -> None:
        """Read all lists at once: processes that are forked afterwards share them."""
        for each in type(self).__mro__:
            for name, member in vars(each).items():
                if isinstance(member, cached_property):
                    getattr(self, name)

    def label(self, list_name: str, code: str, language: str) -> str:
        """Return a label, the code itself when the list has none in the language."""
        return self.labels.get((list_name, code), {}).get(language, code)

"""Reference lists.

Shipped as CSV: vocabulary, kinds, sources, municipalities. In the database: centres, editions.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import sqlalchemy as sa

from geoportal.domain.centre import Centre
from geoportal.domain.consultation import ReadingRule, Role
from geoportal.domain.filing import FilingRule
from geoportal.domain.place import Municipality
from geoportal.domain.provenance import SourceInfo
from geoportal.domain.station import RailOperator
from geoportal.domain.vocabulary import Implication, Term, Vocabulary
from geoportal.store import documents
from geoportal.store.schema import centres, editions


@dataclass(frozen=True, slots=True)
class KindInfo:
    """How a facility kind is called and marked."""

    kind: str
    label_ja: str
    label_en: str
    short_ja: str
    glyph: str
    term: str


@dataclass(frozen=True)
class Reference:
    """The shipped reference lists, read when first asked for.

    Parameters
    ----------
    directory : Path
        ``data/reference``.
    """

    directory: Path = field(repr=False)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """Needs and facts with labels and synonyms."""
        terms = [
            Term(
                code=row["code"],
                label_ja=row["label_ja"],
                label_en=row["label_en"],
                group=row["group"],
                kinds=_list(row["kinds"]),
                evidence=row["evidence"],
                synonyms=_list(row["synonyms"]),
                valid_from=row["valid_from"],
                valid_to=row["valid_to"],
            )
            for row in self._rows("vocabulary.csv")
        ]
        return Vocabulary(
            terms, (Implication(**row) for row in self._rows("need_implications.csv"))
        )

    @cached_property
    def kinds(self) -> dict[str, KindInfo]:
        """Facility kinds, in the order of the contract."""
        return {row["kind"]: KindInfo(**row) for row in self._rows("kinds.csv")}

    @cached_property
    def sources(self) -> dict[str, SourceInfo]:
        """Known data sets by source name."""
        return {
            row["name"]: SourceInfo(
                **{key: value for key, value in row.items() if key != "cadence_days"},
                cadence_days=int(row["cadence_days"] or 0),
            )
            for row in self._rows("sources.csv")
        }

    @cached_property
    def municipalities(self) -> dict[str, Municipality]:
        """Municipalities and wards of Japan by five-digit code."""
        return {row["code"]: Municipality(**row) for row in self._rows("municipalities.csv")}

    @cached_property
    def designated_cities(self) -> dict[str, str]:
        """Codes of the designated cities (政令指定都市), whose wards are municipalities here."""
        return {row["code"]: row["name"] for row in self._rows("designated_cities.csv")}

    @cached_property
    def groups(self) -> dict[str, tuple[str, str]]:
        """Labels (ja, en) of the vocabulary's groups."""
        return {
            row["group"]: (row["label_ja"], row["label_en"])
            for row in self._rows("vocabulary_groups.csv")
        }

    @cached_property
    def evidence(self) -> dict[str, tuple[str, str, str]]:
        """Labels (ja, en) and the explanation of evidence classes."""
        return {
            row["evidence"]: (row["label_ja"], row["label_en"], row["explanation_ja"])
            for row in self._rows("evidence.csv")
        }

    @cached_property
    def rail_operators(self) -> dict[str, RailOperator]:
        """What railway companies are called, by the name 国土数値情報 gives them."""
        return {
            row["company"]: RailOperator(row["company"], row["short"], _list(row["names"]))
            for row in self._rows("rail_operators.csv")
        }

    @cached_property
    def filing_rules(self) -> dict[tuple[str, str], tuple[FilingRule, ...]]:
        """What filings say, by 点数表 and symbol."""
        rules: dict[tuple[str, str], tuple[FilingRule, ...]] = {}
        for row in self._rows("filing_rules.csv"):
            rule = FilingRule(**row)
            key = (rule.table, rule.symbol)
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
            role = Role(
                role=row["role"],
                kinds=_list(row["kinds"]),
                needs=_list(row["needs"]),
                required=row["required"] == "yes",
                label_ja=row["label_ja"],
                label_en=row["label_en"],
            )
            presets[row["preset"]] = (*presets.get(row["preset"], ()), role)
        return presets

    @cached_property
    def easy_labels(self) -> dict[tuple[str, str], str]:
        """Plain Japanese by list and code, readings as ``漢字《かんじ》``."""
        rows = self._rows("easy_labels.csv")
        return {(row["list"], row["code"]): row["label_easy"] for row in rows}

    def _rows(self, name: str) -> Iterator[dict[str, str]]:
        with (self.directory / name).open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)


def read_centres(connection: sa.Connection) -> list[Centre]:
    """Return the consultation centres, ordered by id."""
    query = sa.select(centres.c.document).order_by(centres.c.id)
    return [documents.load_centre(text) for text in connection.scalars(query)]


@dataclass(frozen=True, slots=True)
class Edition:
    """One imported file."""

    source: str
    file_name: str
    as_of: str
    imported_at: str
    rows_read: int
    accepted: int
    rejected: int
    issue_count: int


def read_editions(connection: sa.Connection) -> list[Edition]:
    """Return every imported file, newest edition first."""
    columns = [editions.c[name] for name in Edition.__dataclass_fields__]
    query = sa.select(*columns).order_by(editions.c.as_of.desc(), editions.c.id.desc())
    return [Edition(*row) for row in connection.execute(query)]


def _list(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split("|") if part)

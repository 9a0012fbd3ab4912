"""Mappings: what the columns of a file are called, written down by a person in a TOML file.

::

    source = "municipal-care"

    [columns]
    name = "法人・事業所"      # field = "column in the file"

    [fixed]
    service = "訪問看護"       # the same for every row
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from geoportal.errors import InputRefusedError, UsageError
from geoportal.ingest.files.header_rows import Fit, Header, heading_of, leading_headers
from geoportal.ingest.files.layouts import Layout, fold_header
from geoportal.ingest.files.map_files import MapLayer
from geoportal.ingest.files.tables import Sheet

MAP_SOURCE: Final = "boundary"
MAP_FIELDS: Final = ("name", "code", "level", "municipality_code")
"""Fields of the features of a map file: outlines and local districts."""
_KEYS: Final = frozenset({"source", "columns", "fixed", "crs"})
_AREA_FIELDS: Final = ("area", "code")
"""Where a layout has the code of the municipality."""


@dataclass(frozen=True)
class ColumnMapping:
    """What a person says of the columns of a file.

    Attributes
    ----------
    source : str
        What the file is read as.
    columns : Mapping[str, str]
        Column of the file by field of the layout.
    fixed : Mapping[str, str]
        Text by field, the same for every row.
    crs : str
        Reference system of a map file, empty when it is degrees or declared.
    """

    source: str
    columns: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    crs: str = ""

    def fit(self, name: str, sheet: Sheet, layouts: Sequence[Layout]) -> Fit | None:
        """Return the header of a sheet that has the columns, None when none has.

        Raises
        ------
        InputRefusedError
            When the layout needs more than the mapping and the header give.
        """
        candidates = [layout for layout in layouts if layout.source == self.source]
        header = next((one for one in leading_headers(sheet) if self._fits(one)), None)
        if header is None or not candidates:
            return None
        return max((self._applied(name, sheet, header, one) for one in candidates), key=_reads)

    def _fits(self, header: Header) -> bool:
        wanted = {fold_header(column) for column in self.columns.values()}
        return wanted <= set(header.folded) and any(header.folded)

    def _applied(self, name: str, sheet: Sheet, header: Header, layout: Layout) -> Fit:
        fixed = {_field(layout, key, text): text for key, text in self.fixed.items()}
        unknown = [key for key in (*self.columns, *fixed) if key not in layout.columns]
        if unknown:
            raise UsageError(
                f"the mapping names {', '.join(unknown)}, which {self.source} has not; its fields "
                f"are {', '.join(layout.columns)}",
                "map",
            )
        positions = layout.matches(header.folded)
        for key, column in self.columns.items():
            positions[key] = header.folded.index(fold_header(column))
        positions = {key: place for key, place in positions.items() if key not in fixed}
        given = {**layout.states(heading_of(sheet, header), positions), **fixed}
        missing = [key for key in layout.required if key not in positions and key not in given]
        if missing:
            raise InputRefusedError(
                f"{name}: {self.source} needs {', '.join(missing)} besides; name the columns under "
                "[columns] of the mapping, or the text for all rows under [fixed]"
            )
        return Fit(layout, header, positions, given)

    def rename(self, layer: MapLayer) -> MapLayer:
        """Return a layer whose properties are there under the names of our fields, too."""
        return replace(
            layer,
            features=tuple(
                replace(feature, properties=self._renamed(feature.properties))
                for feature in layer.features
            ),
        )

    def _renamed(self, properties: Mapping[str, Any]) -> dict[str, Any]:
        named = {key: properties[name] for key, name in self.columns.items() if name in properties}
        return {**properties, **named, **self.fixed}


def _reads(fit: Fit) -> int:
    return fit.rank[0]


def _field(layout: Layout, key: str, text: str) -> str:
    """Return the field a fixed text is for: a municipality may be given by code or by name."""
    if key == "municipality" and text.isdigit():
        return next((name for name in _AREA_FIELDS if name in layout.columns), key)
    return key


def read_mapping(path: Path, sources: Sequence[str]) -> ColumnMapping:
    """Read a mapping; texts that are left empty say nothing.

    Raises
    ------
    UsageError
        When it cannot be read, or names what there is not.
    """
    try:
        document = tomllib.loads(path.read_text("utf-8-sig"))
    except OSError:
        raise UsageError(f"{path}: the mapping cannot be read", "map") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: this is no TOML ({error}); see `describe`", "map") from None
    unknown = sorted(set(document) - _KEYS)
    if unknown:
        message = f"{path}: {', '.join(unknown)} is not known; a mapping has {', '.join(_KEYS)}"
        raise UsageError(message, "map")
    source = document.get("source", "")
    if source not in sources:
        raise UsageError(f"{path}: source must be one of {', '.join(sources)}", "map")
    columns, fixed = (_texts(path, document, part) for part in ("columns", "fixed"))
    if twice := sorted(set(columns) & set(fixed)):
        message = f"{path}: {', '.join(twice)} is both a column and fixed; leave one away"
        raise UsageError(message, "map")
    return ColumnMapping(source, columns, fixed, str(document.get("crs", "")))


def _texts(path: Path, document: Mapping[str, Any], part: str) -> dict[str, str]:
    values = document.get(part, {})
    if not isinstance(values, dict) or not all(isinstance(text, str) for text in values.values()):
        raise UsageError(f'{path}: [{part}] holds lines like name = "text"', "map")
    return {key: text for key, text in values.items() if text}

"""Targets of fuzzing: what reads text or files of strangers. Only `GeoportalError` may come out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from geoportal.address.mention import find_address
from geoportal.documents.ogc.filters import read_filter
from geoportal.domain.hours import stated_sessions
from geoportal.errors import GeoportalError
from geoportal.ingest.content import MAPPABLE
from geoportal.ingest.files.mapping import read_mapping
from geoportal.ingest.reading.opening_words import read_clock, read_day_words, spoken_hours
from geoportal.ingest.reading.rows import read_degrees, read_number
from geoportal.services.view import View
from geoportal.store.database import Database
from geoportal.text.closing_dates import closing_dates
from geoportal.text.contact import clean_phone, clean_postal_code, clean_text, clean_url
from geoportal.text.normalize import fold
from geoportal.text.romaji import sound_key, spell
from geoportal.text.wareki import find_date, parse_date
from geoportal.web.arrival import host_name
from tests.fuzz import inputs
from tests.unit.ingest.official import import_into


@dataclass(frozen=True)
class Ground:
    """What targets work on: a database for dry runs, a view for questions, a folder for files."""

    database: Database
    view: View
    folder: Path


@dataclass(frozen=True)
class Target:
    """A reader, and the inputs its mutations start from.

    Attributes
    ----------
    name : str
    read : callable
        Reads one input; lets out nothing but `GeoportalError`.
    seeds : callable
        Returns sound inputs.
    """

    name: str
    read: Callable[[Ground, bytes], object]
    seeds: Callable[[], list[bytes]]

    def run(self, ground: Ground, data: bytes) -> None:
        """Read an input; what it says to people is not looked at."""
        try:
            self.read(ground, data)
        except GeoportalError as error:
            assert str(error)  # noqa: PT017 - in a fuzzer there is no raises block


def _import(name: str) -> Callable[[Ground, bytes], object]:
    def read(ground: Ground, data: bytes) -> object:
        path = ground.folder / name
        path.write_bytes(data)
        report = import_into(ground.database, path, dry_run=True)
        for file in report.files:
            assert file.rows_read == file.accepted + file.rejected
            for issue in file.issues:
                assert str(issue.as_dict()).encode()  # no lone surrogate on its way to a screen
        return report

    return read


def _import_packed(name: str) -> Callable[[Ground, bytes], object]:
    read = _import(name)
    return lambda ground, data: read(ground, inputs.packed(data))


def _of_text(*readers: Callable[[Ground, str], object]) -> Callable[[Ground, bytes], object]:
    def read(ground: Ground, data: bytes) -> None:
        try:
            text = data.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError:
            text = data.decode("utf-8", "replace")
        for reader in readers:
            reader(ground, text[:3000])

    return read


def _mapping(ground: Ground, data: bytes) -> object:
    path = ground.folder / "mapping.toml"
    path.write_bytes(data)
    return read_mapping(path, MAPPABLE)


_ADDRESS = (
    lambda ground, text: ground.view.geocode(text),
    lambda ground, text: ground.view.suggest(text, 10),
    lambda ground, text: find_address(ground.view.geocoder, text),
)
_HOURS = (
    lambda _, text: spoken_hours(text, text, text),
    lambda _, text: (read_day_words(text), read_clock(text), closing_dates(text)),
    lambda _, text: stated_sessions(text, "consultation"),
)
_CELLS = (
    lambda _, text: (parse_date(text), find_date(text), fold(text), clean_text(text)),
    lambda _, text: (clean_phone(text), clean_postal_code(text), clean_url(text)),
    lambda _, text: (read_degrees(text), read_number(text), spell(text), sound_key(text)),
    lambda _, text: host_name(text),
)
_FILTERS = (
    lambda _, text: _refused(read_filter, text, "cql2-text"),
    lambda _, text: _refused(read_filter, text, "cql2-json"),
)


def _refused(read: Callable[[str, str], object], text: str, language: str) -> None:
    try:
        read(text, language)
    except GeoportalError:
        return


TARGETS = {
    target.name: target
    for target in (
        Target("csv", _import("a.csv"), inputs.tables),
        Target("map", _import("a.geojson"), inputs.maps),
        Target("binary", _import("a.zip"), inputs.binaries),
        Target(
            "workbook",
            _import_packed("a.xlsx"),
            lambda: [inputs.unpacked(inputs.workbook())],
        ),
        Target(
            "zip",
            _import_packed("a.zip"),
            lambda: [inputs.unpacked(data) for data in inputs.binaries() if data.startswith(b"PK")],
        ),
        Target("mapping", _mapping, inputs.sentences),
        Target("address", _of_text(*_ADDRESS), inputs.sentences),
        Target(
            "note", _of_text(lambda ground, text: ground.view.interpret(text)), inputs.sentences
        ),
        Target("hours", _of_text(*_HOURS), inputs.sentences),
        Target("cells", _of_text(*_CELLS), inputs.sentences),
        Target("filter", _of_text(*_FILTERS), inputs.sentences),
    )
}
"""By name."""

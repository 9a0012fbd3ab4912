"""Catalogue of the official files that can be downloaded for a city (``data/sources.toml``)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from pathlib import Path
from typing import Any

from geoportal.errors import NotFoundError, UsageError

_PLACEHOLDER = re.compile(r"\{(prefecture|mesh|city|each)\}")


@dataclass(frozen=True, slots=True)
class City:
    """A city that files are fetched for.

    Attributes
    ----------
    code : str
        Five digits.
    prefectures : tuple of str
        Two-digit codes: its own, and those within reach.
    meshes : tuple of str
        First-level grid codes (第1次メッシュ) that cover it; empty when not listed.
    """

    code: str
    prefectures: tuple[str, ...]
    meshes: tuple[str, ...] = ()

    def values(self, name: str) -> tuple[str, ...]:
        """Return the values of a placeholder."""
        return {
            "prefecture": self.prefectures,
            "mesh": self.meshes,
            "city": (self.code,),
        }.get(name, ())


@dataclass(frozen=True, slots=True)
class Dataset:
    """One kind of file.

    Attributes
    ----------
    name, source, publisher, licence, page, layout : str
        See ``data/sources.toml``.
    pattern : str
        Regular expression of whole file names, with placeholders.
    link : str
        Regular expression of the text of links, empty when file names tell.
    newest : bool
        Whether a page lists older editions too, told apart by the date in their names.
    addresses, file_names, each : tuple of str
        Templates of addresses, the names their files get, and what ``{each}`` stands for.
    prefectures : tuple of str
        Prefectures it is about; empty for all.
    sha256 : Mapping of str to str
        Known digests by file name.
    """

    name: str
    source: str
    publisher: str
    licence: str
    page: str
    pattern: str
    layout: str = ""
    link: str = ""
    newest: bool = False
    addresses: tuple[str, ...] = ()
    file_names: tuple[str, ...] = ()
    each: tuple[str, ...] = ()
    prefectures: tuple[str, ...] = ()
    sha256: Mapping[str, str] = field(default_factory=dict)

    def matches(self, file_name: str, city: City) -> bool:
        """Return whether a file of this name belongs to it."""
        return any(
            re.fullmatch(pattern, file_name) for pattern in self._expanded(self.pattern, city)
        )

    def located(self, city: City) -> list[tuple[str, str]]:
        """Return (file name, address) of the files whose addresses are known."""
        names = self.file_names or tuple("" for _ in self.addresses)
        return [
            (name or address.rsplit("/", 1)[-1], address)
            for template, name_template in zip(self.addresses, names, strict=True)
            for address, name in zip(
                self._expanded(template, city),
                self._expanded(name_template, city) if name_template else repeat(""),
                strict=False,
            )
        ]

    def concerns(self, city: City) -> bool:
        """Return whether it is about any prefecture of a city."""
        return not self.prefectures or bool(set(self.prefectures) & set(city.prefectures))

    def _expanded(self, template: str, city: City) -> Iterator[str]:
        match = _PLACEHOLDER.search(template)
        if match is None:
            yield template
            return
        name = match[1]
        for value in self.each if name == "each" else city.values(name):
            yield from self._expanded(template.replace(f"{{{name}}}", value), city)


@dataclass(frozen=True)
class Catalogue:
    """All data sets, and the cities whose surroundings are listed."""

    datasets: tuple[Dataset, ...]
    cities: Mapping[str, City]

    def city(self, code: str) -> City:
        """Return a city; one that is not listed has its own prefecture and nothing else.

        Raises
        ------
        UsageError
            When the code is none.
        """
        if not re.fullmatch(r"\d{5}", code) or not "01" <= code[:2] <= "47":
            raise UsageError("--city takes a code of five digits, for example 40100", "city")
        return self.cities.get(code) or City(code, (code[:2],))

    def chosen(self, names: Sequence[str]) -> tuple[Dataset, ...]:
        """Return the data sets of these names or sources; all when none is named.

        Raises
        ------
        NotFoundError
            When there is none of a name.
        """
        known = {dataset.name for dataset in self.datasets}
        known |= {dataset.source for dataset in self.datasets}
        for name in names:
            if name not in known:
                listed = ", ".join(dataset.name for dataset in self.datasets)
                raise NotFoundError(f"{name[:40]!r} is not in sources.toml; there are {listed}")
        wanted = set(names)
        return tuple(
            dataset
            for dataset in self.datasets
            if not wanted or {dataset.name, dataset.source} & wanted
        )


def read_catalogue(path: Path) -> Catalogue:
    """Read ``sources.toml``.

    Raises
    ------
    UsageError
        When it is not as it should be; the message says where.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        datasets = tuple(_dataset(entry) for entry in document.get("dataset", ()))
        cities = {
            code: City(code, tuple(entry["prefectures"]), tuple(entry.get("meshes", ())))
            for code, entry in document.get("cities", {}).items()
        }
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, re.error) as error:
        raise UsageError(f"{path.name} cannot be used: {error}") from error
    return Catalogue(datasets, cities)


def _dataset(entry: Mapping[str, Any]) -> Dataset:
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()
    }
    dataset = Dataset(**values)
    re.compile(_PLACEHOLDER.sub("0", dataset.pattern))
    re.compile(dataset.link)
    return dataset

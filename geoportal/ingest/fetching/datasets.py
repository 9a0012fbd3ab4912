"""Catalogue of the official files that can be downloaded for a city (``data/sources.toml``)."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import repeat
from pathlib import Path
from typing import Any

from geoportal.errors import NotFoundError, UsageError
from geoportal.store.cities import centre_lists
from geoportal.store.reference import Reference

_PLACEHOLDER = re.compile(r"\{(prefecture|prefecture_name|mesh|city|city_name|each)\}")
_NOTHING = "(?!)"
"""Matches no name: stands for what a city has none of."""
_NAMED = 8
"""Files that are missing are named up to so many."""


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
    names : tuple of str
        What it is called in file names: 熊本市, 熊本, kumamoto.
    prefecture_names : Mapping of str to tuple of str
        Likewise its prefectures, by code.
    shipped : frozenset of str
        Data sets that its folder of ``data/cities`` stands in for.
    """

    code: str
    prefectures: tuple[str, ...]
    meshes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    prefecture_names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    shipped: frozenset[str] = frozenset()

    def within(self, prefectures: tuple[str, ...]) -> City:
        """Return what of it lies in some prefectures; all for none named."""
        if not prefectures:
            return self
        return replace(self, prefectures=tuple(p for p in self.prefectures if p in prefectures))

    def parts(self, template: str) -> list[City]:
        """Return it in the parts that files of such a name are published by: each a file at least.

        The city's own names go with its own prefecture.
        """
        if "{prefecture" in template:
            names = (self.names if code == self.code[:2] else () for code in self.prefectures)
            own = zip(self.prefectures, names, strict=True)
            return [replace(self, prefectures=(code,), names=called) for code, called in own]
        if "{mesh}" in template:
            return [replace(self, meshes=(mesh,)) for mesh in self.meshes]
        return [self]

    def values(self, name: str) -> tuple[str, ...]:
        """Return the values of a placeholder."""
        return {
            "prefecture": self.prefectures,
            "mesh": self.meshes,
            "city": (self.code,),
            "city_name": self.names,
            "prefecture_name": tuple(
                name for code in self.prefectures for name in self.prefecture_names.get(code, ())
            ),
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
    example, published : str
        For people, in Japanese: a file's name as published, and how often it is. The name may have
        placeholders.
    link : str
        Regular expression of the text of links, empty when file names tell.
    newest : bool
        Whether a page lists older editions too, told apart by the date in their names.
    addresses, file_names : tuple of str
        Templates of addresses, and the names their files get.
    each : tuple of str
        What ``{each}`` stands for; each is in the name of a file without which it is not whole.
    obtain : str
        For people, in Japanese: how it is come by, where that is not from ``page``.
    prefectures : tuple of str
        Prefectures it is about; empty for all.
    optional : bool
        Whether not every city has it: nothing is said where it is missing.
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
    example: str = ""
    published: str = ""
    link: str = ""
    newest: bool = False
    addresses: tuple[str, ...] = ()
    file_names: tuple[str, ...] = ()
    each: tuple[str, ...] = ()
    obtain: str = ""
    prefectures: tuple[str, ...] = ()
    optional: bool = False
    sha256: Mapping[str, str] = field(default_factory=dict)

    def matches(self, file_name: str, city: City) -> bool:
        """Return whether a file of this name belongs to it."""
        name = unicodedata.normalize("NFC", file_name)
        own = city.within(self.prefectures)
        return any(
            re.fullmatch(pattern, name, re.IGNORECASE)
            for pattern in self._expanded(self.pattern, own, _NOTHING)
        )

    def takes(self, path: Path, city: City) -> bool:
        """Return whether a file of a folder belongs to it: by its name, or with its folder's."""
        names = (path.name, f"{path.parent.name}/{path.name}")
        return any(self.matches(name, city) for name in names)

    def located(self, city: City) -> list[tuple[str, str]]:
        """Return (file name, address) of the files whose addresses are known."""
        names = self.file_names or tuple("" for _ in self.addresses)
        city = city.within(self.prefectures)
        return [
            (name or address.rsplit("/", 1)[-1], address)
            for template, name_template in zip(self.addresses, names, strict=True)
            for address, name in zip(
                self._expanded(template, city),
                self._expanded(name_template, city) if name_template else repeat(""),
                strict=False,
            )
        ]

    def lacking(self, file_names: Sequence[str], city: City) -> list[str]:
        """Return what a city needs of it beside these files, as names for people.

        Empty where they are whole; else at least one text, which is empty where no name is known.
        """
        own = city.within(self.prefectures)
        there = [unicodedata.normalize("NFC", name).lower() for name in file_names]
        if not there:
            return [*dict.fromkeys(self._examples(own))] or [""]
        if self.each:
            wanted = [one for one in self.each if not any(one.lower() in name for name in there)]
            return [self.example.replace("{each}", one) for one in wanted]
        return [
            name
            for part in own.parts(self.pattern)
            if not any(self.matches(file, part) for file in file_names)
            for name in dict.fromkeys(self._examples(part))
        ]

    def wanted(self, names: Sequence[str]) -> str:
        """Return files that a city lacks, for people: 「ken_all.zip」（毎月末の版）."""
        named = "」「".join(names[:_NAMED])
        more = f"ほか {len(names) - _NAMED} 件" if len(names) > _NAMED else ""
        published = f"（{self.published}）" if self.published else ""
        return (f"「{named}」{more}" if named else "") + published

    def _examples(self, city: City) -> Iterator[str]:
        """Yield its file names with the city's own codes, names in kanji only."""
        for name in self._expanded(self.example, city) if self.example else ():
            if "_name}" not in self.example or not re.search(r"\b[a-z]{3,}の", name):
                yield name

    def concerns(self, city: City) -> bool:
        """Return whether it is about any prefecture of a city."""
        return not self.prefectures or bool(set(self.prefectures) & set(city.prefectures))

    def _expanded(self, template: str, city: City, nothing: str = "") -> Iterator[str]:
        """Yield a template with each value of its placeholders, ``nothing`` where it has none."""
        match = _PLACEHOLDER.search(template)
        if match is None:
            yield template
            return
        name = match[1]
        values = self.each if name == "each" else city.values(name)
        for value in values or ((nothing,) if nothing else ()):
            yield from self._expanded(template.replace(f"{{{name}}}", value), city, nothing)


@dataclass(frozen=True)
class Catalogue:
    """All data sets, and the lists that know the cities."""

    datasets: tuple[Dataset, ...]
    reference: Reference

    def city(self, code: str) -> City:
        """Return a city; one without a folder has its own prefecture and nothing else.

        Raises
        ------
        UsageError
            When the code is none.
        """
        if not re.fullmatch(r"\d{5}", code) or not "01" <= code[:2] <= "47":
            raise UsageError("--city takes a code of five digits, for example 40100", "city")
        known = self.reference.cities.get(code)
        prefectures = known.prefectures if known and known.prefectures else (code[:2],)
        return City(
            code,
            prefectures,
            known.meshes if known else (),
            tuple(self._names(code)),
            {prefecture: tuple(self._names(prefecture)) for prefecture in prefectures},
            frozenset(
                path.stem
                for path in centre_lists(self.reference.cities_directory)
                if path.parent.name == code
            ),
        )

    def _names(self, code: str) -> Iterator[str]:
        """Yield what a city or prefecture is called in file names, in kanji and in letters."""
        name, _ = self.reference.readings.areas.get(code, ("", ""))
        if name:
            yield name if name == "北海道" else name[:-1]
            yield re.sub("[^a-z]", "", self.reference.romanised[code].lower().partition(" ")[0])

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


def read_catalogue(path: Path, reference: Reference) -> Catalogue:
    """Read ``sources.toml``.

    Raises
    ------
    UsageError
        When it is not as it should be; the message says where.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        datasets = tuple(_dataset(entry) for entry in document.get("dataset", ()))
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, re.error) as error:
        raise UsageError(f"{path.name} cannot be used: {error}") from error
    return Catalogue(datasets, reference)


def _dataset(entry: Mapping[str, Any]) -> Dataset:
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()
    }
    dataset = Dataset(**values)
    re.compile(_PLACEHOLDER.sub("0", dataset.pattern))
    re.compile(dataset.link)
    return dataset

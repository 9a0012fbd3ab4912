"""Getting official files for a city: from their publishers, from a mirror, or from a folder."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import urllib.parse
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from geoportal.errors import GeoportalError, NotFoundError, UnreadableSourceError, UsageError
from geoportal.ingest.fetching.datasets import City, Dataset
from geoportal.ingest.fetching.download import Downloader
from geoportal.ingest.fetching.trust import Trust
from geoportal.ingest.reading.edition_dates import date_in_name
from geoportal.progress import Progress

_ENDINGS = re.compile(r"(\.(csv|txt|xlsx|geojson|zip|gz))+$", re.IGNORECASE)
_MADE_FROM = re.compile(r"(re[a-z]+|trimmed|excerpt)_|_(rebuilt|excerpt)", re.IGNORECASE)
"""What people add to the name of a file they made from a published one."""
_DATE = re.compile(r"\d{4}-\d{2}(-\d{2})?|\d{8}")
_TEXTS = frozenset({".md", ".toml", ".json", ".py", ".pdf"})
_UNSAFE = re.compile(r"[^\w.()+-]+")


@dataclass(frozen=True, slots=True)
class Fetched:
    """Outcome for one file.

    Attributes
    ----------
    dataset : str
    name : str
        File name; empty when none was found.
    status : str
        ``"fetched"``, ``"unchanged"`` (the same bytes were there), ``"missing"`` (no file of it
        there), ``"incomplete"`` (some of its files are not there) or ``"failed"``.
    path : Path or None
        Where it lies.
    sha256, message : str
        Digest; what went wrong.
    """

    dataset: str
    name: str
    status: str
    path: Path | None = None
    sha256: str = ""
    message: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "dataset": self.dataset,
            "file": self.name,
            "status": self.status,
            "path": str(self.path) if self.path else None,
            "sha256": self.sha256,
            "message": self.message,
        }


def publishers_trust(dataset: Dataset) -> Trust:
    """Return where the files of a data set may come from: its publisher's page, known addresses."""
    return Trust.of_publisher([dataset.page, *dataset.addresses])


@dataclass
class Fetcher:
    """Gets the files of data sets into a folder, a sub-folder for each.

    Files are kept in ``directory`` between calls; one that the publisher has not changed is not
    downloaded again. ``progress`` is called with the file's name, the bytes so far and in all.
    ``trusted`` says where a data set's files may come from (tests allow a server of their own).
    """

    directory: Path
    downloader: Downloader = field(default_factory=Downloader)
    progress: Progress = lambda _label, _done, _total: None
    trusted: Callable[[Dataset], Trust] = publishers_trust

    def fetch(
        self, datasets: Sequence[Dataset], city: City, origin: str | Sequence[str] = ""
    ) -> list[Fetched]:
        """Get every file of these data sets; one that fails does not hold up the others.

        ``origin`` is a folder, several, or the base address of a copy; empty for the publishers'
        own addresses.

        Raises
        ------
        NotFoundError
            When the folder does not exist.
        """
        origins = [origin] if isinstance(origin, str) else list(origin) or [""]
        for one in origins:
            if one and not _is_address(one) and not Path(one).is_dir():
                raise NotFoundError(f"{one}: there is no such folder")
            if len(origins) > 1 and (not one or _is_address(one)):
                raise UsageError("several copies are folders only", "from")
        fetched: list[Fetched] = []
        for dataset in datasets:
            if dataset.concerns(city):
                fetched += self._dataset(dataset, city, origins)
        return fetched

    def _dataset(self, dataset: Dataset, city: City, origins: Sequence[str]) -> list[Fetched]:
        origin = origins[0]
        try:
            located = [found for one in origins for found in self._located(dataset, city, one)]
            files = located if _is_address(origin) or not origin else _fullest(located, dataset)
        except GeoportalError as error:
            return [Fetched(dataset.name, "", "failed", message=str(error))]
        said = []
        lacking = dataset.lacking([name for name, _place in files], city)
        if lacking and not dataset.optional and dataset.name not in city.shipped:
            searched = (
                "指定のフォルダー" if origin and not _is_address(origin) else "公表元のページ"
            )
            obtain = dataset.obtain or (
                f"{dataset.page} から入手してください。名前が変わったときは、手に入れたファイルを "
                "geoportal import に渡してください。"
            )
            message = (
                f"{dataset.publisher}の{dataset.wanted(lacking)}が{searched}にありません。{obtain}"
            )
            status = "incomplete" if files else "missing"
            said = [Fetched(dataset.name, "", status, message=message)]
        trust = Trust.of_copy(origin) if _is_address(origin) else self.trusted(dataset)
        return [self._one(dataset, name, place, trust) for name, place in files] + said

    def _located(self, dataset: Dataset, city: City, origin: str) -> list[tuple[str, str]]:
        """Return (file name, folder path or address) of a data set's files."""
        if origin and not _is_address(origin):
            paths = sorted(path for path in Path(origin).rglob("*") if path.is_file())
            return [(p.name, str(p)) for p in paths if dataset.takes(p, city)]
        if origin:
            return self._mirrored(dataset, city, origin.rstrip("/") + "/")
        return dataset.located(city) or self._linked(
            dataset, city, dataset.page, self.trusted(dataset), by_text=True
        )

    def _mirrored(self, dataset: Dataset, city: City, base: str) -> list[tuple[str, str]]:
        """Return the files of a mirror: as it lists them, else by the names they have."""
        try:
            linked = self._linked(dataset, city, base, Trust.of_copy(base), by_text=False)
        except UnreadableSourceError:
            linked = []
        named = [(name, urllib.parse.urljoin(base, name)) for name, _ in dataset.located(city)]
        return linked or named

    def _linked(
        self, dataset: Dataset, city: City, page: str, trust: Trust, *, by_text: bool
    ) -> list[tuple[str, str]]:
        """Return the files a web page links to."""
        reader = _Links()
        reader.feed(self.downloader.page(page, trust))
        addresses: dict[str, str] = {}
        for href, text in reader.links:
            address = urllib.parse.urljoin(page, href)
            name = urllib.parse.unquote(urllib.parse.urlsplit(address).path.rsplit("/", 1)[-1])
            link_matches = by_text and dataset.link and re.search(dataset.link, text)
            if name and (dataset.matches(name, city) or link_matches):
                addresses.setdefault(name, address)
        return _newest(addresses) if dataset.newest else list(addresses.items())

    def _one(self, dataset: Dataset, name: str, place: str, trust: Trust) -> Fetched:
        safe = _UNSAFE.sub("_", name).lstrip(".") or "file"
        target = self.directory / dataset.name / safe
        before = _digest(target)
        try:
            if _is_address(place):
                digest = self.downloader.get(
                    place,
                    target,
                    trust=trust,
                    sha256=dataset.sha256.get(name, ""),
                    progress=lambda done, total: self.progress(name, done, total or done),
                )
            else:
                digest = _copy(Path(place), target, dataset.sha256.get(name, ""))
        except (GeoportalError, OSError) as error:
            return Fetched(dataset.name, name, "failed", message=str(error))
        status = "unchanged" if digest == before else "fetched"
        return Fetched(dataset.name, name, status, target, digest)


def not_understood(datasets: Sequence[Dataset], city: City, folders: Sequence[str]) -> list[str]:
    """Return the files of folders that no data set takes by name, hidden ones and texts left out.

    A file of another city or prefecture is one of them; those with the city's name come first.
    """
    paths = {path for folder in folders for path in Path(folder).rglob("*")}
    called = (*city.names, city.code)

    def foreign(path: Path) -> bool:
        return not any(name in path.name.lower() for name in called)

    return [
        str(path)
        for path in sorted(paths, key=lambda path: (foreign(path), path))
        if path.is_file()
        and not path.name.startswith(".")
        and path.suffix.lower() not in _TEXTS
        and not any(one.concerns(city) and one.takes(path, city) for one in datasets)
    ]


def _fullest(files: Sequence[tuple[str, str]], dataset: Dataset) -> list[tuple[str, str]]:
    """Return of copies of one file, packed or not, the largest: others are excerpts of it.

    Of editions that differ only in the date of their name the newest, where the data set says so.
    """
    largest: dict[str, tuple[int, str, str]] = {}
    for name, place in files:
        series = _ENDINGS.sub("", _MADE_FROM.sub("", name)).lower()
        candidate = (Path(place).stat().st_size, name, place)
        largest[series] = max(largest.get(series, candidate), candidate)
    found = {name: place for _size, name, place in largest.values()}
    return _newest(found) if dataset.newest else sorted(found.items())


class _Links(HTMLParser):
    """Collects (address, text) of the links of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[tuple[str, str]] = []
        self._href = ""
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a link."""
        if tag == "a":
            self._href = dict(attrs).get("href") or ""
            self._text = []

    def handle_data(self, data: str) -> None:
        """Collect the text of the link."""
        self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        """End the link."""
        if tag == "a" and self._href:
            self.links.append((self._href, "".join(self._text).strip()))
            self._href = ""


def _newest(links: dict[str, str]) -> list[tuple[str, str]]:
    """Return the newest of the files that differ only in the date of their name."""
    newest: dict[str, tuple[str, str, str]] = {}
    for name, address in links.items():
        day = date_in_name(name)
        series = _DATE.sub("", name.split(".")[0])
        candidate = (day.isoformat() if day else "", name, address)
        newest[series] = max(newest.get(series, candidate), candidate)
    return [(name, address) for _day, name, address in newest.values()]


def _copy(source: Path, target: Path, sha256: str) -> str:
    """Copy a file of a folder by way of a temporary name; its date goes with it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    shutil.copy2(source, part)
    digest = _digest(part)
    if sha256 and digest != sha256.lower():
        part.unlink()
        raise UnreadableSourceError(f"{source.name}: SHA-256 {digest} is not {sha256}")
    os.replace(part, target)  # noqa: PTH105
    return digest


def _digest(path: Path) -> str:
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is_address(text: str) -> bool:
    return text.startswith(("http://", "https://"))

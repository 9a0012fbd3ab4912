"""A file's way into the database: read, recognise, extract, revise, resolve, report."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from geoportal.errors import NotFoundError, UsageError
from geoportal.ingest.catalogue import BY_NAME
from geoportal.ingest.files.archives import shapefile_parts
from geoportal.ingest.files.crs import check_chosen
from geoportal.ingest.files.report import ImportReport
from geoportal.ingest.plan import AUTO, ImportFile
from geoportal.ingest.reading.edition import chosen_date
from geoportal.ingest.run import ImportOptions, ImportRun
from geoportal.progress import Progress, no_progress
from geoportal.store.database import (
    Database,
    dataset_version,
    get_meta,
    import_lock,
    set_meta,
)
from geoportal.store.reference import Reference
from geoportal.workers import collecting_rarely

__all__ = ["ImportOptions", "import_files", "load_sample"]

SAMPLE_FILES = (
    "boundaries.geojson",
    "stations.geojson",
    "towns.csv",
    "facilities.json",
    "population/mesh_population.txt",
    "population/age_population.csv",
    "population/town_population.csv",
)
_SAMPLE_LOADED = "sample_loaded"


def import_files(
    database: Database,
    reference: Reference,
    paths: Sequence[Path],
    options: ImportOptions,
    *,
    today: date,
    progress: Progress | None = None,
) -> ImportReport:
    """Import official files, in an order worked out here.

    Paths are files, ``.gz``, ``.zip``, or folders (every file in them; there, what resembles no
    data we know is left out and said so, while a file named by itself is refused). The database
    is opened and up to date. ``today`` is the date in Japan; no file is taken to be newer. The
    report also tells of files that were refused: ask its ``refused``.

    Raises
    ------
    BusyError
        When another import is running.
    UsageError
        When an option is wrong.
    NotFoundError
        When a path does not exist.
    """
    _check(options)
    with import_lock(database), collecting_rarely():
        return ImportRun(database, reference, options, today, progress or no_progress).run(
            list(_files(paths))
        )


def load_sample(
    database: Database,
    reference: Reference,
    sample_directory: Path,
    centres_file: Path,
    *,
    today: date,
    progress: Progress | None = None,
) -> ImportReport:
    """Load the fictional sample city and the real consultation centres.

    A second call changes nothing, even on a later day: the ages of its facts count from the first
    load. Real outlines and towns are never replaced by the sample's.

    ``sample_directory`` is ``data/sample``, ``centres_file`` is ``data/cities/40100/centres.csv``,
    and ``today`` is the date in Japan.

    Raises
    ------
    NotFoundError
        When a file of the installation is missing.
    BusyError
        When an import is running.
    """
    sample_files = [sample_directory / name for name in SAMPLE_FILES]
    files = [*sample_files, centres_file]
    for path in files:
        if not path.is_file():
            raise NotFoundError(f"the installation lacks {path}")
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
    with database.engine.connect() as connection:
        if get_meta(connection, _SAMPLE_LOADED) == digest:
            return ImportReport((), dataset_version(connection))
    report = import_files(
        database,
        reference,
        files,
        ImportOptions(fictional=frozenset(sample_files)),
        today=today,
        progress=progress,
    )
    with database.engine.begin() as connection:
        set_meta(connection, _SAMPLE_LOADED, digest)
    return report


def _check(options: ImportOptions) -> None:
    if options.source not in (AUTO, *BY_NAME):
        raise UsageError(
            f"{options.source[:30]!r} is not a source; use auto or one of {', '.join(BY_NAME)}",
            "source",
        )
    if not 0 <= (options.max_rejected_percent or 0) <= 100:
        raise UsageError("--max-rejected is a percentage from 0 to 100", "max_rejected")
    if not all(re.fullmatch("0[1-9]|[1-3][0-9]|4[0-7]", one) for one in options.prefectures):
        raise UsageError("--prefecture takes the two digits of one, for example 43", "prefecture")
    chosen_date(options.as_of)
    check_chosen(options.crs)


def _files(paths: Sequence[Path]) -> Iterator[ImportFile]:
    """Yield files, each once; of folders every file in them, in order.

    With a folder among them, all of them count as gathered: that is what a shell makes of ``**``.
    """
    for path in paths:
        if not path.exists():
            raise NotFoundError(f"{path}: there is no such file")
        if path.is_dir() and not any(_within(path)):
            raise NotFoundError(f"{path}: there is no file in this folder")
    gathered = any(path.is_dir() for path in paths)
    files = [inner for path in paths for inner in (_within(path) if path.is_dir() else (path,))]
    shapes = [file for file in files if file.suffix.lower() == ".shp"]
    seen = {part.resolve() for shape in shapes for part in shapefile_parts(shape)}
    for file in files:
        whole = file.resolve()
        if whole not in seen:
            seen.add(whole)
            yield ImportFile(file, gathered)


def _within(folder: Path) -> Iterator[Path]:
    for inner in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in inner.relative_to(folder).parts)
        if inner.is_file() and not hidden:
            yield inner

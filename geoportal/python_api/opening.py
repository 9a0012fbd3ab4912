"""Opening a database, or the sample city, to be asked from Python."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from geoportal.errors import UsageError
from geoportal.python_api.opened import OpenPortal
from geoportal.services.portal import Portal, now_in_japan, sample_directory, shipped_reference
from geoportal.settings import Settings
from geoportal.store.database import open_database


def open_portal(database: str | Path | None = None, *, sample: bool = False) -> OpenPortal:
    """Open a database; see `geoportal.open_portal`."""
    if not sample:
        place = Settings.from_environment().database if database is None else str(database)
        return OpenPortal(Portal(open_database(place), shipped_reference()))
    if database is not None:
        raise UsageError("the sample has a database of its own: give either", "sample")
    from geoportal.ingest.pipeline import load_sample  # takes time to load

    folder = TemporaryDirectory(prefix="geoportal-sample-", ignore_cleanup_errors=True)
    reference = shipped_reference()
    held = open_database(Path(folder.name) / "sample.db", create=True)
    centres = reference.cities_directory / "40100" / "centres.csv"
    load_sample(held, reference, sample_directory(), centres, today=now_in_japan().date())
    opened = OpenPortal(Portal(held, reference))
    opened.on_close.callback(folder.cleanup)
    return opened

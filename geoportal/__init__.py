"""Geospatial home-care (在宅医療・介護) resource map and search for Japanese cities.

From Python: ``from geoportal import open_portal`` (see `geoportal.python_api`). Importing the
package itself loads nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from geoportal.python_api.opened import OpenPortal

__all__ = ["open_portal"]


def open_portal(database: str | Path | None = None, *, sample: bool = False) -> OpenPortal:
    """Open a database to ask it from Python.

    Parameters
    ----------
    database : str or Path, optional
        SQLite file or ``postgresql://`` URL; default: ``GEOPORTAL_DATABASE``, else
        ``var/geoportal.db``.
    sample : bool
        Ask the fictional sample city instead, in a temporary database that ends with the program.

    Returns
    -------
    OpenPortal

    Raises
    ------
    NotFoundError
        When there is no such database.
    UsageError
        When both a database and the sample are asked for.
    """
    from geoportal.python_api.opening import open_portal as opened  # takes time to load

    return opened(database, sample=sample)

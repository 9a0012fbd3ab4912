"""The view a command answers from: of the compiled snapshot, else of the database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from geoportal.services.portal import Portal, now_in_japan, shipped_reference
from geoportal.services.view_file import view_of_file

if TYPE_CHECKING:
    from geoportal.search.driving import Engine
    from geoportal.services.view import View
    from geoportal.settings import Settings
    from geoportal.store.database import Database


def open_view(settings: Settings, database: Callable[[], Database], *, rebuild: bool) -> View:
    """Return the view of the present moment; ``database`` opens the database where it is needed.

    With ``rebuild`` the compiled snapshot is known to be damaged.
    """
    reference, engine = shipped_reference(), _engine(settings)
    if not rebuild:
        compiled = view_of_file(settings.database, reference, now_in_japan(), database)
        if compiled is not None:
            return replace(compiled, engine=engine)
    from geoportal.workers import usable_processes  # takes time to load

    processes = usable_processes(settings.processes)
    portal = Portal(database(), reference, engine=engine, processes=processes)
    if rebuild:
        portal.discard()
    return portal.view()


def _engine(settings: Settings) -> Engine | None:
    if not settings.roads_url:
        return None
    from geoportal.services.road_engine import road_engine  # takes time to load

    return road_engine(settings)

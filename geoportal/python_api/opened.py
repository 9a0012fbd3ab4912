"""An open portal: questions as Python calls, checked as those of the API are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import orjson

from geoportal.documents import Document
from geoportal.documents.coverage import CoverageQuery, CoverageWhatIf, coverage_report
from geoportal.documents.facility import full_feature
from geoportal.documents.interpret import InterpretRequest, interpretation_document
from geoportal.documents.requests import FacilitiesQuery, LocateRequest, SearchRequest
from geoportal.documents.search import locate_document, search_document
from geoportal.documents.team import TeamRequest, team_document
from geoportal.documents.validation import checked
from geoportal.errors import NotFoundError, UsageError
from geoportal.python_api.answers import Coverage, Found
from geoportal.python_api.frames import district_frame, facility_frame
from geoportal.services.portal import Portal
from geoportal.services.view import View

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from pandas import DataFrame

Home = tuple[float, float] | str
"""A point (longitude, latitude) in degrees, or an address as people write it."""


class OpenPortal:
    """A database that can be asked; use it as a context, or `close` it.

    Questions are answered from the newest data. Wrong input is a `geoportal.errors.UsageError`,
    whose text never repeats an address.

    Attributes
    ----------
    portal : Portal
        The same for programs that need more than is here.
    on_close : ExitStack
        What is done when it is closed.
    """

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self.on_close = ExitStack()
        self.on_close.callback(portal.database.engine.dispose)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database; a sample is removed."""
        self.on_close.close()

    @property
    def view(self) -> View:
        """The data of this moment, with every use case (`geoportal.services.view.View`)."""
        return self.portal.view()

    def search(
        self,
        near: Home | None = None,
        *,
        radius_m: float | None = None,
        district: str | Sequence[str] | None = None,
        kinds: Sequence[str] = (),
        needs: Sequence[str] = (),
        q: str | None = None,
        open_at: datetime | str | None = None,
        include: str = "possible",
        limit: int = 100,
        **more: Any,
    ) -> Found:
        """Search around a home, in districts, or by words.

        Parameters
        ----------
        near : (float, float) or str, optional
            The home: longitude and latitude, or an address.
        radius_m : float, optional
            Metres along the ellipsoid, inclusive, 1 to 50,000; default 16,000.
        district : str or sequence of str, optional
            Codes of districts.
        kinds, needs : sequence of str
            Kinds of facility, any of them; codes of needs, all of them (see `needs`).
        q : str, optional
            Words, all of which must occur.
        open_at : datetime or str, optional
            Aware moment, or ISO 8601 text with its offset.
        include : {"match", "possible", "all"}
        limit : int
            Facilities listed, at most 500.
        **more
            Other fields of ``POST /api/v1/search``: ``offset``, ``departments``, ``explain`` …

        Raises
        ------
        UsageError
            When something is out of range or no code, or nothing to search by is given.
        AddressNotPlacedError
            When the address leads to no position or to several.
        """
        asked = {"district": district, "q": q, "open_at": open_at, "radius_m": radius_m}
        given = {key: value for key, value in asked.items() if value is not None} | more
        lists = {"kinds": list(kinds), "needs": list(needs), "include": include, "limit": limit}
        view = self.view
        request = checked(SearchRequest, _home(near) | given | lists)
        return Found(search_document(view, view.search(request.to_query(view))), view)

    def facilities(
        self,
        *,
        district: str | Sequence[str] = (),
        kinds: Sequence[str] = (),
        needs: Sequence[str] = (),
        q: str = "",
        bbox: tuple[float, float, float, float] | None = None,
    ) -> GeoDataFrame:
        """Return all facilities, or those that are not known to lack what is asked for.

        Parameters
        ----------
        district, kinds, needs, q
            As for `search`.
        bbox : (float, float, float, float), optional
            West, south, east, north in degrees.

        Returns
        -------
        GeoDataFrame
            A row for each open facility by its id; without a position its geometry is None.

        Errors are those of `search`.
        """
        asked = {
            "district": [district] if isinstance(district, str) else list(district),
            "kind": list(kinds),
            "need": list(needs),
            "q": q or None,
            "bbox": None if bbox is None else ",".join(map(str, bbox)),
        }
        view = self.view
        query = replace(
            checked(FacilitiesQuery, asked).to_query(view),
            limit=max(1, len(view.snapshot)),
            offset=0,
        )
        rows = [result.row for result in view.search(query).results]
        return facility_frame(view, np.sort(np.array(rows, dtype=np.int64)))

    def facility(self, facility_id: str) -> Document:
        """Return everything known of one facility, as a GeoJSON Feature with every claim.

        Raises
        ------
        NotFoundError
            When there is none of this id.
        """
        view = self.view
        known = view.snapshot.by_id.get(view.redirects.get(facility_id, facility_id))
        if known is None:
            raise NotFoundError("no facility has this id")
        return _plain(full_feature(view, known))

    def geocode(self, address: str) -> Document:
        """Turn an address into a position with its level and uncertainty; never a guess.

        Two equally good places have the status ``ambiguous``, candidates, and no position.
        """
        request = checked(LocateRequest, {"address": address})
        return _plain(locate_document(self.view.locate(request.address or "")))

    def geocode_all(self, addresses: Iterable[str]) -> DataFrame:
        """Return a row for each address in order, with the columns of `geocode`."""
        from pandas import DataFrame

        view = self.view
        return DataFrame([view.geocode(address).as_dict() for address in addresses])

    def coverage(
        self,
        area: str | None = None,
        *,
        kinds: Sequence[str] = (),
        needs: Sequence[str] = (),
        remove: Sequence[str] = (),
        add: Sequence[Mapping[str, float]] = (),
        **more: Any,
    ) -> Coverage:
        """Report who is covered by whom.

        Parameters
        ----------
        area : str, optional
            Code of a district, city, medical area or prefecture; default: the first city held.
        kinds, needs : sequence of str
            As for `search`.
        remove : sequence of str
            Facilities supposed closed.
        add : sequence of mapping
            Facilities supposed opened: ``{"lon": 130.834, "lat": 33.897, "capacity": 1}``.
        **more
            Other fields of ``POST /api/v1/coverage``: ``time``, ``evidence``, ``demand`` …

        Raises
        ------
        UsageError
            When something is out of range or no code.
        NotFoundError
            When there is no such area or facility.
        InputRefusedError
            When an outline is missing.
        """
        asked = {"area": area, "kind": list(kinds), "need": list(needs), "remove": list(remove)}
        if add:
            what_if = checked(CoverageWhatIf, {**asked, "add": list(add), **more})
            return Coverage(coverage_report(self.view, what_if, what_if.changes))
        query = checked(CoverageQuery, asked | more)
        return Coverage(coverage_report(self.view, query, query.changes))

    def team(self, near: Home, **asked: Any) -> Document:
        """Return who could fill each role around a home and the best teams.

        ``asked`` are fields of ``POST /api/v1/team``: ``preset`` or ``roles``, ``radius_m`` …

        Errors are those of `search`.
        """
        view = self.view
        question = checked(TeamRequest, _home(near) | asked).to_question(view)
        return _plain(team_document(view, view.team(question)))

    def interpret(self, text: str) -> Document:
        """Read a consultation note: needs, kinds, place, each with the words it came from."""
        request = checked(InterpretRequest, {"text": text})
        return _plain(interpretation_document(self.view, request.text))

    def needs(self) -> DataFrame:
        """Return the vocabulary: code, labels and group of every need."""
        from pandas import DataFrame

        terms = [term for term in self.portal.reference.vocabulary if term.need]
        columns = ("code", "group", "label_ja", "label_en")
        rows = [{name: getattr(term, name) for name in columns} for term in terms]
        return DataFrame(rows, columns=columns).set_index("code")

    def districts(self) -> GeoDataFrame:
        """Return the districts with their outlines, by code."""
        return district_frame(self.view)


def _plain(document: Document) -> Document:
    """Return a document as it reads as JSON: lists for tuples, texts for dates."""
    plain: Document = orjson.loads(orjson.dumps(document))
    return plain


def _home(near: Home | None) -> Document:
    """Return a home as requests take it; empty for none."""
    if near is None:
        return {}
    if isinstance(near, str):
        return {"near": {"address": near}}
    try:
        lon, lat = (float(number) for number in near)
    except (TypeError, ValueError):
        raise UsageError("expected (longitude, latitude) or an address", "near") from None
    return {"near": {"lon": lon, "lat": lat}}

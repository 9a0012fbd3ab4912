"""The endpoints of Open Referral's HSDS 3 API: what it is, lists, single records.

What a URL may hold is public; no home is taken anywhere here.
"""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, Response, abort, request

from geoportal.documents.hsds_records import Records
from geoportal.documents.hsds_search import (
    DEFINED,
    PARAMETERS,
    definitions,
    facility_with,
    listed,
    read_query,
)
from geoportal.errors import UsageError
from geoportal.index.uuids import uuid_of
from geoportal.services.view import View
from geoportal.version import program_version
from geoportal.web.api.answers import public
from geoportal.web.arrival import trusted_root
from geoportal.web.current_view import view_here
from geoportal.web.hsds.description import openapi_document, root_document
from geoportal.web.problems import problem

blueprint = Blueprint("hsds", __name__, url_prefix="/hsds")


@blueprint.get("/", strict_slashes=False)
def root() -> Response:
    """Return what this API is."""
    return public(root_document(view_here(), trusted_root() or ""))


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """Return the description of all endpoints."""
    return public(openapi_document(view_here().reference, trusted_root() or "", program_version()))


@blueprint.get("/<table>")
def records(table: str) -> Response:
    """Return a page of a table."""
    query = read_query(_known(table), request.args.items(multi=True))
    return public(listed(view_here(), query))


@blueprint.get("/<table>/<uuid>")
def record(table: str, uuid: str) -> Response:
    """Return one record in full; a former id leads to the present one."""
    view = view_here()
    if _known(table) in DEFINED:
        found = (one for one in definitions(view, table) if one["id"] == uuid.lower())
        one = next(found, None)
        return public(one) if one else _missing()
    full_service = _reads_full_service(table)
    facility_id = facility_with(view, uuid)
    if facility_id is None:
        return _moved(view, table, uuid)
    facility = view.snapshot.by_id[facility_id]
    return public(Records(view).write(table, facility, full=True, full_service=full_service))


def _reads_full_service(table: str) -> bool:
    """Return whether full services are asked for: the one parameter of a single record."""
    if request.args.keys() - ({"full_service"} if table == "organizations" else set()):
        raise UsageError("a single record takes no such parameter", "")
    return read_query(table, request.args.items(multi=True)).full_service


def _moved(view: View, table: str, uuid: str) -> Response:
    """Return where the record of a former id is now."""
    try:
        wanted = UUID(uuid)
    except ValueError:
        return _missing()
    for former, present in view.redirects.items():
        if uuid_of(former) == wanted:
            asked = f"?{urlencode(request.args)}" if request.args else ""
            location = f"/hsds/{table}/{uuid_of(present)}{asked}"
            return Response(status=HTTPStatus.MOVED_PERMANENTLY, headers={"Location": location})
    return _missing()


def _known(table: str) -> str:
    if table not in PARAMETERS:
        abort(HTTPStatus.NOT_FOUND)
    return table


def _missing() -> Response:
    return problem(HTTPStatus.NOT_FOUND, "there is no such record; /hsds/services lists services")

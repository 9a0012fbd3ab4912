"""The interactions of FHIR R4 (HL7 FHIR 4.0.1, RESTful API): capabilities, read, search.

What a URL may hold is public. A position is taken in the body of a POST to ``_search`` alone.
"""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response, abort, request

from geoportal.documents import Document
from geoportal.documents.fhir_capability import FHIR_VERSION, capability_statement
from geoportal.documents.fhir_names import Names, facility_id_of, fhir_id
from geoportal.documents.fhir_parameters import split_values
from geoportal.documents.fhir_resources import Resources
from geoportal.documents.fhir_search import INCLUDES, read_query, search_bundle
from geoportal.documents.fhir_terms import DEFINED, definitions
from geoportal.errors import UsageError
from geoportal.version import program_version
from geoportal.web.api.answers import private, public
from geoportal.web.arrival import trusted_root
from geoportal.web.current_view import view_here
from geoportal.web.fhir.outcomes import FHIR_JSON, with_outcome
from geoportal.web.problems import problem

_FORM = "application/x-www-form-urlencoded"
_READ_ONLY = "nothing can be written here: this server is read-only"
_JSON = ("json", "text/json", "application/json", FHIR_JSON, "application/*", "*/*")

blueprint = Blueprint("fhir", __name__, url_prefix="/fhir")
blueprint.after_app_request(with_outcome)


@blueprint.before_request
def require_json() -> None:
    """Refuse to answer in anything but JSON: ``_format`` counts more than the header Accept."""
    if "_format" in request.args:
        asked = [request.args["_format"].replace(" ", "+")]
    else:
        asked = [kind for kind, quality in request.accept_mimetypes if quality] or ["*/*"]
    if not any(kind.partition(";")[0].strip().lower() in _JSON for kind in asked):
        abort(HTTPStatus.NOT_ACCEPTABLE, "only application/fhir+json is offered")


@blueprint.after_request
def open_to_all(response: Response) -> Response:
    """Let pages of other sites read what is public; not what was posted."""
    if request.method in ("GET", "HEAD"):
        response.headers["Access-Control-Allow-Origin"] = "*"
    if response.mimetype == FHIR_JSON:
        response.headers["Content-Type"] = f"{FHIR_JSON}; charset=utf-8; fhirVersion={_MAJOR}"
    return response


_MAJOR = FHIR_VERSION.rpartition(".")[0]


@blueprint.get("/metadata")
def metadata() -> Response:
    """Return the CapabilityStatement."""
    return public(capability_statement(_resources(), program_version()), FHIR_JSON)


@blueprint.get("/<kind>")
def search(kind: str) -> Response:
    """Return a page of what the parameters of the URL find."""
    if kind in DEFINED:
        return public(_definitions_found(kind), FHIR_JSON)
    query = read_query(
        _known(kind), request.args.items(multi=True), posted=False, lenient=_is_lenient()
    )
    return public(search_bundle(_resources(), query), FHIR_JSON)


@blueprint.post("/<kind>/_search")
def posted_search(kind: str) -> Response:
    """Return a page of what the parameters of the body find; none of them stands in a link."""
    _known(kind)
    if request.mimetype != _FORM:
        abort(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"expected a body of {_FORM}")
    if request.args:
        # Whatever was meant for the body may be a home: nothing in the URL is read.
        raise UsageError("with _search all parameters are taken in the body", "near")
    pairs = request.form.items(multi=True)
    query = read_query(kind, pairs, posted=True, lenient=_is_lenient())
    return private(search_bundle(_resources(), query), FHIR_JSON)


@blueprint.get("/<kind>/<name>")
def read(kind: str, name: str) -> Response:
    """Return one resource; a former id leads to the present one."""
    asked = _resources()
    if kind in DEFINED:
        defined = _definitions(asked)[kind].get(name)
        return public(defined, FHIR_JSON) if defined else _missing()
    facility_id = facility_id_of(name)
    facility = asked.view.snapshot.by_id.get(facility_id)
    if facility is not None:
        return public(asked.write(_known(kind), facility), FHIR_JSON)
    successor = asked.view.redirects.get(facility_id)
    if successor is None:
        return _missing()
    location = f"/fhir/{_known(kind)}/{fhir_id(successor)}"
    return Response(status=HTTPStatus.MOVED_PERMANENTLY, headers={"Location": location})


@blueprint.route("/<path:rest>", methods=["GET"])
def unknown(rest: str) -> Response:  # noqa: ARG001 - whatever it is
    """Say that there is nothing."""
    return _missing()


@blueprint.route("/", methods=["POST", "PUT", "PATCH", "DELETE"], strict_slashes=False)
@blueprint.route("/<path:rest>", methods=["POST", "PUT", "PATCH", "DELETE"])
def write(rest: str = "") -> Response:  # noqa: ARG001 - whatever it is
    """Refuse to write."""
    response = problem(HTTPStatus.METHOD_NOT_ALLOWED, _READ_ONLY)
    response.headers["Allow"] = "GET, HEAD, OPTIONS"
    return response


def _resources() -> Resources:
    return Resources(view_here(), Names(trusted_root() or ""))


def _known(kind: str) -> str:
    if kind not in INCLUDES:
        abort(HTTPStatus.NOT_FOUND)
    return kind


def _missing() -> Response:
    detail = "there is no such resource; GET /fhir/metadata lists what there is"
    return problem(HTTPStatus.NOT_FOUND, detail)


def _is_lenient() -> bool:
    return "handling=lenient" in request.headers.get("Prefer", "").replace(" ", "")


def _definitions(asked: Resources) -> dict[str, dict[str, Document]]:
    return definitions(asked.view.reference, asked.names, asked.view.snapshot.version)


def _definitions_found(kind: str) -> Document:
    """Return the definitions of a kind, those with some ``url`` or ``_id`` where it is given."""
    asked = _resources()
    found = list(_definitions(asked)[kind].values())
    for name, key in (("url", "url"), ("_id", "id")):
        if name in request.args:
            wanted = split_values(request.args[name])
            found = [one for one in found if one[key] in wanted]
    if request.args.keys() - {"url", "_id", "_format", "_pretty"} and not _is_lenient():
        raise UsageError("definitions are found by url or _id", "")
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": len(found),
        "link": [{"relation": "self", "url": f"{asked.names.base}/{kind}"}],
        **(
            {"entry": [{"resource": one, "search": {"mode": "match"}} for one in found]}
            if found
            else {}
        ),
    }

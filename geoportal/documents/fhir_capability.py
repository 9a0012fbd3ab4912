"""The CapabilityStatement of ``/fhir/metadata``."""

from __future__ import annotations

from typing import Final

from geoportal.documents import Document
from geoportal.documents.fhir_names import NEED, Names
from geoportal.documents.fhir_resources import Resources
from geoportal.documents.fhir_search import INCLUDES, REVERSE_INCLUDES, offered_parameters
from geoportal.documents.fhir_terms import DEFINED

FHIR_VERSION: Final = "4.0.1"
_TEXT: Final = (
    "Read-only, public facts alone. A need that is known to be met is a characteristic, one known"
    " not to be met the extension not-offered; what is not mentioned is unknown. A position is"
    " taken in the body of a POST to _search only."
)
_NAMELESS: Final = (
    " Addresses of definitions (systems, extensions) are relative here, so that they are no"
    " canonical ones: whoever runs the site sets its name in GEOPORTAL_HOSTS."
)


def capability_statement(asked: Resources, software_version: str) -> Document:
    """Return what this server offers."""
    names = asked.names
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": str(asked.last_changed),
        "kind": "instance",
        "software": {"name": "geoportal", "version": software_version},
        "implementation": {
            "description": "在宅医療・介護の資源",
            **({"url": names.base} if names.root else {}),
        },
        "fhirVersion": FHIR_VERSION,
        "format": ["json", "application/fhir+json"],
        "rest": [
            {
                "mode": "server",
                "documentation": _TEXT if names.root else _TEXT + _NAMELESS,
                "security": {"cors": True, "description": "Nobody signs in."},
                "resource": [
                    *(_searched(kind, names) for kind in INCLUDES),
                    *(_defined(kind) for kind in DEFINED),
                ],
            }
        ],
    }


def _searched(kind: str, names: Names) -> Document:
    statement: Document = {
        "type": kind,
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "versioning": "no-version",
        "searchInclude": list(INCLUDES[kind]),
        "searchRevInclude": list(REVERSE_INCLUDES[kind]),
        "searchParam": [
            {"name": name, "type": type_, "documentation": text}
            for name, type_, text in offered_parameters(kind)
        ],
    }
    if kind == "HealthcareService":
        statement["documentation"] = f"Needs: {names.value_set(NEED)}"
    return {key: value for key, value in statement.items() if value != []}


def _defined(kind: str) -> Document:
    return {
        "type": kind,
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "searchParam": [{"name": "url", "type": "uri"}, {"name": "_id", "type": "token"}],
    }

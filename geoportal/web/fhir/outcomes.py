"""Errors of FHIR: problem documents become resources of type OperationOutcome."""

from __future__ import annotations

from typing import Any, Final

import orjson
from flask import Response, request

from geoportal.web.problems import MEDIA_TYPE, is_under

FHIR_JSON: Final = "application/fhir+json"
_CODES: Final = {
    400: "invalid",
    404: "not-found",
    405: "not-supported",
    406: "not-supported",
    413: "too-long",
    415: "not-supported",
    503: "transient",
}


def with_outcome(response: Response) -> Response:
    """Return an answer under ``/fhir`` with an OperationOutcome in place of a problem document."""
    if response.mimetype != MEDIA_TYPE or not is_under(request.path, ("/fhir",)):
        return response
    document: dict[str, Any] = orjson.loads(response.get_data())
    code = _CODES.get(response.status_code, "exception")
    told = [(one["message"], one["field"]) for one in document.get("errors", ())]
    issues = [
        {
            "severity": "error",
            "code": code,
            "diagnostics": text,
            **({"expression": [name]} if name.isidentifier() else {}),
        }
        for text, name in told or [(document["detail"], "")]
    ]
    response.set_data(orjson.dumps({"resourceType": "OperationOutcome", "issue": issues}))
    response.mimetype = FHIR_JSON
    return response

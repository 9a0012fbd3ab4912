"""Published definitions of FHIR: code systems, value sets, the extensions used here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from geoportal.documents import Document
from geoportal.documents.fhir_names import (
    EVIDENCE,
    FACT,
    HOURS,
    KIND,
    NEED,
    NOT_APPLICABLE,
    NOT_OFFERED,
    POSITION,
    Names,
)
from geoportal.domain import claim
from geoportal.domain.facility import KINDS
from geoportal.store.reference import Reference

DEFINED: Final = ("CodeSystem", "ValueSet", "StructureDefinition")
_FACT_PARTS: Final = (
    ("evidence", "Coding", "Class of the evidence"),
    ("source", "string", "Name of the source, see /api/v1/sources"),
    ("date", "date", "Day the fact refers to; absent where nobody knows"),
    ("stale", "boolean", "Too old to rely on without asking; absent where the day is not known"),
    ("valid-until", "date", "Last day on which it holds, as the source says"),
    ("derived-from", "code", "Code of the fact that it follows from"),
    ("note", "string", "The source's words, or the rule by which it follows"),
)
_EXTENSIONS: Final[Mapping[str, tuple[str, str, Sequence[tuple[str, str, str]]]]] = {
    FACT: ("HealthcareService.characteristic", "Where a fact is from", _FACT_PARTS),
    NOT_OFFERED: (
        "HealthcareService",
        "A need known not to be met; what is not mentioned at all is unknown",
        (("need", "CodeableConcept", "The need"), *_FACT_PARTS),
    ),
    NOT_APPLICABLE: ("HealthcareService", "A need that cannot be met for want of beds", ()),
    HOURS: (
        "HealthcareService",
        "Where availableTime and notAvailable are from",
        (
            ("source", "string", "Name of the source, see /api/v1/sources"),
            ("date", "date", "Day the hours refer to; absent where nobody knows"),
            ("stale", "boolean", "Older than 180 days; absent where the day is not known"),
        ),
    ),
    POSITION: (
        "Location.position",
        "How sure the position is",
        (
            ("level", "code", "prefecture, municipality, town, chome, block, house or point"),
            ("uncertainty", "decimal", "Metres that hold the true place with about 95 %"),
            ("warning", "code", "Why the position is doubted"),
        ),
    ),
}


def definitions(reference: Reference, names: Names, version: str) -> dict[str, dict[str, Document]]:
    """Return everything defined here, by resource type and id; ``version`` is of the data set."""
    concepts = {
        NEED: _needs(reference),
        KIND: [_concept(reference, "kind", kind) for kind in KINDS],
        EVIDENCE: [_concept(reference, "evidence", name) for name in claim.EVIDENCE],
    }
    titles = {NEED: "在宅医療の用語", KIND: "施設の種別", EVIDENCE: "根拠"}
    return {
        "CodeSystem": {
            name: _definition("CodeSystem", name, names.code_system(name), version)
            | {
                "title": titles[name],
                "caseSensitive": True,
                "content": "complete",
                "valueSet": names.value_set(name),
                "count": len(concepts[name]),
                **(_NEED_PROPERTIES if name == NEED else {}),
                "concept": concepts[name],
            }
            for name in concepts
        },
        "ValueSet": {
            name: _definition("ValueSet", name, names.value_set(name), version)
            | {
                "title": titles[name],
                "compose": {
                    "include": [
                        {"system": names.code_system(name)} | (_ONLY_NEEDS if name == NEED else {})
                    ]
                },
            }
            for name in concepts
        },
        "StructureDefinition": {name: _extension(name, names, version) for name in _EXTENSIONS},
    }


_NEED_PROPERTIES: Final[Document] = {
    "property": [
        {
            "code": "kind",
            "description": "Facility kind the term is about; none: about every kind",
            "type": "code",
        },
        {
            "code": "need",
            "description": "Whether it can be searched for as a need",
            "type": "boolean",
        },
    ]
}


_ONLY_NEEDS: Final[Document] = {"filter": [{"property": "need", "op": "=", "value": "true"}]}


def _needs(reference: Reference) -> list[Document]:
    return [
        _concept(reference, "need", term.code)
        | {
            "property": [
                {"code": "need", "valueBoolean": term.need},
                *({"code": "kind", "valueCode": kind} for kind in term.kinds),
            ]
        }
        for term in reference.vocabulary
    ]


def _concept(reference: Reference, list_name: str, code: str) -> Document:
    english = reference.label(list_name, code, "en")
    return {
        "code": code,
        "display": reference.label(list_name, code, "ja"),
        "designation": [{"language": "en", "value": english}],
    }


def _definition(kind: str, name: str, url: str, version: str) -> Document:
    return {
        "resourceType": kind,
        "id": name,
        "url": url,
        "version": version,
        "name": "".join(part.capitalize() for part in name.split("-")),
        "status": "active",
        "experimental": False,
    }


def _extension(name: str, names: Names, version: str) -> Document:
    context, description, parts = _EXTENSIONS[name]
    url = names.extension(name)
    elements: list[Document] = [
        {"id": "Extension", "path": "Extension", "short": description, "definition": description}
    ]
    for part, value, meaning in parts:
        inside = f"Extension.extension:{part}"
        elements += [
            {
                "id": inside,
                "path": "Extension.extension",
                "sliceName": part,
                "short": meaning,
                "min": 0,
                "max": "*" if part == "warning" else "1",
            },
            {"id": f"{inside}.url", "path": "Extension.extension.url", "fixedUri": part},
            {
                "id": f"{inside}.value[x]",
                "path": "Extension.extension.value[x]",
                "type": [{"code": value}],
            },
        ]
    elements.append({"id": "Extension.url", "path": "Extension.url", "fixedUri": url})
    if not parts:
        elements.append(
            {"id": "Extension.value[x]", "path": "Extension.value[x]", "type": [{"code": "code"}]}
        )
    return _definition("StructureDefinition", name, url, version) | {
        "description": description,
        "fhirVersion": "4.0.1",
        "kind": "complex-type",
        "abstract": False,
        "context": [{"type": "element", "expression": context}],
        "type": "Extension",
        "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Extension",
        "derivation": "constraint",
        "differential": {"element": elements},
    }

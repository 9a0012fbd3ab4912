"""Taxonomies of HSDS: the home-care vocabulary and the facility kinds; each term has a UUID."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final
from uuid import uuid5

from geoportal.documents import Document
from geoportal.domain.facility import KINDS
from geoportal.index.uuids import NAMESPACE
from geoportal.store.reference import Reference

NEED, KIND = "need", "kind"
"""Taxonomies, as the lists of labels are named."""
_TAXONOMIES: Final[Mapping[str, tuple[str, str]]] = {
    NEED: (
        "在宅医療の用語",
        "Needs and facts of home care: a service has the terms that it is known to meet",
    ),
    KIND: ("施設の種別", "Facility kinds: every service has one"),
}


def taxonomy_id(name: str) -> str:
    """Return the UUID of a taxonomy."""
    return str(uuid5(NAMESPACE, f"taxonomy/{name}"))


def term_id(taxonomy: str, code: str) -> str:
    """Return the UUID of a term."""
    return str(uuid5(NAMESPACE, f"taxonomy/{taxonomy}/{code}"))


def codes_by_id(reference: Reference) -> dict[str, tuple[str, str]]:
    """Return taxonomy and code of every term, by its UUID."""
    return {term_id(taxonomy, code): (taxonomy, code) for taxonomy, code in _all(reference)}


def taxonomies(version: str) -> list[Document]:
    """Return all taxonomies; ``version`` is of the data set."""
    return [
        {"id": taxonomy_id(name), "name": title, "description": text, "version": version}
        for name, (title, text) in _TAXONOMIES.items()
    ]


def taxonomy_terms(reference: Reference) -> list[Document]:
    """Return the terms of all taxonomies."""
    return [term(reference, taxonomy, code) for taxonomy, code in _all(reference)]


def term(reference: Reference, taxonomy: str, code: str) -> Document:
    """Return one term: its name Japanese, its description English."""
    return {
        "id": term_id(taxonomy, code),
        "code": code,
        "name": reference.label(taxonomy, code, "ja"),
        "description": reference.label(taxonomy, code, "en"),
        "taxonomy": _TAXONOMIES[taxonomy][0],
        "taxonomy_id": taxonomy_id(taxonomy),
        "language": "ja",
    }


def _all(reference: Reference) -> Iterable[tuple[str, str]]:
    yield from ((KIND, kind) for kind in KINDS)
    yield from ((NEED, one.code) for one in reference.vocabulary)

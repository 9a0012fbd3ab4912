"""JSON beside search results: reasons of the order, relaxations, facet counts, 16 km evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING

from geoportal.documents import Document, attributes
from geoportal.domain.query import BANDS
from geoportal.search.rank import Reason
from geoportal.search.relax import Relaxation, RelaxationKind, Step
from geoportal.store.reference import Reference

if TYPE_CHECKING:
    from geoportal.search.exposure import ExposureLedger
    from geoportal.search.facets import Count, Facets
    from geoportal.search.visit_evidence import VisitEvidence

_FACET_RULE = "as if that filter alone were changed; evidence counts this answer"


def relaxation_document(relaxation: Relaxation) -> Document:
    """Return the steps of a relaxation, each under its kind, and what it would add.

    Several steps are listed in ``together``; a set of needs has its first in ``drop`` and the
    others in ``also_drop`` as well. ``unconfirmed``, ``beyond_visits`` and ``kinds`` are there when
    they say something, see `Relaxation`.
    """
    steps = [{step.kind.value: step.value} for step in relaxation.steps]
    flags: Document = {
        name: True for name in ("unconfirmed", "beyond_visits") if getattr(relaxation, name)
    }
    if relaxation.kinds:
        flags["kinds"] = list(relaxation.kinds)
    if len(steps) == 1:
        return {**steps[0], "adds": relaxation.adds, **flags}
    document: Document = {"together": steps, "adds": relaxation.adds, **flags}
    if relaxation.drops_only:
        first, *others = (step.value for step in relaxation.steps)
        document |= {"drop": first, "also_drop": others}
    return document


def relaxation_steps(document: Document) -> tuple[Step, ...]:
    """Return the steps that `relaxation_document` wrote."""
    return tuple(
        Step(kind, step[kind])
        for step in document.get("together", [document])
        for kind in RelaxationKind
        if kind in step
    )


def visit_evidence_document(evidence: VisitEvidence) -> Document:
    """Return the counts around the home that the 16 km rule asks for."""
    return {
        "limit_m": round(evidence.limit_m),
        **attributes(evidence, "kinds", "institutions", "visiting"),
        "needs": evidence.needs,  # data classes, which orjson writes
        "all_needs": evidence.together,
    }


def facets_document(facets: Facets) -> Document:
    """Return the counts per kind, need, municipality and evidence."""
    return {
        "counting": _FACET_RULE,
        "kinds": _counts("kind", facets.kinds),
        "needs": _counts("need", facets.needs),
        "districts": _counts("district", facets.districts),
        "evidence": _counts("evidence", facets.evidence),
    }


def _counts(key: str, counts: Iterable[Count]) -> list[Document]:
    return [{key: count.value, **attributes(count, *BANDS, "chosen")} for count in counts]


def exposure_document(ledger: ExposureLedger, today: date) -> Document:
    """Return how often each facility stood on a first page, in totals of past days."""
    from geoportal.search.exposure import FIRST_PAGE, LEAST_QUESTIONS  # takes time to load

    return {
        "counting": f"first {FIRST_PAGE} places of answers by this process; past days with at "
        f"least {LEAST_QUESTIONS} questions",
        "days": [
            {
                "day": day.isoformat(),
                "facilities": [
                    {"id": key, **asdict(shown)} for key, shown in sorted(totals.items())
                ],
            }
            for day, totals in sorted(ledger.report(today).items())
        ],
    }


def reason_document(reason: Reason, reference: Reference) -> Document:
    """Return one key of the order with its value and words in the languages of the API.

    ``rule`` names the fact behind a plausibility.
    """
    document: Document = {"key": reason.key, "value": reason.value}
    if reason.rule:
        document["rule"] = reason.rule
    for language in ("ja", "en"):

        def label(name: str, code: str, to: str = language) -> str:
            return reference.label(name, code, to)

        document[f"words_{language}"] = reason_words(document, label)
    return document


def reason_words(reason: Document, label: Callable[[str, str], str]) -> str:
    """Return what a reason of the order says, by a function from list and code to a label."""
    key, value = reason["key"], reason["value"]
    code = f"{key}.{value}" if key in {"band", "text"} or value == "unknown" else key
    shown = f"{value:,}" if isinstance(value, int) else value
    words = label("order-reason", code).replace("{value}", shown)
    if "rule" not in reason:
        return words
    because = label("order-reason", "because").replace("{words}", words)
    return because.replace("{rule}", label("plausibility", reason["rule"]))

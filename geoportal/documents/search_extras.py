"""JSON beside search results: reasons of the order, relaxations, facet counts, 16 km evidence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date

from geoportal.documents import Document, attributes
from geoportal.search.exposure import FIRST_PAGE, LEAST_QUESTIONS, ExposureLedger
from geoportal.search.facets import Count, Facets
from geoportal.search.rank import Reason
from geoportal.search.relax import Relaxation, RelaxationKind, Step
from geoportal.search.visit_evidence import VisitEvidence

_FACET_RULE = "as if that filter alone were changed; evidence counts this answer"
_WORDS = {
    "band": {
        "match": ("必要なことすべてに「対応あり」", "yes to every need"),
        "possible": ("「対応なし」はなく、未確認がある", "no need refused, some not known"),
        "no": ("「対応なし」がある", "a need is refused"),
    },
    "text": {
        "exact_name": ("名称が言葉と同じ", "the words are the name"),
        "name_begins": ("名称が言葉で始まる", "the name begins with the words"),
        "in_name": ("名称に言葉がある", "the words are in the name"),
        "in_kana": ("読みに言葉がある", "the words are in the reading"),
        "elsewhere": ("住所・電話・診療科などに言葉がある", "the words are elsewhere"),
    },
}


def relaxation_document(relaxation: Relaxation) -> Document:
    """Return the steps of a relaxation, each under its kind, and what it would add.

    Several steps are listed in ``together``; a set of needs has its first in ``drop`` and the
    others in ``also_drop`` as well.
    """
    steps = [{step.kind.value: step.value} for step in relaxation.steps]
    if len(steps) == 1:
        return {**steps[0], "adds": relaxation.adds}
    document: Document = {"together": steps, "adds": relaxation.adds}
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
        "needs": {code: asdict(answers) for code, answers in evidence.needs.items()},
        "all_needs": asdict(evidence.together),
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
    return [
        {key: count.value, **attributes(count, "match", "possible", "no", "chosen")}
        for count in counts
    ]


def exposure_document(ledger: ExposureLedger, today: date) -> Document:
    """Return how often each facility stood on a first page, in totals of past days."""
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


def reason_document(reason: Reason) -> Document:
    """Return one key of the order with its value and words in two languages."""
    if reason.key == "distance_m":
        words = (f"直線で {reason.value:,} m", f"{reason.value:,} m in a straight line")
    elif reason.key == "draw":
        words = ("同じ順位のときは日替わりの抽選", "level ones by the draw of the day")
    else:
        words = _WORDS[reason.key][str(reason.value)]
    return {"key": reason.key, "value": reason.value, "words_ja": words[0], "words_en": words[1]}

"""Paste the note: what `POST /api/v1/interpret` takes and answers. Nothing of it is kept."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field, StringConstraints

from geoportal.documents import Document
from geoportal.documents.reference import role_document
from geoportal.documents.requests import Strict
from geoportal.domain.vocabulary import Vocabulary
from geoportal.search.interpretation import Finding, Interpretation
from geoportal.search.note_text import Age, Span
from geoportal.services.view import View

MAX_LETTERS = 4_000
_CHILD_UNDER = 18
_CENTRES_FROM = 40


class InterpretRequest(Strict):
    """A consultation text. It lives in this request's memory only."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=MAX_LETTERS)] = Field(
        description="The note as it is; offsets in the answer count its characters (code points)"
    )


def interpretation_document(view: View, found: Interpretation) -> Document:
    """Return what a note asks for, each item with the words it came from."""
    vocabulary = view.reference.vocabulary
    kinds = view.reference.kinds
    labels = {kind: (info.label_ja, info.label_en) for kind, info in kinds.items()}

    def listed(findings: Iterable[Finding]) -> list[Document]:
        return [_finding(vocabulary, labels, item) for item in findings]

    team = view.reference.teams.get(found.team, ())
    return {
        "needs": listed(found.needs),
        "kinds": listed(found.kinds),
        "mentioned": listed(found.mentioned),
        "not_needed": listed(found.not_needed),
        "in_place": listed(found.in_place),
        "circumstances": [_circumstance(item) for item in found.circumstances],
        "ages": [_age(age) for age in found.ages],
        "urgency": found.urgency or None,
        "searches": [
            {"kinds": list(wanted.kinds), "needs": list(wanted.needs)} for wanted in found.wanted
        ],
        "team": {"preset": found.team, "roles": [role_document(r) for r in team]} if team else None,
        "needs_confirmation": _anything(found),
    }


def _finding(vocabulary: Vocabulary, kinds: dict[str, tuple[str, str]], item: Finding) -> Document:
    """Return a finding about a need (``code``) or a facility kind (``kind``)."""
    if item.value in kinds:
        label = kinds[item.value]
        about: Document = {"kind": item.value}
    else:
        term = vocabulary[item.value]
        label = (term.label_ja, term.label_en)
        about = {"code": item.value}
        if item.strength:
            about["strength"] = item.strength
        if item.kinds:
            about["kinds"] = list(item.kinds)
    return {**about, "label_ja": label[0], "label_en": label[1], **_why(item)}


def _circumstance(item: Finding) -> Document:
    about, _, value = item.value.partition(":")
    return {"about": about, "value": value, **_why(item)}


def _why(item: Finding) -> Document:
    return {
        "because": [_span(span) for span in item.because],
        "rule": item.rule,
        **({"note_ja": item.note_ja} if item.note_ja else {}),
    }


def _span(span: Span) -> Document:
    return {"start": span.start, "end": span.end, "text": span.text}


def _age(age: Age) -> Document:
    """Return an age; the centres answer for people of 40 or over and point others on."""
    return {
        "from": age.at_least,
        "to": age.at_most,
        "child": age.at_most < _CHILD_UNDER,
        "under_40": age.at_most < _CENTRES_FROM,
        "because": [_span(age.span)],
    }


def _anything(found: Interpretation) -> bool:
    """Say whether anything was read that a person has to confirm."""
    return bool(found.needs or found.kinds or found.mentioned or found.not_needed)

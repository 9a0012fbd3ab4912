"""Consultation notes: what `POST /api/v1/interpret` takes and answers. Nothing of it is kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Annotated

from pydantic import Field, StringConstraints

from geoportal.address.mention import find_address
from geoportal.documents import Document, attributes
from geoportal.documents.reference import role_document
from geoportal.documents.requests import Strict
from geoportal.domain.consultation import Role
from geoportal.search.interpretation import Finding, Interpretation
from geoportal.search.note_text import Age
from geoportal.services.view import View
from geoportal.store.reference import Reference

MAX_LETTERS = 4_000
_CHILD_UNDER = 18
_CENTRES_FROM = 40
_SPAN = ("start", "end", "text")


class InterpretRequest(Strict):
    """A consultation text. It lives in this request's memory only."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=MAX_LETTERS)] = Field(
        description="The note as it is; offsets in the answer count its characters (code points)"
    )


def interpretation_document(view: View, text: str) -> Document:
    """Return what a note asks for, each finding with the words it came from, and the place."""
    reading, reference = view.interpret(text), view.reference
    place = find_address(view.geocoder, text)

    def listed(findings: Iterable[Finding]) -> list[Document]:
        return [_finding(reference, finding) for finding in findings]

    roles = [role_document(role) for role in _roles(reference, reading)]
    return {
        "needs": listed(reading.needs),
        "kinds": listed(reading.kinds),
        "mentioned": listed(reading.mentioned),
        "not_needed": listed(reading.not_needed),
        "in_place": listed(reading.in_place),
        "circumstances": [
            {"about": about, "value": value, **_why(finding)}
            for finding in reading.circumstances
            for about, _, value in [finding.value.partition(":")]
        ],
        "ages": [_age(age) for age in reading.ages],
        "urgency": reading.urgency or None,
        "searches": [attributes(wanted, "kinds", "needs") for wanted in reading.wanted],
        "place": place and {"start": place[0], "end": place[1], "text": text[slice(*place)]},
        "left_out": [_why(finding) for finding in reading.left_out],
        "unheard": [attributes(span, *_SPAN) for span in reading.unheard],
        "team": {"preset": reading.team, "roles": roles} if reading.team else None,
        "needs_confirmation": bool(
            reading.needs or reading.kinds or reading.mentioned or reading.not_needed
        ),
    }


def _roles(reference: Reference, reading: Interpretation) -> list[Role]:
    """Return the roles of the ready-made team, and one for each search whose kinds none fills."""
    roles = list(reference.teams.get(reading.team, ()))
    for wanted in reading.wanted if roles else ():
        filled = {kind for role in roles for kind in role.kinds}
        if not filled & set(wanted.kinds):
            kind = reference.kinds[wanted.kinds[0]]
            role = Role(wanted.kinds[0], wanted.kinds, wanted.needs)
            roles.append(replace(role, label_ja=kind.label_ja, label_en=kind.label_en))
    return roles


def _finding(reference: Reference, finding: Finding) -> Document:
    """Return a finding about a need (``code``) or a facility kind (``kind``)."""
    if finding.value in reference.kinds:
        about: Document = {"kind": finding.value}
        labels = attributes(reference.kinds[finding.value], "label_ja", "label_en")
    else:
        about = {"code": finding.value}
        labels = attributes(reference.vocabulary[finding.value], "label_ja", "label_en")
        if finding.strength:
            about["strength"] = finding.strength
        if finding.kinds:
            about["kinds"] = list(finding.kinds)
    return about | labels | _why(finding)


def _why(finding: Finding) -> Document:
    return {
        "because": [attributes(span, *_SPAN) for span in finding.because],
        "rule": finding.rule,
        **({"note_ja": finding.note_ja} if finding.note_ja else {}),
    }


def _age(age: Age) -> Document:
    """Return an age; the centres answer for people of 40 or over and point others on."""
    return {
        "from": age.at_least,
        "to": age.at_most,
        "child": age.at_most < _CHILD_UNDER,
        "under_40": age.at_most < _CENTRES_FROM,
        "because": [attributes(age.span, *_SPAN)],
    }

"""Relaxations in words: what a button that asks again with less, or more widely, says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, assert_never

from flask import g

from geoportal.documents import Document
from geoportal.documents.search_extras import relaxation_steps
from geoportal.index.hierarchy import district_name
from geoportal.search.relax import RelaxationKind, Step
from geoportal.services.view import View
from geoportal.web.language import wording
from geoportal.web.language.labels import need_labels
from geoportal.web.language.messages import Label, messages
from geoportal.web.language.place_names import place_label

Place = Literal["first", "last", "only"]
"""Where a step stands in a sentence: another one follows, it ends the sentence, it is alone."""


def relaxation_words(view: View, relaxation: Document, needs: Sequence[str]) -> Label:
    """Return what a relaxation does and adds; where no need is left, that none is confirmed.

    ``needs`` are those of the question.
    """
    say, count = messages(g.language).label, relaxation["adds"]
    drops = [step for step in relaxation_steps(relaxation) if step.kind is RelaxationKind.DROP]
    others = [(step,) for step in relaxation_steps(relaxation) if step not in drops]
    if "unconfirmed" in relaxation:
        need = _need_names(view, needs)
        if not others:
            return say("relax-look", need=need, count=count)
        wider = _joined([_words(view, steps, "first") for steps in others])
        return say("relax-look-wider", need=need, what=wider, count=count)
    parts = [*([tuple(drops)] if drops else []), *others]
    *first, last = parts
    said = [_words(view, steps, "first") for steps in first]
    said.append(_words(view, last, "last" if first else "only"))
    return say("relax-line", what=_joined(said), count=count)


def _joined(parts: Sequence[Label]) -> Label:
    first, *others = parts
    for other in others:
        first = messages(g.language).label("relax-both", first=first, second=other)
    return first


def _need_names(view: View, needs: Iterable[str]) -> Label:
    labels = need_labels(view.reference, g.language)
    comma = messages(g.language).plain("js-comma")
    return Label(comma.join(labels[need].source for need in needs if need in labels))


def _words(view: View, steps: Sequence[Step], place: Place) -> Label:
    """Return what one step, or the dropping of several needs, does."""
    say, step = messages(g.language).label, steps[0]
    match step.kind:
        case RelaxationKind.DROP:
            names = _need_names(view, (str(drop.value) for drop in steps))
            return say("relax-need", need=names, place=place)
        case RelaxationKind.RADIUS:
            return say("relax-radius", distance=wording.distance(step.metres), place=place)
        case RelaxationKind.DISTRICT:
            code = str(step.value)
            name = district_name(view.reference, view.snapshot.districts, code)
            label = place_label(view.reference, code, name, g.language)
            return say("relax-district", name=label, place=place)
        case (
            RelaxationKind.ANY_KIND
            | RelaxationKind.ANY_TIME
            | RelaxationKind.ANY_DEPARTMENT
            | RelaxationKind.ANY_WORDS
        ):
            return say(f"relax-{step.kind.replace('_', '-')}", place=place)
        case _:
            assert_never(step.kind)

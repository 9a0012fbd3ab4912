"""The view in which facilities are as staff know them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from geoportal.domain.staff_facts import SOURCE, StaffFacts, follow_redirects
from geoportal.index.minute_cache import MinuteCache
from geoportal.index.overlay import OverlaidSnapshot
from geoportal.index.texts import kind_words
from geoportal.services.view import View


def with_staff_facts(view: View, version: str, facts: Sequence[StaffFacts]) -> View:
    """Return a view with facts laid over it; ``version`` is theirs. Without facts the view itself.

    Facts of a facility that has been joined with another are that one's.
    """
    if not facts:
        return view
    own = f"{view.snapshot.version}.{version}"
    known = follow_redirects(facts, view.redirects)
    snapshot = OverlaidSnapshot(view.snapshot, own, known, kind_words(view.reference))
    return replace(
        view,
        snapshot=snapshot,
        facility_counts={**view.facility_counts, SOURCE: len(known)},
        asked_until=max(each.as_of for each in facts),
        coverage_service=cache(lambda: replace(view.coverage_service())),
        states=MinuteCache(),
    )

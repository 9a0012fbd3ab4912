"""The view in which facilities are as staff know them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache

from geoportal.domain.claim import Claim
from geoportal.domain.staff_facts import SOURCE, StaffFacts, follow_redirects
from geoportal.domain.stand_in import GROUP_SOURCE, StandInGroup, group_claims, groups_on, stand_ins
from geoportal.index.minute_cache import MinuteCache
from geoportal.index.overlay import OverlaidSnapshot
from geoportal.index.texts import kind_words
from geoportal.services.view import View


def with_staff_facts(
    view: View, version: str, facts: Sequence[StaffFacts], groups: Sequence[StandInGroup] = ()
) -> View:
    """Return a view with facts and groups of offices laid over it; ``version`` is theirs.

    Facts of a facility that has been joined with another are that one's. Without any the view
    itself.
    """
    today = view.snapshot.today.isoformat()
    held = groups_on(groups, today, view.redirects)
    if not facts and not held:
        return view
    own = f"{view.snapshot.version}.{version}"
    known = follow_redirects(facts, view.redirects)
    closed = {
        each.facility_id
        for each in known
        if each.correction.closed_on and each.correction.closed_on <= today
    }
    told = group_claims(
        held,
        lambda one: None if one in closed else view.snapshot.by_id.get(one),
        view.snapshot.vocabulary,
    )
    snapshot = OverlaidSnapshot(
        view.snapshot,
        own,
        _together(known, told),
        kind_words(view.reference),
        stand_ins(held),
    )
    return replace(
        view,
        snapshot=snapshot,
        facility_counts={
            **view.facility_counts,
            SOURCE: len(known),
            **_counted(told),
        },
        asked_until=max([*(e.as_of for e in facts), *(one.as_of for one in held)]),
        coverage_service=cache(lambda: replace(view.coverage_service())),
        states=MinuteCache(),
    )


def _counted(told: Mapping[str, tuple[Claim, ...]]) -> dict[str, int]:
    """Return how many facilities do something through public groups; nothing for none."""
    public = [one for one, own in told.items() if any(c.source == GROUP_SOURCE for c in own)]
    return {GROUP_SOURCE: len(public)} if public else {}


def _together(
    facts: Sequence[StaffFacts], told: Mapping[str, tuple[Claim, ...]]
) -> list[StaffFacts]:
    """Return facts with what facilities do through groups, also where there are no others."""
    by_id = {each.facility_id: each for each in facts}
    for facility_id, claims in told.items():
        newest = max(claim.as_of for claim in claims)
        own = by_id.get(facility_id) or StaffFacts(facility_id, newest)
        as_of = max(own.as_of, newest)
        by_id[facility_id] = replace(own, as_of=as_of, claims=(*own.claims, *claims))
    return list(by_id.values())

"""When something was last heard of a facility."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from geoportal.domain.facility import SourceMention
from geoportal.index.imports import NEVER, days_heard, last_heard, number_of
from tests.factories import make_claim, make_facility

IMPORTED = {"kaigo": "2026-10-01", "bureau": "2026-11-05"}
KAIGO = SourceMention("kaigo", "1", "2026-09-30")


@pytest.mark.parametrize(
    ("sources", "claims", "expected"),
    [
        ((KAIGO,), [], "2026-10-01"),
        ((KAIGO,), [make_claim("VM.REG", source="bureau", as_of="2026-09-01")], "2026-11-05"),
        ((KAIGO,), [make_claim("VM.REG", source="staff", as_of="2026-11-20")], "2026-11-20"),
        ((KAIGO,), [make_claim("VM.REG", source="staff", as_of="2026-09-20")], "2026-10-01"),
        ((), [make_claim("VM.REG", source="staff", as_of="0000-2026-08-01")], "2026-08-01"),
        ((), [], NEVER),
    ],
)
def test_the_last_import_of_any_of_its_sources_counts(sources, claims, expected) -> None:
    facility = make_facility("a", claims=claims, sources=sources)
    assert last_heard(facility, IMPORTED) == expected
    [days] = days_heard([facility], IMPORTED).tolist()
    assert date(1970, 1, 1) + timedelta(days=days) == date.fromisoformat(expected)
    assert number_of(date.fromisoformat(expected)) == days

"""What each source tells: shares counted over a handful of facilities."""

from __future__ import annotations

from datetime import timedelta

from geoportal.domain.claim import HOURS_STALE_AFTER_DAYS
from geoportal.domain.facility import SourceMention
from geoportal.domain.hours import Hours
from geoportal.index.freshness import source_figures
from tests.factories import TODAY, make_claim, make_facility

KAIGO = SourceMention("kaigo", "k", "2026-10-01")
BUREAU = SourceMention("bureau", "b", "2026-10-01")


def test_shares_by_source():
    fresh = make_claim("ST.ZS1", evidence="filed", source="bureau", as_of="2026-10-01")
    stale = make_claim("VM.REG", evidence="filed", source="bureau", as_of="2026-01-01")
    kind = make_claim("FT.CLIN", evidence="registry", source="kaigo")
    silent = make_claim("AC.STERILE", "unknown", evidence="filed", source="bureau")
    hours = Hours(open_days=(0,), as_of="2026-01-01", source="kaigo")
    figures = source_figures(
        [
            make_facility("1", claims=[fresh, stale, kind], sources=(KAIGO, BUREAU)),
            make_facility("2", None, [kind], sources=(KAIGO,), phone="", hours=hours),
            make_facility("3", claims=[silent], sources=(BUREAU,)),
        ],
        TODAY,
    )
    kaigo, bureau = figures["kaigo"].as_dict(), figures["bureau"].as_dict()
    assert (kaigo["facilities"], kaigo["linked"], kaigo["phone"]) == (2, 0.5, 0.5)
    assert (kaigo["position"], kaigo["hours"], kaigo["home_care"]) == (0.5, 0.5, 0.5)
    assert (kaigo["facts"], kaigo["stale"]) == (3, 0.333)  # two kinds, and hours of January
    assert (bureau["facilities"], bureau["home_care"]) == (2, 0.5)  # "unknown" is no fact
    assert (bureau["facts"], bureau["stale"]) == (3, 0.333)


def test_a_source_without_facts_has_no_share_of_stale_ones():
    figures = source_figures([make_facility("1", sources=(KAIGO,))], TODAY)
    assert figures["kaigo"].as_dict()["stale"] is None
    assert source_figures([], TODAY) == {}


def test_hours_are_stale_from_the_day_after_their_last():
    for days, stale in ((HOURS_STALE_AFTER_DAYS, 0), (HOURS_STALE_AFTER_DAYS + 1, 1)):
        as_of = (TODAY - timedelta(days=days)).isoformat()
        hours = Hours(open_days=(0,), as_of=as_of, source="kaigo")
        figures = source_figures([make_facility("1", sources=(KAIGO,), hours=hours)], TODAY)
        assert (figures["kaigo"].claims, figures["kaigo"].stale) == (1, stale)


def test_facts_of_unknown_date_are_counted_by_themselves():
    undated = make_claim("VM.REG", source="kaigo", as_of="0000-2026-11-22")
    hours = Hours(open_days=(0,), as_of="0000-2026-11-22", source="kaigo")
    fresh = make_claim("AC.PAIN", source="kaigo")
    facility = make_facility("1", claims=[undated, fresh], sources=(KAIGO,), hours=hours)
    figures = source_figures([facility], TODAY)["kaigo"].as_dict()
    assert (figures["facts"], figures["stale"], figures["undated"]) == (3, 0, 0.667)

"""Links to the official pages of a facility: to its own page only where the id is sure."""

from __future__ import annotations

import pytest

from geoportal.domain.facility import SourceMention
from geoportal.services.portal import shipped_reference
from geoportal.store.official_pages import OfficialPage, official_page
from tests.factories import make_facility

NAVII = "https://www.iryou.teikyouseido.mhlw.go.jp/znk-web/juminkanja/"
KAIGO = "https://www.kaigokensaku.mhlw.go.jp/"


def page(
    kind: str, source: str, record_id: str, municipality: str = "40106"
) -> OfficialPage | None:
    facility = make_facility(
        kind=kind,
        municipality_code=municipality,
        sources=(SourceMention(source, record_id, "2026-06-01"),),
    )
    return official_page(shipped_reference(), facility)


@pytest.mark.parametrize(
    ("kind", "record_id", "municipality", "query"),
    [
        ("clinic", "0120116711805", "01101", "prefCd=01&kikanCd=0116711805&kikanKbn=2"),
        ("hospital", "421hgo0001", "42201", "prefCd=42&kikanCd=hgo0001&kikanKbn=1"),
        ("pharmacy", "4056R045001", "40106", "prefCd=40&kikanCd=6R045001&kikanKbn=5"),
    ],
)
def test_an_institution_has_its_page(
    kind: str, record_id: str, municipality: str, query: str
) -> None:
    address = f"{NAVII}S2430/initialize?{query}"
    found = page(kind, "navii-facility", record_id, municipality)
    assert found == OfficialPage("navii-facility", address, exact=True)


def test_a_care_office_has_the_page_of_its_service() -> None:
    found = page("home_help", "kaigo", "110-40B7300013")
    assert found is not None
    assert found.url.startswith(f"{KAIGO}40/index.php?")
    assert found.url.endswith("&JigyosyoCd=40B7300013-00&ServiceCd=110")
    assert found.exact


@pytest.mark.parametrize(
    ("kind", "source", "record_id", "municipality", "search"),
    [
        ("clinic", "navii-facility", "120116711805", "01101", f"{NAVII}S2300/initialize"),
        ("clinic", "navii-facility", "4030116711805", "40106", f"{NAVII}S2300/initialize"),
        ("clinic", "navii-facility", "402<script>", "40106", f"{NAVII}S2300/initialize"),
        ("clinic", "bureau", "4020116711805", "40106", f"{NAVII}S2300/initialize"),
        ("home_help", "kaigo", "110-070100021", "40106", KAIGO),
        ("home_help", "kaigo", "110-4370100021", "40106", KAIGO),
    ],
)
def test_an_id_that_is_not_sure_leads_to_the_search_page(
    kind: str, source: str, record_id: str, municipality: str, search: str
) -> None:
    found = page(kind, source, record_id, municipality)
    assert found == OfficialPage(
        "kaigo" if kind == "home_help" else "navii-facility", search, exact=False
    )


def test_centres_are_on_no_official_site() -> None:
    assert page("liaison_centre", "centres", "kokura") is None

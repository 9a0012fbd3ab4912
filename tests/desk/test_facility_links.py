"""How staff come to a facility's page, and give its office a link there."""

from __future__ import annotations

import re
from html import unescape

import pytest

from geoportal.desk.services.office_links import list_links
from tests.desk.conftest import Browser, made, trail

PAGE = "/desk/facilities/near"


@pytest.fixture
def signed_in(browser, coordinator) -> Browser:
    browser.sign_in("kokura.sato")
    return browser


def give(browser: Browser, **form: str):
    return browser.post(f"{PAGE}/links", {"days": "90", **form}, page=PAGE)


def test_a_facility_is_found_by_its_name_from_the_first_page(signed_in):
    found = signed_in.post("/desk/facilities", {"words": "ハート"}, page="/desk")
    assert found.status_code == 200
    assert f'href="{PAGE}"' in found.text
    assert "見本ハートクリニック" in found.text
    nothing = signed_in.post("/desk/facilities", {"words": "<b>無い名前"}, page="/desk")
    assert "見つかりません" in nothing.text
    assert "<b>無い名前" not in nothing.text


def test_what_is_searched_for_is_sent_in_no_address(signed_in):
    form = re.search(r'<form class="desk-search"[^>]*>', signed_in.get("/desk").text)[0]
    assert 'method="post"' in form
    assert signed_in.get("/desk/facilities?words=x").status_code == 405


def test_a_link_is_shown_once_and_opens_the_office_page(app, signed_in, desk):
    page = give(signed_in)
    address = unescape(re.search(r'desk-address">([^<]+)<', page.text)[1])
    assert address.startswith("https://localhost/o/")
    assert 'src="data:image/svg+xml' in page.text
    assert "書き込みの履歴" not in page.text  # it is printed and handed over
    token = address.partition("/o/")[2]
    assert token not in signed_in.get(PAGE).text
    office = Browser(app.test_client()).get(f"/o/{token}")
    assert "新しい人を受け入れられますか" in office.text
    (link,) = list_links(desk)
    assert (link.facility_id, link.expires_s - desk.now_s) == ("near", 90 * 86_400)
    assert trail(desk)[-1] == "office_link.add"


def test_without_a_name_of_the_site_no_link_is_given_and_it_is_said(signed_in, desk, monkeypatch):
    monkeypatch.setattr("geoportal.desk.web.link_giving.trusted_root", lambda: None)
    refused = give(signed_in)
    assert refused.status_code == 400
    assert "GEOPORTAL_HOSTS" in refused.text
    assert "患者さんを特定できる言葉ではないことを確かめました" not in refused.text
    assert list_links(desk) == []


def test_a_revoked_link_opens_nothing(app, signed_in, desk):
    page = give(signed_in)
    token = re.search(r"/o/([^<]+)<", page.text)[1]
    (link,) = list_links(desk)
    other = signed_in.post(f"/desk/facilities/far/links/{link.id}/revoke", {}, page=PAGE)
    assert other.status_code in {403, 404}
    assert not list_links(desk)[0].is_revoked
    assert signed_in.post(f"{PAGE}/links/{link.id}/revoke", {}, page=PAGE).status_code == 303
    assert Browser(app.test_client()).get(f"/o/{token}").status_code == 410
    assert "取り消し済み" in signed_in.get(PAGE).text


def test_links_are_given_for_the_own_wards_or_helping_out(app, desk):
    made(desk, "yahata.abe", centre="yahata")
    other = Browser(app.test_client())
    other.sign_in("yahata.abe")
    assert give(other).status_code == 403
    assert list_links(desk) == []
    assert give(other, helping="1").status_code == 200
    (link,) = list_links(desk)
    assert other.post(f"{PAGE}/links/{link.id}/revoke", {}, page=PAGE).status_code == 403


@pytest.mark.parametrize("days", ["", "0", "31", "100000", "x"])
def test_a_link_lasts_one_of_the_terms_offered(signed_in, desk, days):
    assert give(signed_in, days=days).status_code == 400
    assert list_links(desk) == []

"""Parts of pages that are rendered once: what may differ between two answers does, nothing else."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from geoportal.services.portal import Portal
from geoportal.web.site.prepared import Prepared, gap

CANARY = "小倉北区堺町九丁目九十九番"


@given(st.lists(st.tuples(st.text("ab<&", max_size=3), st.sampled_from(["VM.REG", "'&<"]))))
def test_gaps_are_filled_where_they_stand(parts: list[tuple[str, str]]) -> None:
    html = "".join(f"{text}{gap('count', code)}" for text, code in parts)
    filled = Prepared(html).filled(count=lambda code: f"[{code}]")
    escaped = {"VM.REG": "VM.REG", "'&<": "&#39;&amp;&lt;"}
    assert filled == "".join(f"{text}[{escaped[code]}]" for text, code in parts)


def test_what_was_chosen_and_counted_is_of_this_answer(app: Flask) -> None:
    client = app.test_client()
    first = client.get("/?district=40106&need=VM.REG&kind=clinic").text
    plain = client.get("/").text
    assert re.search(r'value="VM.REG" checked', first)
    assert re.search(r'value="40106" selected', first)
    assert re.search(r'data-kind-count="clinic">\d', first)
    assert " checked" not in plain.partition('name="need"')[2].partition("</form>")[0]
    assert not re.search(r'<option value="4\d{4}" selected', plain)
    assert not re.search(r'data-kind-count="clinic">\d', plain)
    assert client.get("/?district=40106&need=VM.REG&kind=clinic").text == first


def test_each_language_has_its_own(app: Flask) -> None:
    client = app.test_client()
    pages = {lang: client.get(f"/?district=40106&lang={lang}").text for lang in ("ja", "en")}
    assert "地図で見る" in pages["ja"]
    assert "地図で見る" not in pages["en"]


LINK = re.compile(r'class="card__name"><a href="([^"?]*)(\?lang=\w+)?"')
ENGLISH = {"Accept-Language": "en"}


@pytest.mark.parametrize("asked_first", [True, False])
def test_links_of_cards_carry_the_language_that_was_asked_for_alone(
    app: Flask, *, asked_first: bool
) -> None:
    client = app.test_client()
    urls = [("/?district=40106&lang=en", "?lang=en"), ("/?district=40106", "")]
    for url, carried in urls if asked_first else reversed(urls):
        links = LINK.findall(client.get(url, headers=ENGLISH).text)
        assert links
        assert {language for _, language in links} == {carried}


def test_links_of_cards_lead_to_where_the_site_is_mounted(app: Flask) -> None:
    client = app.test_client()
    for root in ("", "/care", ""):
        page = client.get("/?district=40106", base_url=f"http://localhost{root}")
        links = LINK.findall(page.text)
        assert links
        assert all(path.startswith(f"{root}/facilities/") for path, _ in links)


def test_a_text_that_looks_like_a_gap_is_a_text() -> None:
    assert Prepared("a\x00way \x00b").filled() == "a\x00way \x00b"


def test_a_home_is_in_none_of_them(app: Flask, portal: Portal) -> None:
    client = app.test_client()
    for form in ({"address": CANARY}, {"lon": "130.876543", "lat": "33.8834", "need": "VM.REG"}):
        assert client.post("/", data=form).status_code == 200
    kept = portal.view().snapshot.kept.items()
    assert any(isinstance(part, Prepared) for _, part in kept)
    said = repr([(key, getattr(part, "_texts", part)) for key, part in kept])
    assert CANARY not in said
    assert "130.8765" not in said

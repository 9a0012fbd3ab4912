"""A page of results is drawn once a minute for a question of codes, and counted each time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.conftest import NOW

QUESTION = "/?district=40106&need=VM.REG"


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def drawn(monkeypatch):
    """Count the pages that are drawn."""
    from geoportal.web.pages import search

    counted, draw = [], search.form_page
    monkeypatch.setattr(search, "form_page", lambda *a, **k: counted.append(1) or draw(*a, **k))
    return counted


def test_it_is_drawn_once_and_counted_each_time(client, portal, drawn, monkeypatch):
    counted = []
    monkeypatch.setattr(portal.exposure, "record", lambda day, ids: counted.append(ids))
    first, second = client.get(QUESTION), client.get(QUESTION)
    assert (first.data, dict(first.headers)) == (second.data, dict(second.headers))
    assert len(drawn) == 1
    assert len(counted) == 2
    assert counted[0] == counted[1] != []


def test_another_minute_language_or_question_is_another_page(client, portal, drawn, monkeypatch):
    client.get(QUESTION)
    client.get(f"{QUESTION}&lang=en")
    client.get(f"{QUESTION}&kind=clinic")
    monkeypatch.setattr(portal, "clock", lambda: NOW + timedelta(minutes=1))
    client.get(QUESTION)
    assert len(drawn) == 4


def test_words_and_homes_are_drawn_each_time(client, drawn):
    for _ in range(2):
        client.get(f"{QUESTION}&q=内科")
        client.post("/", data={"lon": "130.87", "lat": "33.88", "need": "VM.REG"})
    assert len(drawn) == 4


def test_a_page_that_refuses_stays_refused(client):
    many = "&".join(f"department={number}" for number in range(30))
    asked = [client.get(f"/?district=40106&need=NO.SUCH&{many}") for _ in range(2)]
    assert {answer.status_code for answer in asked} == {400}

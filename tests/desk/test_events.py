"""Events: kept by staff, the public ones on a page and in a feed, none that is over."""

from __future__ import annotations

import io
from dataclasses import replace

import icalendar
import pytest

from geoportal.desk.domain.event import Event, Sort
from geoportal.desk.domain.ledger import Audience
from geoportal.desk.services.events import PersonWarning, coming, put, take_csv
from geoportal.errors import UsageError
from tests.desk.conftest import Browser

EVENT = Event(
    "", "看取りの研修会", Sort.TRAINING, Audience.PUBLIC, "2026-12-01T14:00", "2026-12-01T16:00",
    "見本会館", "見本医師会", "https://example.org/a", "無料",
)  # fmt: skip
INSIDE = "多職種の内輪の会議"


@pytest.fixture
def staff(browser, coordinator) -> Browser:
    browser.sign_in("kokura.sato")
    return browser


def test_the_public_sees_public_events_and_no_others(app, desk, coordinator):
    put(desk, coordinator.actor, EVENT)
    put(desk, coordinator.actor, replace(EVENT, title=INSIDE, audience=Audience.PROFESSIONAL))
    stranger = Browser(app.test_client())
    for language in ("ja", "ja-easy", "en"):
        page = stranger.get(f"/events?lang={language}")
        assert page.status_code == 200
        assert "看取りの研修会" in page.text
        assert INSIDE not in page.text
        assert "Set-Cookie" not in page.headers
    feed = icalendar.Calendar.from_ical(stranger.get("/events.ics").data)
    (entry,) = feed.walk("VEVENT")
    assert str(entry["summary"]) == "看取りの研修会"
    assert entry.decoded("dtstart").isoformat() == "2026-12-01T05:00:00+00:00"
    assert "/events" in stranger.get("/centres").text
    assert len(coming(desk)) == 2


def test_an_event_that_is_over_is_gone(desk, coordinator, clock):
    put(desk, coordinator.actor, EVENT)
    clock.move(8 * 86_400)
    assert coming(desk) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "長" * 81),
        ("starts_at", "あす"),
        ("ends_at", "2026-12-01T14:00"),
        ("url", "javascript:alert(1)"),
    ],
)
def test_what_is_no_event_is_refused(desk, coordinator, field, value):
    with pytest.raises(UsageError) as error:
        put(desk, coordinator.actor, replace(EVENT, **{field: value}))
    assert error.value.field == field


def test_a_name_or_an_address_is_asked_about(desk, coordinator):
    named = replace(EVENT, note="講師 田中 太郎")
    with pytest.raises(PersonWarning):
        put(desk, coordinator.actor, named)
    assert put(desk, coordinator.actor, named, is_sure=True)


def test_events_come_as_csv_once(desk, coordinator):
    text = (
        "名称,種類,公開,開始,終了,会場,主催,リンク,備考\n"
        "講演会A,講演会,だれでも,2026/12/5 13:00,2026/12/5 15:00,会館,医師会,,\n"
        "変な行,祭り,だれでも,2026/12/5 13:00,2026/12/5 15:00,,,,\n"
    )
    for content in (text.encode("utf-8-sig"), text.encode("cp932")):
        assert take_csv(desk, coordinator.actor, content) == (1, [3])
    (event,) = coming(desk)
    assert (event.title, event.starts_at) == ("講演会A", "2026-12-05T13:00")
    with pytest.raises(UsageError):
        take_csv(desk, coordinator.actor, b"a,b\n1,2\n")


def test_staff_add_and_remove(staff, desk):
    form = {
        "title": "会議", "sort": "meeting", "audience": "professional",
        "starts_at": "2026-12-01T14:00", "ends_at": "2026-12-01T15:00",
    }  # fmt: skip
    assert staff.post("/desk/events", form).status_code == 303
    (event,) = coming(desk)
    assert "会議" in staff.get("/desk/events").text
    bad = {**form, "place": "桜並木1-2-3"}
    answer = staff.post("/desk/events", bad)
    assert answer.status_code == 400
    assert 'name="sure"' in answer.text
    file = {"file": (io.BytesIO(b"nothing"), "a.csv")}
    assert staff.post("/desk/events/file", file, page="/desk/events").status_code == 400
    path = f"/desk/events/{event.id}/remove"
    assert staff.post(path, {}, page="/desk/events").status_code == 303
    assert coming(desk) == []

"""The page of consultation centres says what is known of each, and no more."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from geoportal.domain.centre import Centre
from geoportal.domain.hours import Hours, Session
from geoportal.services.portal import Portal, shipped_reference
from geoportal.settings import Settings
from geoportal.store.centres import write_centres
from geoportal.store.database import Database, advance_dataset_version
from geoportal.store.facilities import write_facilities
from geoportal.web.app import create_app
from tests.conftest import NOW
from tests.factories import KOKURA, make_facility

OSAKA = Centre(
    "kita",
    "liaison_centre",
    "北区相談支援室",
    phone="06-0000-0001",
    districts=("27127",),
    hours=Hours(sessions=tuple(Session(day, "10:00", "16:00") for day in (0, 1, 3))),
    terms=("professionals", "free"),
    residents_of=("27100",),
    age_from=65,
)
BARE = Centre("hokatsu-1", "community_support_centre", "包括センター一", source="centres")
TOWNS = Centre(
    "hokatsu-2",
    "community_support_centre",
    "包括センター二",
    phone="093-000-0002",
    area="大手町、米町",
    districts=("40106",),
)


@pytest.fixture
def client(database: Database, tmp_path: Path) -> FlaskClient:
    with database.engine.begin() as connection:
        write_facilities(
            connection,
            [
                make_facility("one", KOKURA),
                make_facility(
                    "c-hokatsu-1",
                    KOKURA,
                    kind="community_support_centre",
                    municipality_code="40106",
                    address="",
                    phone="",
                ),
            ],
        )
        write_centres(connection, [BARE, TOWNS, OSAKA])
        advance_dataset_version(connection, "centres")
    portal = Portal(database, shipped_reference(), clock=lambda: NOW)
    return create_app(portal, Settings()).test_client()


def test_hours_and_eligibility_are_those_of_each_centre(client: FlaskClient) -> None:
    text = client.get("/centres").get_data(as_text=True)
    assert "月曜、火曜、木曜 10:00〜16:00" in text
    assert "対象は、原則として大阪市にお住まいの65歳以上の方です。" in text
    kokura = text.split('id="kokura"')[1].split("</li>")[0]
    assert (
        "月曜から金曜 9:00〜17:00（祝日、8月13日から8月15日、12月29日から1月3日は休み）" in kokura
    )
    assert "北九州市にお住まいの40歳以上の方" in text, "of the shipped centre, in its own section"
    assert "お住まいの40歳以上" not in client.get("/centres?lang=en").get_data(as_text=True)


def test_liaison_centres_come_first_and_others_stand_under_their_ward(client: FlaskClient) -> None:
    text = client.get("/centres").get_data(as_text=True)
    order = [text.index(f'id="{id_}"') for id_ in ("kokura", "kita", "hokatsu-1", "hokatsu-2")]
    assert max(order[:2]) < min(order[2:])
    support = text.split('id="centres-community_support_centre"')[1]
    assert support.index("小倉北区</a></h3>") < support.index("包括センター一")
    assert "大手町、米町" in support


def test_what_is_not_known_is_left_out(client: FlaskClient) -> None:
    text = client.get("/centres").get_data(as_text=True)
    bare = text.split('id="hokatsu-1"')[1].split("</li>")[0]
    assert "<dt>" not in bare
    assert "tel:" not in bare
    assert "受付" not in bare
    assert "受付時間は不明" not in text

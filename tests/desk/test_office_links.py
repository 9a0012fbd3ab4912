"""Links for offices: one facility, one purpose, an end, and nothing by guessing or altering."""

from __future__ import annotations

import base64
import json

import pytest
from itsdangerous import URLSafeSerializer

from geoportal.desk.domain.office_link import LinkScope
from geoportal.desk.services.office_links import (
    LinkRefusedError,
    issue_link,
    opened_link,
    revoke_link,
    token_of,
)
from geoportal.errors import UsageError
from tests.desk.conftest import Browser, count, trail

DAY_S = 86_400


@pytest.fixture
def link(desk, coordinator):
    return issue_link(desk, coordinator.actor, "near", LinkScope.CAPACITY, 30)


def reason(desk, token: str) -> str:
    with pytest.raises(LinkRefusedError) as error:
        opened_link(desk, token)
    return error.value.reason


def test_a_link_opens_its_own_facility_without_a_cookie(app, desk, link):
    browser = Browser(app.test_client())
    answer = browser.get(f"/o/{token_of(desk, link)}")
    assert answer.status_code == 200
    assert "見本ハートクリニック" in answer.text
    assert "Set-Cookie" not in answer.headers
    assert browser.get("/desk").status_code == 303
    assert trail(desk)[-1] == "office_link.add"


def test_a_link_ends(desk, link, clock, app):
    token = token_of(desk, link)
    clock.move(30 * DAY_S - 1)
    assert opened_link(desk, token) == link
    clock.move(1)
    assert reason(desk, token) == "expired"
    assert Browser(app.test_client()).get(f"/o/{token}").status_code == 410


def test_a_link_is_revoked_at_once(desk, link, coordinator, app):
    token = token_of(desk, link)
    revoke_link(desk, coordinator.actor, link.id)
    assert reason(desk, token) == "revoked"
    answer = Browser(app.test_client()).get(f"/o/{token}")
    assert answer.status_code == 410
    assert "取り消された" in answer.text
    assert "見本ハート" not in answer.text
    revoke_link(desk, coordinator.actor, link.id)
    assert trail(desk).count("office_link.revoke") == 1


def test_nothing_in_a_token_can_be_altered(desk, link, clock):
    token = token_of(desk, link)
    payload, signature = token.rsplit(".", 1)
    content = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert content == [link.id, "near", "capacity", link.expires_s]
    for position, value in enumerate(["0" * 16, "maybe", "survey", link.expires_s + DAY_S]):
        altered = [*content]
        altered[position] = value
        written = base64.urlsafe_b64encode(json.dumps(altered).encode()).decode().rstrip("=")
        assert reason(desk, f"{written}.{signature}") == "unknown"
    for token_tried in (payload, f"{payload}.", f".{signature}", "", "x", token[:-1], f"{token}x"):
        assert reason(desk, token_tried) == "unknown"


def test_a_token_of_another_key_or_purpose_opens_nothing(desk, link):
    content = [link.id, "near", "capacity", link.expires_s]
    options = {"digest_method": __import__("hashlib").sha256, "key_derivation": "hmac"}
    for key, salt in (("other" * 10, "geoportal-office-link"), (desk.secret_key, "cookie-session")):
        signed = URLSafeSerializer(key, salt=salt, signer_kwargs=options).dumps(content)
        assert reason(desk, signed) == "unknown"


def test_a_token_that_is_signed_but_was_not_given_out_opens_nothing(desk, link):
    """Whoever gets the key alone still lacks the row."""
    from geoportal.desk.services import office_links

    signer = office_links._serializer(desk)
    for content in (
        ["f" * 16, "near", "capacity", link.expires_s],
        [link.id, "maybe", "capacity", link.expires_s],
        [link.id, "near", "survey", link.expires_s],
        [link.id],
        {"id": link.id},
        [],
        None,
        7,
    ):
        assert reason(desk, signer.dumps(content)) == "unknown", content


def test_a_link_of_a_facility_that_is_not_held_any_more_opens_nothing(app, desk, coordinator):
    link = issue_link(desk, coordinator.actor, "left-the-data", LinkScope.CAPACITY, 3)
    assert Browser(app.test_client()).get(f"/o/{token_of(desk, link)}").status_code == 410


def test_the_token_itself_is_kept_nowhere(desk, link, tmp_path):
    token = token_of(desk, link)
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("test.db.desk*"))
    assert token.rsplit(".", 1)[1].encode() not in kept
    assert count(desk, "desk_office_links") == 1


@pytest.mark.parametrize("days", [0, -1, 401])
def test_a_link_lasts_a_day_to_a_year(desk, coordinator, days):
    with pytest.raises(UsageError):
        issue_link(desk, coordinator.actor, "near", LinkScope.CAPACITY, days)

"""A home that is typed into the staff side stays nowhere: every route, signed in and not.

What staff write on purpose (the texts of a case) is refused when it looks like a home.
"""

from __future__ import annotations

import logging
from html import unescape

import pytest
from structlog.testing import capture_logs

from tests.desk.conftest import Browser
from tests.privacy.canary import CANARY, traces
from tests.privacy.conftest import routes
from tests.privacy.test_canary import _LINKS, _NAMES

DESK = ("/desk", "/login", "/logout", "/o/")


@pytest.mark.slow
@pytest.mark.parametrize("role", ["stranger", "coordinator", "administrator"])
def test_a_home_sent_to_every_route_of_the_desk_is_kept_nowhere(
    app, role, coordinator, administrator, tmp_path, caplog, capfd
):
    caplog.set_level(logging.DEBUG)
    browser = Browser(app.test_client())
    names = {"coordinator": "kokura.sato", "administrator": "city.ito"}
    if role in names:
        browser.sign_in(names[role])
    rules = [route for route in routes(app, "GET", "POST") if route.path.startswith(DESK)]
    pages = [route.path for route in rules if route.method == "GET" and "<" not in route.rule]
    fields = {name for page in pages for name in _NAMES.findall(_text(browser.get(page)))}
    seen = set()
    with capture_logs() as logs:
        for route in rules:
            path = route.path.replace("himitsu-path", CANARY.replace("/", ""))
            answers = [
                browser._open(route.method, path, query_string={"next": CANARY, "said": CANARY})
            ]
            if route.method == "POST" and route.path != "/logout":
                form = dict.fromkeys(fields - {"csrf_token"}, CANARY) | {
                    "ward": "40106",
                    "kind": "clinic",
                }
                page = "/desk" if role in names else "/login"
                answers.append(browser.post(path, form, page=page))
            for answer in answers:
                seen.add(answer.status_code)
                assert traces(str(answer.headers)) == [], route
                links = unescape(" ".join(_LINKS.findall(_text(answer))))
                assert traces(links) == [], route
                if answer.status_code not in {200, 400}:
                    assert traces(_text(answer)) == [], route
    assert seen & {303, 400, 404}
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    files = (path.read_bytes().decode("utf-8", "ignore") for path in kept)
    assert traces(str(logs), caplog.text, *capfd.readouterr(), *files) == []
    assert traces(app.test_client().get("/metrics").text) == []


def _text(answer) -> str:
    """Return an answer as text, also that of a workbook or a PDF."""
    return answer.data.decode(errors="ignore")

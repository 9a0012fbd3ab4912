"""The site's own files: kept for good under their version, asked for again without it."""

from __future__ import annotations

import gzip
import re

import brotli
import pytest
from flask.testing import FlaskClient

from geoportal.web.site.assets import STATIC, sources_digest
from geoportal.web.site.static_files import read_static_files

SCRIPT = (STATIC / "js" / "main.js").read_bytes()
MAIN = "js/main.js"


@pytest.fixture
def client(app):
    return app.test_client()


def versioned(client: FlaskClient) -> str:
    page = client.get("/").get_data(as_text=True)
    found = re.search(r'src="(/static/[0-9a-f]{12}/)(js|built)/main\.js"', page)
    assert found is not None
    return found[1] + MAIN


def test_what_a_page_names_is_kept_for_good_and_the_rest_is_asked_for_again(client) -> None:
    current = client.get(versioned(client))
    assert current.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    for path in ("/static/js/main.js", "/static/0123456789ab/js/main.js"):
        other = client.get(path)
        assert (other.data, other.headers["Cache-Control"]) == (SCRIPT, "no-cache")
    assert current.data == SCRIPT


@pytest.mark.parametrize(
    ("accepted", "encoding", "unpack"),
    [
        ("br, gzip", "br", brotli.decompress),
        ("gzip", "gzip", gzip.decompress),
        ("br;q=0, gzip", "gzip", gzip.decompress),
        ("", None, bytes),
    ],
)
def test_every_browser_gets_the_file_as_it_can_read_it(client, accepted, encoding, unpack) -> None:
    response = client.get(versioned(client), headers={"Accept-Encoding": accepted})
    assert response.headers.get("Content-Encoding") == encoding
    assert response.mimetype == "text/javascript"
    assert "Accept-Encoding" in response.headers["Vary"]
    assert unpack(response.data) == SCRIPT
    again = client.get(
        versioned(client),
        headers={"Accept-Encoding": accepted, "If-None-Match": response.headers["ETag"]},
    )
    assert (again.status_code, again.data) == (304, b"")


def test_encodings_do_not_share_a_tag(client) -> None:
    tags = {
        client.get(versioned(client), headers={"Accept-Encoding": how}).headers["ETag"]
        for how in ("br", "gzip", "identity")
    }
    assert len(tags) == 3


@pytest.mark.parametrize(
    "path",
    [
        "js/none.js",
        "../app.py",
        "0123456789ab/../app.py",
        "js",
        "",
        "vendor/.ready",
        "%2e%2e/app.py",
    ],
)
def test_nothing_else_is_served(client, path) -> None:
    assert client.get(f"/static/{path}").status_code == 404


def test_pictures_are_sent_as_they_are(client) -> None:
    response = client.get("/static/icons/icon-192.png", headers={"Accept-Encoding": "br"})
    assert "Content-Encoding" not in response.headers
    assert response.data == (STATIC / "icons" / "icon-192.png").read_bytes()


def test_the_version_changes_with_any_file(tmp_path) -> None:
    (tmp_path / "a.js").write_text("1")
    first = read_static_files(tmp_path).version
    read_static_files.cache_clear()
    assert read_static_files(tmp_path).version == first
    (tmp_path / "a.js").write_text("2")
    read_static_files.cache_clear()
    second = read_static_files(tmp_path).version
    (tmp_path / "a.js").rename(tmp_path / "b.js")
    read_static_files.cache_clear()
    assert len({first, second, read_static_files(tmp_path).version}) == 3


def page_files(folder, *, built_from: str):
    for name in ("js/main.js", "js/dom.js", "css/site.css", "built/main.js", "icons/icon.svg"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(name)
    (folder / "built" / "sources.txt").write_text(built_from or sources_digest(folder))
    read_static_files.cache_clear()
    return read_static_files(folder)


def test_a_script_is_asked_for_with_all_it_imports_in_one_file(tmp_path) -> None:
    static = page_files(tmp_path, built_from="")
    assert static.in_use("js/main.js") == "built/main.js"
    assert static.in_use("css/site.css") == "css/site.css"  # was not put together
    assert static.in_use("icons/icon.svg") == "icons/icon.svg"
    assert static.shell() == ["built/main.js", "icons/icon.svg"]


def test_bundles_of_former_sources_are_not_served(tmp_path) -> None:
    static = page_files(tmp_path, built_from="something else")
    assert static.in_use("js/main.js") == "js/main.js"
    assert static.shell() == ["css/site.css", "icons/icon.svg", "js/dom.js", "js/main.js"]

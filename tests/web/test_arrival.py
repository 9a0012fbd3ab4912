"""Names of the site, proxies, and who may read the counts."""

from __future__ import annotations

import pytest
from werkzeug.test import create_environ, run_wsgi_app

from geoportal.errors import UsageError
from geoportal.settings import Settings
from geoportal.web.app import create_app
from geoportal.web.arrival import host_name

PROXY = {"REMOTE_ADDR": "10.0.0.9"}


def client_of(portal, **variables):
    named = {f"GEOPORTAL_{name.upper()}": value for name, value in variables.items()}
    return create_app(portal, Settings.from_environment(named)).test_client()


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("Map.Example.JP", "map.example.jp"),
        ("localhost:8000", "localhost"),
        ("127.0.0.1:1", "127.0.0.1"),
        ("[::1]:65535", "[::1]"),
        ("my_service", "my_service"),
        ("xn--zckzah", "xn--zckzah"),
    ],
)
def test_valid_names(host, name):
    assert host_name(host) == name


BAD_HOSTS = [
    *("", ".", "..", "a..b", ".a", "a.", "xn--", "xn--a", "-a", "a-", "a b", "a,b", "a/b", "a@b"),
    *("a:0", "a:65536", "a:x", "a:", "[::1", "[zz]", "::1", "あ", "a\u0000", "x" * 64, "a." * 130),
]


@pytest.mark.parametrize("host", BAD_HOSTS)
@pytest.mark.parametrize("path", ["/", "/api/v1/centres", "/healthz", "/nothing"])
def test_what_is_no_name_is_refused_on_every_route(app, host, path):
    assert host_name(host) is None
    environ = create_environ(path)
    environ["HTTP_HOST"] = host.encode().decode("latin-1")
    pieces, status, _headers = run_wsgi_app(app.wsgi_app, environ, buffered=True)
    assert status.startswith("400 ")
    assert b"localhost" not in b"".join(pieces)


def test_names_that_the_site_does_not_have_are_refused(portal):
    client = client_of(portal, hosts="map.example.jp, www.example.jp")
    statuses = {
        host: client.get("/about", headers={"Host": host}).status_code
        for host in ("map.example.jp", "WWW.example.jp:443", "evil.example", "localhost")
    }
    assert statuses == {
        "map.example.jp": 200,
        "WWW.example.jp:443": 200,
        "evil.example": 400,
        "localhost": 200,
    }
    assert client.get("/readyz", headers={"Host": "10.0.0.5:8000"}).status_code == 200


@pytest.mark.parametrize("path", ["/facilities/near", "/", "/robots.txt", "/sitemaps/1.txt"])
def test_no_link_is_made_from_a_name_nobody_vouches_for(sample_city, app, path):
    for client in (app.test_client(), sample_city):
        text = client.get(path, headers={"Host": "evil.example"}).text
        assert "evil.example" not in text


def test_links_are_made_from_the_names_of_the_site(portal):
    client = client_of(portal, hosts="map.example.jp", trusted_proxies="10.0.0.9")
    headers = {"Host": "map.example.jp", "X-Forwarded-Proto": "https", "X-Forwarded-For": "1.2.3.4"}
    page = client.get("/facilities/near", headers=headers, environ_overrides=PROXY).text
    address = "https://map.example.jp/facilities/near"
    assert f'<link rel="canonical" href="{address}">' in page
    assert f'"@id": "{address}"' in page or f'"@id":"{address}"' in page


def test_only_over_tls_is_the_browser_told_to_come_back_over_tls(portal):
    client = client_of(portal, trusted_proxies="10.0.0.0/8")
    headers = {"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Proto": "https"}
    told = client.get("/about", headers=headers, environ_overrides=PROXY)
    assert told.headers["Strict-Transport-Security"] == "max-age=31536000"
    del headers["X-Forwarded-For"]  # a proxy may say the scheme alone
    alone = client.get("/about", headers=headers, environ_overrides=PROXY)
    assert "Strict-Transport-Security" in alone.headers
    untrusted = client.get("/about", headers=headers, environ_overrides={"REMOTE_ADDR": "8.8.8.8"})
    plain = client.get("/about")
    assert "Strict-Transport-Security" not in {**untrusted.headers, **plain.headers}


@pytest.mark.parametrize(
    ("client", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("192.0.2.1", {}, 403),
        ("unix", {}, 403),
        # Who comes through a proxy on this machine is not on this machine.
        ("127.0.0.1", {"X-Forwarded-For": "192.0.2.1"}, 403),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, 403),
        ("127.0.0.1", {"Forwarded": "for=192.0.2.1"}, 403),
        ("127.0.0.1", {"X-Forwarded-Proto": "https"}, 403),
        # A trusted proxy's word counts; what the client itself added before it does not.
        ("10.0.0.9", {"X-Forwarded-For": "127.0.0.1"}, 200),
        ("10.0.0.9", {"X-Forwarded-For": "127.0.0.1, 192.0.2.1"}, 403),
        ("10.0.0.9", {"X-Forwarded-For": "192.0.2.1, 127.0.0.1, 10.0.0.8"}, 200),
        ("10.0.0.9", {"X-Forwarded-For": "nonsense"}, 403),
    ],
)
def test_counts_are_for_this_machine(portal, client, headers, status):
    asking = client_of(portal, trusted_proxies="10.0.0.0/8")
    got = asking.get("/metrics", headers=headers, environ_overrides={"REMOTE_ADDR": client})
    assert got.status_code == status


def test_counts_are_for_whom_a_setting_allows(portal):
    asking = client_of(portal, metrics_from="192.0.2.0/24")
    statuses = [
        asking.get("/metrics", environ_overrides={"REMOTE_ADDR": client}).status_code
        for client in ("192.0.2.200", "127.0.0.1")
    ]
    assert statuses == [200, 403]


def test_invented_methods_and_paths_do_not_grow_the_counts(app):
    client = app.test_client()
    for n in range(50):
        client.open(f"/nothing/{n}", method=f"BREW{n}")
    counts = client.get("/metrics").text
    assert "BREW" not in counts
    assert 'method="(other)",route="(none)",status="404"} 50.0' in counts


@pytest.mark.parametrize("name", ["TRUSTED_PROXIES", "METRICS_FROM"])
@pytest.mark.parametrize("value", ["everyone", "10.0.0.1/8", "10.0.0.0/40"])
def test_a_list_of_networks_that_is_none_is_told(name, value):
    with pytest.raises(UsageError, match=f"GEOPORTAL_{name} must list addresses"):
        Settings.from_environment({f"GEOPORTAL_{name}": value})


@pytest.mark.parametrize(
    "path", ["", "//", "//metrics", "//coverage/map.pdf", "api/v1/points", "//evil.example/", "*"]
)
def test_a_path_that_does_not_begin_with_one_slash_is_under_no_route(app, path):
    """Lanes and limits go by the path; nothing leads to the name and the query that were sent."""
    environ = create_environ("/", query_string="address=桜町一丁目")
    environ |= {"PATH_INFO": path, "HTTP_HOST": "evil.example"}
    _pieces, status, headers = run_wsgi_app(app.wsgi_app, environ, buffered=True)
    assert status.startswith("404 ")
    assert "Location" not in headers


def test_no_route_leads_elsewhere_by_itself(app):
    """The framework would make an absolute address of the ``Host`` that was sent."""
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule != "/"]
    assert not [str(r) for r in rules if (r.strict_slashes and not r.is_leaf) or r.redirect_to]

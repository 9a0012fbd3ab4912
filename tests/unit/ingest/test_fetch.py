"""Getting files, from a local server that misbehaves in many ways; never from the internet."""

from __future__ import annotations

import hashlib
import http.server
import re
import socket
import threading
import time
import urllib.request
from pathlib import Path
from typing import ClassVar
from unittest import mock

import pytest

from geoportal.errors import NotFoundError, UnreadableSourceError, UsageError
from geoportal.ingest.fetching.datasets import City, Dataset, read_catalogue
from geoportal.ingest.fetching.download import Downloader
from geoportal.ingest.fetching.fetch import Fetcher, not_understood, publishers_trust
from geoportal.ingest.fetching.trust import AddressRefusedError, Trust, public_address
from geoportal.services.portal import shipped_reference
from geoportal.settings import shipped_directory

DATA = "市区町村コード,名称\r\n".encode() + b"40106,x\r\n" * 40_000
CITY = City("40100", ("40", "35"), ("5030", "5031"))


class Misbehaving(http.server.BaseHTTPRequestHandler):
    """Serves DATA under several paths; each goes wrong in its own way."""

    protocol_version = "HTTP/1.1"
    seen: ClassVar[list[tuple[str, str]]] = []
    counts: ClassVar[dict[str, int]] = {}

    def do_GET(self):
        name = self.path.strip("/")
        self.seen.append((name, self.headers.get("Range", "")))
        self.counts[name] = self.counts.get(name, 0) + 1
        getattr(self, "serve_" + name.split(".")[0].split("?")[0], self.serve_nothing)()

    def send(self, body, status=200, length=None, **headers):
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)
        if length is not None and length != len(body):
            self.close_connection = True

    def serve_nothing(self):
        self.send(b"<html>not here</html>", 404)

    def serve_moved(self):
        self.send(b"", 302, Location="/sound.csv")

    def serve_away(self):
        self.send(b"", 302, Location="http://example.invalid/sound.csv")

    def serve_inside(self):
        self.send(b"", 302, Location="http://127.0.0.1:9/latest/meta-data")

    def serve_sound(self):
        self.send(DATA, ETag='"1"')

    def serve_busy(self):
        if self.counts["busy.csv"] <= 2:
            self.send(b"busy", 500)
        else:
            self.send(DATA)

    def serve_down(self):
        self.send(b"down", 503, Retry_After="7")

    def serve_drops(self):
        """Break off in the middle, then continue where asked to."""
        start = self.headers.get("Range", "").removeprefix("bytes=").rstrip("-")
        if not start:
            self.send(DATA[:100_000], length=len(DATA), ETag='"1"')
            return
        rest = DATA[int(start) :]
        place = f"bytes {start}-{len(DATA) - 1}/{len(DATA)}"
        self.send(rest, 206, ETag='"1"', Content_Range=place)

    def serve_changes(self):
        """Break off, and have another edition when asked to continue."""
        if self.counts["changes.csv"] == 1:
            self.send(b"old" * 1000, length=9000, ETag='"old"')
        else:
            self.send(DATA, ETag='"new"')

    def serve_unmarked(self):
        """Break off without a mark to tell editions apart by; ignore Range."""
        if self.counts["unmarked.csv"] == 1:
            self.send(b"old" * 1000, length=9000)
        else:
            self.send(DATA)

    def serve_astray(self):
        """Continue at another place than asked for, once."""
        if self.counts["astray.csv"] == 1:
            self.send(DATA[:1000], length=len(DATA), ETag='"1"')
        elif self.counts["astray.csv"] == 2:
            self.send(DATA[5:], 206, ETag='"1"', Content_Range=f"bytes 5-{len(DATA)}/9")
        else:
            self.send(DATA, ETag='"1"')

    def serve_shorter(self):
        """Say that there is nothing at that place any more."""
        if self.counts["shorter.csv"] == 1:
            self.send(DATA[:1000], length=len(DATA), ETag='"1"')
        elif "Range" in self.headers:
            self.send(b"", 416)
        else:
            self.send(DATA)

    def serve_short(self):
        self.send(DATA[:500], length=len(DATA))

    def serve_page(self):
        self.send(b"\n<!DOCTYPE html><html><title>Maintenance</title></html>")

    def serve_empty(self):
        self.send(b"")

    def serve_slow(self):
        self.send_response(200)
        self.send_header("Content-Length", "10")
        self.end_headers()
        time.sleep(1.0)
        self.close_connection = True

    def serve_list(self):
        names = ["jigyosho_110.csv", "jigyosho_130.csv", "other.pdf", "h_20250601.csv"]
        links = "".join(
            f'<a href="/sound.csv?f={name}">x</a><a href="{name}">{name}</a>' for name in names
        )
        old = (
            '<a href="h_20241201.csv">old</a><a href="/sound.csv">福岡県 <b>エクセルデータ</b></a>'
        )
        self.send(f"<html><body>{links}{old}</body></html>".encode(), Content_Type="text/html")

    def serve_jigyosho_110(self):
        self.send(DATA)

    serve_jigyosho_130 = serve_h_20250601 = serve_jigyosho_110

    def log_message(self, *_arguments):
        pass


@pytest.fixture
def server():
    Misbehaving.seen, Misbehaving.counts = [], {}
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Misbehaving) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


@pytest.fixture
def waits():
    return []


@pytest.fixture
def downloader(waits):
    return Downloader(pause_s=0, timeout_s=0.4, sleep=waits.append)


@pytest.mark.parametrize(
    "name", ["sound", "busy", "drops", "changes", "unmarked", "astray", "shorter"]
)
def test_the_whole_file_comes_however_the_server_behaves(server, downloader, tmp_path, name):
    target = tmp_path / "file.csv"
    digest = downloader.get(f"{server}/{name}.csv", target, trust=Trust.of_copy(server))
    assert target.read_bytes() == DATA
    assert digest == hashlib.sha256(DATA).hexdigest()
    assert [path.name for path in tmp_path.iterdir()] == ["file.csv"]


def test_a_broken_download_is_continued_not_begun_anew(server, downloader, tmp_path):
    downloader.get(f"{server}/drops.csv", tmp_path / "file.csv", trust=Trust.of_copy(server))
    assert Misbehaving.seen == [("drops.csv", ""), ("drops.csv", "bytes=100000-")]


def test_a_later_call_continues_what_an_earlier_one_left(server, downloader, tmp_path):
    (tmp_path / "file.csv.part").write_bytes(DATA[:200_000])
    (tmp_path / "file.csv.part.mark").write_text('"1"')
    downloader.get(f"{server}/drops.csv", tmp_path / "file.csv", trust=Trust.of_copy(server))
    assert (tmp_path / "file.csv").read_bytes() == DATA
    assert Misbehaving.seen == [("drops.csv", "bytes=200000-")]


def test_waiting_doubles_and_a_server_may_ask_for_more(server, downloader, tmp_path, waits):
    downloader.get(f"{server}/busy.csv", tmp_path / "file.csv", trust=Trust.of_copy(server))
    assert waits == [1.0, 2.0]
    waits.clear()
    with pytest.raises(UnreadableSourceError, match="503"):
        downloader.get(f"{server}/down.csv", tmp_path / "other.csv", trust=Trust.of_copy(server))
    assert waits == [7.0, 7.0, 7.0, 8.0]


def test_requests_to_a_host_keep_their_distance(server, waits, tmp_path):
    downloader = Downloader(pause_s=30, sleep=waits.append)
    downloader.get(f"{server}/sound.csv", tmp_path / "a.csv", trust=Trust.of_copy(server))
    downloader.get(f"{server}/sound.csv", tmp_path / "b.csv", trust=Trust.of_copy(server))
    assert len(waits) == 1
    assert 29 < waits[0] <= 30


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("page", "web page"),
        ("empty", "empty"),
        ("short", "bytes came"),
        ("slow", "given up"),
        ("nowhere", "404"),
    ],
)
def test_what_is_not_the_file_is_refused_and_leaves_nothing_in_its_place(
    server, downloader, tmp_path, name, message
):
    target = tmp_path / "file.csv"
    target.write_bytes(b"of before")
    with pytest.raises(UnreadableSourceError, match=message):
        downloader.get(f"{server}/{name}.csv", target, trust=Trust.of_copy(server))
    assert target.read_bytes() == b"of before"


def test_another_digest_is_refused(server, downloader, tmp_path):
    with pytest.raises(UnreadableSourceError, match="SHA-256"):
        downloader.get(
            f"{server}/sound.csv",
            tmp_path / "file.csv",
            sha256="0" * 64,
            trust=Trust.of_copy(server),
        )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://127.0.0.1/x", "x"])
def test_only_the_web_is_asked(server, downloader, tmp_path, address):
    with pytest.raises(UnreadableSourceError, match="only http"):
        downloader.get(address, tmp_path / "file.csv", trust=Trust.of_copy(server))


def test_nobody_there(downloader, tmp_path):
    nobody = "http://127.0.0.1:9"
    with pytest.raises(UnreadableSourceError, match="no connection"):
        downloader.get(f"{nobody}/x.csv", tmp_path / "file.csv", trust=Trust.of_copy(nobody))


def test_a_redirect_is_followed_within_the_copy_only(server, downloader, tmp_path):
    target = tmp_path / "file.csv"
    downloader.get(f"{server}/moved.csv", target, trust=Trust.of_copy(server))
    assert target.read_bytes() == DATA
    for name in ("away", "inside"):
        with pytest.raises(AddressRefusedError, match="leads elsewhere"):
            downloader.get(f"{server}/{name}.csv", target, trust=Trust.of_copy(server))


def test_publishers_are_asked_over_tls_at_their_own_domain_only(downloader, tmp_path):
    trust = publishers_trust(dataset(page="https://www.example.jp/list"))
    for address in (
        "https://example.jp/a",
        "https://www.example.jp/a",
        "https://d.example.jp:8443/a",
    ):
        trust.require(address)
    for address, message in (
        ("http://www.example.jp/a", "only https"),
        ("https://example.jp.evil.test/a", "not the publisher's domain"),
        ("https://notexample.jp/a", "not the publisher's domain"),
        ("https://www.example.jp@evil.test/a", "not the publisher's domain"),
    ):
        with pytest.raises(AddressRefusedError, match=message):
            downloader.get(address, tmp_path / "file.csv", trust=trust)
        redirects = trust.opener()
        request = urllib.request.Request("https://www.example.jp/a")
        redirect = next(h for h in redirects.handlers if hasattr(h, "redirect_request"))
        with pytest.raises(AddressRefusedError, match=message):
            redirect.redirect_request(request, None, 302, "Found", {}, address)


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.1.2.3"),
        *("::1", "fe80::1", "fc00::1", "::ffff:127.0.0.1", "224.0.0.1", "100.64.0.1"),
        *("::127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b:1::7f00:1", "2002:7f00:1::", "2001::7f00:1"),
        *("::", "ff02::1", "fec0::1", "::ffff:0:7f00:1", "fe80::1%eth0"),
    ],
)
def test_a_publishers_name_that_leads_inside_is_refused(downloader, tmp_path, address, monkeypatch):
    """Also when only one of its addresses does; the address checked is the one connected to."""
    monkeypatch.setenv("no_proxy", "*")
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    public = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("203.0.114.1", 443))
    inside = (family, socket.SOCK_STREAM, 6, "", (address, 443))
    trust = Trust.of_publisher(["https://example.jp/"])
    refused = pytest.raises(AddressRefusedError, match="not public")
    with mock.patch("socket.getaddrinfo", return_value=[public, inside]), refused:
        downloader.get("https://example.jp/a.csv", tmp_path / "file.csv", trust=trust)
    with mock.patch("socket.getaddrinfo", return_value=[public]):
        assert public_address("example.jp", 443) == "203.0.114.1"


@pytest.mark.parametrize("address", ["2606:2800:220:1::1", "64:ff9b::8.8.8.8", "2002:808:808::1"])
def test_a_publisher_is_reached_over_ipv6_too(address):
    found = (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, 443, 0, 0))
    with mock.patch("socket.getaddrinfo", return_value=[found]):
        assert public_address("example.jp", 443) == address


def dataset(**overrides):
    plain = {"source": "kaigo", "publisher": "", "licence": "", "page": ""}
    return Dataset(**{"name": "kaigo", "pattern": r"jigyosho_\d{3}\.csv", **plain, **overrides})


def test_files_are_found_on_the_publishers_page(server, downloader, tmp_path):
    fetcher = Fetcher(tmp_path, downloader, trusted=lambda _: Trust.of_copy(server))
    found = fetcher.fetch([dataset(page=f"{server}/list")], CITY)
    assert [(item.name, item.status) for item in found] == [
        ("jigyosho_110.csv", "fetched"),
        ("jigyosho_130.csv", "fetched"),
    ]
    assert found[0].path == tmp_path / "kaigo" / "jigyosho_110.csv"
    again = fetcher.fetch([dataset(page=f"{server}/list")], CITY)
    assert {item.status for item in again} == {"unchanged"}


def test_of_several_editions_the_newest_is_taken(server, downloader, tmp_path):
    wanted = dataset(page=f"{server}/list", pattern=r"h_\d{8}\.csv", newest=True)
    (item,) = Fetcher(tmp_path, downloader, trusted=lambda _: Trust.of_copy(server)).fetch(
        [wanted], CITY
    )
    assert (item.name, item.status) == ("h_20250601.csv", "fetched")


def test_files_are_found_by_the_text_of_their_link(server, downloader, tmp_path):
    wanted = dataset(page=f"{server}/list", pattern="nothing", link="エクセルデータ")
    (item,) = Fetcher(tmp_path, downloader, trusted=lambda _: Trust.of_copy(server)).fetch(
        [wanted], CITY
    )
    assert item.status == "fetched"


def test_a_mirror_with_and_without_a_list(server, downloader, tmp_path):
    (one, _two) = Fetcher(tmp_path, downloader, trusted=lambda _: Trust.of_copy(server)).fetch(
        [dataset()], CITY, f"{server}/list"
    )
    assert one.status == "failed"  # /list/jigyosho_110.csv: the list lies in a folder of its own
    named = dataset(
        addresses=("https://example.invalid/{each}.csv",),
        file_names=("jigyosho_{each}.csv",),
        each=("110",),
    )
    (item,) = Fetcher(tmp_path, downloader, trusted=lambda _: Trust.of_copy(server)).fetch(
        [named], CITY, server
    )
    assert (item.name, item.status) == ("jigyosho_110.csv", "fetched")


def test_one_failure_does_not_hold_up_the_others(server, downloader, tmp_path):
    sound = dataset(name="b", page=f"{server}/list")
    lost = dataset(name="a", addresses=(f"{server}/nowhere.csv",))
    found = Fetcher(tmp_path, downloader, trusted=lambda _: Trust.of_copy(server)).fetch(
        [lost, sound], CITY
    )
    assert [item.status for item in found] == ["failed", "fetched", "fetched"]
    assert "404" in found[0].message


def test_a_folder_is_copied(tmp_path):
    origin = tmp_path / "copy" / "deep"
    origin.mkdir(parents=True)
    (origin / "jigyosho_110.csv").write_bytes(DATA)
    (origin / "else.csv").write_bytes(DATA)
    fetcher = Fetcher(tmp_path / "kept")
    (item,) = fetcher.fetch([dataset()], CITY, str(tmp_path / "copy"))
    assert (item.name, item.status) == ("jigyosho_110.csv", "fetched")
    (item,) = fetcher.fetch([dataset(name="other", pattern="x")], CITY, str(origin))
    assert (item.status, item.name) == ("missing", "")
    wrong = dataset(sha256={"jigyosho_110.csv": "0" * 64})
    (item,) = fetcher.fetch([wrong], CITY, str(origin))
    assert item.status == "failed"
    with pytest.raises(NotFoundError):
        fetcher.fetch([dataset()], CITY, str(tmp_path / "nowhere"))


def test_names_from_a_server_stay_in_their_folder(tmp_path):
    fetcher = Fetcher(tmp_path / "kept")
    evil = tmp_path / "..evil name;.csv"
    evil.write_bytes(DATA)
    item = fetcher._one(dataset(), "../../..evil name;.csv", str(evil), Trust())
    assert item.path is not None
    assert item.path.parent == tmp_path / "kept" / "kaigo"


def test_templates_stand_for_the_city(tmp_path):
    wanted = dataset(
        pattern=r"tbl{mesh}\.(txt|zip)",
        addresses=("https://example.invalid/data?code={mesh}",),
        file_names=("tbl{mesh}.zip",),
    )
    assert wanted.located(CITY) == [
        ("tbl5030.zip", "https://example.invalid/data?code=5030"),
        ("tbl5031.zip", "https://example.invalid/data?code=5031"),
    ]
    assert wanted.matches("tbl5031.txt", CITY)
    assert not wanted.matches("tbl5339.txt", CITY)
    assert not dataset(prefectures=("13",)).concerns(CITY)


def test_the_shipped_list_is_sound():
    catalogue = read_catalogue(shipped_directory("data") / "sources.toml", shipped_reference())
    names = [item.name for item in catalogue.datasets]
    assert len(names) == len(set(names))
    sources = read_catalogue_sources()
    for item in catalogue.datasets:
        assert item.source in sources, item.name
        assert item.publisher, item.name
        assert item.licence, item.name
        assert item.layout, item.name
        assert item.page.startswith("https://"), item.name
        assert item.link or item.pattern
    city = catalogue.city("40100")
    assert city.prefectures == ("40", "35")
    by_name = {item.name: item for item in catalogue.datasets}
    assert by_name["kaigo"].matches("jigyosho_130.csv", city)
    assert by_name["navii"].matches("01-1_hospital_facility_info_20260601.csv.zip", city)
    assert by_name["navii"].matches("02-2_clinic_speciality_hours_20251201.zip", city)
    assert by_name["navii"].matches("05_pharmacy_facility_info_20250601.csv", city)
    assert by_name["bureau-chugokushikoku"].matches("35_yamaguchi_todokede_2025-10.xlsx", city)
    assert catalogue.city("13101").prefectures == ("13",)
    with pytest.raises(UsageError):
        catalogue.city("4010")
    with pytest.raises(NotFoundError, match=r"sources\.toml"):
        catalogue.chosen(["nothing"])
    bureaus = catalogue.chosen(["bureau"])
    assert len(bureaus) == 8
    assert sorted(code for item in bureaus for code in item.prefectures) == [
        f"{number:02}" for number in range(1, 48)
    ]


REAL_NAMES = [
    ("41201", "bureau-kyushu", "r7_10_shisetsu_saga_ika_02.xlsx"),
    ("43100", "bureau-kyushu", "r7_10_shisetsu_kumamoto_ika_02.xlsx"),
    ("12100", "bureau-kantoshinetsu", "12届出受理医療機関名簿（医科）千葉r0710.xlsx"),
    ("12100", "bureau-kantoshinetsu", "12_chiba_todokede_2025-10.xlsx"),
    ("29201", "bureau-kinki", "2025.10_sisetukijun_nara_ika.xlsx"),
    ("26100", "bureau-kinki", "s2025.10_sisetukijun_kyoto_ika.xlsx"),
    ("31201", "bureau-chugokushikoku", "31_鳥取_届出受理医療機関名簿.xlsx"),
    ("43100", "postcodes", "ken_all_2026-06-05.zip"),
    ("43100", "postcodes", "KEN_ALL.ZIP"),
    ("29201", "schools", "A32-23_29_GML.zip"),
    ("29201", "navii", "05_pharmacy_facility_info_20250601.csv"),
    ("43100", "boundary", "N03-21_43_210101.geojson"),
    ("43100", "boundary", "N03-20240101_43_GML.zip"),
    ("43100", "mesh-population", "tblT001101H4930.txt"),
    ("40100", "age-population", "kitakyushu_population_age_2025-01-01.csv"),
    ("12100", "centres", "centres_chiba_by_ward.csv"),
]


@pytest.mark.parametrize(("city", "name", "file"), REAL_NAMES)
def test_real_names_belong_to_their_data_set_and_to_no_other_prefecture(city, name, file):
    catalogue = read_catalogue(shipped_directory("data") / "sources.toml", shipped_reference())
    place = catalogue.city(city)
    taken = [d.name for d in catalogue.datasets if d.concerns(place) and d.matches(file, place)]
    assert taken == [name]
    if name.startswith("bureau"):
        for other in ("13101", "23100", "20201", "40100"):
            there = catalogue.city(other)
            assert not any(d.concerns(there) and d.matches(file, there) for d in catalogue.datasets)


def test_of_copies_of_a_file_the_fullest_is_taken_and_what_nobody_knows_is_said(tmp_path):
    catalogue = read_catalogue(shipped_directory("data") / "sources.toml", shipped_reference())
    place = catalogue.city("43100")
    one, two = tmp_path / "one", tmp_path / "two"
    for folder, files in (
        (one, {"jigyosho_130.csv": "a" * 10, "unknown.csv": "x", "README.md": "x"}),
        (two, {"REBUILT_jigyosho_130.csv": "a" * 99, "ken_all_2025-01-12.zip": "a" * 50}),
        (two, {"ken_all_2026-06-05.zip": "a", "r7_10_shisetsu_saga_ika_02.xlsx": "x"}),
    ):
        folder.mkdir(exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
    fetched = Fetcher(tmp_path / "kept").fetch(catalogue.datasets, place, (str(one), str(two)))
    taken = {file.name for file in fetched if file.status == "fetched"}
    assert taken == {"REBUILT_jigyosho_130.csv", "ken_all_2026-06-05.zip"}
    missing = {file.dataset: file.message for file in fetched if file.status == "missing"}
    assert "https://kouseikyoku.mhlw.go.jp/kyushu/" in missing["bureau-kyushu"]
    assert "届出受理医療機関名簿" in missing["bureau-kyushu"]
    assert "毎月の版" in missing["bureau-kyushu"]
    for message in missing.values():
        assert not re.search(r"[\\*{}|]|\(\?", message), "no regular expression is shown"
    assert {Path(path).name for path in not_understood(catalogue.datasets, place, (one, two))} == {
        "unknown.csv",
        "r7_10_shisetsu_saga_ika_02.xlsx",
    }


def test_what_lacks_of_several_files_is_said_by_prefecture_mesh_and_service(tmp_path):
    catalogue = read_catalogue(shipped_directory("data") / "sources.toml", shipped_reference())
    place = catalogue.city("40100")
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in (
        "35_yamaguchi_todokede_2025-10.xlsx",
        "RECONSTRUCTED_jigyosho_430_kitakyushu.csv",
        "tblT001101H5030.txt",
        "kitakyushu_population_age_2025-01-01.csv",
        "N03-21_35_210101.geojson",
        "N03-21_40_210101.geojson",
    ):
        (copy / name).write_text("x", encoding="utf-8")
    fetched = Fetcher(tmp_path / "kept").fetch(catalogue.datasets, place, str(copy))
    taken = [(one.dataset, one.name) for one in fetched if one.name.startswith("35_")]
    assert taken == [("bureau-chugokushikoku", "35_yamaguchi_todokede_2025-10.xlsx")]
    said = {one.dataset: (one.status, one.message) for one in fetched if one.message}
    assert said["bureau-kyushu"][0] == "missing"
    assert "福岡の" in said["bureau-kyushu"][1]
    assert "山口の" not in said["bureau-kyushu"][1]
    for name, there, lacking in (
        ("kaigo", "jigyosho_430", "jigyosho_110.csv"),
        ("mesh-population", "tblT001101H5030", "tblT001101H5131"),
        ("age-population", "福岡", "山口"),
    ):
        assert said[name][0] == "incomplete"
        assert lacking in said[name][1]
        assert there not in said[name][1]
    assert "boundary" not in said
    assert "bureau-chugokushikoku" not in said
    assert "centres" not in said, "the city's folder has its centres"


def test_a_list_of_centres_in_a_folder_of_the_city_is_the_citys(tmp_path):
    catalogue = read_catalogue(shipped_directory("data") / "sources.toml", shipped_reference())
    folder = tmp_path / "copy" / "chiba"
    folder.mkdir(parents=True)
    (folder / "anshin_care_centres_areas.csv").write_text("x", encoding="utf-8")
    for code, names in (("12100", ["anshin_care_centres_areas.csv"]), ("43100", [])):
        fetcher = Fetcher(tmp_path / code)
        found = fetcher.fetch(
            catalogue.chosen(["centres"]), catalogue.city(code), str(tmp_path / "copy")
        )
        assert [one.name for one in found if one.name] == names


def read_catalogue_sources() -> set[str]:
    lines = (Path(shipped_directory("data")) / "reference" / "sources.csv").read_text("utf-8")
    return {line.split(",")[0] for line in lines.splitlines()}


def test_a_broken_list_says_where(tmp_path):
    path = tmp_path / "sources.toml"
    path.write_text("[[dataset]]\nname = 'x'\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"sources\.toml"):
        read_catalogue(path, shipped_reference())

"""Examples of ``data/deploy``: they parse, and name commands, options and settings that exist."""

from __future__ import annotations

import configparser
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import click
import pytest

from geoportal.cli.main import Commands
from geoportal.desk.domain.survey import SHEET_BYTES
from geoportal.settings import Settings, shipped_directory
from geoportal.web.app import MAX_BODY_BYTES

DEPLOY = shipped_directory("data") / "deploy"
UNITS = sorted(path for path in DEPLOY.iterdir() if path.suffix in {".service", ".timer"})
README = (Path(__file__).parents[3] / "geoportal" / "README.md").read_text(encoding="utf-8")


def unit(path):
    """Return the sections of a unit; a key may stand several times."""

    class Several(dict):
        def __setitem__(self, key, value):
            if isinstance(value, list) and key in self:
                self[key].extend(value)
            else:
                super().__setitem__(key, value)

    parser = configparser.RawConfigParser(
        dict_type=Several, strict=False, interpolation=None, delimiters=("=",)
    )
    parser.optionxform = str
    parser.read_string(path.read_text(encoding="utf-8"))
    return parser


def commands():
    """Yield (file, words after ``geoportal``) of every call in the examples."""
    for path in sorted(DEPLOY.iterdir()):
        text = re.sub(r"\\\n", " ", path.read_text(encoding="utf-8"))
        for call in re.findall(
            r"(?:bin/|[ \"]|exec )geoportal ((?:backup|init|serve|import|desk)\b[^\"\n&]*)", text
        ):
            yield path.name, shlex.split(call)


def test_there_is_an_example_of_each():
    assert {path.name for path in DEPLOY.iterdir()} >= {
        *("geoportal.service", "geoportal-backup.service", "geoportal-backup.timer"),
        *("geoportal-erase.service", "geoportal-erase.timer"),
        *("geoportal.env", "nginx.conf", "Containerfile"),
    }
    assert {name for name, _ in commands()} >= {
        "geoportal.service",
        "geoportal-backup.service",
        "geoportal-erase.service",
        "Containerfile",
    }


@pytest.mark.parametrize(("name", "words"), list(commands()))
def test_every_command_exists_with_its_options(name, words):
    group = Commands("geoportal")
    command = group.get_command(click.Context(group), words.pop(0))
    if isinstance(command, click.Group):
        command = command.get_command(click.Context(command), words.pop(0))
    assert command is not None
    known = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= known
    command.make_parser(click.Context(command)).parse_args(words)


@pytest.mark.parametrize("path", sorted(DEPLOY.iterdir()), ids=lambda path: path.name)
def test_every_setting_exists(path):
    for name in re.findall(r"\bGEOPORTAL_[A-Z_]+", path.read_text(encoding="utf-8")):
        assert f"`{name}`" in README


def test_the_settings_are_taken():
    lines = (DEPLOY / "geoportal.env").read_text(encoding="utf-8").splitlines()
    settings = Settings.from_environment(
        dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    )
    assert settings.hosts == ("map.example.jp",)
    assert [str(network) for network in settings.trusted_proxies] == ["127.0.0.1/32"]


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_units_parse_and_are_hardened(path):
    parsed = unit(path)
    assert parsed.has_option("Unit", "Description")
    if path.suffix == ".timer":
        assert (DEPLOY / path.with_suffix(".service").name).exists()
        return
    service = parsed["Service"]
    for key in ("NoNewPrivileges", "ProtectHome", "PrivateTmp", "DynamicUser"):
        assert service[key] == "yes"
    assert service["ProtectSystem"] == "strict"
    assert service["EnvironmentFile"] == "-/etc/geoportal.env"  # all work on one database


def test_the_server_has_the_time_it_takes_to_drain():
    from geoportal.serving.supervisor import DRAIN_SECONDS

    service = unit(DEPLOY / "geoportal.service")["Service"]
    assert int(service["TimeoutStopSec"]) > DRAIN_SECONDS
    assert service["KillMode"] == "mixed"  # SIGTERM to the supervisor alone


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_systemd_takes_the_units(path, tmp_path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not installed")
    for file in UNITS:
        text = file.read_text(encoding="utf-8")
        text = re.sub(r"/opt/geoportal/.venv/bin/geoportal", "/bin/true", text)
        (tmp_path / file.name).write_text(text, encoding="utf-8")
    told = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / path.name)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert not [line for line in told.stderr.splitlines() if str(tmp_path) in line]


def blocks(text):
    """Return nginx directives as (words, block or None), by its grammar: words ``;`` or ``{``."""
    tokens = iter(
        re.findall(r"\"[^\"]*\"|'[^']*'|[;{}]|[^\s;{}\"']+", re.sub(r"(?m)#.*$", "", text))
    )

    def read(depth):
        found, words = [], []
        for part in tokens:
            if part == ";":
                found.append((words, None))
                words = []
            elif part == "{":
                found.append((words, read(depth + 1)))
                words = []
            elif part == "}":
                assert depth > 0
                assert not words
                return found
            else:
                words.append(part)
        assert depth == 0
        assert not words
        return found

    return read(0)


def test_nginx_hands_on_what_the_server_asks_for_and_writes_no_question_down():
    config = blocks((DEPLOY / "nginx.conf").read_text(encoding="utf-8"))
    servers = [block for words, block in config if words == ["server"]]
    secure = next(s for s in servers if (["listen", "443", "ssl"], None) in s)
    everything = next(block for words, block in secure if words == ["location", "/"])
    for header, value in (
        ("Host", "$host"),
        ("X-Forwarded-For", "$remote_addr"),
        ("X-Forwarded-Proto", "$scheme"),
    ):
        assert (["proxy_set_header", header, value], None) in secure
    assert not [words for words, _ in everything if words[0] == "proxy_set_header"]  # they would go
    assert (["client_max_body_size", f"{MAX_BODY_BYTES // 1024}k"], None) in secure
    sheets = next(block for words, block in secure if words == ["location", "/desk/sheets/"])
    assert (["client_max_body_size", f"{SHEET_BYTES >> 20}m"], None) in sheets
    metrics = next(block for words, block in secure if words == ["location", "=", "/metrics"])
    assert (["deny", "all"], None) in metrics
    (log,) = [words for words, _ in config if words[0] == "log_format"]
    logged = " ".join(log[2:])
    assert not re.search(
        r"\$(request|request_uri|uri|args|query_string|remote_addr|http_\w+)\b", logged
    )
    assert (["access_log", "/var/log/nginx/geoportal.log", log[1]], None) in secure
    for server in servers:  # else it has nginx's own log, of whole addresses
        assert len([words for words, _ in server if words[0] == "access_log"]) == 1


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("/", "/"),
        ("/api/v1/search", "/api"),
        ("/o/a-token-that-lets-in", "/o"),
        ("/sitemap.xml", "/sitemap.xml"),
        ("/北九州市小倉北区", "-"),
        ("/130.8765432,33.8876543", "-"),
        ("/130.8765432", "-"),
        ("//himitsu", "/"),
    ],
)
def test_nginx_writes_down_the_first_part_of_a_path(path, part):
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    (pattern,) = re.findall(r'"~(\^[^"]+)" \$part;', text)
    found = re.match(pattern.replace("(?<", "(?P<"), path)
    assert (found["part"] if found else "-") == part


def test_nginx_takes_it(tmp_path):
    if shutil.which("nginx") is None:
        pytest.skip("nginx is not installed")
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    text = re.sub(r"(?m)^\s*ssl_certificate.*$|/var/log/nginx/", "", text).replace(" ssl;", ";")
    (tmp_path / "nginx.conf").write_text(f"events {{}}\nhttp {{\n{text}\n}}\n", encoding="utf-8")
    told = subprocess.run(
        ["nginx", "-t", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "syntax is ok" in told.stderr


def test_the_container_runs_as_nobody_in_particular_and_ends_by_sigterm():
    lines = (DEPLOY / "Containerfile").read_text(encoding="utf-8").splitlines()
    users = [line.split()[1] for line in lines if line.startswith("USER")]
    assert users
    assert "0" not in users
    assert "root" not in users
    assert "STOPSIGNAL SIGTERM" in lines
    assert "exec geoportal serve" in lines[-1]  # process 1, which gets the signal

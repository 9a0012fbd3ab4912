"""The documents of the repository: what they name exists, and nothing outside is cited."""

from __future__ import annotations

import csv
import re
import subprocess
from functools import cache
from pathlib import Path

import click
import pytest

from geoportal.cli.main import cli

ROOT = Path(__file__).parents[3]
OUTSIDE = re.compile(r"\b(?:CONTRACT|DOMAIN|DESIGN|FORMATS|EXAMPLES)\.md|\b[Ii]ssue [0-9]")
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"^```\w*\n(.*?)^```|`([^`\n]+)`", re.MULTILINE | re.DOTALL)
FILE = re.compile(
    r"(?<![\w/.<])[\w.-]+(?:/[\w.-]+)*\.(?:py|csv|md|toml|html|ftl|js|css|ipynb|lock)\b"
)
PACKAGE = re.compile(r"\b(?:geoportal|tests|data|templates)/(?:[\w-]+/)+")
COMMAND = re.compile(r"(?:^|/|\s|\()geoportal ((?:-[\w-]+ \S+ )*)([a-z]+)", re.MULTILINE)
EXAMPLES = re.compile(r"certified_|vi\.ftl|homes|problems|towns\.csv|facility_info|jigyosho")


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z"], capture_output=True, check=False
    )
    if listed.returncode:
        pytest.skip("not a git working copy")
    names = listed.stdout.decode().split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


@cache
def documents() -> dict[Path, str]:
    return {path: path.read_text(encoding="utf-8") for path in tracked() if path.suffix == ".md"}


def guides() -> dict[Path, str]:
    """All but the CHANGELOG, which speaks of the past."""
    return {path: text for path, text in documents().items() if path.name != "CHANGELOG.md"}


def code_of(text: str) -> str:
    return "\n".join(block or inline for block, inline in CODE.findall(text))


def anchors_of(text: str) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    plain = [re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings]
    return {heading.replace(" ", "-") for heading in plain}


def test_nothing_outside_the_repository_is_cited() -> None:
    here = Path(__file__).resolve()
    found = []
    for path in tracked():
        if path.name == "CHANGELOG.md" or path.resolve() == here:
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found += [f"{path.relative_to(ROOT)}: {match[0]}" for match in OUTSIDE.finditer(text)]
    assert found == []


def test_links_between_documents_resolve() -> None:
    broken = []
    for path, text in documents().items():
        for link in LINK.findall(text):
            if link.startswith("http"):
                continue
            name, _, anchor = link.partition("#")
            target = (path.parent / name).resolve() if name else path
            if not target.exists() or (
                anchor and anchor not in anchors_of(target.read_text(encoding="utf-8"))
            ):
                broken.append(f"{path.relative_to(ROOT)}: {link}")
    assert broken == []


def test_files_and_packages_that_documents_name_exist() -> None:
    names = {path.name for path in tracked()}
    missing = []
    for path, text in guides().items():
        code = code_of(text)
        bases = (ROOT, ROOT / "geoportal", path.parent)
        for name in {*FILE.findall(code), *PACKAGE.findall(code)}:
            known = any((base / name).exists() for base in bases)
            known = known or ("/" not in name and name in names)
            if not known and not EXAMPLES.search(name):
                missing.append(f"{path.relative_to(ROOT)}: {name}")
    assert missing == []


def test_make_targets_that_documents_name_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z0-9]+):", makefile, re.MULTILINE))
    for path, text in guides().items():
        named = set(re.findall(r"\bmake ([a-z0-9]+)", code_of(text)))
        assert named <= targets, path


def test_commands_that_documents_name_exist() -> None:
    commands = set(cli.list_commands(click.Context(cli)))
    seen = set()
    for path, text in guides().items():
        named = {name for _, name in COMMAND.findall(code_of(text))}
        assert named <= commands, path
        seen |= named
    assert {"import", "search", "coverage"} <= seen


def test_sections_that_the_reference_lists_cite_exist() -> None:
    folder = ROOT / "data" / "reference"
    headings = set(
        re.findall(r"^#+ (.+)$", (folder / "README.md").read_text("utf-8"), re.MULTILINE)
    )
    cited = set()
    for path in folder.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if "source" in row:
                    assert row["source"], (path.name, row)
                    cited |= set(re.findall(r"README\.md「(.+?)」", row["source"]))
    assert cited
    assert cited <= headings


def test_every_list_is_described() -> None:
    text = (ROOT / "data" / "reference" / "README.md").read_text(encoding="utf-8")
    for path in (ROOT / "data" / "reference").glob("*.csv"):
        assert f"`{path.name}`" in text
        with path.open(encoding="utf-8", newline="") as file:
            for column in next(csv.reader(file)):
                assert re.search(rf"\b{column}\b", text), (path.name, column)


def test_decision_records_are_listed_and_short() -> None:
    folder = ROOT / "geoportal" / "decisions"
    listed = (folder / "README.md").read_text(encoding="utf-8")
    for path in folder.glob("0*.md"):
        text = path.read_text(encoding="utf-8")
        assert f"({path.name})" in listed
        assert len(text.splitlines()) <= 40, path.name
        assert re.findall(r"^## (\w+)", text, re.MULTILINE) == [
            "Context",
            "Decision",
            "Consequences",
        ], path.name

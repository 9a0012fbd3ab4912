"""Copying what the browser needs out of node_modules."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from geoportal.errors import InputRefusedError
from geoportal.web.site.assets import (
    SCRIPTS,
    STATIC,
    STYLES,
    VENDOR_FILES,
    build_bundles,
    install_assets,
    main,
    sources_digest,
)


def node_modules(folder: Path) -> Path:
    for package, names in VENDOR_FILES.items():
        for name in names:
            target = folder / package / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(f"/* {name} */\n//# sourceMappingURL=x.map\n", encoding="utf-8")
    return folder


def test_installs_every_file_and_replaces_old_ones(tmp_path: Path) -> None:
    static = tmp_path / "static"
    (static / "vendor" / "old").mkdir(parents=True)
    written = install_assets(node_modules(tmp_path / "modules"), static)
    assert len(written) == sum(len(names) for names in VENDOR_FILES.values())
    assert (static / "vendor" / "leaflet" / "leaflet.js").is_file()
    assert not (static / "vendor" / "old").exists()


def test_maps_that_are_not_shipped_are_not_named(tmp_path: Path) -> None:
    install_assets(node_modules(tmp_path / "modules"), tmp_path / "static")
    script = tmp_path / "static" / "vendor" / "leaflet" / "leaflet.js"
    assert "sourceMappingURL" not in script.read_text(encoding="utf-8")


def test_a_missing_package_leaves_the_old_files_alone(tmp_path: Path) -> None:
    static = tmp_path / "static"
    (static / "vendor" / "leaflet").mkdir(parents=True)
    with pytest.raises(InputRefusedError, match="npm ci"):
        install_assets(tmp_path / "empty", static)
    assert (static / "vendor" / "leaflet").is_dir()
    assert main([str(tmp_path / "empty"), str(static)]) == 3


MODULES = Path("node_modules")
needs_bundler = pytest.mark.skipif(
    not list(MODULES.glob("@esbuild/*/bin/esbuild")),
    reason="the bundler is not installed: make setup",
)


def own_sources(folder: Path) -> Path:
    for name in ("js", "css", "vendor"):
        shutil.copytree(STATIC / name, folder / name)
    return folder


def test_every_script_and_style_that_a_page_names_is_bundled() -> None:
    templates = "".join(p.read_text("utf-8") for p in Path("templates").rglob("*.html"))
    assert set(re.findall(r"asset\('js/([a-z_]+\.js)'\)", templates)) == set(SCRIPTS)
    assert set(re.findall(r"asset\('css/([a-z_]+\.css)'\)", templates)) == set(STYLES)


@needs_bundler
def test_bundles_stand_alone_and_say_what_they_were_built_from(tmp_path: Path) -> None:
    static = own_sources(tmp_path / "static")
    written = build_bundles(MODULES, static)
    assert {path.name for path in written} == {*SCRIPTS, *STYLES}
    for path in written:
        text = path.read_text("utf-8")
        assert not re.search(r"\bimport\s*[{\"']|@import|import\(", text), path.name
    assert (static / "built" / "sources.txt").read_text("ascii") == sources_digest(static)
    (static / "css" / "base.css").write_text("body { color: red; }", "utf-8")
    assert (static / "built" / "sources.txt").read_text("ascii") != sources_digest(static)


@needs_bundler
def test_a_script_that_cannot_be_read_is_told_by_file_and_line(tmp_path: Path) -> None:
    static = own_sources(tmp_path / "static")
    (static / "js" / "dom.js").write_text("export const = 1;\n", "utf-8")
    with pytest.raises(InputRefusedError, match=r"dom\.js:1:"):
        build_bundles(MODULES, static)


def test_without_the_bundler_what_to_do_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputRefusedError, match="npm ci"):
        build_bundles(tmp_path, STATIC)

"""Copying what the browser needs out of node_modules."""

from __future__ import annotations

from pathlib import Path

import pytest

from geoportal.errors import InputRefusedError
from geoportal.web.assets import VENDOR_FILES, install_assets, main


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

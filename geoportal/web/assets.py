"""Copies what the browser needs out of ``node_modules`` into ``static/vendor``.

Run after ``npm ci``: ``python -m geoportal.web.assets [NODE_MODULES [STATIC]]``. Only files that a
page really asks for are copied, each package with its licence beside it.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from geoportal.errors import InputRefusedError

STATIC = Path(__file__).parent / "static"

VENDOR_FILES: dict[str, tuple[str, ...]] = {
    "leaflet": ("dist/leaflet.js", "dist/leaflet.css", "LICENSE"),
    "@digital-go-jp/design-tokens": ("dist/tokens.css", "LICENSE"),
}
"""Files by npm package. Leaflet's pictures are not needed: every marker is drawn by CSS."""


def vendor_directory(package: str) -> str:
    """Return the folder name under ``static/vendor`` for an npm package (scope dropped)."""
    return package.rsplit("/", maxsplit=1)[-1]


def install_assets(node_modules: Path, static: Path = STATIC) -> list[Path]:
    """Copy the vendored files into ``static/vendor``, replacing what was there.

    Parameters
    ----------
    node_modules : Path
        Where ``npm ci`` put the packages.
    static : Path
        The folder served under ``/static``.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    InputRefusedError
        When a package or one of its files is missing; nothing has been removed then.
    """
    copies = [
        (node_modules / package / name, static / "vendor" / vendor_directory(package))
        for package, names in VENDOR_FILES.items()
        for name in names
    ]
    missing = [str(source) for source, _ in copies if not source.is_file()]
    if missing:
        raise InputRefusedError(f"run npm ci first; missing: {', '.join(missing)}")
    shutil.rmtree(static / "vendor", ignore_errors=True)
    written = []
    for source, folder in copies:
        folder.mkdir(parents=True, exist_ok=True)
        written.append(_copy(source, folder / source.name))
    return written


def _copy(source: Path, target: Path) -> Path:
    """Copy one file; source-map references are cut, because the maps are not shipped."""
    text = source.read_text(encoding="utf-8")
    if source.suffix in {".js", ".css"}:
        text = "\n".join(line for line in text.splitlines() if "sourceMappingURL=" not in line)
        text += "\n"
    target.write_text(text, encoding="utf-8")
    return target


def main(arguments: list[str]) -> int:
    """Install from the command line; returns the exit code."""
    node_modules = Path(arguments[0]) if arguments else Path("node_modules")
    static = Path(arguments[1]) if len(arguments) > 1 else STATIC
    try:
        written = install_assets(node_modules, static)
    except InputRefusedError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    sys.stderr.write(f"{len(written)} files in {static / 'vendor'}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

"""Makes what the browser needs: ``static/vendor`` of ``node_modules``, ``static/built`` of ours.

Run after ``npm ci``: ``python -m geoportal.web.site.assets [NODE_MODULES [STATIC]]``. Only files
that a page asks for are copied, each package with its licence beside it. Each of our scripts and
styles that a page names is bundled with what it imports into one small file; the sources work
unbundled, too.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from geoportal.errors import InputRefusedError

STATIC = Path(__file__).parents[1] / "static"

VENDOR_FILES: dict[str, tuple[str, ...]] = {
    "leaflet": ("dist/leaflet.js", "dist/leaflet.css", "LICENSE"),
    "@digital-go-jp/design-tokens": ("dist/tokens.css", "LICENSE"),
}
"""Files by npm package. Leaflet's pictures are not needed: every marker is drawn by CSS."""

SCRIPTS: tuple[str, ...] = (
    *("consult_page.js", "coverage.js", "facility.js", "main.js", "pwa.js", "shortlist_page.js"),
)
STYLES: tuple[str, ...] = (
    *("consult.css", "coverage.css", "map.css", "print.css", "search.css", "shortlist.css"),
    "site.css",
)
"""What pages name; everything else is imported by one of these."""

BUILT = "built"
SOURCES = "sources.txt"
"""Holds the digest of what was built from, so that nobody is served a former version."""


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


def build_bundles(node_modules: Path, static: Path = STATIC) -> list[Path]:
    """Put scripts and styles together into ``static/built``, replacing what was there.

    Raises
    ------
    InputRefusedError
        When the bundler is missing or refuses a file.
    """
    bundlers = sorted(node_modules.glob("@esbuild/*/bin/esbuild"))
    bundlers += sorted(node_modules.glob("@esbuild/*/esbuild.exe"))
    if not bundlers:
        raise InputRefusedError("run npm ci first; missing: esbuild")
    built = static / BUILT
    shutil.rmtree(built, ignore_errors=True)
    _bundle(bundlers[0], [static / "js" / name for name in SCRIPTS], built, ("--target=es2020",))
    pictures = ("--target=chrome80,firefox78", "--external:*.png", "--external:*.svg")
    _bundle(bundlers[0], [static / "css" / name for name in STYLES], built, pictures)
    (built / SOURCES).write_text(sources_digest(static), encoding="ascii")
    return sorted(path for path in built.iterdir() if path.suffix != ".txt")


def sources_digest(static: Path = STATIC) -> str:
    """Return a digest of all our scripts and styles."""
    digest = hashlib.sha256()
    for path in sorted([*static.glob("js/*.js"), *static.glob("css/*.css")]):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def _bundle(esbuild: Path, entries: Sequence[Path], folder: Path, options: Sequence[str]) -> None:
    command = [str(esbuild), *map(str, entries), "--bundle", "--minify", "--format=esm"]
    command += ["--log-level=warning", f"--outdir={folder}", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    if done.returncode:
        raise InputRefusedError(f"the bundler refused our scripts or styles:\n{done.stderr}")


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
        written = [*install_assets(node_modules, static), *build_bundles(node_modules, static)]
    except InputRefusedError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    sys.stderr.write(f"{len(written)} files in {static}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

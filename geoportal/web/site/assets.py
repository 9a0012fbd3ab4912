"""Build step of the static files: copies npm packages and bundles scripts and styles.

Run after ``npm ci``: ``python -m geoportal.web.site.assets [NODE_MODULES [STATIC]]``. Files of npm
packages go to ``static/vendor``, with the licence; each script and style that a page names goes to
``static/built``, bundled with what it imports. The sources work unbundled, too.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from geoportal.errors import InputRefusedError

STATIC = Path(__file__).parents[1] / "static"

VENDOR_FILES: dict[str, tuple[str, ...]] = {
    "leaflet": ("dist/leaflet.js", "dist/leaflet.css", "LICENSE"),
    "@digital-go-jp/design-tokens": ("dist/tokens.css", "LICENSE"),
    "protomaps-leaflet": ("dist/protomaps-leaflet.js", "LICENSE"),
    "@mapbox/vector-tile": ("LICENSE.txt",),
    "@mapbox/point-geometry": ("LICENSE",),
    "color2k": ("LICENSE",),
    "fflate": ("LICENSE",),
    "pbf": ("LICENSE",),
    "potpack": ("LICENSE",),
    "quickselect": ("LICENSE",),
    "rbush": ("LICENSE",),
}
"""Files by npm package. Leaflet's images are not needed: every marker is drawn by CSS. The file of
protomaps-leaflet holds the packages of which only the licence is copied."""

VECTOR_PAINTER = "vendor/protomaps-leaflet/protomaps-leaflet.js"
"""Draws vector tiles; pages load it where these are in force."""

SCRIPTS: tuple[str, ...] = (
    *("consult_page.js", "coverage.js", "desk_layer.js", "facility.js", "main.js", "pwa.js"),
    "shortlist_page.js",
)
STYLES: tuple[str, ...] = (
    *("consult.css", "coverage.css", "desk.css", "desk_layer.css", "map.css", "print.css"),
    *("search.css", "shortlist.css", "site.css"),
)
"""What pages name; everything else is imported by one of these."""

BUILT = "built"
SOURCES = "sources.txt"
"""Holds the digest of the bundled sources; bundles of other sources are not served."""


def install_assets(node_modules: Path, static: Path = STATIC) -> list[Path]:
    """Copy files of npm packages into ``static/vendor``, replacing its content.

    Source-map references are removed, because the maps are not shipped.

    Raises
    ------
    InputRefusedError
        When a file is missing; nothing has been removed then.
    """
    copies = [
        (node_modules / package / name, static / "vendor" / package.rpartition("/")[2])
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
        lines = source.read_text(encoding="utf-8").splitlines()
        code_lines = [line for line in lines if "sourceMappingURL=" not in line]
        written.append(folder / source.name)
        written[-1].write_text("\n".join(code_lines) + "\n", encoding="utf-8")
    return written


def build_bundles(node_modules: Path, static: Path = STATIC) -> list[Path]:
    """Bundle scripts and styles into ``static/built``, replacing its content.

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
    for folder, names, options in (
        ("js", SCRIPTS, ("--target=es2020",)),
        ("css", STYLES, ("--target=chrome80,firefox78", "--external:*.png", "--external:*.svg")),
    ):
        command = [bundlers[0], *(static / folder / name for name in names), *options]
        command += ["--bundle", "--minify", "--format=esm", "--log-level=warning"]
        command += [f"--outdir={built}"]
        run = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        if run.returncode:
            raise InputRefusedError(f"esbuild refused the scripts or styles:\n{run.stderr}")
    (built / SOURCES).write_text(sources_digest(static), encoding="ascii")
    return sorted(path for path in built.iterdir() if path.suffix != ".txt")


def sources_digest(static: Path = STATIC) -> str:
    """Return a digest of all scripts and styles."""
    digest = hashlib.sha256()
    for path in sorted([*static.glob("js/*.js"), *static.glob("css/*.css")]):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


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

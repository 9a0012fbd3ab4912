"""Static files: read and compressed once, served with versioned URLs and immutable caching.

The version in ``/static/<version>/js/main.js`` is made from the content of all files, so that
browsers need not revalidate. Scripts import each other by relative URL and so stay within one
version. Without a version, or with an old one, the present file is sent with ``no-cache``.
"""

from __future__ import annotations

import hashlib
import mimetypes
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import brotli
from flask import Flask, Response, abort, request

from geoportal.web.site.assets import (
    BUILT,
    SOURCES,
    STATIC,
    VECTOR_PAINTER,
    sources_digest,
)

_VERSION: Final = re.compile(r"([0-9a-f]{12})/(.+)")
_TEXT_TYPES: Final = ("text/", "image/svg+xml", "application/json")
_IMMUTABLE: Final = "public, max-age=31536000, immutable"
_QUALITY: Final = 6  # of brotli: output 1 % larger than 9, in a tenth of the time


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file as it is sent; ``packed`` is its body in brotli, None where that saves nothing."""

    body: bytes
    mimetype: str
    digest: str
    packed: bytes | None


@dataclass(frozen=True, slots=True)
class StaticFiles:
    """Every file of a folder, by path with ``/``.

    ``version`` is 12 hexadecimal digits of the digest of all files; ``bundled`` says whether the
    bundles are of the present scripts and styles, else these are served one by one.
    """

    files: Mapping[str, StaticFile]
    version: str
    bundled: bool

    def in_use(self, name: str) -> str:
        """Return the file to ask for: of a script or style, its bundle."""
        folder, _, own = name.partition("/")
        bundle = f"{BUILT}/{own}"
        ours = self.bundled and folder in {"js", "css"}
        return bundle if ours and bundle in self.files else name

    def shell(self) -> list[str]:
        """Return the scripts, styles and icons that every site's public pages ask for."""
        sources = ("js/", "css/", "vendor/design-tokens/", "vendor/leaflet/leaflet.css")
        unused = (*(sources if self.bundled else (f"{BUILT}/",)), VECTOR_PAINTER)
        names = (name for name in self.files if name.endswith((".js", ".css", ".svg")))
        public = (name for name in names if not name.rpartition("/")[2].startswith("desk"))
        return [name for name in public if not name.startswith(unused)]


@cache
def read_static_files(folder: Path = STATIC) -> StaticFiles:
    """Read a folder, once per process."""
    files = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not any(part.startswith(".") for part in name.split("/")):
            body = path.read_bytes()
            mimetype = mimetypes.guess_type(name)[0] or "application/octet-stream"
            is_text = mimetype.startswith(_TEXT_TYPES)
            packed = brotli.compress(body, quality=_QUALITY) if is_text else None
            files[name] = StaticFile(body, mimetype, hashlib.sha256(body).hexdigest(), packed)
    whole = "".join(f"{name} {file.digest}\n" for name, file in files.items())
    version = hashlib.sha256(whole.encode()).hexdigest()[:12]
    built_from = files.get(f"{BUILT}/{SOURCES}")
    bundled = built_from is not None and built_from.body.decode() == sources_digest(folder)
    return StaticFiles(files, version, bundled)


def add_static_files(app: Flask) -> None:
    """Serve the files under ``/static/``; the endpoint is ``static``."""
    static_files = read_static_files()

    def static(filename: str) -> Response:
        versioned = _VERSION.fullmatch(filename)
        file = static_files.files.get(versioned[2] if versioned else filename)
        if file is None:
            abort(404)
        in_brotli = file.packed is not None and request.accept_encodings["br"] > 0
        response = Response(file.packed if in_brotli else file.body, mimetype=file.mimetype)
        if in_brotli:
            response.headers["Content-Encoding"] = "br"
        response.set_etag(file.digest[:16] + ("-br" if in_brotli else ""))
        if file.packed is not None:
            response.vary.add("Accept-Encoding")
        current = versioned is not None and versioned[1] == static_files.version
        response.headers["Cache-Control"] = _IMMUTABLE if current else "no-cache"
        response.make_conditional(request)
        return response

    app.add_url_rule("/static/<path:filename>", endpoint="static", view_func=static)

"""The site's own files, held in memory: compressed once, kept by the browser for good.

Their addresses carry a version made from their content, so that a browser need not ask again:
``/static/<version>/js/main.js``. Scripts import each other by relative address and so stay within
one version. Without a version, or with an old one, the file is the present one and is asked for
each time.
"""

from __future__ import annotations

import hashlib
import mimetypes
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

import brotli
from flask import Flask, Response, abort, request

from geoportal.web.site.assets import BUILT, SOURCES, STATIC, sources_digest

_VERSION: Final = re.compile(r"([0-9a-f]{12})/(.+)")
_PACKED_TYPES: Final = ("text/", "image/svg+xml", "application/json")
_FOR_GOOD: Final = "public, max-age=31536000, immutable"
_QUALITY: Final = 6  # of brotli: a hundredth larger than 9, in a tenth of the time


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file as it is sent.

    Attributes
    ----------
    body : bytes
        As it lies on the disk.
    mimetype, digest : str
    """

    body: bytes
    mimetype: str
    digest: str

    @property
    def is_text(self) -> bool:
        """Whether compressing it helps."""
        return self.mimetype.startswith(_PACKED_TYPES)


@dataclass(frozen=True, slots=True)
class StaticFiles:
    """Every file under a folder.

    Attributes
    ----------
    files : mapping of str to StaticFile
        By path within the folder, with ``/``.
    version : str
        12 hexadecimal digits; changes when any file does.
    bundled : bool
        Whether our scripts and styles were put together as they are now.
    """

    files: Mapping[str, StaticFile]
    version: str
    bundled: bool = False
    _packed: dict[str, bytes] = field(default_factory=dict, repr=False)

    def in_use(self, name: str) -> str:
        """Return the file to ask for: of a script or style, what it was put together into."""
        folder, _, own = name.partition("/")
        bundle = f"{BUILT}/{own}"
        ours = self.bundled and folder in {"js", "css"}
        return bundle if ours and bundle in self.files else name

    def shell(self) -> list[str]:
        """Return the scripts, styles and signs that pages ask for."""
        unused = (
            ("js/", "css/", "vendor/design-tokens/", "vendor/leaflet/leaflet.css")
            if self.bundled
            else (f"{BUILT}/",)
        )
        names = (name for name in self.files if name.endswith((".js", ".css", ".svg")))
        return [name for name in names if not name.startswith(unused)]

    def packed(self, file: StaticFile) -> bytes:
        """Return a file's body compressed with brotli; worked out when first asked for."""
        if file.digest not in self._packed:
            self._packed[file.digest] = brotli.compress(file.body, quality=_QUALITY)
        return self._packed[file.digest]

    def pack(self) -> None:
        """Compress what pages ask for now, so that no visitor waits for it."""
        for name in self.shell():
            self.packed(self.files[name])


@cache
def read_static_files(folder: Path = STATIC) -> StaticFiles:
    """Read a folder once; a change of a file shows after a restart, like that of a template."""
    files = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not any(part.startswith(".") for part in name.split("/")):
            body = path.read_bytes()
            mimetype = mimetypes.guess_type(name)[0] or "application/octet-stream"
            files[name] = StaticFile(body, mimetype, hashlib.sha256(body).hexdigest())
    whole = "".join(f"{name} {file.digest}\n" for name, file in files.items())
    version = hashlib.sha256(whole.encode()).hexdigest()[:12]
    built_from = files.get(f"{BUILT}/{SOURCES}")
    bundled = built_from is not None and built_from.body.decode() == sources_digest(folder)
    return StaticFiles(files, version, bundled)


def add_static_files(app: Flask) -> None:
    """Serve the site's own files under ``/static/``; the endpoint is ``static``."""
    static_files = read_static_files()

    def static(filename: str) -> Response:
        versioned = _VERSION.fullmatch(filename)
        file = static_files.files.get(versioned[2] if versioned else filename)
        if file is None:
            abort(404)
        response = _answer(static_files, file)
        current = versioned is not None and versioned[1] == static_files.version
        response.headers["Cache-Control"] = _FOR_GOOD if current else "no-cache"
        response.make_conditional(request)
        return response

    app.add_url_rule("/static/<path:filename>", endpoint="static", view_func=static)


def _answer(static_files: StaticFiles, file: StaticFile) -> Response:
    etag = file.digest[:16]
    if file.is_text and request.accept_encodings["br"] > 0:
        response = Response(static_files.packed(file), mimetype=file.mimetype)
        response.headers["Content-Encoding"] = "br"
        response.set_etag(f"{etag}-br")
    else:  # whoever compresses the pages may still compress it for a browser that reads no brotli
        response = Response(file.body, mimetype=file.mimetype)
        response.set_etag(etag)
    if file.is_text:
        response.vary.add("Accept-Encoding")
    return response

"""Coverage pack downloads: written on first request, the last 24 files cached."""

from __future__ import annotations

import tempfile
import threading
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, cast

from flask import current_app

from geoportal.coverage.report import CoverageReport
from geoportal.export.pack_files import DOWNLOADS, PACK_FORMATS

_MAX_FILES = 24
_EXTENSION = "geoportal.coverage"


@dataclass
class PackFiles:
    """Cache of pack files; one pack is written at a time."""

    _files: dict[tuple[Any, ...], bytes] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def file(self, name: str, report: CoverageReport, today: date) -> bytes:
        """Return a file of the pack; written anew each day, because evidence expires."""
        study = report.study
        areas = tuple(area.code for area in study.target.areas)
        key = (report.dataset_version, today, areas, study.question, name)
        with self._lock:
            if key not in self._files:
                self._files[key] = _written(name, report)
                while len(self._files) > _MAX_FILES:
                    self._files.pop(next(iter(self._files)))
            return self._files[key]


def _written(name: str, report: CoverageReport) -> bytes:
    from geoportal.export.pack import write_pack  # GIS and drawing libraries take time to load

    chosen = DOWNLOADS[name].format or PACK_FORMATS[-1]
    with tempfile.TemporaryDirectory() as folder:
        write_pack(Path(folder), report, [chosen])
        return (Path(folder) / name).read_bytes()


def pack_files() -> PackFiles:
    """Return the cache of this application."""
    return cast("PackFiles", current_app.extensions.setdefault(_EXTENSION, PackFiles()))

"""Files of the coverage pack: made once a day for a question."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from geoportal.web.coverage import files
from geoportal.web.coverage.files import PackFiles


def test_a_file_does_not_outlive_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def make(name: str, _report: Any) -> bytes:
        made.append(name)
        return f"{name} {len(made)}".encode()

    monkeypatch.setattr(files, "_written", make)
    target = SimpleNamespace(areas=[SimpleNamespace(code="40106")])
    study = SimpleNamespace(target=target, question="clinics")
    report: Any = SimpleNamespace(dataset_version="v1", study=study)
    packs = PackFiles()
    tonight, tomorrow = date(2026, 11, 24), date(2026, 11, 25)
    assert packs.file("figures.xlsx", report, tonight) == b"figures.xlsx 1"
    assert packs.file("figures.xlsx", report, tonight) == b"figures.xlsx 1"
    assert packs.file("figures.xlsx", report, tomorrow) == b"figures.xlsx 2"

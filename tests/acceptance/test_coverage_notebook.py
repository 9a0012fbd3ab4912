"""The notebook on coverage runs on the sample city, from top to bottom, and is kept without output.

Its code cells are run one after the other in one namespace; no notebook software is needed.
"""

import json
from pathlib import Path

import pytest

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "01_coverage.ipynb"


@pytest.fixture(scope="module")
def cells() -> list[dict]:
    return json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]


def test_it_is_kept_without_output(cells):
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert code
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)


def test_it_runs_from_top_to_bottom(cells, monkeypatch, tmp_path):
    monkeypatch.delenv("GEOPORTAL_DATABASE", raising=False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    namespace: dict = {"__name__": "notebook"}
    for number, cell in enumerate(cells):
        if cell["cell_type"] == "code":
            source = compile("".join(cell["source"]), f"cell {number}", "exec")
            exec(source, namespace)  # noqa: S102 - our own notebook
    assert "figures.xlsx" in namespace["files"]
    assert namespace["study"].has_cells
    namespace["database"].engine.dispose()

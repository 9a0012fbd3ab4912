"""The notebooks run on the sample city, from top to bottom, and are kept without output.

Their code cells are run one after the other in one namespace; no notebook software is needed.
"""

import json
import shutil
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "notebooks"
WRITTEN = {"01_coverage": "figures.xlsx", "02_search": "found.geojson"}


def cells(name: str) -> list[dict]:
    return json.loads((FOLDER / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]


def test_every_notebook_is_tested():
    assert {path.stem for path in FOLDER.glob("*.ipynb")} == WRITTEN.keys()


@pytest.mark.parametrize("name", WRITTEN)
def test_it_is_kept_without_output(name):
    code = [cell for cell in cells(name) if cell["cell_type"] == "code"]
    assert code
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)


@pytest.mark.parametrize("name", WRITTEN)
def test_it_runs_from_top_to_bottom(name, monkeypatch, tmp_path, sample_of_today):
    """One on a database that is held, the other on the sample city it makes itself."""
    if name == "01_coverage":
        held = shutil.copytree(sample_of_today, tmp_path / "held") / "city.db"
        monkeypatch.setenv("GEOPORTAL_DATABASE", str(held))
    else:
        monkeypatch.delenv("GEOPORTAL_DATABASE", raising=False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    namespace: dict = {"__name__": "notebook"}
    for number, cell in enumerate(cells(name)):
        if cell["cell_type"] == "code":
            source = compile("".join(cell["source"]), f"cell {number}", "exec")
            exec(source, namespace)  # noqa: S102 - our own notebook
    assert WRITTEN[name] in namespace["files"]

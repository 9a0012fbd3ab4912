"""Cells that a spreadsheet must not run, and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoportal.text.spreadsheet import FORMULA_STARTS, as_meant, harmless


@given(st.text(alphabet=st.sampled_from("'=+-@＝\t\n a名"), max_size=6))
def test_a_cell_comes_back_as_it_was_and_never_runs(text: str) -> None:
    cell = harmless(text)
    assert as_meant(cell) == text
    assert not cell.startswith(FORMULA_STARTS)


@pytest.mark.parametrize("sign", "=+-@＝＋－＠\u2212﹦﹢﹣﹫")
def test_what_a_spreadsheet_may_run_is_marked(sign: str) -> None:
    assert harmless(f"{sign}1+1") == f"'{sign}1+1"


@pytest.mark.parametrize("text", ["'名称", "名称", "''", ""])
def test_other_text_is_left_alone(text: str) -> None:
    assert harmless(text) == as_meant(text) == text

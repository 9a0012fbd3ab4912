"""Lists that people edit by hand: a comma that is not quoted is named with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from geoportal.errors import InputRefusedError
from geoportal.services.portal import shipped_reference
from geoportal.store.reference import Reference
from geoportal.store.reference_rows import read_rows


def write(directory: Path, text: str) -> Path:
    path = directory / "interpret_rules.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_rows_are_read_by_the_names_of_the_header(tmp_path: Path) -> None:
    path = write(tmp_path, 'rule,pattern,note\na,"x{1,2}",\nb,"y\nz",two lines\n\nc,w,\n')
    assert [row["rule"] + row["pattern"] for row in read_rows(path)] == ["ax{1,2}", "by\nz", "cw"]


@pytest.mark.parametrize(
    ("text", "line", "cells"),
    [
        ("rule,pattern,note\na,x,\nb,y{1,2},\n", 3, 4),
        ('rule,pattern,note\na,"x\ny",\nb,y\n', 4, 2),
        ("rule,pattern,note\n,,,\n", 2, 4),
    ],
)
def test_a_row_of_other_length_is_refused_with_file_and_line(
    tmp_path: Path, text: str, line: int, cells: int
) -> None:
    with pytest.raises(InputRefusedError, match=rf"interpret_rules\.csv, line {line}: {cells} "):
        list(read_rows(write(tmp_path, text)))


def test_a_rule_for_notes_with_a_bare_comma_does_not_shift_its_columns(tmp_path: Path) -> None:
    write(
        tmp_path,
        "rule,effect,value,pattern,kinds,needs,prefer,requires,note_ja\n"
        "a,need,,x{1,2},clinic,VM.REG,,,\n",
    )
    with pytest.raises(InputRefusedError):
        _ = Reference(tmp_path).reading_rules


def test_every_shipped_list_has_rows_of_one_length() -> None:
    for path in shipped_reference().directory.glob("*.csv"):
        assert list(read_rows(path)), path.name

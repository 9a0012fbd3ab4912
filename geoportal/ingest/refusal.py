"""Refusals that can name the line: the file is cut or damaged there."""

from __future__ import annotations

from geoportal.errors import UnreadableSourceError


class CutFileError(UnreadableSourceError):
    """A file ends or breaks in the middle of a row.

    Parameters
    ----------
    message : str
        For people.
    line : int
        1-based physical line.
    """

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line

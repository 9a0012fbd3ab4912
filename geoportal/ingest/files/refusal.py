"""Refusals that can name the line, and files of which nothing is needed."""

from __future__ import annotations

from geoportal.errors import UnlikeAnyLayoutError, UnreadableSourceError


class CutFileError(UnreadableSourceError):
    """A file ends or breaks in the middle of a row.

    ``line`` is the 1-based physical line.
    """

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


class NotNeededError(UnlikeAnyLayoutError):
    """A file is recognised, and nothing in it is used here: it is set aside, not refused.

    The message says what it is and which file is wanted instead; ``source`` is the source it is
    published with.
    """

    def __init__(self, message: str, source: str) -> None:
        super().__init__(message)
        self.source = source

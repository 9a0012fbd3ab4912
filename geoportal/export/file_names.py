"""Names of files that say what is inside: ``小倉北区_訪問診療_2026-11-28.xlsx``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Final
from urllib.parse import quote

from geoportal.export.wording import Wording

_NAMED: Final = 2
"""So many kinds and needs are named; of more, how many others there are."""
_LONGEST: Final = 80
_FORBIDDEN: Final = re.compile(r'[\x00-\x1f\x7f\\/:*?"<>|\s]+')


def file_name(
    place: str,
    kinds: Sequence[str],
    needs: Sequence[str],
    day: date,
    ending: str,
    words: Wording,
    *,
    subject: str = "",
) -> str:
    """Return the name of a file of facilities.

    Parameters
    ----------
    place : str
        Where they are: a district, or what stands for a home; never an address.
    kinds, needs : sequence of str
        Codes asked for.
    day : date
        Day of the question, in Japan.
    ending : str
        With its dot.
    words : Wording
        Labels.
    subject : str
        What the file lists, where that is not simply facilities.
    """
    asked = [words.label("need", code) for code in needs]
    asked = asked or [words.label("kind", kind) for kind in kinds]
    parts = [place, *asked[:_NAMED]]
    if len(asked) > _NAMED:
        parts.append(words.say("others").replace("{n}", str(len(asked) - _NAMED)))
    if subject or not asked:
        parts.append(subject or words.say("sheet-facilities"))
    plain = [_FORBIDDEN.sub("", part) for part in parts]
    return "_".join(part for part in plain if part)[:_LONGEST] + f"_{day.isoformat()}{ending}"


def attachment(name: str, plain: str) -> str:
    """Return the Content-Disposition of a download (RFC 6266).

    ``plain`` is the ASCII name for programs that do not know ``filename*``.
    """
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"

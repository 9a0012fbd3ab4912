"""What a note tells of a case besides needs and kinds: age band, who asks, when, which topic.

It goes along as hidden fields of the forms made from the note. What is not told, or told in more
than one way, is left for the person to choose.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from geoportal.desk.domain.case import AGE_BANDS, ASKERS, STANDBY, TOPICS, URGENCIES, Case
from geoportal.documents import Document

_FIELDS: Final[Mapping[str, Sequence[str]]] = {
    "board_age": AGE_BANDS,
    "board_asker": ASKERS,
    "board_topic": TOPICS,
    "board_urgency": (*URGENCIES, STANDBY),
}
"""Hidden fields and what they may hold."""
_URGENCY: Final = {"urgent": "today", "in_advance": STANDBY}
_LEAVING: Final = frozenset((("topic", "discharge"), ("setting", "inpatient")))
"""Circumstances of a discharge."""
_DOCTORS: Final = frozenset(("clinic", "hospital", "dental_clinic"))


def told_by(reading: Document) -> dict[str, str]:
    """Return the hidden fields of a reading (``geoportal.web.pages.note.reading``)."""
    circumstances = {tuple(one) for one in reading["circumstances"]}
    told = {
        "board_age": _only({band_of(*age) for age in reading["ages"]}),
        "board_asker": _only({value for about, value in circumstances if about == "asker"}),
        "board_topic": "discharge" if circumstances & _LEAVING else "",
        "board_urgency": _URGENCY.get(reading["urgency"], ""),
    }
    return told_before(told)


def told_before(values: Mapping[str, str]) -> dict[str, str]:
    """Return the hidden fields of a form that hold something of their list."""
    held = {name: values.get(name, "") for name in _FIELDS}
    return {name: value for name, value in held.items() if value in _FIELDS[name]}


def band_of(at_least: int, at_most: int) -> str:
    """Return the age band that holds a range of years, empty when it lies in more than one.

    Examples
    --------
    >>> band_of(80, 89), band_of(92, 92), band_of(60, 69)
    ('80-89', '90-', '')
    """
    for band in AGE_BANDS:
        first, _, last = band.partition("-")
        if int(first) <= at_least and (not last or at_most <= int(last)):
            return band
    return ""


def with_circumstances(case: Case, kinds: Sequence[str], told: Mapping[str, str]) -> Case:
    """Return a case with what was told of it, and the topic that kinds and needs speak for."""
    urgency = told.get("board_urgency", "")
    is_standby = urgency == STANDBY
    return replace(
        case,
        age_band=told.get("board_age", ""),
        asker=told.get("board_asker", ""),
        topic=told.get("board_topic", "") or topic_of(kinds, case.needs),
        urgency="later" if is_standby else urgency,
        state=STANDBY if is_standby else case.state,
    )


def topic_of(kinds: Sequence[str], needs: Sequence[str]) -> str:
    """Return which of the topics kinds and needs speak for; empty when it cannot be told."""
    if any(need.startswith("BK.") for need in needs):
        return "backup_bed"
    if kinds and set(kinds) <= _DOCTORS:
        return "doctor"
    return "nursing" if list(kinds) == ["visiting_nursing"] else ""


def _only(values: set[str]) -> str:
    return values.pop() if len(values) == 1 else ""

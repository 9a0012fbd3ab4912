"""Findings of ``geoportal doctor``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """A defect of an installation or its data, or a fact worth knowing.

    Attributes
    ----------
    severity : str
        ``"error"`` it does not work, ``"warning"`` answers are poorer than they could be,
        ``"info"`` worth knowing.
    code : str
        Stable, for programs.
    message : str
        What is the case.
    mend : str
        What to do about it; empty when nothing need be done.
    """

    severity: str
    code: str
    message: str
    mend: str = ""

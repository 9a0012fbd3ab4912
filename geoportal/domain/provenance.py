"""Where data comes from: data sets, their publishers, licences and editions."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """A data set we can import.

    Attributes
    ----------
    name : str
        Source name in ``data/reference/sources.csv``, for example ``"kaigo"``.
    label_ja, label_en : str
        What it is called.
    publisher, licence, page, attribution : str
        Who publishes it, under which terms, where, and the line to show with it.
    evidence : str
        Evidence class of what it says by default.
    cadence_days : int
        How often a new edition is expected.
    dataset : str
        Name by which ``geoportal fetch`` gets it; empty for none, or one for each publisher.
    """

    name: str
    label_ja: str
    label_en: str
    publisher: str
    licence: str
    page: str
    attribution: str
    evidence: str
    cadence_days: int
    dataset: str = ""

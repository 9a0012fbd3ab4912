"""What kinds, needs, groups, roles and sources are called in a language, with readings."""

from __future__ import annotations

from geoportal.store.reference import Reference
from geoportal.web.language.messages import EASY, Label


def label(reference: Reference, entry: tuple[str, str], ja: str, en: str, language: str) -> Label:
    """Return what an entry of a reference list is called.

    Parameters
    ----------
    reference : Reference
        Holds the plain words of ``easy_labels.csv``.
    entry : tuple of str
        List (``kind``, ``need``, ``group``, ``role``, ``source``) and code.
    ja, en : str
        The labels of the list itself.
    language : str
        One of `messages.LANGUAGES`. Plain Japanese has words of its own; an entry
        without them (a list a city has added to) is called by its Japanese label.
    """
    if language == "en":
        return Label(en)
    if language == EASY:
        return Label(reference.easy_labels.get(entry, ja))
    return Label(ja)

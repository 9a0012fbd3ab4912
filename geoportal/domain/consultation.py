"""Consultations (相談): the rules by which a note is read, and the roles of a team."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReadingRule:
    """One rule for reading a note. Rules are data, tried in the order of the list.

    Attributes
    ----------
    rule : str
        Its name, shown with each match.
    effect : str
        ``need`` asks for needs and kinds, ``mention`` notes them without asking,
        ``ignore``, ``aside`` and ``outcome`` take words out of reading (with a ``note_ja`` they are
        shown as left out on purpose), ``unheard`` shows them as not understood, ``known`` are words
        that need no answer; ``negation``, ``in_place``, ``elsewhere`` (care given by somebody
        already) and ``sought`` (a patient to be accepted) look at what follows a word, ``cue``
        makes a sentence a request; the others name a `value`.
    value : str
        For example ``urgent``, ``inpatient``, a team's preset.
    pattern : str
        Regular expression over the note in NFKC form without spaces.
    kinds, needs, prefer : tuple of str
        Facility kinds, needs that must be met, needs to order by.
    requires : str
        Another match the rule depends on: ``kind:KIND`` or ``setting:VALUE``; empty for nothing.
    note_ja : str
        Reason shown to people.
    """

    rule: str
    effect: str
    value: str
    pattern: str
    kinds: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    prefer: tuple[str, ...] = ()
    requires: str = ""
    note_ja: str = ""


@dataclass(frozen=True, slots=True)
class Role:
    """One place to fill in a team around a home.

    Attributes
    ----------
    role : str
        Its name within the team.
    kinds, needs : tuple of str
        Kinds that can fill it (any of) and needs to be met (all of).
    required : bool
        Whether the team is incomplete without it.
    radius_m : float or None
        How far away it may be; None: as far as the whole question allows.
    apart_from : tuple of str
        Roles that the same facility may not fill as well (主治医・副主治医).
    preset : str
        Ready-made team it belongs to; empty when the asker named the role.
    label_ja, label_en : str
        Labels the API publishes; empty when the asker named the role.
    """

    role: str
    kinds: tuple[str, ...]
    needs: tuple[str, ...] = ()
    required: bool = True
    radius_m: float | None = None
    apart_from: tuple[str, ...] = ()
    preset: str = ""
    label_ja: str = ""
    label_en: str = ""

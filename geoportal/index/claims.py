"""Selection of claims: for each code of a facility the claim that answers on a day.

Implications such as 支援診１ → 24 h are data (``need_implications.csv``). They apply only where no
direct claim of equal or stronger evidence says anything, and only ever conclude "yes": silence
never becomes a "no".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from geoportal.domain.claim import EVIDENCE, Claim, strongest
from geoportal.domain.made_quickly import made_quickly
from geoportal.domain.stand_in import FILED_WITH_OTHERS, GROUP_SOURCES
from geoportal.domain.vocabulary import Vocabulary

_WORD_BITS = 64


@made_quickly
@dataclass(frozen=True, slots=True)
class SelectedClaim:
    """The claim chosen to answer for one code, as it stands on the snapshot's day.

    Attributes
    ----------
    claim : Claim
        The claim; for a conclusion one made from the claim it follows from, same evidence, source
        and date, with a note that says from what.
    value : str
        ``yes``, ``no`` or ``unknown`` on the day.
    stale : bool or None
        Whether it is too old to rely on without asking; None when nobody knows how old it is.
    implied_by : str
        The code it follows from, or by which a direct claim is explained; else empty.
    derived : bool
        Whether no source states it: it follows from ``implied_by`` alone.
    """

    claim: Claim
    value: str
    stale: bool | None
    implied_by: str = ""
    derived: bool = False


def select_claims(
    claims: Iterable[Claim], today: date, vocabulary: Vocabulary | None = None
) -> dict[str, SelectedClaim]:
    """Choose for each code the claim that answers for it on a day in Japan, in order of code.

    ``claims`` is everything any source says of one facility. The implications of the vocabulary are
    applied; without it only direct claims count. What a facility does through a group
    (`geoportal.domain.stand_in`) comes after all that, see `_fills`, and nothing follows from it.
    """
    by_code: dict[str, list[Claim]] = {}
    through_groups: list[Claim] = []
    for claim in claims:
        if claim.source in GROUP_SOURCES:
            through_groups.append(claim)
        else:
            by_code.setdefault(claim.code, []).append(claim)
    selected: dict[str, SelectedClaim] = {}
    for code, group in by_code.items():
        best = group[0] if len(group) == 1 else strongest(group, today)
        if best is not None:
            selected[code] = _standing(best, today)
    if vocabulary is not None:
        selected.update(_conclusions(by_code, selected, today, vocabulary))
    for claim in through_groups:
        if _fills(claim, selected.get(claim.code), today):
            selected[claim.code] = _standing(claim, today)
    return dict(sorted(selected.items()))


@lru_cache(maxsize=16_384)
def _standing(claim: Claim, today: date) -> SelectedClaim:
    """Return a claim that answers by itself, the same object for the same: many have the same."""
    return SelectedClaim(claim, claim.value_on(today), claim.stale_on(today))


def _fills(group: Claim, own: SelectedClaim | None, today: date) -> bool:
    """Say whether what a facility does through a group answers in place of what it does itself.

    Its own "yes" stays, unless it is that of a filing with others whom the group names. Its own
    "no" stays when it is as sure and as new.
    """
    if group.value_on(today) != "yes":
        return False
    if own is None or own.value == "unknown" or own.implied_by in FILED_WITH_OTHERS:
        return True
    if own.value == "yes" and own.claim.source not in GROUP_SOURCES:
        return False
    return strongest([own.claim, group], today) == group


def _conclusions(
    by_code: Mapping[str, Sequence[Claim]],
    selected: Mapping[str, SelectedClaim],
    today: date,
    vocabulary: Vocabulary,
) -> dict[str, SelectedClaim]:
    """Return the codes for which a conclusion answers in place of the direct claims."""
    implied: dict[str, list[tuple[Claim, str]]] = {}
    for code, premise in selected.items():
        if premise.value != "yes":
            continue
        for rule in vocabulary.implied_by(code):
            claim = replace(premise.claim, code=rule.implies, value="yes", note=rule.reason)
            implied.setdefault(rule.implies, []).append((claim, code))
    concluded = {}
    for code, conclusions in implied.items():
        best = strongest([claim for claim, _ in conclusions], today)
        origin = next(premise for claim, premise in conclusions if claim == best)
        direct = by_code.get(code, ())
        if best is None:
            continue
        if any(_outweighs(claim, best, today) for claim in direct):
            explained = _explained(selected.get(code), best, origin)
            if explained is not None:
                concluded[code] = explained
            continue
        if strongest([*direct, best], today) == best:
            concluded[code] = SelectedClaim(
                best, best.value_on(today), best.stale_on(today), implied_by=origin, derived=True
            )
    return concluded


def _explained(direct: SelectedClaim | None, implied: Claim, origin: str) -> SelectedClaim | None:
    """Return a direct "yes" of the same filing with the conclusion's note, if it has none itself.

    A list that states 24 h outright does not say whose 24 hours they are; the filing does.
    """
    if direct is None or direct.value != "yes" or direct.claim.note:
        return None
    if (direct.claim.evidence, direct.claim.source) != (implied.evidence, implied.source):
        return None
    return replace(direct, claim=replace(direct.claim, note=implied.note), implied_by=origin)


def _outweighs(direct: Claim, implied: Claim, today: date) -> bool:
    """Say whether a direct claim says something, on evidence as strong as the conclusion's."""
    stated = direct.value_on(today) != "unknown"
    return stated and EVIDENCE.index(direct.evidence) >= EVIDENCE.index(implied.evidence)


@dataclass(frozen=True, slots=True)
class NeedTable:
    """Yes, no and evidence of every facility and code as arrays, a row per facility.

    Attributes
    ----------
    yes, no : ndarray of uint64, shape (n, words)
        Bit masks; the bit of a code is its position in the vocabulary.
    evidence : ndarray of uint8, shape (n, codes)
        0 where nothing is known, else 1 + index in `EVIDENCE`.
    """

    yes: NDArray[np.uint64]
    no: NDArray[np.uint64]
    evidence: NDArray[np.uint8]

    @classmethod
    def build(
        cls, selected: Sequence[Mapping[str, SelectedClaim]], vocabulary: Vocabulary
    ) -> NeedTable:
        """Return the table of facilities from the selected claims of each."""
        size, codes = len(selected), len(vocabulary)
        words = mask_words(vocabulary)
        value = {"yes": np.zeros((size, codes), bool), "no": np.zeros((size, codes), bool)}
        evidence = np.zeros((size, codes), np.uint8)
        for row, claims in enumerate(selected):
            for code, answer in claims.items():
                if code not in vocabulary or answer.value == "unknown":
                    continue
                position = vocabulary.position(code)
                value[answer.value][row, position] = True
                evidence[row, position] = 1 + EVIDENCE.index(answer.claim.evidence)
        return cls(_packed(value["yes"], words), _packed(value["no"], words), evidence)


def mask_words(vocabulary: Vocabulary) -> int:
    """Return how many 64-bit words a mask of the vocabulary takes."""
    return max(1, -(-len(vocabulary) // _WORD_BITS))


def need_mask(vocabulary: Vocabulary, codes: Iterable[str]) -> NDArray[np.uint64]:
    """Return the bit mask of needs, shape (words,)."""
    mask = np.zeros(mask_words(vocabulary), dtype=np.uint64)
    for code in codes:
        position = vocabulary.position(code)
        mask[position // _WORD_BITS] |= np.uint64(1 << (position % _WORD_BITS))
    return mask


def need_places(vocabulary: Vocabulary) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """Return for each code of the vocabulary the word of a mask and the bit in it."""
    words, shifts = np.divmod(np.arange(len(vocabulary)), _WORD_BITS)
    return words, np.uint64(1) << shifts.astype(np.uint64)


def unpack_masks(masks: NDArray[np.uint64], codes: int) -> NDArray[np.bool_]:
    """Return masks as one column per code, shape (n, codes)."""
    octets = np.ascontiguousarray(masks).astype("<u8", copy=False).view(np.uint8)
    bits = np.unpackbits(
        octets.reshape(masks.shape[0], masks.shape[1] * 8), axis=1, bitorder="little"
    )
    return bits[:, :codes].astype(bool)


def _packed(flags: NDArray[np.bool_], words: int) -> NDArray[np.uint64]:
    padded = np.zeros((flags.shape[0], words * _WORD_BITS), bool)
    padded[:, : flags.shape[1]] = flags
    octets = np.packbits(padded, axis=1, bitorder="little")
    return np.ascontiguousarray(octets).view("<u8").astype(np.uint64)

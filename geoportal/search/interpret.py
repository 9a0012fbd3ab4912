"""Interpreter of consultation notes (相談): needs and kinds by dictionary and rules.

Words come from the vocabulary, rules from ``interpret_rules.csv``; nothing is inferred beyond them,
and a person confirms the result. Each finding names the words it came from. What is denied (なし),
what is in place already and what merely describes the patient is distinguished from what is asked
for. Nothing of the note is kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from geoportal.domain.consultation import ReadingRule
from geoportal.domain.facility import KINDS
from geoportal.domain.vocabulary import Vocabulary
from geoportal.search.dictionary import Dictionary
from geoportal.search.interpretation import (
    MENTIONED,
    MUST,
    THEN_BY,
    WORD,
    Draft,
    Finding,
    Interpretation,
    Wanted,
    is_met,
    merge_findings,
    merge_groups,
    sort_kinds,
    urgency_of,
)
from geoportal.search.note_text import Note

_STRENGTH_OF_GROUP = {"AC": THEN_BY, "PT": MENTIONED, "CAP": MENTIONED, "DEC": MENTIONED}
_CONSUMING = ("outcome", "asker", "ignore", "setting", "topic")
_LISTED = re.compile(r"(?:・|や|と|、?及び|および)?$")
_SHORT_NOTE = 30


@dataclass(frozen=True, slots=True)
class _Hit:
    """An occurrence of a word or pattern: letters ``start`` to ``end`` of the note's plain form."""

    start: int
    end: int
    rule: ReadingRule | None = None
    codes: tuple[str, ...] = ()

    def overlaps(self, other: _Hit) -> bool:
        return self.start < other.end and other.start < self.end


class Interpreter:
    """Reads notes. Immutable; holds the lists, never a note.

    Parameters
    ----------
    vocabulary : Vocabulary
        Words and codes.
    rules : sequence of ReadingRule
        Tried in this order.
    kind_of_term : mapping of str to str
        The facility kind that a term of the group FT names.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        rules: Sequence[ReadingRule],
        kind_of_term: Mapping[str, str],
    ) -> None:
        self._vocabulary = vocabulary
        self._dictionary = Dictionary(vocabulary)
        self._kind_of_term = kind_of_term
        self._rules = [(rule, re.compile(rule.pattern)) for rule in rules]

    def interpret(self, text: str) -> Interpretation:
        """Read a note.

        Parameters
        ----------
        text : str
            As people write it; any length, work is proportional to it.
        """
        note = Note(text)
        hits = self._rule_hits(note)
        taken = [hit for hit in hits if _effect(hit) in _CONSUMING]
        draft = Draft()
        for hit in hits:
            if _effect(hit) in ("asker", "urgency", "setting", "topic", "place"):
                self._add_circumstance(draft, note, hit)
        stated = [hit for hit in hits if _effect(hit) in ("need", "mention")]
        plain = [hit for hit in stated if hit.rule and not hit.rule.requires]
        words = [
            hit
            for hit in self._words(note)
            if not any(hit.overlaps(other) for other in (*taken, *plain))
        ]
        self._read_words(draft, note, words)
        for hit in plain:
            self._apply(draft, note, hit)
        for hit in stated:
            if hit.rule and hit.rule.requires and is_met(hit.rule.requires, draft):
                self._apply(draft, note, hit)
        return self._finished(draft, note, hits)

    def lookup(self, text: str) -> tuple[str, ...]:
        """Return the codes a word stands for; see `Dictionary.lookup`."""
        return self._dictionary.lookup(text)

    def _rule_hits(self, note: Note) -> list[_Hit]:
        """Return where rules apply; an earlier rule that takes words out hides later ones there.

        Urgency is read everywhere, in the record of the outcome too.
        """
        hits: list[_Hit] = []
        hidden: list[_Hit] = []
        for rule, pattern in self._rules:
            if rule.effect in ("negation", "in_place", "cue"):
                continue
            for match in pattern.finditer(note.plain):
                hit = _Hit(*match.span(), rule=rule)
                concealed = rule.effect != "urgency" and any(hit.overlaps(h) for h in hidden)
                if hit.start == hit.end or concealed:
                    continue
                hits.append(hit)
                if rule.effect in _CONSUMING:
                    hidden.append(hit)
        return hits

    def _words(self, note: Note) -> list[_Hit]:
        return [
            _Hit(match.start, match.end, codes=match.codes)
            for match in self._dictionary.find(note.folded, note.plain)
        ]

    def _read_words(self, draft: Draft, note: Note, words: list[_Hit]) -> None:
        """Sort the dictionary's words into asked for, denied, in place, mentioned."""
        for hit, denied in zip(words, self._denied(note, words), strict=True):
            because = (note.span(hit.start, hit.end),)
            kinds = [self._kind_of_term[c] for c in hit.codes if c in self._kind_of_term]
            codes = [code for code in hit.codes if code not in self._kind_of_term]
            if denied:
                draft.not_needed += [Finding(value, "", because) for value in (*kinds, *codes)]
            elif self._in_place(note, hit, codes):
                draft.in_place += [Finding(value, "", because) for value in (*kinds, *codes)]
            else:
                self._ask(draft, note, hit, kinds, codes)

    def _ask(self, draft: Draft, note: Note, hit: _Hit, kinds: list[str], codes: list[str]) -> None:
        because = (note.span(hit.start, hit.end),)
        for kind in kinds:
            if self._requested(note, hit):
                draft.kinds.append(Finding(kind, "", because))
                draft.groups.append((kind,))
            else:
                draft.mentioned.append(Finding(kind, MENTIONED, because))
        for code in codes:
            strength = _STRENGTH_OF_GROUP.get(self._vocabulary[code].group, MUST)
            target = draft.mentioned if strength == MENTIONED else draft.needs
            target.append(Finding(code, strength, because))

    def _apply(self, draft: Draft, note: Note, hit: _Hit) -> None:
        """Add what a rule of effect ``need`` or ``mention`` says."""
        rule = hit.rule
        if rule is None:
            return
        because = (note.span(hit.start, hit.end),)
        values = (*rule.kinds, *rule.needs, *rule.prefer)
        if self._follows(note, hit, "negation"):
            draft.not_needed += [Finding(v, "", because, rule.rule) for v in values]
        elif rule.effect == "mention":
            draft.mentioned += [
                Finding(code, MENTIONED, because, rule.rule, rule.note_ja) for code in rule.needs
            ]
        elif not rule.requires and self._follows(note, hit, "in_place"):
            draft.in_place += [Finding(v, "", because, rule.rule) for v in values]
        else:
            about = (because, rule.rule, rule.note_ja)
            draft.needs += [Finding(c, MUST, *about, rule.kinds) for c in rule.needs]
            draft.needs += [Finding(c, THEN_BY, *about, rule.kinds) for c in rule.prefer]
            draft.kinds += [Finding(kind, "", *about) for kind in rule.kinds]
            if rule.kinds:
                draft.groups.append(rule.kinds)

    def _add_circumstance(self, draft: Draft, note: Note, hit: _Hit) -> None:
        rule = hit.rule
        if rule is not None and (not rule.requires or is_met(rule.requires, draft)):
            because = (note.span(hit.start, hit.end),)
            draft.circumstances.append(
                Finding(f"{rule.effect}:{rule.value}", "", because, rule.rule, rule.note_ja)
            )

    def _denied(self, note: Note, words: list[_Hit]) -> list[bool]:
        """Say for each word whether it is denied; a list (褥瘡・吸引なし) is denied as a whole."""
        denied = [self._follows(note, hit, "negation") for hit in words]
        for i in range(len(words) - 2, -1, -1):
            between = note.plain[words[i].end : words[i + 1].start]
            denied[i] |= denied[i + 1] and bool(between) and bool(_LISTED.fullmatch(between))
        return denied

    def _in_place(self, note: Note, hit: _Hit, codes: Sequence[str]) -> bool:
        """Say whether a helper or visit is there already; care the patient gets is still a need."""
        care = any(self._vocabulary[code].group in ("AC", "PT") for code in codes)
        return not care and self._follows(note, hit, "in_place")

    def _follows(self, note: Note, hit: _Hit, effect: str) -> bool:
        """Say whether a word is followed by words of denial or of being in place."""
        _, stop = note.sentence(hit.start)
        after = note.plain[hit.end : stop].partition("、")[0]
        return any(
            pattern.search(after) is not None
            for rule, pattern in self._rules
            if rule.effect == effect
        )

    def _requested(self, note: Note, hit: _Hit) -> bool:
        """Say whether the sentence of a word asks for something; a few words alone always do."""
        if len(note.plain) <= _SHORT_NOTE:
            return True
        start, stop = note.sentence(hit.start)
        return any(
            pattern.search(note.plain, start, stop) is not None
            for rule, pattern in self._rules
            if rule.effect == "cue"
        )

    def _finished(self, draft: Draft, note: Note, hits: list[_Hit]) -> Interpretation:
        ages = note.ages()
        teams = (
            hit.rule.value
            for hit in hits
            if hit.rule and hit.rule.effect == "team" and is_met(hit.rule.requires, draft)
        )
        needs = tuple(sorted(merge_findings(draft.needs), key=lambda need: need.strength != MUST))
        values = {need.value for need in needs}
        wanted = self._wanted(draft.groups, needs)
        if not draft.kinds:
            must = [need for need in needs if need.strength == MUST]
            because = tuple(dict.fromkeys(span for need in must for span in need.because))
            asked = [kind for search in wanted for kind in search.kinds] if must else []
            draft.kinds += [Finding(kind, "", because, "from_needs") for kind in asked]
        return Interpretation(
            needs=needs,
            kinds=sort_kinds(merge_findings(draft.kinds)),
            mentioned=tuple(f for f in merge_findings(draft.mentioned) if f.value not in values),
            not_needed=merge_findings(draft.not_needed),
            in_place=merge_findings(draft.in_place),
            circumstances=merge_findings(draft.circumstances),
            ages=ages,
            urgency=urgency_of(draft.circumstances),
            team=next(teams, ""),
            wanted=wanted,
        )

    def _wanted(
        self, groups: Sequence[tuple[str, ...]], needs: Sequence[Finding]
    ) -> tuple[Wanted, ...]:
        """Return a search per group of kinds, each with the needs asked of its kinds."""
        joined = merge_groups(groups)
        if not joined and needs:
            must = [need for need in needs if need.strength == MUST] or list(needs)
            kinds = [set(self._vocabulary[need.value].kinds or KINDS) for need in must]
            common = set.intersection(*kinds) or set.union(*kinds)
            joined = [tuple(kind for kind in KINDS if kind in common)]
        return tuple(
            Wanted(
                kinds,
                tuple(need.value for need in needs if self._asked_of(need, kinds)),
            )
            for kinds in joined
        )

    def _asked_of(self, need: Finding, kinds: Sequence[str]) -> bool:
        """Say whether a need is asked of some kinds; one that is merely good to have must fit all.

        BK.CCW (a ward) is to go by when comparing hospitals, not a reason to leave out clinics.
        """
        if need.kinds and not set(need.kinds) & set(kinds):
            return False
        fits = [self._vocabulary.applies_to(need.value, kind) for kind in kinds]
        return any(fits) if need.strength == MUST else all(fits)


def _effect(hit: _Hit) -> str:
    return hit.rule.effect if hit.rule else WORD

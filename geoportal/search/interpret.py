"""Interpreter of consultation notes (相談): needs and kinds by dictionary and rules.

Words come from the vocabulary, rules from ``interpret_rules.csv``; nothing is inferred beyond them,
and a person confirms the result. Each finding names the words it came from. What is denied (なし),
what is in place already and what merely describes the patient is distinguished from what is asked
for. Nothing of the note is kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from geoportal.domain.consultation import ReadingRule
from geoportal.domain.facility import KINDS
from geoportal.domain.vocabulary import Vocabulary
from geoportal.search.dictionary import Dictionary, WordMatch
from geoportal.search.interpretation import (
    MENTIONED,
    MUST,
    THEN_BY,
    Draft,
    Finding,
    Interpretation,
    Wanted,
    is_met,
    merge_findings,
    merge_groups,
    urgency_of,
)
from geoportal.search.note_text import Note, Span
from geoportal.search.unheard import unheard

_STRENGTH_OF_GROUP = {"AC": THEN_BY, "PT": MENTIONED, "CAP": MENTIONED, "DEC": MENTIONED}
_CONSUMING = ("outcome", "asker", "ignore", "unheard", "aside", "setting", "topic")
"""Effects of rules whose words are not read again."""
_CIRCUMSTANCES = ("asker", "urgency", "setting", "topic", "place")
_CONTEXT = ("negation", "in_place", "elsewhere", "sought", "cue")
"""Effects of rules that are tried around words, not on their own."""
_LISTED = re.compile(r"(?:・|や|と|、?及び|および)?$")
_SHORT_NOTE = 30


@dataclass(frozen=True, slots=True)
class _RuleMatch:
    """An occurrence of a rule's pattern: letters ``start`` to ``end`` of the note's plain form."""

    start: int
    end: int
    rule: ReadingRule

    def overlaps(self, other: _RuleMatch | WordMatch) -> bool:
        return self.start < other.end and other.start < self.end


class Interpreter:
    """Reads notes. Immutable; has the vocabulary and the rules, never a note.

    Rules are tried in their order. ``kind_of_term`` gives the facility kind that a term of the
    group FT names.
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
        patterns = [(rule, re.compile(rule.pattern)) for rule in rules]
        self._rules = [(rule, p) for rule, p in patterns if rule.effect not in _CONTEXT]
        self._context = {
            effect: [pattern for rule, pattern in patterns if rule.effect == effect]
            for effect in _CONTEXT
        }

    def interpret(self, text: str) -> Interpretation:
        """Read a note of any length as people write it; work is proportional to the length."""
        note, draft = Note(text), Draft()
        matches = self._rule_matches(note)
        for match in matches:
            rule = match.rule
            if rule.effect in _CIRCUMSTANCES and is_met(rule.requires, draft):
                because = (note.span(match.start, match.end),)
                value = f"{rule.effect}:{rule.value}"
                draft.circumstances.append(Finding(value, "", because, rule.rule, rule.note_ja))
        stated = [match for match in matches if match.rule.effect in ("need", "mention")]
        unconditional = [match for match in stated if not match.rule.requires]
        consuming = [match for match in matches if match.rule.effect in _CONSUMING]
        words = [
            word
            for word in self._dictionary.find(note.folded, note.plain)
            if not any(match.overlaps(word) for match in (*consuming, *unconditional))
        ]
        self._read_words(draft, note, words)
        for match in unconditional:
            self._apply(draft, note, match)
        for match in stated:
            if match.rule.requires and is_met(match.rule.requires, draft):
                self._apply(draft, note, match)
        return self._finished(draft, note, matches)

    def lookup(self, text: str) -> tuple[str, ...]:
        """Return the codes a word stands for; see `Dictionary.lookup`."""
        return self._dictionary.lookup(text)

    def _rule_matches(self, note: Note) -> list[_RuleMatch]:
        """Return where rules apply; an earlier rule that takes words out hides later ones there.

        Urgency is read everywhere, in the record of the outcome too.
        """
        matches: list[_RuleMatch] = []
        consuming: list[_RuleMatch] = []
        for rule, pattern in self._rules:
            for occurrence in pattern.finditer(note.plain):
                match = _RuleMatch(*occurrence.span(), rule)
                hidden = rule.effect != "urgency" and any(match.overlaps(m) for m in consuming)
                if match.start == match.end or hidden:
                    continue
                matches.append(match)
                if rule.effect in _CONSUMING:
                    consuming.append(match)
        return matches

    def _read_words(self, draft: Draft, note: Note, words: list[WordMatch]) -> None:
        """Sort the dictionary's words into asked for, denied, in place, mentioned."""
        asking = {
            (start, stop): self._asks(note, start, stop)
            for start, stop in {note.sentence(word.start) for word in words}
        }
        for word, denied in zip(words, self._denied(note, words), strict=True):
            because = (note.span(word.start, word.end),)
            kinds = [self._kind_of_term[c] for c in word.codes if c in self._kind_of_term]
            codes = [code for code in word.codes if code not in self._kind_of_term]
            # care that the patient gets already is still a need; a helper or visit is not
            care = any(self._vocabulary[code].group in ("AC", "PT") for code in codes)
            if denied:
                draft.not_needed += [Finding(value, "", because) for value in (*kinds, *codes)]
            elif self._is_in_place(note, word, care=care):
                draft.in_place += [Finding(value, "", because) for value in (*kinds, *codes)]
            elif asking[note.sentence(word.start)]:
                draft.kinds += [Finding(kind, "", because) for kind in kinds]
                draft.groups += [(kind,) for kind in kinds]
                self._add_codes(draft, codes, because, sought=self._follows(note, word, "sought"))
                if len(codes) == 1:
                    draft.providers.append(Wanted(self._who_provides(codes[0]), tuple(codes)))
            else:
                draft.mentioned += [Finding(kind, MENTIONED, because) for kind in kinds]
                self._add_codes(draft, codes, because)

    def _is_in_place(self, note: Note, word: WordMatch | _RuleMatch, *, care: bool) -> bool:
        """Say whether a helper, or care given elsewhere, is there already."""
        return self._follows(note, word, "elsewhere") or (
            not care and self._follows(note, word, "in_place")
        )

    def _who_provides(self, code: str) -> tuple[str, ...]:
        """Return the kinds that a need is a service of; empty for one that describes the patient.

        Visits and wards are services, and what only one kind does.
        """
        term = self._vocabulary[code]
        if term.visit_kinds or term.group == "BK" or len(term.kinds) == 1:
            return tuple(term.visit_kinds or term.kinds)
        return ()

    def _add_codes(
        self, draft: Draft, codes: list[str], because: tuple[Span, ...], *, sought: bool = False
    ) -> None:
        """Add needs; ``sought`` asks for one that else only describes the patient."""
        for code in codes:
            strength = _STRENGTH_OF_GROUP.get(self._vocabulary[code].group, MUST)
            strength = MUST if sought else strength
            target = draft.mentioned if strength == MENTIONED else draft.needs
            target.append(Finding(code, strength, because))

    def _apply(self, draft: Draft, note: Note, match: _RuleMatch) -> None:
        """Add what a rule of effect ``need`` or ``mention`` says."""
        rule = match.rule
        because = (note.span(match.start, match.end),)
        values = (*rule.kinds, *rule.needs, *rule.prefer)
        if self._follows(note, match, "negation"):
            draft.not_needed += [Finding(v, "", because, rule.rule) for v in values]
        elif rule.effect == "mention" and not self._follows(note, match, "sought"):
            draft.mentioned += [
                Finding(code, MENTIONED, because, rule.rule, rule.note_ja) for code in rule.needs
            ]
        elif not rule.requires and self._is_in_place(note, match, care=False):
            draft.in_place += [Finding(v, "", because, rule.rule) for v in values]
        else:
            about = (because, rule.rule, rule.note_ja)
            draft.needs += [Finding(c, MUST, *about, rule.kinds) for c in rule.needs]
            draft.needs += [Finding(c, THEN_BY, *about, rule.kinds) for c in rule.prefer]
            draft.kinds += [Finding(kind, "", *about) for kind in rule.kinds]
            if rule.kinds:
                draft.groups.append(rule.kinds)

    def _denied(self, note: Note, words: list[WordMatch]) -> list[bool]:
        """Say for each word whether it is denied; a list (褥瘡・吸引なし) is denied as a whole."""
        denied = [self._follows(note, word, "negation") for word in words]
        for i in range(len(words) - 2, -1, -1):
            between = note.plain[words[i].end : words[i + 1].start]
            denied[i] |= denied[i + 1] and bool(between) and bool(_LISTED.fullmatch(between))
        return denied

    def _follows(self, note: Note, match: _RuleMatch | WordMatch, effect: str) -> bool:
        """Say whether words of denial, or of being in place, follow in the same clause.

        Words that ask may follow behind a comma: MRSAの方、デイで受け入れてくれる.
        """
        _, stop = note.sentence(match.start)
        rest = note.plain[match.end : stop]
        clause = rest if effect == "sought" else rest.partition("、")[0]
        return any(pattern.search(clause) for pattern in self._context[effect])

    def _asks(self, note: Note, start: int, stop: int) -> bool:
        """Say whether a sentence asks for something; a few words alone always do."""
        return len(note.plain) <= _SHORT_NOTE or any(
            pattern.search(note.plain, start, stop) for pattern in self._context["cue"]
        )

    def _finished(self, draft: Draft, note: Note, matches: list[_RuleMatch]) -> Interpretation:
        teams = (
            match.rule.value
            for match in matches
            if match.rule.effect == "team" and is_met(match.rule.requires, draft)
        )
        needs = tuple(sorted(merge_findings(draft.needs), key=lambda need: need.strength != MUST))
        values = {need.value for need in needs}
        self._add_providers(draft, needs)
        wanted = self._wanted(draft.groups, needs)
        if not draft.kinds:
            must = [need for need in needs if need.strength == MUST]
            because = tuple(dict.fromkeys(span for need in must for span in need.because))
            asked = [kind for search in wanted for kind in search.kinds] if must else []
            draft.kinds += [Finding(kind, "", because, "from_needs") for kind in asked]
        left_out = [
            Finding(rule.rule, "", (note.span(match.start, match.end),), rule.rule, rule.note_ja)
            for match in matches
            for rule in (match.rule,)
            if rule.effect in ("ignore", "aside") and rule.note_ja
        ]
        found = Interpretation(
            needs=needs,
            kinds=tuple(sorted(merge_findings(draft.kinds), key=lambda f: KINDS.index(f.value))),
            mentioned=tuple(f for f in merge_findings(draft.mentioned) if f.value not in values),
            not_needed=merge_findings(draft.not_needed),
            in_place=merge_findings(draft.in_place),
            circumstances=merge_findings(draft.circumstances),
            ages=note.ages(),
            urgency=urgency_of(draft.circumstances),
            team=next(teams, ""),
            wanted=wanted,
            left_out=merge_findings(left_out),
        )
        heard = [note.span(m.start, m.end) for m in matches if m.rule.effect != "unheard"]
        unread = [note.span(m.start, m.end) for m in matches if m.rule.effect == "unheard"]
        return replace(found, unheard=unheard(note, found, heard, unread))

    def _add_providers(self, draft: Draft, needs: Sequence[Finding]) -> None:
        """Ask for services that none of those named gives of those who give them."""
        words = {need.value: need.because for need in needs}
        for service in draft.providers if draft.groups else ():
            named = {kind for group in draft.groups for kind in group}
            if service.kinds and not named & set(service.kinds):
                because = words.get(service.needs[0], ())
                draft.groups.append(service.kinds)
                draft.kinds += [Finding(k, "", because, "from_needs") for k in service.kinds]

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
            Wanted(kinds, tuple(need.value for need in needs if self._asked_of(need, kinds)))
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

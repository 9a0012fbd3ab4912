"""From a consultation note (相談) to needs and kinds, by dictionary and rules, to be confirmed.

Nothing is guessed beyond the lists: words come from the vocabulary, rules from
``interpret_rules.csv``. Each finding is tied to the words it came from. What is denied (なし),
what is in place already and what merely describes the patient is told apart from what is asked.
Nothing of the note is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from geoportal.domain.consultation import ReadingRule
from geoportal.domain.facility import KINDS
from geoportal.domain.vocabulary import Vocabulary
from geoportal.search.dictionary import Dictionary
from geoportal.search.reading import Age, Note, Span

MUST, THEN_BY, MENTIONED = "must", "then_by", "mentioned"
_STRENGTH_OF_GROUP = {"AC": THEN_BY, "PT": MENTIONED, "CAP": MENTIONED, "DEC": MENTIONED}
_CONSUMING = ("outcome", "asker", "ignore", "setting", "topic")
_LISTED = re.compile(r"(?:・|や|と|、?及び|および)?$")
_SHORT_NOTE = 30
_WORD = "word"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something the note says, with the words it came from.

    Attributes
    ----------
    value : str
        Need code, facility kind, urgency and so on.
    strength : str
        For needs ``must``, ``then_by`` (to go by next) or ``mentioned``; else empty.
    because : tuple of Span
        The words.
    rule : str
        Name of the rule; ``word`` for the dictionary.
    note_ja : str
        Why, where a rule says so.
    kinds : tuple of str
        For needs: the kinds they are asked of; empty for whoever is asked.
    """

    value: str
    strength: str
    because: tuple[Span, ...]
    rule: str = _WORD
    note_ja: str = ""
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """One search that follows from a note: kinds that may answer, and their needs."""

    kinds: tuple[str, ...]
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Interpretation:
    """What a note asks for, told apart from what it denies, has, and describes.

    ``urgency`` is ``urgent``, ``in_advance``, ``not_urgent`` or empty; ``team`` names a ready-made
    team (roles) to fill, empty for none. ``wanted`` holds a search per kind of helper.
    """

    needs: tuple[Finding, ...]
    kinds: tuple[Finding, ...]
    mentioned: tuple[Finding, ...]
    not_needed: tuple[Finding, ...]
    in_place: tuple[Finding, ...]
    circumstances: tuple[Finding, ...]
    ages: tuple[Age, ...]
    urgency: str
    team: str
    wanted: tuple[Wanted, ...]


@dataclass(slots=True)
class _Draft:
    """Findings as they gather, in order of place."""

    needs: list[Finding] = field(default_factory=list)
    kinds: list[Finding] = field(default_factory=list)
    mentioned: list[Finding] = field(default_factory=list)
    not_needed: list[Finding] = field(default_factory=list)
    in_place: list[Finding] = field(default_factory=list)
    circumstances: list[Finding] = field(default_factory=list)
    groups: list[tuple[str, ...]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Hit:
    """A word or pattern found: letters ``start`` to ``end`` of the note's plain form."""

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
        draft = _Draft()
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
            if hit.rule and hit.rule.requires and _holds(hit.rule.requires, draft):
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
            for found in pattern.finditer(note.plain):
                hit = _Hit(*found.span(), rule=rule)
                veiled = rule.effect != "urgency" and any(hit.overlaps(h) for h in hidden)
                if hit.start == hit.end or veiled:
                    continue
                hits.append(hit)
                if rule.effect in _CONSUMING:
                    hidden.append(hit)
        return hits

    def _words(self, note: Note) -> list[_Hit]:
        return [
            _Hit(found.start, found.end, codes=found.codes)
            for found in self._dictionary.find(note.folded, note.plain)
        ]

    def _read_words(self, draft: _Draft, note: Note, words: list[_Hit]) -> None:
        """Sort the dictionary's words into asked for, denied, in place, mentioned."""
        denied = self._denied(note, words)
        for hit, no in zip(words, denied, strict=True):
            because = (note.span(hit.start, hit.end),)
            kinds = [self._kind_of_term[c] for c in hit.codes if c in self._kind_of_term]
            codes = [code for code in hit.codes if code not in self._kind_of_term]
            if no:
                found = [Finding(value, "", because) for value in (*kinds, *codes)]
                draft.not_needed += found
            elif self._in_place(note, hit, codes):
                draft.in_place += [Finding(value, "", because) for value in (*kinds, *codes)]
            else:
                self._ask(draft, note, hit, kinds, codes)

    def _ask(
        self, draft: _Draft, note: Note, hit: _Hit, kinds: list[str], codes: list[str]
    ) -> None:
        because = (note.span(hit.start, hit.end),)
        for kind in kinds:
            if self._requested(note, hit):
                draft.kinds.append(Finding(kind, "", because))
                draft.groups.append((kind,))
            else:
                draft.mentioned.append(Finding(kind, MENTIONED, because))
        for code in codes:
            strength = _STRENGTH_OF_GROUP.get(self._vocabulary[code].group, MUST)
            found = Finding(code, strength, because)
            (draft.mentioned if strength == MENTIONED else draft.needs).append(found)

    def _apply(self, draft: _Draft, note: Note, hit: _Hit) -> None:
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

    def _add_circumstance(self, draft: _Draft, note: Note, hit: _Hit) -> None:
        rule = hit.rule
        if rule is not None and (not rule.requires or _holds(rule.requires, draft)):
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

    def _finished(self, draft: _Draft, note: Note, hits: list[_Hit]) -> Interpretation:
        ages = note.ages()
        teams = (
            hit.rule.value
            for hit in hits
            if hit.rule and hit.rule.effect == "team" and _holds(hit.rule.requires, draft)
        )
        needs = tuple(sorted(_merged(draft.needs), key=lambda need: need.strength != MUST))
        values = {need.value for need in needs}
        wanted = self._wanted(draft.groups, needs)
        if not draft.kinds:
            must = [need for need in needs if need.strength == MUST]
            because = tuple(dict.fromkeys(span for need in must for span in need.because))
            asked = [kind for one in wanted for kind in one.kinds] if must else []
            draft.kinds += [Finding(kind, "", because, "from_needs") for kind in asked]
        return Interpretation(
            needs=needs,
            kinds=_in_order(_merged(draft.kinds)),
            mentioned=tuple(f for f in _merged(draft.mentioned) if f.value not in values),
            not_needed=_merged(draft.not_needed),
            in_place=_merged(draft.in_place),
            circumstances=_merged(draft.circumstances),
            ages=ages,
            urgency=_urgency(draft.circumstances),
            team=next(teams, ""),
            wanted=wanted,
        )

    def _wanted(
        self, groups: Sequence[tuple[str, ...]], needs: Sequence[Finding]
    ) -> tuple[Wanted, ...]:
        """Return a search per group of kinds; needs go to the kinds they are asked of."""
        joined = _joined(groups)
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
    return hit.rule.effect if hit.rule else _WORD


def _holds(requires: str, draft: _Draft) -> bool:
    """Say whether what a rule requires has been found."""
    if not requires:
        return True
    what, _, value = requires.partition(":")
    if what == "kind":
        return any(found.value == value for found in draft.kinds)
    return any(found.value == requires for found in draft.circumstances)


def _merged(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Put findings of the same thing together: all words, the greatest strength."""
    alike: dict[str, list[Finding]] = {}
    for item in found:
        alike.setdefault(item.value, []).append(item)
    return tuple(_one(items) for items in alike.values())


def _one(items: Sequence[Finding]) -> Finding:
    strongest = next((item for item in items if item.strength == MUST), items[0])
    spans = {span for item in items for span in item.because}
    everyone = not all(item.kinds for item in items)
    return replace(
        strongest,
        because=tuple(sorted(spans, key=lambda span: (span.start, span.end))),
        note_ja=next((item.note_ja for item in items if item.note_ja), ""),
        kinds=()
        if everyone
        else tuple(dict.fromkeys(kind for item in items for kind in item.kinds)),
    )


def _in_order(kinds: Sequence[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(kinds, key=lambda found: KINDS.index(found.value)))


def _joined(groups: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Put groups that share a kind together; kinds in the order of the contract."""
    joined: list[set[str]] = []
    for group in groups:
        touching = [other for other in joined if other & set(group)]
        joined = [other for other in joined if other not in touching]
        joined.append(set(group).union(*touching))
    ordered = [tuple(kind for kind in KINDS if kind in group) for group in joined]
    return sorted(ordered, key=lambda group: KINDS.index(group[0]))


def _urgency(circumstances: Sequence[Finding]) -> str:
    named: Iterator[str] = (
        level
        for level in ("not_urgent", "urgent", "in_advance")
        if any(found.value == f"urgency:{level}" for found in circumstances)
    )
    return next(named, "")

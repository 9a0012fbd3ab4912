"""Needs as offered: grouped, those that narrow a search most first, with everyday words."""

from __future__ import annotations

from geoportal.documents import Document
from geoportal.store.reference import Reference
from geoportal.web.language.labels import everyday_word, group_label, need_labels


def offered_groups(reference: Reference) -> list[str]:
    """Return the groups of the vocabulary that pages offer, in their order."""
    groups = [group for group in reference.groups.values() if group.offered]
    return [group.code for group in sorted(groups, key=lambda group: group.offered)]


def need_groups(reference: Reference, language: str) -> list[Document]:
    """Return the needs offered, grouped, what cuts most first."""
    labels = need_labels(reference, language)
    groups = []
    for group in offered_groups(reference):
        terms = [term for term in reference.vocabulary if term.group == group and term.offered]
        terms.sort(key=lambda term: term.rarity or len(reference.vocabulary))
        groups.append(
            {
                "label": group_label(reference, group, language),
                "terms": [
                    {
                        "code": term.code,
                        "label": labels[term.code],
                        "everyday": everyday_word(reference, term.code, language),
                        "words": " ".join(
                            (
                                term.code,
                                term.label_ja,
                                term.label_en,
                                *term.synonyms,
                                labels[term.code],
                            )
                        ),
                    }
                    for term in terms
                ],
            }
        )
    return groups

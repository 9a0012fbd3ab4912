"""Labels of kinds, needs, groups, roles and sources in a page's language, and choices of them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from geoportal.documents import Document
from geoportal.documents.search_extras import reason_words
from geoportal.store.reference import Reference
from geoportal.web.language.messages import DEFAULT_LANGUAGE, LANGUAGES, Label


def label(reference: Reference, list_name: str, code: str, language: str) -> Label:
    """Return the label of an entry of a list of ``labels.csv``: kind, need, group, role or source.

    An entry without a label in the language (one that a city has added) is called by its Japanese
    label, else by its code.
    """
    labels = reference.labels.get((list_name, code), {})
    return Label(labels.get(language) or labels.get(DEFAULT_LANGUAGE, code))


def reason_label(reference: Reference, reason: Document, language: str) -> Label:
    """Return what a reason of the order (`reason_document`) says."""

    def source(list_name: str, code: str) -> str:
        return label(reference, list_name, code, language).source

    return Label(reason_words(reason, source))


def everyday_word(reference: Reference, code: str, language: str) -> str:
    """Return the word families use for a need, shown beside its label; empty when there is none."""
    return reference.labels.get(("need-everyday", code), {}).get(language, "")


def short_kind_label(reference: Reference, kind: str, language: str) -> Label:
    """Return the short label of a kind; in a language without short labels, the usual one."""
    short = reference.labels.get(("kind-short", kind), {}).get(language)
    return Label(short) if short else label(reference, "kind", kind, language)


@cache
def need_labels(reference: Reference, language: str) -> Mapping[str, Label]:
    """Return the label of every term of the vocabulary."""
    labels = {
        term.code: label(reference, "need", term.code, language) for term in reference.vocabulary
    }
    if not LANGUAGES[language].is_japanese:
        return labels
    return {
        code: Label(text.source.replace("(", "（").replace(")", "）"))
        for code, text in labels.items()
    }


def group_label(reference: Reference, group: str, language: str) -> Label:
    """Return what a group of the vocabulary is called."""
    return label(reference, "group", group, language)


def issue_label(reference: Reference, code: str, language: str) -> str:
    """Return what an issue of an import means and what to do, in Japanese; empty when not said.

    In other languages the message of the import, which is English, says it.
    """
    if not LANGUAGES[language].is_japanese:
        return ""
    return reference.labels.get(("issue", code), {}).get(DEFAULT_LANGUAGE, "")


@cache
def source_labels(reference: Reference, language: str) -> dict[str, Label]:
    """Return what each source is called."""
    return {name: label(reference, "source", name, language) for name in reference.sources}


@cache
def kinds(reference: Reference, language: str) -> dict[str, Document]:
    """Return label, short label, glyph and CSS classes of the marker of every kind."""
    return {
        kind: {
            "label": label(reference, "kind", kind, language),
            "short": short_kind_label(reference, kind, language),
            "glyph": info.glyph,
            "mark": f"glyph--{info.shape}" + (" glyph--long" if len(info.glyph) > 1 else ""),
        }
        for kind, info in reference.kinds.items()
    }


@cache
def kind_groups(reference: Reference) -> list[Document]:
    """Return the groups of kinds in the order they are offered."""
    infos = reference.kinds.values()
    return [
        {"code": group, "kinds": tuple(i.kind for i in infos if i.group == group and i.offered)}
        for group in reference.kind_groups
    ]


def offered_groups(reference: Reference) -> list[str]:
    """Return the groups of the vocabulary that pages offer, in their order."""
    groups = [group for group in reference.groups.values() if group.offered]
    return [group.code for group in sorted(groups, key=lambda group: group.offered)]


@cache
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

"""Sentences on what is not known because a source is not imported."""

from __future__ import annotations

from collections.abc import Iterable

from geoportal.documents import Document
from geoportal.domain.completeness import DEPARTMENTS, HOURS, NEEDS, PLACES
from geoportal.store.official_pages import search_sites
from geoportal.store.reference import Reference
from geoportal.web.language.labels import label, need_labels, short_kind_label
from geoportal.web.language.messages import Label, messages
from geoportal.web.language.place_names import place_label

_MOST_KINDS = 3
_SAID_FIRST = (NEEDS, HOURS, DEPARTMENTS, PLACES)


def gap_sentences(reference: Reference, language: str, lines: Iterable[Document]) -> list[Document]:
    """Return a sentence for each line of completeness that is a gap, with its line; places last.

    ``text`` says it in full, ``short`` in a few words; ``sites`` are the search pages of the
    national sites, by source, but for filings. Lines are those of
    `geoportal.documents.completeness.completeness_document`.
    """
    return [
        {
            "text": _sentence(reference, language, line),
            "short": _sentence(reference, language, line, "gap-short-"),
            "sites": {} if line["tells"] == NEEDS else search_sites(reference, line["kinds"]),
            **line,
        }
        for line in sorted(lines, key=lambda line: _SAID_FIRST.index(line["tells"]))
        if line["gap"]
    ]


def _sentence(reference: Reference, language: str, line: Document, message: str = "gap-") -> Label:
    say = messages(language)
    kinds = [short_kind_label(reference, kind, language).source for kind in line["kinds"]]
    needs = [need_labels(reference, language)[need].source for need in line["needs"]]
    comma = say.plain("js-comma")
    more = say.plain("gap-more-kinds") if len(kinds) > _MOST_KINDS else ""
    return say.label(
        f"{message}{line['tells']}-{line['state']}",
        area=place_label(reference, line["area"], line["area_name"], language),
        prefecture=place_label(reference, line["area"][:2], line["prefecture"], language),
        publisher=line["publisher"],
        source=label(reference, "source", line["source"], language),
        kinds=Label(comma.join(kinds[:_MOST_KINDS]) + more),
        needs=Label(comma.join(needs)),
        count=line["facilities" if line["tells"] == PLACES else "unknown"],
    )

"""Facility kinds as shown: what they are called, the letter and shape of their marker, groups."""

from __future__ import annotations

from geoportal.documents import Document
from geoportal.store.reference import Reference
from geoportal.web.language.labels import label, short_kind_label


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


def kind_groups(reference: Reference) -> list[Document]:
    """Return the groups of kinds in the order they are offered."""
    infos = reference.kinds.values()
    return [
        {"code": group, "kinds": tuple(info.kind for info in infos if info.group == group)}
        for group in reference.kind_groups
    ]

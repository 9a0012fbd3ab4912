"""JSON of completeness: which sources that would answer are held, and who publishes them."""

from __future__ import annotations

from collections.abc import Iterable

from geoportal.documents import Document, attributes
from geoportal.domain.completeness import Completeness
from geoportal.index.hierarchy import upper_districts
from geoportal.services.view import View


def completeness_document(view: View, lines: Iterable[Completeness]) -> list[Document]:
    """Return lines on sources with the names of area and publisher."""
    return [_line(view, line) for line in lines]


def _line(view: View, line: Completeness) -> Document:
    info = view.reference.sources[line.source]
    chain = view.district_chain(line.area)
    prefecture = line.area[:2]
    names = {district.code: district.name for district in upper_districts(view.reference)}
    publisher, page = next(
        (
            (publisher.name, publisher.page)
            for publisher in view.reference.publishers
            if publisher.source == line.source and prefecture in publisher.prefectures
        ),
        (info.publisher, info.page),
    )
    return {
        **attributes(line, "source", "area", "kinds", "needs", "state", "facilities", "unknown"),
        "area_name": chain[0].name if chain else names.get(line.area, line.area),
        "prefecture": names.get(prefecture, ""),
        "label": info.label_ja,
        "publisher": publisher,
        "page": page,
    }

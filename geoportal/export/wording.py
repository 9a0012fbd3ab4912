"""The words of files: labels of ``labels.csv`` in the language of the file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from geoportal.store.reference import Reference


@dataclass(frozen=True)
class Wording:
    """The words of a table in one language; what has no label in it is said in Japanese."""

    reference: Reference
    language: str = "ja"

    def label(self, list_name: str, code: str) -> str:
        """Return the label of an entry of a list of ``labels.csv``, else its code."""
        labels = self.reference.labels.get((list_name, code), {})
        if self.language != "ja" and self.language in labels:
            return labels[self.language]
        return labels.get("ja", code).replace("(", "（").replace(")", "）")

    def say(self, word: str) -> str:
        """Return an entry of the list ``table-word``; empty for empty."""
        return self.label("table-word", word) if word else ""

    def joined(self, parts: Iterable[str]) -> str:
        """Return several words as a list in one cell."""
        return ("、" if self.language == "ja" else ", ").join(parts)

"""What the page "from a note" shows: the note with its words marked, and what to confirm.

A note lives in one request's memory only; nothing here stores or logs it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from flask import Response, g, request
from werkzeug.datastructures import MultiDict

from geoportal.documents import Document
from geoportal.documents.interpret import MAX_LETTERS, interpretation_document
from geoportal.services.view import View
from geoportal.web.current_view import view_here
from geoportal.web.language.labels import kinds as kinds_shown
from geoportal.web.language.labels import need_labels
from geoportal.web.site.frame import form_page

_ASKED, _NOTED, _UNHEARD = "asked", "noted", "unheard"


@dataclass(frozen=True, slots=True)
class NoteForm:
    """What was posted: the note and, when it was typed already, the address."""

    text: str = field(default="", repr=False)
    address: str = field(default="", repr=False)
    sent: bool = False

    @classmethod
    def read(cls, values: MultiDict[str, str]) -> NoteForm:
        """Read a posted form; line ends are made one character, as offsets count characters."""
        text = values.get("note", "").replace("\r\n", "\n").strip()[:MAX_LETTERS]
        return cls(text, values.get("address", "").strip()[:200], "note" in values)


def show() -> Response:
    """Show the form; for a note sent with it, the proposed search."""
    form = NoteForm.read(request.form) if request.method == "POST" else NoteForm()
    proposal = reading(view_here(), form.text, g.language) if form.text else None
    problem = "note-empty" if form.sent and not form.text else ""
    return form_page("note", form, "note", problem, reading=proposal, longest=MAX_LETTERS)


def reading(view: View, text: str, language: str) -> Document:
    """Return what a note asks for, ready to be confirmed by ticking.

    Returns
    -------
    dict
        ``segments`` (text and mark), ``kinds`` and ``needs`` (``code``, ``label``, ``words``,
        ``ticked``), ``mentioned`` (but not asked for), ``not_needed``, ``in_place``,
        ``roles`` of a team search (empty when one search is enough), ``urgent``, ``under_40``;
        ``ages`` (from, to), ``circumstances`` (about, value), ``urgency``;
        ``place`` (an address it mentions), ``left_out`` (words and why), ``unheard`` words.
    """
    document = interpretation_document(view, text)
    labels = need_labels(view.reference, language)
    kinds = {kind: info["label"] for kind, info in kinds_shown(view.reference, language).items()}
    requested = [*document["searches"], *(document["team"]["roles"] if document["team"] else ())]
    searched = {need for wanted in requested for need in wanted["needs"]}

    def listed(matches: Iterable[Document], ticked: Iterable[str] = ()) -> list[Document]:
        return [_choice(match, labels, kinds, set(ticked)) for match in matches]

    return {
        "segments": segments(text, document),
        "kinds": listed(document["kinds"], kinds),
        "needs": listed(document["needs"], searched),
        "mentioned": [match for match in listed(document["mentioned"]) if match["code"] in labels],
        "not_needed": listed(document["not_needed"]),
        "in_place": listed(document["in_place"]),
        "place": document["place"]["text"] if document["place"] else "",
        "left_out": [
            {"words": _words(item), "note": item["note_ja"]} for item in document["left_out"]
        ],
        "unheard": [span["text"] for span in document["unheard"]],
        "team": _team(document),
        "urgent": document["urgency"] == "urgent",
        "ages": [(age["from"], age["to"]) for age in document["ages"]],
        "circumstances": [(one["about"], one["value"]) for one in document["circumstances"]],
        "urgency": document["urgency"] or "",
        "under_40": any(age["under_40"] for age in document["ages"]),
        "anything": document["needs_confirmation"],
    }


def segments(text: str, document: Document) -> list[Document]:
    """Cut a note into runs; together they are the note.

    ``mark`` is empty, ``asked``, ``noted`` or ``unheard``.

    Examples
    --------
    >>> because = [{"start": 0, "end": 3, "text": "胃ろう"}]
    >>> segments("胃ろうあり", {"needs": [{"because": because}], "kinds": []})
    [{'text': '胃ろう', 'mark': 'asked'}, {'text': 'あり', 'mark': ''}]
    """
    marks = [""] * len(text)
    groups = [
        _spans(document.get(key, ()))
        for key in ("mentioned", "not_needed", "in_place", "ages", "left_out")
    ]
    for start, end in [span for group in groups for span in group]:
        marks[start:end] = [_NOTED] * (end - start)
    for start, end in [*_spans(document["needs"]), *_spans(document["kinds"])]:
        marks[start:end] = [_ASKED] * (end - start)
    for span in document.get("unheard", ()):
        marks[span["start"] : span["end"]] = [_UNHEARD] * (span["end"] - span["start"])
    runs: list[Document] = []
    for letter, mark in zip(text, marks, strict=True):
        if runs and runs[-1]["mark"] == mark:
            runs[-1]["text"] += letter
        else:
            runs.append({"text": letter, "mark": mark})
    return runs


def _spans(matches: Iterable[Document]) -> list[tuple[int, int]]:
    return [(span["start"], span["end"]) for match in matches for span in match["because"]]


def _words(match: Document) -> list[str]:
    return list(dict.fromkeys(span["text"] for span in match["because"]))


def _choice(
    match: Document, labels: Mapping[str, str], kinds: Mapping[str, str], ticked: set[str]
) -> Document:
    code = match.get("code") or match["kind"]
    return {
        "code": code,
        "label": labels.get(code) or kinds.get(code, code),
        "words": _words(match),
        "note": match.get("note_ja", ""),
        "ticked": code in ticked,
    }


def _team(document: Document) -> Document | None:
    """Return what a team search would start from: a preset, or one role for each search."""
    if document["team"]:
        return {"preset": document["team"]["preset"]}
    return {"preset": ""} if len(document["searches"]) > 1 else None

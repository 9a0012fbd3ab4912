"""``geoportal interpret``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from geoportal.cli.console import Console, command
from geoportal.documents import Document
from geoportal.documents.interpret import InterpretRequest, interpretation_document


@click.command()
@click.argument("file", type=click.File("r", encoding="utf-8"), default="-")
@command
def interpret(console: Console, file: Any) -> None:
    """Read a consultation text from FILE or stdin: needs and kinds, to be confirmed."""
    view = console.view()
    request = InterpretRequest.model_validate({"text": file.read()})
    document = interpretation_document(view, request.text)
    console.print(document, lambda: _interpretation_lines(document))


def _interpretation_lines(document: Document) -> Iterator[str]:
    titles = (
        ("needs", "必要"),
        ("kinds", "相手"),
        ("mentioned", "書かれていること"),
        ("not_needed", "不要"),
        ("in_place", "すでに利用"),
    )
    for key, title in titles:
        for finding in document[key]:
            words = "、".join(span["text"] for span in finding["because"])
            yield f"{title}: {finding['label_ja']}（「{words}」から）"
    if document["urgency"]:
        yield f"急ぎ: {document['urgency']}"
    yield "言葉から読み取ったものです。内容を確かめてから検索してください。"

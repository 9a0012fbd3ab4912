"""``geoportal links``: pairs to be reviewed, people's decisions, explanations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import click

from geoportal.cli.console import Console, command, progress_bar
from geoportal.documents import Document, attributes
from geoportal.domain.dating import dated, day_said, stated_date
from geoportal.domain.link import LinkDecision
from geoportal.errors import UsageError
from geoportal.ingest.linking.clustering import REVIEW
from geoportal.ingest.linking.relations import Relations
from geoportal.ingest.revise.link_decisions import decide as take_verdict
from geoportal.ingest.revise.link_decisions import explain as explain_facility
from geoportal.ingest.revise.link_decisions import relink_all
from geoportal.services.portal import now_in_japan, shipped_reference
from geoportal.store.facilities import StoredRecord, iter_facilities
from geoportal.store.links import StoredPair, read_own_records, read_pairs

_FIELDS_JA = {
    "number": "番号",
    "name": "名称",
    "address": "所在地",
    "kana": "フリガナ",
    "phone": "電話",
    "postal_code": "郵便番号",
    "distance": "距離",
    "municipality": "市区町村",
    "kind": "種別",
}
_OUTCOMES_JA = {"linked": "同じ施設", "review": "要確認", "separate": "別の施設"}
_VERDICTS_JA = {
    "same": "同じ施設とします",
    "different": "別の施設とします",
    "withdrawn": "取り消しました",
}
_RELATIONS_JA = {"same_institution": "同じ機関", "same_address": "同じ所在地"}
_REASONS_JA = {
    "number": "公的な番号が同じ",
    "score": "得点による",
    "decision": "人が決めた",
    "ambiguous": "同じくらい合う相手がほかにある",
    "doubtful": "得点が中ほど",
    "taken": "もっと合う相手と結ばれた",
}


@click.group()
def links() -> None:
    """Which records of different sources are one place, and why."""


@links.command()
@click.option("--limit", type=click.IntRange(min=1), help="At most this many.")
@command
def review(console: Console, limit: int | None) -> None:
    """List the pairs a person should look at, the likeliest first."""
    with console.database().engine.connect() as connection:
        pairs = read_pairs(connection, outcome=REVIEW)[:limit]
        records = read_own_records(connection, {id_ for p in pairs for id_ in (p.first, p.second)})
    by_id = _by_own_id(records)
    document = {
        "pairs": [
            {**_pair(pair), "records": [by_id.get(id_, []) for id_ in (pair.first, pair.second)]}
            for pair in pairs
        ]
    }
    console.print(document, lambda: _review_lines(document))


@links.command()
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@click.argument("verdict", type=click.Choice(["same", "different"]))
@click.option("--by", "decided_by", required=True, metavar="NAME", help="Who decides.")
@click.option("--note", default="", metavar="TEXT", help="Why; no names of patients.")
@command
def decide(
    console: Console, first: str, second: str, verdict: str, decided_by: str, note: str
) -> None:
    """Say that A and B are the same place, or different ones: wins over every score."""
    _store(console, first, second, verdict, decided_by, note)


@links.command()
@click.argument("first", metavar="A")
@click.argument("second", metavar="B")
@click.option("--by", "decided_by", required=True, metavar="NAME", help="Who takes it back.")
@click.option("--note", default="", metavar="TEXT")
@command
def undo(console: Console, first: str, second: str, decided_by: str, note: str) -> None:
    """Take a decision back: the score decides again."""
    _store(console, first, second, "withdrawn", decided_by, note)


@links.command()
@click.argument("number", metavar="ID")
@command
def explain(console: Console, number: str) -> None:
    """Show why each record of a facility is linked, and what was judged otherwise."""
    with console.database().engine.connect() as connection:
        explanation = explain_facility(connection, number)
        ids = {id_ for pair in explanation.pairs for id_ in (pair.first, pair.second)}
        compared = read_own_records(connection, ids)
        places = {place.id: place for place in iter_facilities(connection)}
    own_ids = {record.own_id for record in explanation.records}
    document = {
        "id": explanation.facility_id,
        "redirects": sorted(own_ids - {explanation.facility_id}),
        "records": [_record(record) for record in explanation.records],
        "pairs": [_pair(pair) for pair in explanation.pairs],
        "others": _by_own_id(record for record in compared if record.own_id not in own_ids),
        "related": [
            {"kind": related.kind, **attributes(places[related.facility_id], "id", "name")}
            for related in Relations(places.values()).of(explanation.facility_id)
        ],
        "decisions": [
            {
                "a": decision.first,
                "b": decision.second,
                "verdict": decision.verdict,
                "by": decision.decided_by,
                "on": decision.decided_on,
                "note": decision.note,
            }
            for decision in explanation.decisions
        ],
    }
    console.print(document, lambda: _explanation_lines(document))


@links.command()
@command
def relink(console: Console) -> None:
    """Link everything again, from the records and the decisions."""
    with progress_bar() as progress:
        changed, version = relink_all(console.database(), shipped_reference(), progress)
    document = {"changed": changed, "dataset_version": version}
    console.print(document, lambda: iter([f"{changed} 施設が変わりました"]))


def _store(
    console: Console, first: str, second: str, verdict: str, decided_by: str, note: str
) -> None:
    if not decided_by.strip():
        raise UsageError("--by takes the name of the person who decides", "by")
    today = now_in_japan().date().isoformat()
    stored = LinkDecision(first, second, verdict, decided_by.strip(), today, note.strip())
    version = take_verdict(console.database(), shipped_reference(), stored)
    document = {"a": first, "b": second, "verdict": verdict, "dataset_version": version}
    console.print(document, lambda: iter([f"{first} と {second}: {_VERDICTS_JA[verdict]}"]))


def _by_own_id(records: Iterable[StoredRecord]) -> dict[str, list[Document]]:
    by_id: dict[str, list[Document]] = {}
    for record in records:
        by_id.setdefault(record.own_id, []).append(_record(record))
    return by_id


def _record(stored: StoredRecord) -> Document:
    return {
        **attributes(stored, "own_id", "facility_id"),
        **attributes(stored.record, "source", "record_id", "kind", "name", "address", "phone"),
        **dated(stored.last_seen),
        "closed_on": stated_date(stored.closed_on),
        "closed": bool(stored.closed_on),
    }


def _pair(pair: StoredPair) -> Document:
    return {
        "a": pair.first,
        "b": pair.second,
        **attributes(pair, "outcome", "reason", "score"),
        "parts": [dict(part) for part in pair.parts],
    }


def _review_lines(document: Document) -> Iterator[str]:
    for pair in document["pairs"]:
        yield _pair_line(pair)
        for records in pair["records"]:
            yield from _record_lines(records)
    how = "geoportal links decide A B same|different --by 名前"
    yield f"{len(document['pairs'])} 組。決めるには: {how}"


def _explanation_lines(document: Document) -> Iterator[str]:
    yield f"施設 {document['id']}"
    yield from _record_lines(document["records"])
    for pair in document["pairs"]:
        yield _pair_line(pair)
        for id_ in (pair["a"], pair["b"]):
            yield from _record_lines(document["others"].get(id_, []))
    for decision in document["decisions"]:
        pair = f"{decision['a']} / {decision['b']}"
        who = f"{decision['by']} {decision['on']}"
        yield f"決定 {pair}: {decision['verdict']}（{who}）{decision['note']}"
    for relation in document["related"]:
        yield f"{_RELATIONS_JA[relation['kind']]} {relation['id']} {relation['name']}"
    if document["redirects"]:
        yield f"転送元: {'、'.join(document['redirects'])}"


def _pair_line(pair: Document) -> str:
    parts = "、".join(
        f"{_FIELDS_JA.get(part['field'], part['field'])} {part['level']} {part['bits']:+g}"
        for part in pair["parts"]
    )
    reason = _REASONS_JA.get(pair["reason"], pair["reason"])
    return (
        f"{_OUTCOMES_JA[pair['outcome']]}（{reason}） {pair['a']} / {pair['b']} "
        f"{pair['score']:g}: {parts}"
    )


def _record_lines(records: Iterable[Document]) -> Iterator[str]:
    for record in records:
        closed = f"（{record['closed_on'] or '時点不明'} 掲載終了）" if record["closed"] else ""
        yield (
            f"    {record['own_id']} {record['source']} {day_said(record)} "
            f"{record['name']}｜{record['address']}｜{record['phone']}{closed}"
        )

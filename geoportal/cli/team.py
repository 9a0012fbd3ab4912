"""``geoportal team`` and ``exposure``."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import click
import shapely

from geoportal.cli.console import Console, command, given, home_of, radius_option
from geoportal.cli.text_output import distance_notes, drive_text
from geoportal.documents import Document, attributes
from geoportal.documents.question import require_kinds
from geoportal.documents.team import TeamRequest, team_document
from geoportal.domain.query import Query
from geoportal.errors import UsageError
from geoportal.geo.geodesic import METRES_PER_DEGREE_LAT_MIN
from geoportal.search.exposure import Simulation, simulate
from geoportal.services.view import View

_MOST_HOMES = 5_000


@click.command()
@click.option("--near", metavar="LON,LAT", help="The home in degrees, longitude first.")
@click.option("--address", metavar="TEXT", help="The home as people write it.")
@radius_option
@click.option("--preset", metavar="NAME", help="A ready-made team; default: discharge.")
@click.option(
    "--role",
    "roles",
    multiple=True,
    metavar="NAME:KIND[,KIND][:NEED[,NEED]]",
    help="Repeatable, in place of a preset: nursing:visiting_nursing:VM.24VN,AC.PALL",
)
@click.option("--open-at", metavar="ISO_TIME", help="2026-11-24T10:00+09:00")
@click.option("--limit", type=int, default=5, show_default=True, help="Candidates per role.")
@click.option("--teams", type=int, default=3, show_default=True)
@command
def team(console: Console, **options: Any) -> None:
    """Fill several roles around one home: candidates for each, and the best teams."""
    view = console.view()
    request = _team_request(options)
    document = team_document(view, view.team(request.to_question(view)))
    console.print(document, lambda: _team_lines(view, document))


@click.command()
@click.option("--district", metavar="CODE", required=True, help="Where the homes are.")
@click.option("--kind", "kinds", multiple=True, metavar="KIND")
@click.option("--need", "needs", multiple=True, metavar="CODE")
@radius_option
@click.option("--step", type=float, default=1_000, show_default=True, help="Metres between homes.")
@click.option("--days", type=click.IntRange(1, 366), default=30, show_default=True)
@command
def exposure(console: Console, **options: Any) -> None:
    """Show how often each facility is shown to a grid of homes over some days.

    A simulation: no question that anybody asked goes into it.
    """
    view = console.view()
    view.require_districts((options["district"],))
    query = Query(
        kinds=require_kinds(list(options["kinds"]), "kind"),
        needs=view.reference.vocabulary.require_needs(options["needs"], "need"),
        radius_m=options["radius_m"],
    )
    homes = list(_grid(view, options["district"], options["step"]))
    simulation = simulate(view.snapshot, query, homes, options["days"], view.calendar)
    document = _exposure_document(view, simulation, len(homes), options["days"])
    console.print(document, lambda: _exposure_lines(document))


def _team_request(options: dict[str, Any]) -> TeamRequest:
    """Return the request of a command; options are called like its fields."""
    near, address = options.pop("near"), options.pop("address")
    if bool(near) == bool(address):
        raise UsageError("give the home: --near LON,LAT or --address TEXT", "near")
    roles = {"roles": [_role(text) for text in options.pop("roles")]}
    return TeamRequest.model_validate(home_of(near, address) | given(options | roles))


def _role(text: str) -> Document:
    parts = text.split(":")
    if len(parts) not in (2, 3) or not all(parts[:2]):
        raise UsageError("--role takes NAME:KIND[,KIND][:NEED[,NEED]]", "role")
    needs = parts[2].split(",") if len(parts) == 3 and parts[2] else []
    return {"role": parts[0], "kinds": parts[1].split(","), "needs": needs}


def _team_lines(view: View, document: Document) -> Iterator[str]:
    vocabulary = view.reference.vocabulary
    labels = {role["role"]: role["label_ja"] for role in document["roles"]}
    unlisted = {role["role"] for role in document["roles"] if "no_data" in role}
    for role in document["roles"]:
        if role["role"] in unlisted:
            yield f"{role['label_ja']}: データなし（一覧が未取込）"
            continue
        counts = {band: n - role["elsewhere"].get(band, 0) for band, n in role["counts"].items()}
        yield f"{role['label_ja']}: 対応あり {counts['match']} 件・未確認 {counts['possible']} 件"
    for number, proposal in enumerate(document["teams"], start=1):
        state = _team_state(proposal, unlisted)
        yield f"組み合わせ {number}（{state}、距離の合計 {proposal['total_distance_m']:,} m）"
        for member in proposal["members"]:
            facility = member["facility"]
            if facility is None:
                nobody = "データなし" if member["role"] in unlisted else "見つからない"
                yield f"  {labels[member['role']]}: {nobody}"
                continue
            about = facility["properties"]
            far = f"{about['distance_m']:,} m{drive_text(about)}"
            yield (
                f"  {labels[member['role']]}: {about['name']} {far} "
                f"{about['phone']} [{facility['id']}]"
            )
        for title, key in (("対応なし", "missing"), ("未確認", "unknown")):
            for gap in proposal[key]:
                if gap["role"] in unlisted:
                    continue
                need = vocabulary[gap["need"]].label_ja if gap["need"] else "担い手"
                yield f"  {title}: {labels[gap['role']]}の「{need}」"
    yield from distance_notes(document)


def _team_state(proposal: Document, unlisted: set[str]) -> str:
    if proposal["complete"]:
        return "すべてそろう"
    unknown = len(proposal["unknown"])
    lacking = [gap for gap in proposal["missing"] if gap["required"]]
    if lacking and all(gap["role"] in unlisted for gap in lacking):
        return "データがなく、そろうかわからない"
    if not proposal["filled"]:
        return "足りないものがある"
    return f"候補はそろう（未確認 {unknown} 件）" if unknown else "欠かせない役割はそろう"


def _grid(view: View, code: str, step_m: float) -> Iterator[tuple[float, float]]:
    """Yield points a step apart inside a district.

    Raises
    ------
    UsageError
        When its outline is not held, or the step makes too many homes.
    """
    index = view.snapshot.districts
    if code not in index:
        raise UsageError("the outline of this district is not held", "district")
    if step_m <= 0:
        raise UsageError("expected metres above 0", "step")
    outline = index.outline(code)
    west, south, east, north = outline.bounds
    lat_step = step_m / METRES_PER_DEGREE_LAT_MIN
    lon_step = lat_step / math.cos(math.radians((south + north) / 2))
    columns, rows = int((east - west) / lon_step) + 1, int((north - south) / lat_step) + 1
    if columns * rows > _MOST_HOMES * 4:
        raise UsageError("the step is too small for this district", "step")
    shapely.prepare(outline)
    for row in range(rows):
        for column in range(columns):
            lon, lat = west + (column + 0.5) * lon_step, south + (row + 0.5) * lat_step
            if outline.covers(shapely.Point(lon, lat)):
                yield lon, lat


def _exposure_document(view: View, simulation: Simulation, homes: int, days: int) -> Document:
    snapshot = view.snapshot
    rows = sorted(
        (int(row) for row in simulation.first_page.nonzero()[0]),
        key=lambda row: (-int(simulation.first_page[row]), snapshot.facilities[row].id),
    )
    return {
        "homes": homes,
        "days": days,
        **attributes(simulation, "questions", "level_groups"),
        "least_first": round(simulation.least_first, 3),
        "most_first": round(simulation.most_first, 3),
        "facilities": [
            {
                **attributes(snapshot.facilities[row], "id", "name", "kind"),
                "first_page": int(simulation.first_page[row]),
                "first_place": int(simulation.first_place[row]),
            }
            for row in rows
        ],
    }


def _exposure_lines(document: Document) -> Iterator[str]:
    yield (
        f"{document['homes']} か所 × {document['days']} 日 = {document['questions']} 回の検索で、"
        f"{len(document['facilities'])} 施設が1ページ目に出る"
    )
    yield (
        f"同じ順位の組 {document['level_groups']}: 先頭に来る割合は等分の "
        f"{document['least_first']:.2f}～{document['most_first']:.2f} 倍"
    )
    for facility in document["facilities"][:20]:
        name, first_page, first_place = (facility[k] for k in ("name", "first_page", "first_place"))
        yield f"{first_page:>7} 回（先頭 {first_place}） {name}"

"""``geoportal desk``: what the staff side does by itself or hands to its administrator."""

from __future__ import annotations

from pathlib import Path

import click

from geoportal.cli.console import Console, command
from geoportal.desk.domain.account import COMMAND_LINE
from geoportal.desk.domain.case import KEPT_DAYS
from geoportal.desk.services.audit_file import write_audit
from geoportal.desk.services.cases import erase_due
from geoportal.desk.services.desk import Desk
from geoportal.desk.store.database import open_desk
from geoportal.mapped.whole_file import whole_path


@click.group()
def desk() -> None:
    """Erase what is over on the staff side; write its audit trail."""


@desk.command()
@click.option(
    "--days", type=click.IntRange(1, KEPT_DAYS), default=KEPT_DAYS, show_default=True,
    help="Days after which a case nobody works on is erased.",
)  # fmt: skip
@command
def erase(console: Console, days: int) -> None:
    """Erase cases that nobody works on any more to counts; run it every night."""
    erased = erase_due(_desk(console), days)
    console.print({"erased": erased}, lambda: iter([f"依頼 {erased} 件を件数だけにしました"]))


@desk.command()
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), required=True,
    help="File to write, .csv or .xlsx.",
)  # fmt: skip
@command
def audit(console: Console, out: Path) -> None:
    """Write the audit trail to a file: who, when, what, before and after."""
    with whole_path(out) as path:
        lines = write_audit(_desk(console), COMMAND_LINE, path)
    document = {"file": str(out), "lines": lines}
    console.print(document, lambda: iter([f"{out}: {lines} 行"]))


def _desk(console: Console) -> Desk:
    settings = console.settings
    return Desk(open_desk(settings.database), settings.secret_key)

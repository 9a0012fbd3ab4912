"""``geoportal backup`` and ``restore``."""

from __future__ import annotations

from pathlib import Path

import click

from geoportal.cli.console import Console, command
from geoportal.desk.store.database import has_desk, open_desk
from geoportal.desk.store.sessions import end_all_sessions
from geoportal.services.portal import now_in_japan
from geoportal.store.backup import back_up
from geoportal.store.backup import restore as put_back
from geoportal.store.database import shown_location


@click.command()
@click.argument("target", metavar="FILE_OR_DIR", type=click.Path(path_type=Path))
@click.option(
    "--keep",
    type=click.IntRange(0, 10_000),
    default=0,
    metavar="N",
    help="In a folder, remove all but the N newest copies.",
)
@command
def backup(console: Console, target: Path, keep: int) -> None:
    """Copy the database while it is in use, and check the copy.

    What staff have written (accounts, cases, ledger) is copied beside it: FILE.desk.
    """
    copy = back_up(console.database(), target, now_in_japan(), keep=keep)
    document = {
        "file": str(copy.path),
        "bytes": copy.size_bytes,
        "sha256": copy.sha256,
        "dataset_version": copy.dataset_version,
        "staff": str(copy.staff) if copy.staff else None,
    }
    lines = [f"{copy.path}: {copy.size_bytes:,} バイト、確認済み（版 {copy.dataset_version}）"]
    if copy.staff:
        lines.append(f"{copy.staff}: 窓口の書き込み、確認済み")
    console.print(document, lambda: iter(lines))


@click.command()
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Replace the data held without asking.")
@click.option(
    "--staff",
    is_flag=True,
    help="Replace what staff have written too; what they wrote since the copy is gone.",
)
@command
def restore(console: Console, file: Path, yes: bool, staff: bool) -> None:
    """Put a copy made by `backup` in place of the database; a running server follows.

    What staff have written comes back where there is none, or it is damaged.
    """
    location = console.settings.database
    where = shown_location(location)
    if not yes and "://" not in location and Path(location).exists():
        click.confirm(f"{where} の内容を {file} で置き換えますか", abort=True, err=True)
    restored = put_back(file, location, staff=staff)
    if restored.staff:
        desk = open_desk(location, create=True)  # a copy of an earlier version is migrated
        with desk.writing() as connection:
            end_all_sessions(connection)
        desk.engine.dispose()
    version, is_kept = restored.dataset_version, not restored.staff and has_desk(location)
    document = {"database": where, "dataset_version": version, "staff": restored.staff}
    lines = [f"{where} を元に戻しました（版 {version}）"]
    if restored.staff:
        lines.append("窓口の書き込みも元に戻しました（全員がサインインし直します）")
    elif is_kept:
        lines.append("窓口の書き込みは、いまのままです（--staff で置き換え）")
    console.print(document, lambda: iter(lines))

"""``geoportal backup`` and ``restore``."""

from __future__ import annotations

from pathlib import Path

import click

from geoportal.cli.console import Console, command
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
    """Copy the database while it is in use, and check the copy."""
    copy = back_up(console.database(), target, now_in_japan(), keep=keep)
    document = {
        "file": str(copy.path),
        "bytes": copy.size_bytes,
        "sha256": copy.sha256,
        "dataset_version": copy.dataset_version,
    }
    line = f"{copy.path}: {copy.size_bytes:,} バイト、確認済み（版 {copy.dataset_version}）"
    console.print(document, lambda: iter([line]))


@click.command()
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Replace the data held without asking.")
@command
def restore(console: Console, file: Path, yes: bool) -> None:
    """Put a copy made by `backup` in place of the database; a running server follows."""
    location = console.settings.database
    where = shown_location(location)
    if not yes and "://" not in location and Path(location).exists():
        click.confirm(f"{where} の内容を {file} で置き換えますか", abort=True, err=True)
    version = put_back(file, location)
    document = {"database": where, "dataset_version": version}
    console.print(document, lambda: iter([f"{where} を元に戻しました（版 {version}）"]))

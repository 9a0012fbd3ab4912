"""``geoportal describe``: what a file is taken for, and a mapping to fill in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from geoportal.cli.console import Console, command, require_writable
from geoportal.ingest.describe import describe_file


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), metavar="TOML", help="Write the mapping.")
@click.option("--crs", metavar="EPSG:n", default="", help="For a map file that declares none.")
@command
def describe(console: Console, file: Path, out: Path | None, crs: str) -> None:
    """Say what a file is taken for; write a mapping to fill in for `import --map`.

    The mapping goes to stdout, or to --out: it is TOML, with what was recognised as comments.
    """
    descriptions = describe_file(file, crs)
    if out is not None:
        require_writable(out, "--out")
        out.write_text(descriptions[0].mapping, encoding="utf-8")
    document = {"files": [description.as_dict() for description in descriptions]}

    def lines() -> Iterator[str]:
        yield from descriptions[0].mapping.rstrip("\n").split("\n")
        for description in descriptions[1:]:
            yield f"# {description.file}: {description.source or description.problem}"

    console.print(document, lines)

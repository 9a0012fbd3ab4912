"""``geoportal mcp``: the search as tools of an assistant."""

from __future__ import annotations

import click

from geoportal.cli.console import Console, command
from geoportal.errors import UsageError
from geoportal.services.portal import Portal, shipped_reference


@click.command()
@command
def mcp(console: Console) -> None:
    """Serve the search to an assistant on this machine, over stdin and stdout (MCP).

    Tools: search, team, interpret, facility, coverage. Nothing that is asked is kept or logged.
    Needs the package mcp: pip install "geoportal[mcp]".
    """
    if console.json:
        raise UsageError("mcp speaks its own protocol on stdout: leave --json out", "json")
    try:
        from geoportal.assistant.server import serve  # takes time to load; an optional package
    except ModuleNotFoundError as error:
        if str(error.name).startswith("geoportal"):
            raise
        raise UsageError('the package mcp is not installed: pip install "geoportal[mcp]"') from None
    portal = Portal(console.database(), shipped_reference())
    serve(portal.view)

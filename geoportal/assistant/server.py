"""The MCP server: `geoportal.assistant.tools` over stdin and stdout."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anyio
import orjson
from mcp.server import Server, ServerRequestContext
from mcp.server.stdio import stdio_server
from mcp_types import (
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    ToolAnnotations,
)
from mcp_types import Tool as ToolDescription

from geoportal.assistant.tools import INSTRUCTIONS, TOOLS, Tool
from geoportal.errors import GeoportalError
from geoportal.services.view import View
from geoportal.version import program_version

_READ_ONLY = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)


def make_server(view: Callable[[], View]) -> Server[Any]:
    """Return the server; ``view`` gives the data of the moment, once for each call."""
    known = {tool.name: tool for tool in TOOLS}

    async def list_tools(
        _context: ServerRequestContext[Any, Any], _asked: PaginatedRequestParams | None
    ) -> ListToolsResult:
        return ListToolsResult(tools=[_described(tool) for tool in TOOLS])

    async def call_tool(
        _context: ServerRequestContext[Any, Any], asked: CallToolRequestParams
    ) -> CallToolResult:
        tool = known.get(asked.name)
        if tool is None:
            return _refusal(f"there is no such tool; expected one of {', '.join(known)}")
        try:
            return await anyio.to_thread.run_sync(
                lambda: _answered(tool.call(view(), asked.arguments or {}))
            )
        except GeoportalError as error:
            return _refusal(str(error))
        except Exception as error:  # noqa: BLE001 - its message may hold what was sent
            return _refusal(f"a fault of ours ({type(error).__name__})")

    return Server(
        "geoportal",
        version=program_version(),
        title="在宅医療・介護の資源マップ",
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def serve(view: Callable[[], View]) -> None:
    """Serve on stdin and stdout until stdin ends."""

    async def run() -> None:
        server = make_server(view)
        async with stdio_server() as (reading, writing):
            await server.run(reading, writing, server.create_initialization_options())

    anyio.run(run)


def _described(tool: Tool) -> ToolDescription:
    return ToolDescription(
        name=tool.name,
        description=tool.description,
        input_schema=tool.arguments.model_json_schema(),
        annotations=_READ_ONLY,
    )


def _answered(document: dict[str, Any]) -> CallToolResult:
    text = orjson.dumps(document)
    return CallToolResult(
        content=[TextContent(type="text", text=text.decode())],
        structured_content=orjson.loads(text),
    )


def _refusal(message: str) -> CallToolResult:
    return CallToolResult(content=[TextContent(type="text", text=message)], is_error=True)

"""Tools of an assistant: the use cases under the Model Context Protocol (MCP)."""

"""Requests in, JSON documents out; no Flask. Shared by the command line and the web."""

from __future__ import annotations

from typing import Any

Document = dict[str, Any]
"""A JSON object, or what a template is rendered from."""

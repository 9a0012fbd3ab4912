"""What the staff side says besides its templates: a catalogue of its own, in Japanese."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from fluent.runtime import FluentBundle, FluentResource


@cache
def _bundle() -> FluentBundle:
    bundle = FluentBundle(["ja"], use_isolating=False)
    text = Path(__file__).with_name("words.ftl").read_text(encoding="utf-8")
    bundle.add_resource(FluentResource(text))
    return bundle


def say(key: str, /, **arguments: Any) -> str:
    """Return a message as text.

    Raises
    ------
    KeyError
        When the catalogue has no such key, or a variable it needs is missing.
    """
    message = _bundle().get_message(key)
    if message.value is None:
        raise KeyError(key)
    text, errors = _bundle().format_pattern(message.value, arguments)
    if errors:
        raise KeyError(f"{key}: {errors[0]}")
    return str(text)

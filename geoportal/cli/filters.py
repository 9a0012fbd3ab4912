"""Filters of a search as options of commands."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from geoportal.cli.console import given, home_of, radius_option
from geoportal.documents.question import surely_allowed
from geoportal.domain.query import INCLUDE

if TYPE_CHECKING:
    from geoportal.documents.question import Question
    from geoportal.documents.requests import SearchRequest


def filters(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command the filters of a search, under the names of `SearchRequest`."""
    options = (
        click.option("--near", metavar="LON,LAT", help="A point in degrees, longitude first."),
        click.option("--address", metavar="TEXT", help="An address as people write it."),
        radius_option,
        click.option("--district", multiple=True, metavar="CODE", help="Repeatable."),
        click.option(
            "--kind", "kinds", multiple=True, metavar="KIND", help="Repeatable: any of them."
        ),
        click.option(
            "--need", "needs", multiple=True, metavar="CODE", help="Repeatable: all of them."
        ),
        click.option(
            "--department",
            "departments",
            multiple=True,
            metavar="NAME",
            help="皮膚科; any of them.",
        ),
        click.option("--q", metavar="TEXT", help="Words that must occur."),
        click.option("--open-at", metavar="ISO_TIME", help="2026-11-24T10:00+09:00"),
        click.option(
            "--include", type=click.Choice(INCLUDE), default="possible", show_default=True
        ),
    )
    for option in reversed(options):
        function = option(function)
    return function


def search_question(options: dict[str, Any]) -> Question | SearchRequest:
    """Return the question of a command; all options but the home are called like its fields."""
    asked = home_of(options.pop("near"), options.pop("address")) | given(options)
    question = surely_allowed(asked)
    if question is not None:
        return question
    from geoportal.documents.requests import SearchRequest  # takes time to load

    return SearchRequest.model_validate(asked)

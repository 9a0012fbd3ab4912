"""What a worker keeps for all of its tests: nothing of it depends on a test.

Every test has an application and a database of its own. Templates, the builders of URLs and SQL
texts are the same in all of them; compiling them anew was a third of the suite's processor time.
"""

from __future__ import annotations

import atexit
import hashlib
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from copy import copy
from functools import lru_cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

import geoportal.desk.store.database as desk_database
import geoportal.store.database as store_database
from geoportal.address import geocode
from geoportal.address.gazetteer.gazetteer import FILE_NAME, Gazetteer
from geoportal.store.database import configure_sqlite

_STATEMENTS = 2_000
_OF_AREAS_ALONE = 1_000_000
"""Bytes; a gazetteer of the shipped municipalities without towns has 400,000."""
_COUNTRY = 1_000


class _CompiledTemplates(BytecodeCache):
    def __init__(self) -> None:
        self._compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._compiled:
            bucket.bytecode_from_string(self._compiled[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._compiled[bucket.key] = bucket.bytecode_to_string()


def keep_compiled() -> None:
    """Keep what applications and databases compile until the worker ends."""
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": _CompiledTemplates()}
    _keep_url_builders()
    _keep_statements(SQLiteDialect_pysqlite)
    _keep_statements(PGDialect_psycopg)
    _keep_areas()
    for module in (store_database, desk_database):
        module.configure_sqlite = _configure_sqlite


def _keep_url_builders() -> None:
    compiled: dict[object, Callable[..., tuple[str, str]]] = {}
    compile_builder = Rule._compile_builder

    def builder(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        if rule.defaults:
            return compile_builder(rule, append_unknown)
        key = (rule.rule, tuple(rule._trace), append_unknown)
        if key not in compiled:
            compiled[key] = compile_builder(rule, append_unknown)
        return compiled[key]

    Rule._compile_builder = builder  # type: ignore[method-assign]


def _keep_statements(dialect: type[Dialect]) -> None:
    """Share SQL texts among the engines of a kind of database: all of a kind are set up alike."""
    statements: LRUCache[Any, Any] = LRUCache(_STATEMENTS)
    dialect.__eq__ = lambda self, other: type(self) is type(other)  # type: ignore[method-assign]
    dialect.__hash__ = lambda self: hash(type(self))  # type: ignore[method-assign]

    @sa.event.listens_for(sa.Engine, "engine_connect")
    def share(connection: sa.Connection) -> None:
        if type(connection.dialect) is dialect:
            connection.engine._compiled_cache = statements


def _configure_sqlite(connection: sqlite3.Connection, record: object) -> None:
    """Leave what a test commits in the system's memory: no test survives the machine's power."""
    configure_sqlite(connection, record)
    connection.execute("PRAGMA synchronous=OFF")


def _keep_areas() -> None:
    """Open gazetteers of areas alone once: all cities without towns have the same one.

    A copy is opened, as tests damage their own files.
    """
    opened: dict[str, Gazetteer] = {}
    parsers: dict[int, geocode.MunicipalityParser] = {}
    open_one, make_parser, doubled_towns = (
        Gazetteer.open,
        geocode.MunicipalityParser,
        geocode.DoubledTowns,
    )

    def open_kept(directory: Path) -> Gazetteer:
        path = directory / FILE_NAME
        if not path.is_file() or path.stat().st_size > _OF_AREAS_ALONE:
            return open_one(directory)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        if digest not in opened:
            found = open_one(directory)
            if found.town_count or len(found.regions) < _COUNTRY:
                return found
            own = Path(tempfile.mkdtemp(prefix="geoportal-test-areas-"))
            atexit.register(shutil.rmtree, own, ignore_errors=True)
            shutil.copy(path, own)
            opened[digest] = open_one(own)
        kept = copy(opened[digest])
        kept.directory = directory
        return kept

    def parser(regions: Any, spellings: Any, changed: Any) -> geocode.MunicipalityParser:
        if not any(kept.spellings is spellings for kept in opened.values()):
            return make_parser(regions, spellings, changed)
        if id(spellings) not in parsers:
            parsers[id(spellings)] = make_parser(regions, spellings, changed)
        return parsers[id(spellings)]

    kept_towns = lru_cache(doubled_towns)

    def towns(listed: Any = ()) -> geocode.DoubledTowns:
        return kept_towns(listed) if isinstance(listed, tuple) else doubled_towns(listed)

    Gazetteer.open = open_kept  # type: ignore[method-assign]
    geocode.MunicipalityParser = parser  # type: ignore[assignment,misc]
    geocode.DoubledTowns = towns  # type: ignore[assignment,misc]

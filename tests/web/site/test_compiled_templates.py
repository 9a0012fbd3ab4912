"""Compiled templates are kept for the next start, and not believed when they may not be."""

from __future__ import annotations

import jinja2
import pytest

from geoportal.web.site.compiled_templates import load_templates

TEXTS = {"base": "{% block main %}{% endblock %}", "page": "{% extends 'base' %}{% block main %}"}
TEXTS["page"] += "{{ name|upper }}{% endblock %}"


class Environment(jinja2.Environment):
    compiled: list[str | None]

    def compile(self, source, name=None, *rest, **options):
        self.compiled.append(name)
        return super().compile(source, name, *rest, **options)


def started(folder, **texts):
    """Return which templates a start compiles; they are as they should be."""
    environment = Environment(loader=jinja2.DictLoader({**TEXTS, **texts}))
    environment.compiled = []
    load_templates(environment, sorted({**TEXTS, **texts}), folder)
    assert environment.get_template("page").render(name="a") == texts.get("page", "A")
    return environment.compiled


@pytest.fixture
def folder(tmp_path):
    """A folder in which a start has kept its templates."""
    assert started(tmp_path) == ["base", "page"]
    return tmp_path


def only_file(folder):
    (kept,) = folder.iterdir()
    return kept


def test_what_is_kept_is_not_compiled_again(folder):
    assert started(folder) == []
    assert only_file(folder).stat().st_mode & 0o777 == 0o600


def test_a_text_that_has_changed_is_compiled_and_kept(folder):
    assert started(folder, page="other") == ["page"]
    assert started(folder, page="other") == []


def cut(kept):
    kept.write_bytes(kept.read_bytes()[:-9])


def flip(kept):
    content = bytearray(kept.read_bytes())
    content[len(content) // 2] ^= 1
    kept.write_bytes(content)


def empty(kept):
    kept.write_bytes(b"")


def let_others_read(kept):
    kept.chmod(0o644)


def let_others_write(kept):
    kept.chmod(0o620)


@pytest.mark.parametrize("change", [cut, flip, empty, let_others_read, let_others_write])
def test_a_file_that_may_not_be_believed_is_made_anew(folder, change):
    change(only_file(folder))
    assert started(folder) == ["base", "page"]
    assert started(folder) == []
    assert only_file(folder).stat().st_mode & 0o777 == 0o600


def test_where_nothing_can_be_kept_all_are_compiled(tmp_path):
    (tmp_path / "file").touch()
    for _ in range(2):
        assert started(tmp_path / "file") == ["base", "page"]

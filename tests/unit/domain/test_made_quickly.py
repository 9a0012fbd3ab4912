"""A class that is made quickly is the dataclass it was."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Mapping
from dataclasses import FrozenInstanceError, dataclass, field, replace

import pytest

from geoportal.domain.made_quickly import made_quickly


@dataclass(frozen=True, slots=True)
class Plain:
    name: str
    lon: float | None = None
    numbers: Mapping[str, str] = field(default_factory=dict)
    shown: str = ""

    def __post_init__(self) -> None:
        if not self.shown:
            object.__setattr__(self, "shown", self.name)


@made_quickly
@dataclass(frozen=True, slots=True)
class Quick:
    name: str
    lon: float | None = None
    numbers: Mapping[str, str] = field(default_factory=dict)
    shown: str = ""

    def __post_init__(self) -> None:
        if not self.shown:
            object.__setattr__(self, "shown", self.name)


GIVEN = [(("a",), {}), (("a", 1.5), {"shown": "b"}), ((), {"name": "a", "numbers": {"x": "1"}})]


@pytest.mark.parametrize(("values", "named"), GIVEN)
def test_it_says_the_same(values, named):
    plain, quick = Plain(*values, **named), Quick(*values, **named)
    assert type(quick) is Quick
    assert repr(quick) == repr(plain).replace("Plain", "Quick")
    assert quick == Quick(*values, **named) != replace(quick, lon=2.0)
    for same in (replace(quick), copy.copy(quick), pickle.loads(pickle.dumps(quick))):  # noqa: S301
        assert same == quick
        assert type(same) is Quick


@pytest.mark.parametrize(
    ("values", "named"), [((), {}), (("a", 1.0, {}, "b", 2), {}), (("a",), {"other": 1})]
)
def test_it_takes_the_same(values, named):
    for kind in (Plain, Quick):
        with pytest.raises(TypeError):
            kind(*values, **named)


def test_no_value_is_shared_and_none_can_be_set():
    one, other = Quick("a"), Quick("b")
    assert one.numbers is not other.numbers
    with pytest.raises(FrozenInstanceError):
        one.name = "c"


def test_a_field_that_is_not_given_is_refused():
    with pytest.raises(TypeError, match="later"):

        @made_quickly
        @dataclass(frozen=True, slots=True)
        class Odd:
            later: int = field(init=False, default=0)

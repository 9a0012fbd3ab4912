"""How numbers, dates and names are said."""

from __future__ import annotations

import pytest

from geoportal.web.coverage import wording as coverage_wording
from geoportal.web.language import wording
from geoportal.web.language.messages import messages


@pytest.mark.parametrize(
    ("metres", "said"),
    [(0, "0 m"), (812.4, "812 m"), (1249, "1.2 km"), (4000, "4 km"), (15960, "16.0 km")],
)
def test_distance(metres: float, said: str) -> None:
    assert wording.distance(metres) == said


@pytest.mark.parametrize(
    ("metres", "error", "key"),
    [
        (0, 50, "distance"),
        (0, 967, "distance-within"),
        (967, 967, "distance-within"),
        (968, 967, "distance-about"),
    ],
)
def test_a_distance_is_said_as_surely_as_it_is_known(metres: float, error: float, key: str) -> None:
    assert wording.distance_key(metres, error) == key


@pytest.mark.parametrize(
    ("metres", "error", "said"),
    [
        (812, 199, "812 m"),
        (812, 200, "800 m"),
        (1262, 400, "1.3 km"),
        (0, 900, "100 m"),
    ],
)
def test_a_distance_less_surely_known_is_said_in_steps(
    metres: float, error: float, said: str
) -> None:
    assert wording.distance_said(metres, error) == said


def test_distances_in_order_read_in_order_whatever_their_errors() -> None:
    errors = (200, 450, 1859, 3000)
    coarse = [
        wording.distance_said(metres, errors[metres // 50 % 4]) for metres in range(0, 4000, 50)
    ]
    values = [float(s.split()[0]) * (1000 if s.endswith("km") else 1) for s in coarse]
    assert values == sorted(values)


@pytest.mark.parametrize(("error", "said"), [(400, "400 m"), (401, "500 m"), (1859, "1.9 km")])
def test_an_error_is_rounded_up(error: float, said: str) -> None:
    assert wording.error_said(error) == said


@pytest.mark.parametrize(
    ("warnings", "known", "said"),
    [
        ((), True, ""),
        (("geocoded",), True, "position-unpublished"),
        (("outside_municipality", "geocoded"), True, "position-rejected"),
        (("outside_japan", "geocoded"), True, "position-rejected"),
        (("outside_municipality", "address_not_found"), False, "position-rejected-nowhere"),
        (("address_not_found",), False, "position-nowhere"),
        ((), False, "position-nowhere"),
        (("far_from_address",), True, "position-far"),
        (("swapped",), True, "position-swapped"),
        (("unverified",), True, "position-unverified"),
        (("near_boundary",), True, ""),
    ],
)
def test_a_position_is_said_to_be_rejected_only_where_one_was_published(
    warnings: tuple[str, ...], known: bool, said: str
) -> None:
    assert wording.position_key(warnings, known) == said


@pytest.mark.parametrize(
    ("phones", "key"),
    [
        (["093-000-0001", "093-000-0002"], "band-ask-all"),
        (["093-000-0001", ""], "band-ask-some"),
        (["", ""], "band-ask-none"),
    ],
)
def test_calling_is_proposed_only_where_there_is_a_number(phones: list[str], key: str) -> None:
    assert wording.ask_key(phones) == key


def test_counts_have_their_thousands_parted() -> None:
    assert [wording.number(value) for value in (0, 999, 4723)] == ["0", "999", "4,723"]


def test_dates() -> None:
    assert wording.month("2025-10-01", "ja") == "2025年10月"
    assert wording.month("2025-10-01", "en") == "Oct 2025"
    assert wording.day("2025-10-01", "ja-easy") == "2025年10月1日"
    assert wording.month(None, "ja") == ""
    assert wording.moment("2026-11-24T09:00+09:00", "ja") == "11月24日（火）9:00"


def test_numbers_are_dialled_without_separators() -> None:
    assert wording.dial("０９３（９３２）7141") == "0939327141"
    assert wording.dial("+81 93-932-7141") == "+81939327141"


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0.09, 0.82, "9–82%"),
        (0.992, 0.998, "99%以上"),
        (0.986, 0.994, "98.6–99.4%"),
        (0.006, 0.012, "0.6–1.2%"),
        (0.0, 0.004, "0.0–0.4%"),
        (0.5, 0.5, "50%"),
    ],
)
def test_the_ends_of_a_range_of_shares_can_be_told_apart(
    low: float, high: float, said: str
) -> None:
    assert coverage_wording.percent_range(low, high, messages("ja")) == said


@pytest.mark.parametrize(
    ("lack", "unknown", "said"),
    [
        (0.0, False, "75歳以上のどの人にも 2 km 以内に訪問診療があります。"),
        (1.0, False, "coverage-all-lack"),
        (1.0, True, "coverage-all-open"),
        (0.4, False, "75歳以上の 40% は 2 km 以内に訪問診療がありません。"),
        (0.4, True, "coverage-some-open"),
    ],
)
def test_nobody_somebody_and_everybody_without_a_facility_are_said_apart(lack, unknown, said):
    words = messages("ja")
    told = coverage_wording._lack(lack, "40%", "2 km", "訪問診療", words, unknown=unknown)
    if said.startswith("coverage-"):
        said = words.label(said, share="40%", reach="2 km", subject="訪問診療").source
    assert told.source == said

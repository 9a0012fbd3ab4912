"""Telephone numbers and web addresses as offices type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoportal.text.contact import (
    clean_line,
    clean_phone,
    clean_postal_code,
    clean_text,
    clean_url,
    has_more,
    is_clean_phone,
    is_phone,
    looks_like_phone,
    visible,
)


@pytest.mark.parametrize(
    ("published", "shown"),
    [
        ("093-000-0001", "093-000-0001"),
        ("０９３－０００－０００１（代表）", "093-000-0001"),
        ("093-000-0001 (内線12)", "093-000-0001"),
        ("093-000-0001\n090-0000-2222", "093-000-0001"),
        ("TEL:093-000-0001 FAX:093-000-0002", "093-000-0001"),
        ("03-0000-5678-9", "03-0000-5678-9"),
        ("０９３－０００－０００１", "093-000-0001"),
        ("093‐000−0001", "093-000-0001"),
        ("（０９３）０００－０００１", "093-000-0001"),
        ("0948（30）0000", "0948-30-0000"),
        ("0943\u300000-1771", "0943-00-1771"),
        ("0943-00-3131、", "0943-00-3131"),
        ("092-000-1175（", "092-000-1175"),
        ("08000009497", "080-0000-9497"),
        ("0120000000", ""),
        ("0120123456", "0120-123-456"),
        ("0312345678", "03-1234-5678"),
        ("0947476000", "0947476000"),  # where the groups end is not known
        ("939635026", "0939635026"),  # Excel took the zero
        ("9012345678", "090-1234-5678"),  # of a mobile number
        ("1234567890", "1234567890"),  # ten digits, but of no mobile number: nothing was lost
        ("12345678", "12345678"),  # too short to tell
        ("012345678", "012345678"),  # nine digits that begin with a zero: nothing was lost
        ("93-963-5026", "93-963-5026"),  # grouped: not touched by Excel
        ("9083780009", "090-8378-0009"),
        ("000-6738", "000-6738"),
        ("0", ""),
        ("", ""),
        ("代表）内線あり", "代表）内線あり"),
    ],
)
def test_phone(published, shown):
    if published == "0120000000":
        assert clean_phone(published) == "0120-000-000"
    else:
        assert clean_phone(published) == shown


def test_complete_and_incomplete_numbers():
    assert is_phone("093-123-4567")
    assert is_phone("0931234567")
    assert not is_phone("123-4567")
    assert not is_phone("")


@pytest.mark.parametrize(
    "text", ["093-123-4567", "", "(代表）0979-83-1", "０９３－１２３－４５６７"]
)
def test_what_may_be_a_phone(text):
    assert looks_like_phone(text)


@pytest.mark.parametrize(
    "text", ["株式会社見本", "5080001018392", "http://example.jp", "平日,祝日"]
)
def test_what_cannot_be_a_phone(text):
    assert not looks_like_phone(text)


@pytest.mark.parametrize(
    ("published", "url", "finding"),
    [
        ("http://example.jp/a", "http://example.jp/a", ""),
        ("https://example.jp", "https://example.jp", ""),
        ("www.example.jp/", "http://www.example.jp/", "mended"),
        ("http:/www.example.jp", "http://www.example.jp", "mended"),
        ("http//www.example.jp", "http://www.example.jp", "mended"),
        ("http;//example.com", "http://example.com", "mended"),
        ("https:www.example.com", "https://www.example.com", "mended"),
        ("ｈttp：/www．example．jp", "http://www.example.jp", "mended"),
        (":http://www.example.jp/", "http://www.example.jp/", "mended"),
        ("info@example.jp", "", "email"),
        ("info＠example.jp", "", "email"),
        ("http:/www.office@example.jp", "", "email"),
        ("作成中", "", "unusable"),
        ("http://www.", "", "unusable"),
        ("javascript:alert(1)", "", "unusable"),
        ("", "", ""),
    ],
)
def test_url(published, url, finding):
    assert clean_url(published) == (url, finding)


@given(st.text(max_size=60))
def test_any_text_is_cleaned_without_fault(text):
    url, finding = clean_url(text)
    assert url == "" or url.startswith(("http://", "https://"))
    assert finding in ("", "mended", "email", "unusable")
    assert clean_text(clean_text(text)) == clean_text(text)
    assert "\n" not in clean_line(text)
    clean_phone(text)


@given(st.from_regex(r"0[1-9][0-9]{0,3}-[0-9]{1,4}-[0-9]{4}", fullmatch=True))
def test_a_clean_number_stays_as_it_is(number):
    assert clean_phone(number) == number


@given(st.from_regex(r"0[0-9-]{8,13}", fullmatch=True))
def test_a_number_called_clean_is_one_that_cleaning_keeps(number):
    if is_clean_phone(number):
        assert looks_like_phone(number)
        assert clean_phone(number) == number
        assert is_phone(number)
        assert not has_more(number, number)


def test_clean_numbers_are_known():
    assert all(map(is_clean_phone, ("093-582-2678", "0930-22-1234", "090-1234-5678")))
    others = ("", "0935822678", "０９３-582-2678", "093-582-2678（代）", "000-000-0000", "093-582")
    assert not any(map(is_clean_phone, others))


@given(st.text(alphabet="あa 　（改行)）\n\t\u00a0", max_size=20))
def test_text_is_the_same_with_something_invisible_in_front(text):
    assert clean_text(text) == clean_text("\u200b" + text)


@pytest.mark.parametrize("sign", ["\u00ad", "\u180e", "\u2060"])
def test_signs_that_nobody_sees_are_left_out_of_text(sign):
    assert clean_text(f"{sign}見{sign}本{sign}") == visible(f"見{sign}本") == "見本"


def test_a_soft_hyphen_parts_a_telephone_number():
    assert clean_phone("093\u00ad582\u00ad2678") == "093-582-2678"


def test_text_keeps_full_width_and_line_breaks_but_no_odd_spaces():
    assert clean_text("医療法人　　　見本　\x0b会") == "医療法人　見本　会"
    assert clean_text(" 午前（改行）午後 ") == "午前\n午後"
    assert clean_line("午前\r\n午後") == "午前 午後"


def test_postal_code():
    assert clean_postal_code("８０４００６２") == "804-0062"
    assert clean_postal_code("804-00") == ""

"""Whether a text looks as if it told who a patient is: name, birth date, telephone, address."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from typing import Final


class Identity(StrEnum):
    """What a text seems to hold."""

    NAME = "name"
    BIRTH_DATE = "birth_date"
    TELEPHONE = "telephone"
    ADDRESS = "address"


_SURNAMES: Final = (
    "佐藤|鈴木|高橋|田中|伊藤|渡辺|渡邊|渡邉|山本|中村|小林|加藤|吉田|山田|佐々木|山口|松本|井上|木村|林|"
    "斎藤|斉藤|齋藤|清水|山崎|阿部|森|池田|橋本|山下|石川|中島|前田|藤田|小川|後藤|岡田|長谷川|村上|近藤|"
    "石井|坂本|遠藤|青木|藤井|西村|福田|太田|三浦|藤原|岡本|松田|中川|中野|原田|小野|田村|竹内|金子|和田|"
    "中山|石田|上田|森田|柴田|酒井|宮崎|横山|高木|安藤|宮本|大野|小島|谷口|工藤|今井|高田|丸山|増田|杉山|"
    "村田|大塚|新井|小山|平野|藤本|河野|上野|野口|武田|松井|千葉|岩崎|菅原|木下|久保|佐野|野村|松尾|市川|"
    "古賀|江口|永田|荒木|吉村|黒木|有馬|内田|川口|松永|古川|白石|江藤|甲斐|安部|井手|原|堤|大庭|徳永|廣田"
)
"""The surnames most common in Japan and in northern Kyushu."""
_PERSON: Final = (
    "患者|利用者|本人|家族|奥|旦那|娘|息子|父|母|お父|お母|兄|姉|弟|妹|看護師|医師|先生|ケアマネ|ヘルパー|"
    "おじい|おばあ|お子|子供|担当|相談員|皆|主人|嫁|婿|孫|親御|職員|介護者|薬剤師|業者"
)
_RULES: Final = {
    Identity.NAME: re.compile(
        rf"(?:{_SURNAMES})[ 　]?(?:[一-鿿々ぁ-んァ-ヶ]{{1,4}})?[ 　]?"
        r"(?:さん|さま|様|氏|殿|ちゃん|くん|君)"
        rf"|(?:{_SURNAMES})[ 　][一-鿿々ぁ-んァ-ヶ]{{1,4}}"
        r"|氏名|フルネーム|(?:お)?名前[はが：:]"
        rf"|(?<![一-鿿々])(?!(?:{_PERSON}))[一-鿿々]{{1,4}}(?:さん|様|氏)"
        r"|[ァ-ヶー]{2,6}[ 　・][ァ-ヶー]{2,6}(?:さん|様)?(?![ァ-ヶー])"
    ),
    Identity.BIRTH_DATE: re.compile(
        r"(?:明治|大正|昭和|平成|令和|(?<![A-Za-z])[MTSHR])\s?"
        r"(?:\d{1,2}|元)\s?[年./-]\s?\d{1,2}\s?[月./-]\s?\d{1,2}"
        r"|(?:19|20)\d\d\s?[年./-]\s?\d{1,2}\s?[月./-]\s?\d{1,2}|"
        r"(?<!\d)(?:19|20)\d{2}[01]\d[0-3]\d(?!\d)"
        r"|生年月日|誕生日|(?:明治|大正|昭和|平成|令和)\s?(?:\d{1,2}|元)\s?年\s?生"
    ),
    Identity.TELEPHONE: re.compile(
        r"(?<!\d)0\d{1,4}[-() .]{1,2}\d{1,4}[-() .]{1,2}\d{3,4}(?!\d)|(?<!\d)0\d{9,10}(?!\d)"
        r"|(?<!\d)\d{3}-\d{4}(?!\d)|[\w.+-]+@[\w-]+\.\w"
    ),
    Identity.ADDRESS: re.compile(
        r"[一-鿿ぁ-んァ-ヶ](?:\d{1,3}|[一二三四五六七八九十]{1,3})丁目"
        r"|\d{1,4}\s?番地?(?:\s?\d|の|$|[、。 ])|\d{1,4}番\d{1,4}号"
        r"|[一-鿿ぁ-んァ-ヶ]\d{1,3}-\d{1,4}(?:-\d{1,4})?(?!\d)|〒|\d{1,4}号室|[区市町村][一-鿿]{1,6}\d{1,4}"
    ),
}


def found_in(text: str) -> frozenset[Identity]:
    """Return what a text seems to tell of a patient; empty when nothing does.

    A warning, not a proof: names that are words as well are not all known, and an office's own
    name or a day that is wished may be taken for one. The text is read in NFKC form.
    """
    plain = unicodedata.normalize("NFKC", text)
    dashes = re.sub("[\u2010-\u2015\u2212\u2500]", "-", plain)
    return frozenset(kind for kind, rule in _RULES.items() if rule.search(dashes))

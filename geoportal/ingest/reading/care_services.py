"""Services of the long-term care insurance (サービスの種類) and the facility kinds they are."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from types import MappingProxyType

from geoportal.ingest.reading.rows import RowNotes, read_count, read_official_number
from geoportal.text.contact import clean_phone, is_phone
from geoportal.text.normalize import fold

_SERVICES = """
110 home_help 訪問介護
120 visiting_bathing 訪問入浴介護
130 visiting_nursing 訪問看護
140 visiting_rehabilitation 訪問リハビリテーション
150 day_service 通所介護
155 day_service 療養通所介護
155 day_service 指定療養通所介護
160 day_rehabilitation 通所リハビリテーション
170 equipment 福祉用具貸与
210 short_stay 短期入所生活介護
220 short_stay 短期入所療養介護（介護老人保健施設）
230 short_stay 短期入所療養介護（療養病床を有する病院等）
230 short_stay 短期入所療養介護（介護療養型医療施設等）
320 residential 認知症対応型共同生活介護
331 residential ＊（有料老人ホーム）
332 residential ＊（軽費老人ホーム）
334 residential ＊（有料老人ホーム（サービス付き高齢者向け住宅））
334 residential ＊（サービス付き高齢者向け住宅）
335 residential ＊（有料老人ホーム（外部サービス利用型））
336 residential ＊（軽費老人ホーム（外部サービス利用型））
337 residential ＊（有料老人ホーム（サービス付き高齢者向け住宅・外部サービス利用型））
337 residential ＊（サービス付き高齢者向け住宅（外部サービス利用型））
337 residential ＊（有料老人ホーム（サービス付き高齢者向け住宅（外部サービス利用型）））
361 residential 地域密着型特定施設入居者生活介護（有料老人ホーム）
362 residential 地域密着型特定施設入居者生活介護（軽費老人ホーム）
364 residential 地域密着型特定施設入居者生活介護（有料老人ホーム（サービス付き高齢者向け住宅））
364 residential 地域密着型特定施設入居者生活介護（サービス付き高齢者向け住宅）
410 equipment 特定福祉用具販売
430 care_management 居宅介護支援
510 care_facility 介護老人福祉施設
510 care_facility 介護福祉施設サービス
520 care_facility 介護老人保健施設
520 care_facility 介護保健施設サービス
530 care_facility 介護療養型医療施設
530 care_facility 介護療養施設サービス
540 care_facility 地域密着型介護老人福祉施設入所者生活介護
540 care_facility 地域密着型介護老人福祉施設
550 care_facility 介護医療院
550 care_facility 介護医療院サービス
551 short_stay 短期入所療養介護（介護医療院）
710 night_home_help 夜間対応型訪問介護
720 day_service 認知症対応型通所介護
730 small_multifunctional 小規模多機能型居宅介護
760 regular_visiting 定期巡回・随時対応型訪問介護看護
770 nursing_small_multifunctional 看護小規模多機能型居宅介護
770 nursing_small_multifunctional 看護小規模多機能型居宅介護（複合型サービス）
770 nursing_small_multifunctional 複合型サービス（看護小規模多機能型居宅介護）
770 nursing_small_multifunctional 複合型サービス
780 day_service 地域密着型通所介護
"""
_SPECIFIED = "特定施設入居者生活介護"  # the asterisk above
# Codes and names: 厚生労働省 介護サービス情報公表システム, list of open data; further lines of a
# code are names it is published under as well. Kinds: data/reference/kinds.csv.

KINDS = MappingProxyType(
    {line.split(" ")[0]: line.split(" ")[1] for line in _SERVICES.strip().splitlines()}
)
"""Facility kind by service code."""
NO_CAPACITY = frozenset(
    {
        *("home_help", "visiting_bathing", "visiting_nursing", "visiting_rehabilitation"),
        *("night_home_help", "regular_visiting", "care_management", "equipment"),
    }
)
"""Kinds without places: a number in 定員 counts something else (visits, people looked after)."""
MOST_PLACES = 1_000
"""More places no facility has: 99999 stands for no limit."""
OFFICE_NUMBER = re.compile(r"\d{2}[0-9A-Z]\d{7}")
"""介護保険事業所番号: prefecture, a digit or letter, seven digits."""
_ROUNDED = re.compile(r"\d{4}0{6}")
"""What 4.07E+09 becomes when it is read as a number; of 160,000 offices none ends in five zeros."""

_CODES = MappingProxyType(
    {
        fold(line.split(" ")[2].replace("＊", _SPECIFIED)): line.split(" ")[0]
        for line in _SERVICES.strip().splitlines()
    }
)


_SPELLINGS = """
110 ホームヘルプ ホームヘルプサービス ホームヘルパー ヘルパーステーション ヘルパー
120 訪問入浴
130 訪看 訪問看護事業
140 訪問リハ 訪問リハビリ
150 デイサービス デイ デイサービスセンター
160 デイケア 通所リハ 通所リハビリ
170 福祉用具 福祉用具レンタル
210 ショートステイ 短期入所
220 短期入所療養介護
320 グループホーム 認知症高齢者グループホーム 認知症グループホーム
331 特定施設入居者生活介護 有料老人ホーム 介護付有料老人ホーム
331 住宅型有料老人ホーム 介護付き有料老人ホーム
332 軽費老人ホーム ケアハウス
334 サービス付き高齢者向け住宅 サ高住
361 地域密着型特定施設入居者生活介護 地域密着型特定施設
410 福祉用具販売 特定福祉用具 特定介護福祉用具販売
430 居宅介護支援事業 ケアマネ ケアマネジャー ケアマネージャー ケアプラン ケアプランセンター 居宅
510 特別養護老人ホーム 特養
520 老人保健施設 老健
540 地域密着型特別養護老人ホーム 地域密着型特養
710 夜間対応型
720 認知症デイサービス 認知症対応型デイサービス
730 小多機 小規模多機能 小規模多機能居宅介護 小規模多機能型
760 定期巡回 定期巡回・随時対応型 定期巡回・随時対応サービス 定期巡回・随時対応型訪問介護
770 看多機 看護小規模多機能 看護小規模多機能居宅介護 看護小規模多機能型
780 地域密着型デイサービス
110 home-visitcare home-visitlong-termcare homehelp
120 home-visitbathing
130 home-visitnursing visitingnursing
140 home-visitrehabilitation visitingrehabilitation
150 dayservice outpatientdaylong-termcare
160 dayrehabilitation outpatientrehabilitation
170 equipmentrental assistivedevicerental
210 shortstay short-termadmission
320 grouphome
430 caremanagement in-homelong-termcaresupport
"""
"""What municipalities call the services besides, also in English, without spaces."""

_LABELS = MappingProxyType(
    {
        fold(label): line.split(" ")[0]
        for line in _SPELLINGS.strip().splitlines()
        for label in line.split(" ")[1:]
    }
)
_PREVENTIVE = re.compile(r"^[（(]?(介護)?予防[）)]?・?|[（(](介護)?予防[^（）()]*[）)]|^指定")
_BRACKETS = re.compile(r"[（(][^（）()]*[）)]$")
_ENDING = re.compile("(事業所?|ステーション|サービス|センター)$")
_SEPARATOR = re.compile(r"[;；、,，/／|｜＋+&＆\n]+")
_LOOSE_SEPARATOR = re.compile(r"[・･\s]+")
_MOST_LOOSE = 20
"""Words between ・ or spaces up to which every way to join them is tried."""
_SHORTEST_IN_TITLE = 4
NOT_LISTED = re.compile(
    r"総合事業|(訪問|通所)型サービス|介護予防(支援|ケアマネジメント)|居宅療養管理指導|地域包括"
)
"""Services of the care insurance that are no kind of facility here."""


def read_office_number(notes: RowNotes, municipality: str) -> str:
    """Return the field ``number`` of an office, see `read_official_number`.

    Reject one of which a spreadsheet has left the first digits alone, the others being zeros, and
    a telephone number. The form is not checked. All numbers of 155,000 offices begin with the
    prefecture of their ``municipality`` (five digits, empty when unknown).
    """
    number = read_official_number(notes, "number")
    here = not municipality or number.startswith(municipality[:2])
    if number.startswith("0") and not here and is_phone(clean_phone(notes.record.get("number"))):
        message = "a telephone number stands here; are the columns exchanged?"
        notes.reject("number", "bad_office_number", message)
    if _ROUNDED.fullmatch(number):
        message = (
            "Excel has rounded the number to its first digits (4.07E+09); get the original file "
            "and do not save it from Excel"
        )
        notes.reject("number", "number_damaged_by_excel", message)
    return number


@lru_cache(maxsize=4_096)
def service_code(label: str) -> str:
    """Return the code of a service by its official name, empty when it is not known.

    Half and full width, spaces and brackets do not matter.
    """
    return _CODES.get(fold(label), "")


def spoken_service_code(label: str) -> str:
    """Return the code of a service by any name it goes by, empty when it is not known.

    Preventive care goes with its service; what stands in brackets behind is left away.
    """
    label = unicodedata.normalize("NFKC", label).strip()
    plain = _PREVENTIVE.sub("", label).strip()
    for text in (label, plain, _BRACKETS.sub("", plain), _ENDING.sub("", plain)):
        code = service_code(text) or _LABELS.get(fold(text), "")
        if code:
            return code
    return ""


def read_services(text: str) -> tuple[dict[str, str], list[str]]:
    """Return the services a cell names, code to label, and the words that name none.

    They stand apart by 、 ; / + or line breaks, or by ・ and spaces, which are part of some names.
    """
    services: dict[str, str] = {}
    unread = []
    for part in [text] if spoken_service_code(text) else _SEPARATOR.split(text):
        words = [part] if spoken_service_code(part) else _LOOSE_SEPARATOR.split(part.strip())
        if len(words) > _MOST_LOOSE:
            words = [part.strip()]
        while any(words):
            counts = range(len(words), 0, -1)
            count = next((n for n in counts if spoken_service_code("・".join(words[:n]))), 0)
            label = "・".join(words[: count or 1])
            words = words[count or 1 :]
            if count:
                services.setdefault(spoken_service_code(label), label)
            elif label:
                unread.append(label)
    return services, unread


def named_service(text: str) -> str:
    """Return the one service a title names (訪問看護一覧), empty for none or several."""
    folded = fold(text)
    labels = {**_LABELS, **_CODES}
    found = [label for label in labels if len(label) >= _SHORTEST_IN_TITLE and label in folded]
    inner = {label for label in found for other in found if label != other and label in other}
    widest = [label for label in found if label not in inner]
    return widest[0] if len({labels[label] for label in widest}) == 1 else ""


def read_places(notes: RowNotes, kind: str) -> int | None:
    """Return the places of an office (定員), None when they are not known or it has none."""
    places = read_count(notes, "capacity", zero_unknown=True)
    if places is None or (kind not in NO_CAPACITY and places <= MOST_PLACES):
        return places
    message = "no number of places: the kind has none, or nothing has so many; not used"
    notes.info("capacity", "no_capacity", message)
    return None

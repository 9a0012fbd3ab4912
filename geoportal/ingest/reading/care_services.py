"""Services of the long-term care insurance (サービスの種類) and the facility kinds they are."""

from __future__ import annotations

import re
from types import MappingProxyType

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
OFFICE_NUMBER = re.compile(r"\d{2}[0-9A-Z]\d{7}")
"""介護保険事業所番号: prefecture, a digit or letter, seven digits."""

_CODES = MappingProxyType(
    {
        fold(line.split(" ")[2].replace("＊", _SPECIFIED)): line.split(" ")[0]
        for line in _SERVICES.strip().splitlines()
    }
)


def service_code(label: str) -> str:
    """Return the code of a service by its published name, empty when it is not known.

    Half and full width, spaces and brackets do not matter.
    """
    return _CODES.get(fold(label), "")

"""Invented names: every one says 見本 or 架空 (sample, fictional) in plain sight."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

PREFIXES = (("見本", "ミホン"), ("架空", "カクウ"))

_STEMS = """
あおば アオバ|さくら サクラ|ひまわり ヒマワリ|すみれ スミレ|たんぽぽ タンポポ|わかば ワカバ|
こもれび コモレビ|ひだまり ヒダマリ|なごみ ナゴミ|やすらぎ ヤスラギ|ほほえみ ホホエミ|
すこやか スコヤカ|のぞみ ノゾミ|かもめ カモメ|つばめ ツバメ|ふじ フジ|あかね アカネ|
みどり ミドリ|しおかぜ シオカゼ|はまかぜ ハマカゼ|そよかぜ ソヨカゼ|あさひ アサヒ|
つきみ ツキミ|ほしぞら ホシゾラ|にじいろ ニジイロ|なないろ ナナイロ|はなみずき ハナミズキ|
やまぶき ヤマブキ|こすもす コスモス|あじさい アジサイ|りんどう リンドウ|くすのき クスノキ|
けやき ケヤキ|いちょう イチョウ|もみじ モミジ|まつかぜ マツカゼ|うぐいす ウグイス|
めじろ メジロ|ほたる ホタル|しらさぎ シラサギ|ちどり チドリ|おりづる オリヅル|てまり テマリ|
こだま コダマ|せせらぎ セセラギ|いずみ イズミ|みなと ミナト|うみかぜ ウミカゼ|なぎさ ナギサ|
しおさい シオサイ|はるか ハルカ|みらい ミライ|えがお エガオ|ふれあい フレアイ|
よりそい ヨリソイ|ぬくもり ヌクモリ|まごころ マゴコロ|おもいやり オモイヤリ|
城山 シロヤマ|緑ヶ丘 ミドリガオカ|日の出 ヒノデ|桜坂 サクラザカ|松原 マツバラ|竹園 タケゾノ|
梅園 ウメゾノ|若宮 ワカミヤ|北斗 ホクト|東雲 シノノメ|朝霧 アサギリ|清流 セイリュウ|
寿 コトブキ|福寿 フクジュ|和光 ワコウ|光陽 コウヨウ|陽光 ヨウコウ|慈光 ジコウ|恵風 ケイフウ|
清和 セイワ|友愛 ユウアイ|仁愛 ジンアイ|銀杏通り イチョウドオリ|花園 ハナゾノ|白梅 シラウメ|
若草 ワカクサ|青嶺 アオネ|鈴蘭 スズラン|双葉 フタバ|常磐 トキワ|千歳 チトセ|瑞穂 ミズホ
"""
_SURNAMES = """
山名 ヤマナ|赤松 アカマツ|白石 シライシ|黒岩 クロイワ|青柳 アオヤギ|緑川 ミドリカワ|
桜庭 サクラバ|梅木 ウメキ|松永 マツナガ|藤代 フジシロ|萩原 ハギワラ|菊池 キクチ|柏木 カシワギ|
榎本 エノモト|楠本 クスモト|柳瀬 ヤナセ|桃井 モモイ|栗原 クリハラ|椎名 シイナ|髙嶋 タカシマ|
濵田 ハマダ|山﨑 ヤマサキ|渡邉 ワタナベ|斎藤 サイトウ|高瀬 タカセ|宮﨑 ミヤザキ
"""


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    """Read ``word kana|word kana``."""
    items = [item.split() for item in text.replace("\n", "").split("|")]
    return tuple((word, kana) for word, kana in items)


STEMS = _pairs(_STEMS)
SURNAMES = _pairs(_SURNAMES)
DOCTOR_KINDS = frozenset({"clinic", "dental_clinic"})

# 診療科目: (name, kana, other departments usually listed, how common)
DEPARTMENTS: tuple[tuple[str, str, tuple[str, ...], int], ...] = (
    ("内科", "ナイカ", ("内科", "循環器内科", "消化器内科"), 46),
    ("整形外科", "セイケイゲカ", ("整形外科", "リハビリテーション科"), 13),
    ("小児科", "ショウニカ", ("小児科", "アレルギー科"), 8),
    ("外科", "ゲカ", ("外科", "内科", "肛門外科"), 8),
    ("眼科", "ガンカ", ("眼科",), 8),
    ("皮膚科", "ヒフカ", ("皮膚科",), 7),
    ("耳鼻咽喉科", "ジビインコウカ", ("耳鼻咽喉科",), 6),
    ("泌尿器科", "ヒニョウキカ", ("泌尿器科", "内科"), 5),
    ("メンタル", "メンタル", ("精神科", "心療内科"), 6),
    ("脳神経外科", "ノウシンケイゲカ", ("脳神経外科", "脳神経内科"), 4),
    ("循環器内科", "ジュンカンキナイカ", ("循環器内科", "内科"), 5),
)
VISITING_DEPARTMENTS = ("内科", "外科", "循環器内科", "脳神経外科", "泌尿器科")
HOSPITAL_DEPARTMENTS = (
    ("内科", "循環器内科", "消化器内科", "外科", "整形外科", "脳神経外科", "リハビリテーション科"),
    ("内科", "外科", "整形外科", "リハビリテーション科", "放射線科"),
    ("内科", "リハビリテーション科"),
    ("精神科", "心療内科", "内科"),
    ("内科", "緩和ケア内科", "外科", "泌尿器科"),
)


@dataclass(frozen=True)
class Form:
    """How a kind of facility is called, and what it is called officially.

    Attributes
    ----------
    text, kana : str
        Templates; ``{}`` takes the invented core of the name.
    services : tuple of str
        Official service names (サービスの種類).
    weight : int
        How common.
    capacity : tuple of int
        Smallest and largest 定員; empty when the service has none.
    """

    text: str
    kana: str
    services: tuple[str, ...] = ()
    weight: int = 1
    capacity: tuple[int, ...] = field(default=())


FORMS: dict[str, tuple[Form, ...]] = {
    "hospital": (
        Form("{}病院", "{}ビョウイン", weight=5),
        Form("{}記念病院", "{}キネンビョウイン", weight=2),
        Form("{}総合病院", "{}ソウゴウビョウイン", weight=2),
        Form("{}リハビリテーション病院", "{}リハビリテーションビョウイン"),
    ),
    "dental_clinic": (
        Form("{}歯科医院", "{}シカイイン", weight=4),
        Form("{}歯科クリニック", "{}シカクリニック", weight=3),
        Form("{}デンタルクリニック", "{}デンタルクリニック", weight=2),
        Form("{}歯科", "{}シカ", weight=2),
    ),
    "pharmacy": (
        Form("{}薬局", "{}ヤッキョク", weight=6),
        Form("{}調剤薬局", "{}チョウザイヤッキョク", weight=3),
        Form("{}ファーマシー", "{}ファーマシー"),
    ),
    "maternity_home": (
        Form("{}助産院", "{}ジョサンイン", weight=2),
        Form("{}助産所", "{}ジョサンジョ"),
    ),
    "visiting_nursing": (
        Form("{}訪問看護ステーション", "{}ホウモンカンゴステーション", ("訪問看護",), 4),
        Form("訪問看護ステーション{}", "ホウモンカンゴステーション{}", ("訪問看護",), 3),
        Form(
            "{}訪問看護リハビリステーション", "{}ホウモンカンゴリハビリステーション", ("訪問看護",)
        ),
    ),
    "visiting_rehabilitation": (
        Form(
            "{}訪問リハビリテーション事業所",
            "{}ホウモンリハビリテーションジギョウショ",
            ("訪問リハビリテーション",),
            2,
        ),
        Form("{}訪問リハビリセンター", "{}ホウモンリハビリセンター", ("訪問リハビリテーション",)),
    ),
    "home_help": (
        Form("{}ヘルパーステーション", "{}ヘルパーステーション", ("訪問介護",), 4),
        Form("{}訪問介護事業所", "{}ホウモンカイゴジギョウショ", ("訪問介護",), 3),
        Form("{}ホームヘルプサービス", "{}ホームヘルプサービス", ("訪問介護",), 2),
        Form("ケアサポート{}", "ケアサポート{}", ("訪問介護",), 2),
    ),
    "visiting_bathing": (
        Form("{}訪問入浴サービス", "{}ホウモンニュウヨクサービス", ("訪問入浴介護",)),
        Form("{}訪問入浴センター", "{}ホウモンニュウヨクセンター", ("訪問入浴介護",)),
    ),
    "night_home_help": (
        Form("{}夜間ケアステーション", "{}ヤカンケアステーション", ("夜間対応型訪問介護",)),
        Form("{}夜間訪問介護センター", "{}ヤカンホウモンカイゴセンター", ("夜間対応型訪問介護",)),
    ),
    "regular_visiting": (
        Form(
            "{}定期巡回ステーション",
            "{}テイキジュンカイステーション",
            ("定期巡回・随時対応型訪問介護看護",),
            2,
        ),
        Form(
            "{}定期巡回・随時対応サービス",
            "{}テイキジュンカイズイジタイオウサービス",
            ("定期巡回・随時対応型訪問介護看護",),
        ),
    ),
    "small_multifunctional": (
        Form(
            "小規模多機能ホーム{}",
            "ショウキボタキノウホーム{}",
            ("小規模多機能型居宅介護",),
            2,
            (18, 29),
        ),
        Form(
            "{}小規模多機能型居宅介護事業所",
            "{}ショウキボタキノウガタキョタクカイゴジギョウショ",
            ("小規模多機能型居宅介護",),
            1,
            (18, 29),
        ),
    ),
    "nursing_small_multifunctional": (
        Form(
            "看護小規模多機能ホーム{}",
            "カンゴショウキボタキノウホーム{}",
            ("看護小規模多機能型居宅介護（複合型サービス）",),
            2,
            (18, 29),
        ),
        Form(
            "{}かんたき",
            "{}カンタキ",
            ("看護小規模多機能型居宅介護（複合型サービス）",),
            1,
            (18, 29),
        ),
    ),
    "day_service": (
        Form("{}デイサービスセンター", "{}デイサービスセンター", ("通所介護",), 5, (20, 45)),
        Form("デイサービス{}", "デイサービス{}", ("地域密着型通所介護",), 5, (10, 18)),
        Form("{}リハビリデイ", "{}リハビリデイ", ("地域密着型通所介護",), 2, (10, 18)),
        Form(
            "{}認知症デイサービス",
            "{}ニンチショウデイサービス",
            ("認知症対応型通所介護",),
            1,
            (10, 12),
        ),
        Form("療養通所介護{}", "リョウヨウツウショカイゴ{}", ("指定療養通所介護",), 1, (5, 9)),
    ),
    "day_rehabilitation": (
        Form("{}デイケアセンター", "{}デイケアセンター", ("通所リハビリテーション",), 2, (20, 60)),
        Form(
            "{}通所リハビリテーション",
            "{}ツウショリハビリテーション",
            ("通所リハビリテーション",),
            1,
            (20, 60),
        ),
    ),
    "short_stay": (
        Form("ショートステイ{}", "ショートステイ{}", ("短期入所生活介護",), 3, (10, 30)),
        Form(
            "{}短期入所生活介護事業所",
            "{}タンキニュウショセイカツカイゴジギョウショ",
            ("短期入所生活介護",),
            2,
            (10, 30),
        ),
        Form(
            "{}老健短期入所療養介護",
            "{}ロウケンタンキニュウショリョウヨウカイゴ",
            ("短期入所療養介護（介護老人保健施設）",),
            1,
            (5, 20),
        ),
    ),
    "care_management": (
        Form("{}ケアプランセンター", "{}ケアプランセンター", ("居宅介護支援",), 4),
        Form("{}居宅介護支援事業所", "{}キョタクカイゴシエンジギョウショ", ("居宅介護支援",), 4),
        Form("居宅介護支援センター{}", "キョタクカイゴシエンセンター{}", ("居宅介護支援",), 2),
    ),
    "equipment": (
        Form(
            "{}福祉用具センター", "{}フクシヨウグセンター", ("福祉用具貸与", "特定福祉用具販売"), 3
        ),
        Form("{}介護用品店", "{}カイゴヨウヒンテン", ("特定福祉用具販売",)),
        Form("{}ケアレンタル", "{}ケアレンタル", ("福祉用具貸与", "特定福祉用具販売"), 2),
    ),
    "residential": (
        Form("グループホーム{}", "グループホーム{}", ("認知症対応型共同生活介護",), 5, (9, 18)),
        Form(
            "介護付き有料老人ホーム{}",
            "カイゴツキユウリョウロウジンホーム{}",
            ("特定施設入居者生活介護（有料老人ホーム）",),
            3,
            (30, 80),
        ),
        Form(
            "ケアハウス{}",
            "ケアハウス{}",
            ("特定施設入居者生活介護（軽費老人ホーム）",),
            1,
            (30, 50),
        ),
    ),
    "care_facility": (
        Form(
            "特別養護老人ホーム{}の里",
            "トクベツヨウゴロウジンホーム{}ノサト",
            ("介護老人福祉施設",),
            5,
            (50, 100),
        ),
        Form(
            "介護老人保健施設{}苑",
            "カイゴロウジンホケンシセツ{}エン",
            ("介護老人保健施設",),
            4,
            (60, 100),
        ),
        Form(
            "地域密着型特別養護老人ホーム{}",
            "チイキミッチャクガタトクベツヨウゴロウジンホーム{}",
            ("地域密着型介護老人福祉施設入所者生活介護",),
            2,
            (20, 29),
        ),
        Form("{}介護医療院", "{}カイゴイリョウイン", ("介護医療院",), 1, (30, 60)),
    ),
    "community_support_centre": (Form("{}地域包括支援センター", "{}チイキホウカツシエンセンター"),),
}

# Clinics carry their department in the name, or not.
CLINIC_FORMS = (
    Form("{}{department}クリニック", "{}{department}クリニック", weight=4),
    Form("{}{department}医院", "{}{department}イイン", weight=3),
    Form("{}クリニック", "{}クリニック", weight=3),
    Form("{}診療所", "{}シンリョウジョ"),
)
VISITING_CLINIC_FORMS = (
    Form("{}在宅クリニック", "{}ザイタククリニック", weight=2),
    Form("{}ホームクリニック", "{}ホームクリニック"),
    Form("{}ファミリークリニック", "{}ファミリークリニック"),
)

_WELFARE = ("社会福祉法人{}福祉会", "社会福祉法人{}会")
_COMPANY = ("株式会社{}ケア", "有限会社{}サービス", "合同会社{}", "株式会社{}ライフ")
_MEDICAL = ("医療法人{}会", "医療法人社団{}会")
OPERATOR_FORMS: dict[str, tuple[str, ...]] = {
    "hospital": (*_MEDICAL, "社会医療法人{}会"),
    "clinic": _MEDICAL,
    "dental_clinic": ("医療法人{}会",),
    "pharmacy": ("株式会社{}メディカル", "有限会社{}薬局", "株式会社{}ファーマ"),
    "maternity_home": ("",),
    "visiting_nursing": (*_COMPANY, *_MEDICAL, "一般社団法人{}会", "特定非営利活動法人{}の会"),
    "visiting_rehabilitation": _MEDICAL,
    "day_rehabilitation": _MEDICAL,
    "care_facility": (*_WELFARE, "医療法人{}会"),
    "short_stay": _WELFARE,
    "community_support_centre": _WELFARE,
}
OTHER_OPERATORS = (*_COMPANY, *_WELFARE)


def pick(rng: random.Random, forms: tuple[Form, ...]) -> Form:
    """Choose a form by its weight."""
    return rng.choices(forms, weights=[form.weight for form in forms])[0]


def pick_department(rng: random.Random, visiting: bool) -> tuple[str, str, tuple[str, ...]]:
    """Choose what a clinic is for; visiting ones are of the departments that visit.

    Returns
    -------
    tuple of (str, str, tuple of str)
        Department as in the name, its kana, and the departments it lists.
    """
    choices = [d for d in DEPARTMENTS if not visiting or d[0] in VISITING_DEPARTMENTS]
    name, kana, listed, _ = rng.choices(choices, weights=[d[3] for d in choices])[0]
    return name, kana, listed


def make_operator(rng: random.Random, kind: str) -> str:
    """Invent who runs a facility; empty for a practice in a doctor's own name."""
    if kind in DOCTOR_KINDS and rng.random() < 0.4:
        return ""
    form = rng.choice(OPERATOR_FORMS.get(kind, OTHER_OPERATORS))
    prefix = rng.choice(PREFIXES)[0]
    return form.format(prefix + rng.choice(STEMS)[0]) if form else ""

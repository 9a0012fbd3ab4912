"""Folding of Japanese names so that both sides of a comparison look alike.

One folding serves facility names, town names and whatever a person types: half and full width,
hiragana and katakana, old and variant kanji (旧字体・異体字), dashes and spaces.
"""

from __future__ import annotations

import re
import unicodedata
from types import MappingProxyType

# Pairs "variant + common form", reviewed by hand. Sources: 常用漢字表 (kyūjitai), the name variants
# of 法務省 戸籍統一文字, and the compatibility ideographs of Unicode that NFKC leaves alone.
# Characters that are different letters in names of today (坂/阪, 原/源, 川/河) are NOT here.
_VARIANT_PAIRS = """
弌一 萬万 弎三 邱丘 兩両 竝並 乘乗 龜亀 豫予 爭争 弍二 亞亜 佛仏 假仮 會会 傳伝 躰体 軆体 體体 餘余
倂併 俠侠 價価 儘侭 俱倶 儉倹 兒児 兎兔 黨党 內内 圓円 寫写 寃冤 冱冴 凜凛 處処 苅刈 歬前 劍剣 劒剣
劔剣 釼剣 劑剤 剩剰 勵励 勞労 效効 勗勖 勸勧 勳勲 區区 醫医 單単 卽即 釐厘 廚厨 廏厩 廐厩 嚴厳 參参
叄参 雙双 收収 敍叙 臺台 號号 𠮷吉 吳呉 咒呪 啞唖 譱善 營営 噓嘘 囑嘱 嚙噛 囓噛 囘回 囬回 團団 圍囲
圖図 圀国 國国 圈圏 薗園 圡土 𡈽土 壓圧 阯址 墮堕 塲場 鹽塩 塡填 增増 壞壊 壤壌 壯壮 聲声 壹壱 賣売
壺壷 變変 夛多 竒奇 奧奥 奬奨 姬姫 娛娯 聟婿 孃嬢 學学 斈学 寳宝 寶宝 實実 冨富 寬寛 寢寝 對対 壽寿
專専 將将 尙尚 堯尭 盡尽 屆届 屛屏 屬属 屢屡 崗岡 嶽岳 垰峠 峽峡 峩峨 峯峰 嶋島 嶌島 嶹島 隝島 隯島
埈峻 㟢崎 嵜崎 﨑崎 嵳嵯 巖巌 刕州 巢巣 卷巻 帶帯 歸帰 幷并 廰庁 廳庁 廣広 牀床 廬庐 廢廃 瓣弁 辨弁
辯弁 貳弐 彌弥 瀰弥 彎弯 彈弾 當当 彥彦 徑径 從従 德徳 應応 恠怪 戀恋 恆恒 耻恥 惠恵 悅悦 惱悩 惡悪
慘惨 愼慎 懷懐 戰戦 戲戯 戶戸 戾戻 拂払 拔抜 擇択 擔担 抛拋 據拠 擴拡 擧挙 舉挙 挾挟 插挿 扞捍 搜捜
揭掲 搖揺 攜携 攝摂 擊撃 敎教 數数 斎斉 齊斉 齋斉 斷断 籏旗 旣既 舊旧 昻昂 曻昇 朙明 暎映 晝昼 晄晃
晉晋 曉暁 曆暦 曺曹 曾曽 朖朗 朞期 夲本 邨村 條条 來来 枩松 柗松 樞枢 栁柳 桺柳 查査 杤栃 榮栄 桒桑
櫻桜 枡桝 檜桧 檮梼 弃棄 棊棋 檢検 樓楼 樂楽 槪概 鎚槌 槇槙 權権 橫横 墫樽 罇樽 槗橋 𣘺橋 梹檳 檪櫟
枦櫨 﨔欅 缺欠 歐欧 歡歓 步歩 齒歯 歲歳 歷歴 殘残 毆殴 殼殻 每毎 氣気 汙汚 沒没 澤沢 淨浄 淺浅 濱浜
濵浜 泪涙 淚涙 濤涛 瀆涜 凉涼 淸清 渴渇 濟済 涉渉 澀渋 澁渋 溪渓 谿渓 淵渕 渊渕 溫温 灣湾 濕湿 滿満
泝溯 瀧滝 滯滞 灌潅 潛潜 瀦潴 瀨瀬 燈灯 爐炉 點点 焰焔 燒焼 凞煕 熙煕 尓爾 墻牆 犁犂 犧犠 狀状 獨独
狹狭 獵猟 豬猪 獻献 獸獣 璢瑠 瑤瑶 甁瓶 產産 畫画 畧略 疉畳 疊畳 疇畴 瘦痩 癡痴 發発 皂皁 皋皐 晧皓
盜盗 縣県 眞真 硏研 碎砕 礒磯 砺礪 禮礼 祗祇 禰祢 禱祷 祿禄 禪禅 穐秋 龝秋 祕秘 稱称 稅税 稻稲 糓穀
穗穂 頴穎 穩穏 穰穣 竊窃 窗窓 窻窓 竈竃 龍竜 豎竪 笋筍 簞箪 筱篠 籠篭 籤籖 粹粋 肅粛 妝粧 絲糸 經経
繪絵 絕絶 繼継 續続 總総 綠緑 緖緒 繩縄 縱縦 纖繊 繫繋 纒纏 罐缶 羣群 翆翠 飜翻 畊耕 聰聡 聽聴 毓育
膽胆 胷胸 脫脱 腦脳 舍舎 舖舗 鋪舗 舩船 蘆芦 藝芸 莖茎 艸草 荆荊 莊荘 萊莱 莵菟 萠萌 萓萱 蔣蒋 盖蓋
葢蓋 藏蔵 蘂蕊 薰薫 藥薬 籔薮 藪薮 乕虎 虛虚 蟲虫 蠶蚕 虵蛇 螢蛍 蠣蛎 蠻蛮 蟬蝉 蠟蝋 蠅蝿 眾衆 衞衛
裝装 裡裏 襃褒 覀西 霸覇 覺覚 覽覧 觀観 觸触 譯訳 證証 譽誉 說説 讀読 諌諫 謠謡 讓譲 讚讃 豐豊 賤賎
贊賛 蹟跡 迹跡 踐践 軀躯 轉転 輕軽 輙輒 煇輝 辭辞 邉辺 邊辺 邇迩 廼迺 遞逓 聯連 遲遅 游遊 逹達 遙遥
郞郎 鄕郷 醉酔 醬醤 釀醸 寀采 釆采 釋釈 埜野 墅野 壄野 鉃鉄 銕鉄 鐵鉄 鈎鉤 礦鉱 鑛鉱 錢銭 銳鋭 鑄鋳
鍊錬 錄録 鐮鎌 鎻鎖 鎭鎮 鑒鑑 鑽鑚 鈩鑪 閇閉 閒間 關関 閱閲 濶闊 鬪闘 鬭闘 陜陝 陷陥 隂陰 險険 隨随
隱隠 鄰隣 隸隷 鳫雁 鴈雁 雜雑 靈霊 靑青 靜静 韮韭 頰頬 頚頸 賴頼 顏顔 顯顕 顚顛 凬風 飮飲 餠餅 舘館
驛駅 駈駆 驅駆 騷騒 驗験 驒騨 髓髄 髙高 髮髪 欝鬱 鰺鯵 鷗鴎 鶯鴬 鶫鶇 雞鶏 鷄鶏 寉鶴 靍鶴 靏鶴 鸖鶴
鹼鹸 梺麓 與与 麥麦 麸麩 麴麹 麵麺 蔴麻 黃黄 黑黒 默黙 齡齢
"""


VARIANT_KANJI = MappingProxyType({pair[0]: pair[1] for pair in _VARIANT_PAIRS.split()})
"""Old or variant kanji to the one form used for comparing; no value is itself a key."""

# Invisible characters: variation selectors (異体字セレクタ, IVS), zero-width and direction marks.
_INVISIBLE = re.compile(
    "[\u00ad\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
    "\U000e0000-\U000e01ef]"
)
_LETTERS = str.maketrans(
    {chr(code): chr(code + 0x60) for code in range(0x3041, 0x3095)}  # hiragana ぁ to ゔ
    | {"ゕ": "カ", "ゖ": "ケ", "ヵ": "カ", "ヶ": "ケ", "ゝ": "ヽ", "ゞ": "ヾ"}
    | dict(VARIANT_KANJI)
)
_LONG_VOWEL = re.compile(
    "(?<=[ァ-ヺー])[-~ー\u02d7\u058a\u2010-\u2015\u2043\u207b\u208b\u2212"
    "\u2500\u2501\u2796\u301c\u3030]+"
)
_REPEATED = re.compile("([\u3400-\u4dbf\u4e00-\u9fff])([々〻]+)")
_PLAIN = re.compile("[0-9a-zァ-ヴー\u4e00-\u9fff]*")
"""Texts without a letter that composes with another or has another width or case."""

_CORPORATION = re.compile(
    r"""(?:
    (?:社会|特定)?医療法人(?:社団|財団)? | (?:一般|公益|特例)?(?:社団|財団)法人 | 社会福祉法人
    | (?:地方)?独立行政法人 | 国立大学法人 | 公立大学法人 | 学校法人 | 宗教法人 | 更生保護法人
    | 特定非営利活動法人 | (?:認定)?NPO法人 | 株式会社 | 有限会社 | 合同会社 | 合資会社 | 合名会社
    | \((?:株|有|同|資|名|医|社医|医社|医財|福|社福|社|財|一社|一財|公社|公財|独|学|特非|特)\)
    )""",
    re.VERBOSE | re.IGNORECASE,
)


def _fold_once(text: str) -> str:
    text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))
    text = text.translate(_LETTERS).lower()
    text = _LONG_VOWEL.sub("ー", text)
    text = _REPEATED.sub(lambda match: match[1] * len(match[0]), text)
    return text if text.isalnum() else "".join(filter(str.isalnum, text))


def _is_folded(text: str) -> bool:
    """Say whether folding is sure to leave a text as it is: most texts are seen at once."""
    plain = _PLAIN.fullmatch(text) and "ーー" not in text
    return bool(plain) and VARIANT_KANJI.keys().isdisjoint(text)


def fold(text: str) -> str:
    """Fold a name to the form used for comparing and searching.

    NFKC (half-width kana join their voicing marks), variation selectors (IVS) removed, old and
    variant kanji to one form, hiragana to katakana, ヶ to ケ, lower case, every dash after kana to
    the long vowel ー, 々 written out, spaces and punctuation dropped.

    Returns
    -------
    str
        Letters and digits only; empty when nothing is left. Folding twice changes nothing; never
        longer than 18 times the input (the longest NFKC expansion of one character).
    """
    if text.isascii():  # numbers, mostly: there is nothing but case and punctuation
        return "".join(filter(str.isalnum, text)).lower()
    if _is_folded(text):
        return text
    folded = _fold_once(text)
    for _ in range(4):  # dropping a character may bring two others together that now compose
        if _is_folded(folded):
            break
        again = _fold_once(folded)
        if again == folded:
            break
        folded = again
    return folded


def fold_name(text: str) -> str:
    """Fold an institution's name without the legal form (法人格) in front of it.

    "医療法人社団 青葉会 青葉医院" becomes the folded "青葉会青葉医院": only the legal form
    goes, the corporation's own name stays. A name that is nothing but a legal form is folded whole.
    """
    name = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).strip()
    while match := _CORPORATION.match(name):
        name = name[match.end() :].lstrip()
    return fold(name) or fold(text)

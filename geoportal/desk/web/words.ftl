# What the staff side says besides its templates. Japanese only.

nav-today = きょう
nav-accounts = アカウント
nav-own-account = 自分の設定

role-coordinator = コーディネーター
role-administrator = 管理者

sign-in-wrong = サインインできませんでした。名前・パスワード・確認コードを確かめてください。
sign-in-too-many = 失敗が続いたため、しばらく受け付けません。15 分ほど待ってから、もう一度お試しください。
said-signed-out = サインアウトしました。
said-password-changed = パスワードを変えました。新しいパスワードでサインインしてください。
said-second-factor-on = 確認コードを使う設定にしました。もう一度サインインしてください。
said-second-factor-off = 確認コードを使わない設定にしました。もう一度サインインしてください。

password-differs = 新しいパスワードが、2 回で違っています。
password-wrong = 今のパスワードが違います。
password-too_many = 失敗が続いたため、しばらく受け付けません。15 分ほど待ってください。
password-same = 今と同じパスワードです。別のものにしてください。
password-short = パスワードは 12 文字以上にしてください。
password-long = パスワードは 128 文字までです。
password-simple = 同じ文字の繰り返しが多すぎます。5 種類以上の文字を使ってください。
password-name = パスワードに、サインインの名前を入れないでください。
second-factor-wrong = 今のパスワードか、確認コードが違います。

account-name = この名前は使えません。半角の英小文字・数字・「.」「-」「_」で 2〜32 文字、ほかと重ならない名前にしてください。
account-centre = コーディネーターには、担当のセンターを選んでください。
account-last = 最後の管理者は、ここでは止められません。
account-missing = そのアカウントはありません。

nav-cases = 依頼の板

case-ward = 区を選んでください。
case-kind = 探しているものを選んでください。
case-field = 選べない値があります。もう一度選んでください。
case-identity = 患者さんを特定できそうな言葉があります。消してください。
case-taken = ほかの人が先に書き込んだか、この依頼はもう決まっています。今のようすを確かめてください。
case-reason = 断られた理由を選んでください。

identity-name = 氏名のような言葉
identity-birth_date = 生年月日のような日付
identity-telephone = 電話番号やメールアドレスのような文字
identity-address = 住所のような文字

topic-doctor = 訪問してくれる医師
topic-nursing = 訪問看護など
topic-backup_bed = 入院・レスパイトのベッド
topic-discharge = 退院の調整
topic-general = そのほか
asker-hospital = 病院
asker-clinic = 診療所
asker-care_manager = ケアマネジャー
asker-support_centre = 地域包括支援センター
asker-visiting_nursing = 訪問看護
asker-family = 本人・家族
asker-other = そのほか
urgency-today = きょう
urgency-three_days = 3 日のうち
urgency-week = 1 週間のうち
urgency-month = 1 か月のうち
urgency-later = 急がない（備え）
age-0-17 = 17 歳まで
age-18-39 = 18〜39 歳
age-40-64 = 40〜64 歳
age-65-74 = 65〜74 歳
age-75-84 = 75〜84 歳
age-85- = 85 歳以上
state-to_ask = これから聞く
state-asked = 聞いた（返事待ち）
state-accepted = 受けられる
state-on_condition = 条件つきで受けられる
state-declined = 受けられない
state-withdrawn = 取り下げた
state-closed = 終わり（ほかに決まった）
reason-full = 満員
reason-out_of_area = 範囲の外
reason-cannot = 必要な対応ができない
reason-no_night = 夜間ができない
reason-no_answer = 返事がない
reason-other = そのほか
way-phone = 電話
way-fax = ファクス
way-visit = 訪問
way-other = そのほか
case-state-open = 探している
case-state-placed = 決まった
case-state-ended = 終えた
match-match = 対応あり
match-possible = 未確認の対応あり

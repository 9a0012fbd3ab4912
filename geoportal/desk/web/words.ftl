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

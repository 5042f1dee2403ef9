# What the member's pages say.

# The pieces: stamp card, ticket, what every page may say.
bare-what = このページのスタイルはまだ作られていません。
bare-next = make web を実行して、起動し直してください。
stamps-count = { $stamps }／{ $goal }個
stamps-more = あと{ $more }個で{ $gift }
stamps-reached = 満了です。{ $gift }をクーポンに入れました
ticket-use = 使う
ticket-no-end = 使用期限はありません
ticket-used = { $when }に{ $store }で使用済み
ticket-expired = { $day }で期限切れ
ticket-revoked = 取り消されました
undo = 取り消す
undo-seconds = { $seconds }秒
offline-what = オフラインです。表示が最新でないことがあります。
offline-next = 再接続

# The card with the pass.
nav-label = 会員ページ
nav-card = 会員証
nav-stamps = スタンプカード
nav-vouchers = クーポン
nav-me = 登録情報
pass-label = 会員コード
pass-show = 店員にお見せください
pass-brighter = 読み取れないときは、画面を明るくしてください
pass-run-out = 接続して更新してください
pass-run-out-next = コードの期限が切れました。つながらないときは、下の会員番号を店員にお伝えください。
number-label = 会員番号
copy-number = 会員番号をコピー
copied = コピーしました
next-voucher = 期限が近いクーポン

# The stamp card.
stamps-none = スタンプカードはまだありません
stamps-none-why = 次のご来店で会員証をお見せいただくと、最初のスタンプが押されます。
stamps-expiry = { $day }に新しいスタンプがないと、このカードは無効になります
stamps-no-expiry = このカードに期限はありません
history-title = 最近の記録
history-stamped = スタンプ{ $amount }個
history-undone = 取り消し済み
history-gift = { $what }、{ $gift }を獲得
history-redeemed = { $title }を使用
history-card-ended = スタンプカードの期限切れ
history-voucher-ended = { $title }の期限切れ

# The vouchers.
vouchers-ready = 使える
vouchers-used = 使用済み
vouchers-expired = 期限切れ
vouchers-none-ready = 使えるクーポンはありません
vouchers-none-ready-why = スタンプがたまると、ここに自動で届きます。
vouchers-none-used = 使ったクーポンはまだありません
vouchers-none-used-why = 使ったクーポンはここに残ります。
vouchers-none-expired = 期限切れのクーポンはありません
vouchers-none-expired-why = 期限が近いクーポンは、いちばん上に並びます。
voucher-show = 店員の前でお見せください
voucher-label = クーポンのコード
voucher-typed-label = クーポン番号
voucher-once = スタッフが「使用する」を押すと使用済みになります（1回限り）
voucher-used = 使用済み
voucher-ended = ご利用いただけません
voucher-condition = 内容
voucher-until = 期限
voucher-stores = 使える店舗
voucher-all-stores = 全店舗

# About me.
me-name = LINEの名前
me-since = 入会日
me-offers = お得な情報
me-offers-what = 新しい特典があるとき、LINEでお知らせします。
me-offers-on = 現在、お知らせを受け取っています
me-offers-off = 現在、お知らせを受け取っていません
me-offers-blocked = LINEで当店をブロックしているため、お知らせが届きません。先にブロックを解除してください。
me-offers-start = お知らせを受け取る
me-offers-stop = 受け取らない
me-language = 言語
me-saved = 保存しました

# Getting in.
join-title = 会員登録
join-heading = ワンタップで会員に
join-gift = { $goal }個たまると{ $gift }
join-gain-pass = 会計でコードを見せるだけ。カードは不要です
join-gain-stamps = スタンプもクーポンもLINEの中に
join-offers = LINEでお得な情報も受け取る（いつでも止められます）
join-button = 会員証を受け取る
sign-in-loading = 会員証を開いています
sign-in-failed = 会員証を開けません
sign-in-failed-why = 通信が不安定なようです。接続を確認して、もう一度お試しください。
sign-in-again = もう一度
sign-in-refused = LINEのログインの期限が切れました
sign-in-refused-why = 会員証を守るため、もう一度ログインしてください。
sign-in-cookies = ログインを保存できませんでした
sign-in-cookies-why = このサイトのCookieを許可するか、LINEで開いてください。
sign-in-script = LINEでログインするには、JavaScriptを有効にしてください。
outside-what = LINEで開いてください
outside-why = 会員証はLINEの中でそのまま使えます。
outside-open = LINEで開く
outside-login = ブラウザでLINEにログイン
outside-code = スマートフォンで読み取るとLINEで開きます
page-gone = ページが見つかりません
page-gone-why = 移動した可能性があります。会員証もスタンプもそのままです。
page-broken = こちらで問題が起きました
page-broken-why = スタンプに影響はありません。少し待ってからお試しください。
page-odd = 操作を受け取れませんでした
page-odd-why = ページを開いてから時間がたったようです。会員証に戻って、もう一度お試しください。
page-home = 会員証へ戻る

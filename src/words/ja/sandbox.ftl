# What the sandbox's page says: phones, counter and the drawer of a tester.

sandbox-title = 熟客サンドボックス
sandbox-heading = 熟客サンドボックス
sandbox-heading-what = LINEもお客さまも、ここでは作りもの
sandbox-needs-script = このページにはJavaScriptが必要です。
sandbox-away = このブラウザーではshuke.localhostが開けず、会員ページとレジを表示できません。Chrome、Edge、Firefoxをお使いください。
sandbox-language = 言語
sandbox-tabs = 表示するもの
sandbox-tab-phone = スマホ
sandbox-tab-desk = レジ
sandbox-today = 今日
sandbox-close = 閉じる

# The bar.
sandbox-clock = サンドボックスの時計
sandbox-clock-minutes = ＋10分
sandbox-clock-day = ＋1日
sandbox-clock-days = ＋30日
sandbox-offset = { $span }進んでいます
sandbox-span-day = { $count }日
sandbox-span-hour = { $count }時間
sandbox-span-minute = { $count }分
sandbox-quota = 今月 { $used }／{ $limit } 通
sandbox-quota-unlimited = 今月 { $used } 通、上限なし
sandbox-add-phone = スマホ
sandbox-drawer = テストツール
sandbox-history = 記録

# The counter beside the phones.
sandbox-desk = レジ
sandbox-keys = ログイン情報
sandbox-keys-code = 端末コード（10分間有効、1回だけ）
sandbox-keys-pin = スタッフとPIN
sandbox-keys-copy = 押すとコピーします
sandbox-desk-again = レジを読み込み直す
sandbox-desk-alone = レジを新しいタブで開く

# A phone.
sandbox-pick = このスマホは誰のもの？
sandbox-pick-search = 名前で探す
sandbox-pick-name = 新しい名前
sandbox-pick-new = 追加
sandbox-take-away = このスマホをしまう
sandbox-more = その他
sandbox-block = ブロック
sandbox-unblock = ブロック解除
sandbox-blocked = このアカウントをブロック中です。メッセージは届きません。
sandbox-chat = トーク
sandbox-write = メッセージを入力
sandbox-send = 送信
sandbox-follow = 友だち追加
sandbox-follow-why = お店のQRコードを読み取ったときと同じです。あいさつは応答として届き、通数に数えません。
sandbox-scan = レジで読み取る
sandbox-when = 日時を選ぶ
sandbox-when-ok = 決定

# What stands in a chat.
sandbox-note-followed = 友だちになりました
sandbox-note-blocked = アカウントをブロックしました
sandbox-thing-image = 画像
sandbox-thing-sticker = スタンプ
sandbox-thing-video = 動画
sandbox-thing-audio = 音声
sandbox-thing-location = 位置情報
sandbox-way-reply = 応答・無料
sandbox-way-push = プッシュ・1通
sandbox-way-multicast = { $people }人に一斉・1人1通
sandbox-arrival-waits = 未送信
sandbox-arrival-received = 届きました
sandbox-arrival-received-times = 届きました・{ $times }回送信
sandbox-arrival-status = 受け取られませんでした（{ $status }）
sandbox-arrival-nobody = サービスが動いていません
sandbox-arrival-slow = 2秒以内に応答なし
sandbox-arrival-cut = 接続が切れました

# The drawer.
sandbox-clock-why = スマホ、サービス、レジは同じ時計で動きます。進めるだけで、戻せません。
sandbox-clock-alone = 動くのはサンドボックスの時計だけで、サービスは自分の時刻のままです。進めるだけで、戻せません。
sandbox-clock-to = 進める先の日時
sandbox-clock-jump = 進める
sandbox-events = サービスへのイベント
sandbox-events-again = 直前の1件を再送
sandbox-events-double = 直前の1件をもう一度
sandbox-events-redelivery = 受け取られなければ、しばらくして再送する
sandbox-events-twice = どれも2回送る
sandbox-events-hold = いったん留めて、あとで送る
sandbox-release-order = 順に送る
sandbox-release-reversed = 逆順に送る
sandbox-release-shuffled = ばらばらに送る
sandbox-signature = 署名
sandbox-signature-right = 正しい
sandbox-signature-wrong = 間違い
sandbox-signature-missing = なし
sandbox-faults = LINEを不調にする
sandbox-fault-what = 症状
sandbox-fault-where = 場所
sandbox-fault-often = 回数
sandbox-fault-add = 仕掛ける
sandbox-fault-anywhere = どこでも
sandbox-fault-once = 1回
sandbox-fault-thrice = 3回
sandbox-fault-always = ずっと
sandbox-fault-times = { $count }回
sandbox-fault-on = { $what }・{ $place }・{ $times }
sandbox-faults-off = すべて取り消す
sandbox-revoke = アクセストークンを無効にする
sandbox-fault-error_before = 500を返す、未送信
sandbox-fault-error_after = 500を返す、実は送信済み
sandbox-fault-cut_before = 切断、未送信
sandbox-fault-cut_after = 切断、実は送信済み
sandbox-fault-slow = 送信済み、応答が遅い
sandbox-fault-no_answer = 送信済み、応答なし
sandbox-fault-rate_limited = 429、速すぎる
sandbox-fault-month_spent = 429、今月の上限
sandbox-fault-revoked = 401、トークン無効
sandbox-fault-forbidden = 403、権限なし
sandbox-fault-garbage = 送信済み、応答が壊れている
sandbox-quota-title = 今月の通数
sandbox-quota-none = 上限なし
sandbox-quota-limit = 1か月に送れる通数
sandbox-quota-set = 設定
sandbox-tape = やりとり
sandbox-tape-what = ↗ はサービスへのイベント、↙ はLINEへの呼び出し。開くと中身が見えます。
sandbox-tape-empty = まだありません。友だち追加するか、メッセージを送ってください。
sandbox-tape-people = { $count }人

# What the page says by itself.
sandbox-say-stranger = 友だちではありません
sandbox-say-following = 友だち
sandbox-say-blocked = ブロック中
sandbox-say-not-now = 今はできません。このスマホを読み込み直してください。
sandbox-say-no-action = このボタンには中身が足りず、スマホは何もできません。
sandbox-say-no-such-user = サンドボックスにその人はいません。別の人を選んでください。
sandbox-say-lost = サンドボックスにつながりません。接続し直しています。
sandbox-say-unreached = サービスが動いていないため、イベントは届きませんでした。
sandbox-say-slow = 2秒以内に応答がなく、LINEは届かなかったとみなします。
sandbox-say-status = サービスは受け取りませんでした。応答
sandbox-say-moved = 送りました。サービスの応答
sandbox-say-again-none = まだイベントがないか、送り先がありません。
sandbox-say-opened-tab = 新しいタブで開きました。
sandbox-say-more-people = ほかにもいます。名前で探してください。
sandbox-say-nobody = その人はいません。下で追加できます。
sandbox-say-backwards = 時計は進めるだけです。もっと先の日時を選んでください。
sandbox-say-no-code = このページに読み取れるコードはありません。
sandbox-say-desk-shut = レジが応答しません。先にレジにログインしてください。

# 配信のコマンド：plan、apply、status、pause、resume、cancel。マーケティング担当者向け。

# 計画
push-label-audience = 対象
push-label-message = メッセージ
push-label-quota = 今月の通数
push-label-cost = 費用
push-label-samples = 例
push-label-changes = 同時に公開
push-label-digest = コード
push-audience = セグメント { $segment } の { $chosen } 人
push-inside = 届く
push-outside = 届かない
push-requests = { $messages } 通を { $requests } 回で送信（複数人へ { $multicasts } 回、1 人へ { $pushes } 回）
push-quota = 上限 { $limit } 通、使用済み { $used } 通、送信後の残り { $left } 通
push-quota-open = 上限なし、使用済み { $used } 通
push-quota-promised = ほかの配信で送信待ちの { $count } 通を含みます
push-quota-short = { $count } 通足りません。通数を増やすまで apply は送信しません
push-cost = { $cost }（LINE の「{ $plan }」プランは月 { $free } 通まで込み）
push-change-added = { $kind } { $name } を追加
push-change-changed = { $kind } { $name } を更新
push-change-removed = { $kind } { $name } を削除
push-next = この内容でよければ、24 時間以内に実行してください：
push-nobody = 届く人がいないため、送信の必要はありません。
push-no-room = この計画は今月の残り通数に収まりません。通数を追加するか来月になってから、もう一度計画してください：
push-once-each = この配信が届いた人には、配信ファイルを変えても二度と届きません。全員にあらためて送るときは、別の名前の配信にしてください。
push-under-way = { $at } に始めたこの配信がまだ終わっていません（{ $state }）。終わるまで、この計画は apply できません。

# 設定だけの計画
push-all-title = ブランドのファイル
push-all-same = ファイルは公開中の内容と同じです。公開するものはありません。
push-all-next = 公開するときは、24 時間以内に実行してください：
push-published = 公開しました：
push-published-before = すでに公開済みです。今回の変更はありません。

# 計画の実行
push-started = { $campaign }：{ $count } 通の送信を始めました。
push-progress = { $done }／{ $all } 送信済み
push-no-service = サービスが動いていません。メッセージは準備済みで、サービスが始まると送られます。進み具合：
push-not-waiting = 進み具合：
push-already-ran = この計画は { $at } に送信済みです。今回は何も送っていません。
push-already-started = この計画は { $at } に実行済みで、今は「{ $state }」です。今回は何も送信していません。
push-no-such-plan = コード「{ $digest }」の計画はありません。コードは plan の最後にある 12 文字です。
push-refused = 送信していません。計画したときと違うところがあります：
push-refused-under-way = 送信していません：
push-refused-publish = 公開していません。計画したときと違うところがあります：
push-plan-again = もう一度計画してください：
push-paused-first = まずその送信を再開して終わらせるか、取り消してから、もう一度計画してください：
push-sending-first = まずその送信が終わるのを待つか、取り消してから、もう一度計画してください：
push-differs-file-added = { $kind } { $name } が増えました
push-differs-file-changed = { $kind } { $name } が変わりました
push-differs-file-removed = { $kind } { $name } がなくなりました
push-differs-published = { $kind } { $name } の別の版が公開されました
push-differs-tariff = ブランドファイルの料金が変わりました
push-differs-schedule = 送信の時刻が変わりました
push-differs-too-old = 計画は { $at } のもので、24 時間を過ぎています
push-differs-run-since = 計画のあと、{ $at } にこの配信が実行されました
push-differs-cancelled-since = 計画のあと、この配信の実行が取り消され、届いた人が計画に残っています
push-differs-under-way = { $at } に始めたこの配信がまだ終わっていません（{ $state }）
push-differs-done-since = 計画のあと、{ $at } にこの配信の送信が完了し、届いた人が計画に残っています
push-differs-quota = { $need } 通必要ですが、今月の残りは { $left } 通です
push-line-silent = LINE から今月の通数を聞けなかったため、計画も送信もしていません：{ $detail }
push-unknown-campaign = 「{ $name }」という配信はありません。
push-did-you-mean = { $near } のことですか。
push-known-campaigns = あるのは：{ $names }。
push-no-campaigns = campaigns/ に配信がまだありません。

# 実行の状況
push-label-state = 状態
push-label-planned = 計画
push-label-accepted = LINE が受付
push-label-refused = LINE が拒否
push-label-skipped = 送らなかった
push-label-unknown = 不明
push-label-waiting = 送信待ち
push-run = { $at } 開始、番号 { $run }
push-state-preparing = 準備中
push-state-open = 送信中
push-state-paused = 一時停止
push-state-done = 完了
push-state-cancelled = 取り消し
push-state-paused-because = 一時停止：{ $because }
push-because-quota-spent = 今月の通数を使い切ったか、ほかの配信のために LINE が確保しています
push-because-token = LINE がチャネルアクセストークンを受け付けません。LINE_CHANNEL_ID と LINE_CHANNEL_SECRET を確かめてください
push-because-forbidden = LINE がこのアカウントからの送信を認めていません。LINE Official Account Manager でアカウントとプランを確かめてください
push-because-by-hand = 手動で止めました
push-because-restored-copy = このデータベースは復元した写しです。元のほうがまだ送信しているかもしれません
push-because-over-plan = 計画より多い通数が入っています。承認されていない分です。再開しても、承認された通数までしか送りません
push-because-left-open = ほぼ一日のあいだ送信が止まり、どこまで送ったかを LINE が覚えていません。そのあいだにデータベースの別の写しが送っていないことを確かめてください
push-resume-next = 解決したら、止まったところから続けます：
push-restored-next = まず元のほうで、バックアップのあと誰に届いたかを確かめてください。それからこの実行を取り消し、計画し直します。この写しで届いたとわかっている人は外れます：
push-cancelled-next = 届いた人、届いたかもしれない人は、配信ファイルを変えても次の計画から外れます。全員にあらためて送るときは、別の名前の配信にしてください。まだ届いていない人に送るには、もう一度計画してください：
push-accepted-note = LINE の受付は到達とは限りません。ブロックした人や友だちでない人には届きません。
push-doubtful = { $number } 回目のリクエスト（{ $count } 人）は LINE の返事がありませんでした。自動では送り直しません。トークを確かめてから決めてください。
push-never-ran = { $campaign } はまだ送信していません。まず計画：

# 一時停止、再開、取り消し
push-paused-now = { $campaign } を止めました。送信中のリクエストは届きます。
push-resumed-now = { $campaign } を止まったところから続けます。
push-cancelled-now = { $campaign } を取り消しました。まだのものは送りません。送ったものは戻せません。
push-not-running = { $campaign } は「{ $state }」のため、変わりません。
push-restored-copy = このデータベースは復元した写しなので続けられません。元のほうがまだ送信しているかもしれません。

# 届かない理由
push-reason-no_line_account = LINE アカウントなし
push-reason-blocked = ブロック
push-reason-not_following = 友だちか不明で、会員証もなし
push-reason-not_joined = 会員証の受け取り前
push-reason-no_consent = お知らせへの同意なし
push-reason-test_member = スタッフ・テスト
push-reason-already_got_it = すでに届いた、または届いたかもしれない
push-reason-unfit_message = 差し込み後に LINE が受け付けない
push-reason-over_plan = 計画の通数を超過
push-reason-cancelled = 取り消し
push-reason-erased = データ削除済み
push-reason-unknown_to_line = LINE にいない
push-reason-refused_by_line = LINE が拒否
push-reason-no_answer = LINE の返事なし
push-reason-cancelled_in_doubt = 返事待ちのまま取り消し
push-reason-withdrawn_in_doubt = 返事待ちのあいだにお知らせを停止、送り直さず
push-reason-beside_withdrawn = 同じリクエストにお知らせを停止した人がいて、送り直さず

# 公開するもの
push-kind-brand = ブランド設定
push-kind-campaign = 配信
push-kind-segment = セグメント
push-kind-template = テンプレート
push-kind-stamp_card = スタンプカード
push-kind-coupon = クーポン
push-kind-replies = キーワード応答
push-kind-rich_menu = リッチメニュー

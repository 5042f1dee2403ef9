# トークでの返信
chat-member-card = 会員証
chat-member-card-alt = 会員番号は { $number } です。お会計の際に会員コードをご提示ください。
chat-show-pass = 会員コードを表示
chat-open-stamps = スタンプカードを見る
chat-vouchers = クーポン
chat-voucher = クーポン
chat-voucher-count = 使えるもの { $count }枚
chat-stamp-card-alt = { $title }：{ $stamps }／{ $goal }個。{ $sentence }
chat-stamps-missing = あと{ $missing }個で{ $gift }
chat-stamps-so-far = ただいま{ $stamps }個
chat-gift-mark = 特典
chat-expiry =
    { $days ->
        [0] { $date }まで、本日が最終日です
       *[other] { $date }まで、あと{ $days }日
    }
chat-no-deadline = 使用期限はありません
chat-use-voucher = 使う
chat-more-vouchers = ほかに{ $count }枚
chat-all-vouchers = すべてのクーポン
chat-vouchers-alt = 使えるクーポンが{ $count }枚あります：{ $first }
chat-no-vouchers = いま使えるクーポンはありません。スタンプカードがいっぱいになると、自動で届きます。
chat-no-card = このお店にはいまスタンプカードがありません。
chat-join-first = まだ会員証がありません。入力なしで受け取れ、スタンプとクーポンが使えます。
chat-join = 会員証を受け取る
chat-joined-already = すでに会員です。こちらが会員証です。
chat-consent-ask = お得なお知らせをお送りしてもよろしいですか。いつでも止められます。
chat-consent-yes = はい、受け取る
chat-consent-no = 今はやめておく
chat-consent-thanks = ありがとうございます。お知らせはここに届きます。止めるときは「お知らせ不要」と送ってください。
chat-consent-declined = 承知しました。お知らせはお送りしません。スタンプとクーポンはこれまでどおり使えます。また受け取りたくなったら「登録情報」で変えられます。
day = { $month }{ $day }日（{ $weekday }）
month-1 = 1月
month-2 = 2月
month-3 = 3月
month-4 = 4月
month-5 = 5月
month-6 = 6月
month-7 = 7月
month-8 = 8月
month-9 = 9月
month-10 = 10月
month-11 = 11月
month-12 = 12月
weekday-mon = 月
weekday-tue = 火
weekday-wed = 水
weekday-thu = 木
weekday-fri = 金
weekday-sat = 土
weekday-sun = 日

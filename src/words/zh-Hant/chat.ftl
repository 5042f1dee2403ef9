# 聊天室裡的回覆
chat-member-card = 會員卡
chat-member-card-alt = 您的會員號碼 { $number }。結帳時請出示會員條碼。
chat-show-pass = 出示會員條碼
chat-open-stamps = 看集點卡
chat-vouchers = 優惠券
chat-voucher = 優惠券
chat-voucher-count = { $count } 張可使用
chat-stamp-card-alt = { $title }：{ $stamps }／{ $goal } 點。{ $sentence }
chat-stamps-missing = 再 { $missing } 點，送您「{ $gift }」
chat-stamps-so-far = 目前 { $stamps } 點
chat-gift-mark = 禮
chat-expiry =
    { $days ->
        [0] { $date }前，今天最後一天
       *[other] { $date }前，還有 { $days } 天
    }
chat-no-deadline = 沒有使用期限
chat-use-voucher = 使用
chat-more-vouchers = 還有 { $count } 張
chat-all-vouchers = 全部優惠券
chat-vouchers-alt = 您有 { $count } 張優惠券可使用：{ $first }
chat-no-vouchers = 目前沒有可使用的優惠券。集滿一張集點卡，優惠券會自動放進來。
chat-no-card = 這家店目前沒有集點卡。
chat-join-first = 還沒有會員卡。領取後就能集點、收優惠券，不用填資料。
chat-join = 領取會員卡
chat-joined-already = 您已經是會員了，這是您的會員卡。
chat-consent-ask = 要不要收到我們的優惠訊息？隨時可以關掉。
chat-consent-yes = 好，請通知我
chat-consent-no = 先不要
chat-consent-thanks = 好的，有優惠會在這裡通知您。想關掉時，輸入「不要優惠訊息」即可。
chat-consent-declined = 好的，我們不會傳優惠訊息給您。集點和優惠券都照常使用；想再收到時，可以在「我的資料」打開。
day = { $month } { $day } 日（{ $weekday }）
month-1 = 1 月
month-2 = 2 月
month-3 = 3 月
month-4 = 4 月
month-5 = 5 月
month-6 = 6 月
month-7 = 7 月
month-8 = 8 月
month-9 = 9 月
month-10 = 10 月
month-11 = 11 月
month-12 = 12 月
weekday-mon = 一
weekday-tue = 二
weekday-wed = 三
weekday-thu = 四
weekday-fri = 五
weekday-sat = 六
weekday-sun = 日

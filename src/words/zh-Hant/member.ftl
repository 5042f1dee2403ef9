# What the member's pages say.

# The pieces: stamp card, ticket, what every page may say.
bare-what = 這一頁的樣式還沒建好。
bare-next = 請執行 make web，再重新啟動。
stamps-count = { $stamps }／{ $goal } 點
stamps-more = 再 { $more } 點，送您「{ $gift }」
stamps-reached = 集滿了，{ $gift }已放進您的優惠券
ticket-use = 使用
ticket-no-end = 沒有使用期限
ticket-used = { $when } 已在{ $store }使用
ticket-expired = { $day }已過期
ticket-revoked = 已取消
undo = 復原
undo-seconds = { $seconds } 秒
offline-what = 目前沒有網路，畫面可能不是最新的。
offline-next = 重新連線

# The card with the pass.
nav-label = 會員頁面
nav-card = 會員卡
nav-stamps = 集點卡
nav-vouchers = 優惠券
nav-me = 我的資料
pass-label = 會員條碼
pass-show = 請出示給店員掃描
pass-brighter = 掃不到的話，請調亮螢幕
pass-run-out = 請連線更新
pass-run-out-next = 條碼過期了。沒有網路時，請店員輸入下方的會員號碼。
number-label = 會員號碼
copy-number = 複製會員號碼
copied = 已複製
next-voucher = 快到期的優惠券

# The stamp card.
stamps-none = 還沒有集點卡
stamps-none-why = 下次來店消費時出示會員卡，就會蓋上第一點。
stamps-expiry = { $day }沒有新的點數，這張卡就會到期
stamps-no-expiry = 這張卡沒有期限
history-title = 最近紀錄
history-stamped = 蓋了 { $amount } 點
history-undone = 已復原
history-gift = { $what }，獲得{ $gift }
history-redeemed = 使用了{ $title }
history-card-ended = 集點卡到期
history-voucher-ended = { $title }到期

# The vouchers.
vouchers-ready = 可使用
vouchers-used = 已使用
vouchers-expired = 已過期
vouchers-none-ready = 目前沒有可使用的優惠券
vouchers-none-ready-why = 集滿點數後，優惠券會自己出現在這裡。
vouchers-none-used = 還沒有使用過優惠券
vouchers-none-used-why = 用過的優惠券會留在這裡，方便您查看。
vouchers-none-expired = 沒有過期的優惠券
vouchers-none-expired-why = 優惠券快到期時，會排在最前面。
voucher-show = 請在店員面前出示
voucher-label = 優惠券條碼
voucher-typed-label = 優惠券號碼
voucher-once = 店員按下兌換就算使用，只能用一次
voucher-used = 已使用
voucher-ended = 已不能使用
voucher-condition = 內容
voucher-until = 使用期限
voucher-stores = 適用門市
voucher-all-stores = 全部門市

# About me.
me-name = LINE 名稱
me-since = 加入日期
me-offers = 優惠訊息
me-offers-what = 有新優惠時，我們會在 LINE 傳訊息給您。
me-offers-on = 您目前會收到優惠訊息
me-offers-off = 您目前不會收到優惠訊息
me-offers-blocked = 您封鎖了我們的 LINE 帳號，訊息傳不到您這裡。請先在 LINE 解除封鎖。
me-offers-start = 我要收到優惠訊息
me-offers-stop = 不再收到
me-language = 語言
me-saved = 已儲存

# Getting in.
join-title = 加入會員
join-heading = 一點就成為會員
join-gift = 集滿 { $goal } 點，送您「{ $gift }」
join-gain-pass = 結帳時出示條碼，不用帶卡
join-gain-stamps = 集點和優惠券都在 LINE 裡
join-offers = 也請用 LINE 傳優惠訊息給我（隨時可以關閉）
join-button = 領取會員卡
sign-in-loading = 正在打開您的會員卡
sign-in-failed = 目前打不開會員卡
sign-in-failed-why = 可能是網路不穩。請確認連線後再試一次。
sign-in-again = 再試一次
sign-in-refused = LINE 登入已過期
sign-in-refused-why = 為了保護您的會員卡，請重新登入一次。
sign-in-cookies = 瀏覽器沒有保存登入
sign-in-cookies-why = 請允許這個網站的 Cookie，或在 LINE 中打開。
sign-in-script = 請開啟瀏覽器的 JavaScript，才能用 LINE 登入。
outside-what = 請在 LINE 中打開
outside-why = 會員卡在 LINE 裡最好用，不用另外登入。
outside-open = 用 LINE 打開
outside-login = 在瀏覽器登入 LINE
outside-code = 用手機掃描，在 LINE 中打開
page-gone = 找不到這一頁
page-gone-why = 它可能已經移動。您的會員卡和點數都還在。
page-broken = 我們這裡出了點狀況
page-broken-why = 您的點數不受影響，請稍後再試一次。
page-odd = 沒有收到您的操作
page-odd-why = 這一頁可能放了太久，請回到會員卡再試一次。
page-home = 回到會員卡

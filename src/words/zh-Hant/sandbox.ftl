# What the sandbox's page says: phones, counter and the drawer of a tester.

sandbox-title = 熟客沙盒
sandbox-heading = 熟客沙盒
sandbox-heading-what = 這裡的 LINE 和顧客都是假的
sandbox-needs-script = 這一頁需要瀏覽器的 JavaScript。
sandbox-away = 這個瀏覽器找不到 shuke.localhost，會員頁面和櫃台打不開。請改用 Chrome、Edge 或 Firefox。
sandbox-language = 語言
sandbox-tabs = 要看哪一個
sandbox-tab-phone = 手機
sandbox-tab-desk = 櫃台
sandbox-today = 今天
sandbox-close = 關閉

# The bar.
sandbox-clock = 沙盒時鐘
sandbox-clock-minutes = ＋10 分
sandbox-clock-day = ＋1 天
sandbox-clock-days = ＋30 天
sandbox-offset = 快了 { $span }
sandbox-span-day = { $count } 天
sandbox-span-hour = { $count } 小時
sandbox-span-minute = { $count } 分
sandbox-quota = 本月已用 { $used }／{ $limit } 則
sandbox-quota-unlimited = 本月已用 { $used } 則，不限量
sandbox-add-phone = 手機
sandbox-drawer = 測試工具
sandbox-history = 紀錄

# The counter beside the phones.
sandbox-desk = 櫃台
sandbox-keys = 登入資料
sandbox-keys-code = 裝置碼（10 分鐘內有效，只能用一次）
sandbox-keys-pin = 店員與 PIN
sandbox-keys-copy = 點一下就複製
sandbox-desk-again = 重新整理櫃台
sandbox-desk-alone = 在新分頁開啟櫃台

# A phone.
sandbox-pick = 這支手機是誰的？
sandbox-pick-search = 用暱稱找人
sandbox-pick-name = 新的暱稱
sandbox-pick-new = 新增
sandbox-take-away = 收起這支手機
sandbox-more = 更多
sandbox-block = 封鎖
sandbox-unblock = 解除封鎖
sandbox-blocked = 已封鎖這個帳號，收不到訊息。
sandbox-chat = 聊天室
sandbox-write = 輸入訊息
sandbox-send = 傳送
sandbox-follow = 加入好友
sandbox-follow-why = 就像掃了店裡的 QR code。歡迎訊息以回覆送出，不計費。
sandbox-scan = 給櫃台掃
sandbox-when = 選擇時間
sandbox-when-ok = 確定

# What stands in a chat.
sandbox-note-followed = 加入了好友
sandbox-note-blocked = 封鎖了帳號
sandbox-thing-image = 圖片
sandbox-thing-sticker = 貼圖
sandbox-thing-video = 影片
sandbox-thing-audio = 語音
sandbox-thing-location = 位置
sandbox-way-reply = 回覆・免費
sandbox-way-push = 推播・計 1 則
sandbox-way-multicast = 群發 { $people } 人・每人計 1 則
sandbox-arrival-waits = 還沒送出
sandbox-arrival-received = 已送達
sandbox-arrival-received-times = 已送達・送了 { $times } 次
sandbox-arrival-status = 服務沒收下（{ $status }）
sandbox-arrival-nobody = 服務沒有開
sandbox-arrival-slow = 服務 2 秒內沒有回應
sandbox-arrival-cut = 連線中斷

# The drawer.
sandbox-clock-why = 手機、服務和櫃台用同一個時鐘，只往前走。
sandbox-clock-alone = 只有沙盒的時鐘會動，服務用自己的時間。只往前走。
sandbox-clock-to = 要跳到的時間
sandbox-clock-jump = 跳到
sandbox-events = 送給服務的事件
sandbox-events-again = 重送上一則
sandbox-events-double = 上一則再來一次
sandbox-events-redelivery = 服務沒收下時，過一會兒重送
sandbox-events-twice = 每則都送兩次
sandbox-events-hold = 先扣住，等一下再送
sandbox-release-order = 依序放行
sandbox-release-reversed = 倒著放行
sandbox-release-shuffled = 打亂放行
sandbox-signature = 簽章
sandbox-signature-right = 正確
sandbox-signature-wrong = 錯誤
sandbox-signature-missing = 沒有
sandbox-faults = 讓 LINE 出狀況
sandbox-fault-what = 狀況
sandbox-fault-where = 在哪裡
sandbox-fault-often = 幾次
sandbox-fault-add = 安排
sandbox-fault-anywhere = 任何地方
sandbox-fault-once = 1 次
sandbox-fault-thrice = 3 次
sandbox-fault-always = 一直
sandbox-fault-times = { $count } 次
sandbox-fault-on = { $what }・{ $place }・{ $times }
sandbox-faults-off = 全部取消
sandbox-revoke = 讓存取權杖失效
sandbox-fault-error_before = 回 500，沒有送出
sandbox-fault-error_after = 回 500，其實已送出
sandbox-fault-cut_before = 斷線，沒有送出
sandbox-fault-cut_after = 斷線，其實已送出
sandbox-fault-slow = 已送出，回應很慢
sandbox-fault-no_answer = 已送出，一直不回應
sandbox-fault-rate_limited = 429，太快了
sandbox-fault-month_spent = 429，本月額度用完
sandbox-fault-revoked = 401，權杖失效
sandbox-fault-forbidden = 403，沒有權限
sandbox-fault-garbage = 已送出，回應是亂碼
sandbox-quota-title = 本月額度
sandbox-quota-none = 不限量
sandbox-quota-limit = 每月可送的則數
sandbox-quota-set = 設定
sandbox-tape = 線上往來
sandbox-tape-what = ↗ 事件送給服務，↙ 服務呼叫 LINE。點開看內容。
sandbox-tape-empty = 還沒有往來。先加入好友，或傳一則訊息。
sandbox-tape-people = { $count } 人

# What the page says by itself.
sandbox-say-stranger = 還不是好友
sandbox-say-following = 好友
sandbox-say-blocked = 已封鎖
sandbox-say-not-now = 現在不能這麼做，請重新整理這支手機。
sandbox-say-no-action = 這個按鈕少了內容，手機不知道要做什麼。
sandbox-say-no-such-user = 沙盒裡沒有這個人，請換一位。
sandbox-say-lost = 連不到沙盒，正在重新連線。
sandbox-say-unreached = 服務沒有開，事件沒有送達。
sandbox-say-slow = 服務 2 秒內沒有回應，LINE 當作沒收到。
sandbox-say-status = 服務沒有收下，回了
sandbox-say-moved = 已送出，服務回了
sandbox-say-again-none = 還沒有事件，或沒有地方可送。
sandbox-say-opened-tab = 已在新分頁開啟。
sandbox-say-more-people = 還有更多人，請用暱稱找。
sandbox-say-nobody = 沒有這個人。可以在下面新增。
sandbox-say-backwards = 時鐘只往前走，請選晚一點的時間。
sandbox-say-no-code = 這一頁沒有條碼可以掃。
sandbox-say-desk-shut = 櫃台沒有反應，請先在櫃台登入。

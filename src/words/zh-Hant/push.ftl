# 推播的指令：plan、apply、status、pause、resume、cancel。給行銷人員看。

# 一份計畫
push-label-audience = 對象
push-label-message = 訊息
push-label-quota = 本月額度
push-label-cost = 費用
push-label-samples = 範例
push-label-changes = 一併發布
push-label-digest = 代碼
push-audience = 分眾 { $segment } 選出 { $chosen } 人
push-inside = 會收到
push-outside = 不會收到
push-requests = { $messages } 則，分 { $requests } 次送出（一次多人 { $multicasts } 次，一次一人 { $pushes } 次）
push-quota = 上限 { $limit } 則，已用 { $used } 則，送出後剩 { $left } 則
push-quota-open = 沒有上限，已用 { $used } 則
push-quota-promised = 其他推播還有 { $count } 則沒送完，已經算在內
push-quota-short = 還差 { $count } 則。額度補上之前，apply 不會送出
push-cost = { $cost }（LINE「{ $plan }」方案每月含 { $free } 則）
push-change-added = 新增{ $kind } { $name }
push-change-changed = 更新{ $kind } { $name }
push-change-removed = 移除{ $kind } { $name }
push-next = 內容沒有問題的話，請在 24 小時內執行：
push-nobody = 沒有人會收到，這次不用送。
push-no-room = 這個月的額度不夠送這份計畫。請先加購或等下個月，再看一次計畫：
push-once-each = 收到過這檔推播的人不會再收到，改過內容也一樣；要讓每個人再收到一次，請另開一檔推播（換一個名稱）。
push-under-way = 這檔推播 { $at } 那一次還沒結束（{ $state }）。結束之前，apply 不會送出這份計畫。

# 只有設定的計畫
push-all-title = 品牌檔案
push-all-same = 檔案和已發布的內容一樣，沒有要發布的。
push-all-next = 要發布的話，請在 24 小時內執行：
push-published = 已發布：
push-published-before = 這些內容已經發布了，這次沒有變動。

# 執行一份計畫
push-started = { $campaign }：{ $count } 則開始送出。
push-progress = 已送 { $done }／{ $all }
push-no-service = 服務沒有在執行。訊息都排好了，服務啟動後就會送出。看進度：
push-not-waiting = 看進度：
push-already-ran = 這份計畫在 { $at } 送過了。這次沒有送出任何訊息。
push-already-started = 這份計畫在 { $at } 執行過，現在是「{ $state }」。這次沒有再送出任何訊息。
push-no-such-plan = 沒有代碼是「{ $digest }」的計畫。代碼在 plan 的最後面，共 12 個字。
push-refused = 沒有送出。和計畫的時候不一樣了：
push-refused-under-way = 沒有送出：
push-refused-publish = 沒有發布。和計畫的時候不一樣了：
push-plan-again = 請再看一次計畫：
push-paused-first = 請先讓那一次接著送完，或把它取消，再看一次計畫：
push-sending-first = 請先等那一次送完，或把它取消，再看一次計畫：
push-differs-file-added = 多了{ $kind } { $name }
push-differs-file-changed = { $kind } { $name } 改過
push-differs-file-removed = { $kind } { $name } 不在了
push-differs-published = 有人發布了另一個版本的{ $kind } { $name }
push-differs-tariff = 品牌檔裡的費率改過
push-differs-schedule = 送出的時間改過
push-differs-too-old = 計畫是 { $at } 看的，超過 24 小時了
push-differs-run-since = 計畫之後，這檔推播在 { $at } 又送過一次
push-differs-cancelled-since = 計畫之後，有一次送出被取消，已經收到的人還在計畫裡
push-differs-under-way = 這檔推播 { $at } 那一次還沒結束（{ $state }）
push-differs-done-since = 計畫之後，有一次送出在 { $at } 送完，已經收到的人還在計畫裡
push-differs-quota = 要送 { $need } 則，本月只剩 { $left } 則
push-line-silent = 問不到 LINE 的額度，所以沒有計畫也沒有送出：{ $detail }
push-unknown-campaign = 沒有叫「{ $name }」的推播。
push-did-you-mean = 您是不是要找 { $near }？
push-known-campaigns = 目前有：{ $names }。
push-no-campaigns = campaigns/ 裡還沒有推播。

# 一次送出的狀態
push-label-state = 狀態
push-label-planned = 計畫
push-label-accepted = LINE 已收
push-label-refused = LINE 拒收
push-label-skipped = 沒有送
push-label-unknown = 無法確定
push-label-waiting = 還沒送
push-run = { $at } 開始，編號 { $run }
push-state-preparing = 準備中
push-state-open = 送出中
push-state-paused = 暫停
push-state-done = 送完
push-state-cancelled = 已取消
push-state-paused-because = 暫停：{ $because }
push-because-quota-spent = 本月的則數用完了，或是 LINE 還保留給另一個群發
push-because-token = LINE 不接受這個頻道的權杖，請檢查 LINE_CHANNEL_ID 和 LINE_CHANNEL_SECRET
push-because-forbidden = LINE 不讓這個帳號送訊息，請到 LINE Official Account Manager 查看帳號與方案
push-because-by-hand = 有人按了暫停
push-because-restored-copy = 這個資料庫是還原的副本，原本的那一份可能還在送
push-because-over-plan = 這次推播的則數比計畫裡核准的還多。就算繼續，也只會送到核准的則數為止
push-because-left-open = 服務停了將近一天，之前送過哪些，LINE 已經認不出來；請先確認這段時間沒有另一份資料庫在送
push-resume-next = 處理好之後，從停下的地方接著送：
push-restored-next = 請先到原本的那一份，看看備份之後送給了誰。再結束這次送出，重新看計畫；這份副本知道已經收到的人不會再收到：
push-cancelled-next = 收到或可能收到的人，下次計畫不會再列入，改過推播檔也一樣；要讓每個人再收到一次，請另開一檔推播。要送給還沒收到的人，請再看一次計畫：
push-accepted-note = LINE 收下不等於送達；封鎖或不是好友的人收不到。
push-doubtful = 第 { $number } 次請求（{ $count } 人）沒有等到 LINE 的回覆，不會自動重送，請查看聊天室再決定。
push-never-ran = { $campaign } 還沒有送過。先看計畫：

# 暫停、繼續、取消
push-paused-now = { $campaign } 暫停了。已經在路上的請求會送達。
push-resumed-now = { $campaign } 從停下的地方接著送。
push-cancelled-now = { $campaign } 取消了。還沒送的不會再送，送出去的收不回來。
push-not-running = { $campaign } 現在是「{ $state }」，沒有變動。
push-restored-copy = 這個資料庫是還原的副本，不能接著送：原本的那一份可能還在送。

# 為什麼沒有收到
push-reason-no_line_account = 沒有 LINE 帳號
push-reason-blocked = 封鎖了帳號
push-reason-not_following = 看不出是好友，也沒有會員卡
push-reason-not_joined = 還沒領會員卡
push-reason-no_consent = 沒有同意收優惠訊息
push-reason-test_member = 店員或測試帳號
push-reason-already_got_it = 已經收到，或可能收到了
push-reason-unfit_message = 填上資料後 LINE 不會收
push-reason-over_plan = 超過計畫的則數
push-reason-cancelled = 取消了
push-reason-erased = 資料已刪除
push-reason-unknown_to_line = LINE 查無此人
push-reason-refused_by_line = LINE 拒收
push-reason-no_answer = 沒有等到 LINE 的回覆
push-reason-cancelled_in_doubt = 取消時還在等 LINE 的回覆
push-reason-withdrawn_in_doubt = 等 LINE 回覆時改成不收優惠訊息，不再重送
push-reason-beside_withdrawn = 同一次請求裡有人改成不收優惠訊息，不再重送

# 發布的東西
push-kind-brand = 品牌設定
push-kind-campaign = 推播
push-kind-segment = 分眾
push-kind-template = 訊息範本
push-kind-stamp_card = 集點卡
push-kind-coupon = 優惠券
push-kind-replies = 關鍵字回覆
push-kind-rich_menu = 圖文選單

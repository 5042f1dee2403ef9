# A member's history, one sentence a line.
timeline-followed = 加入好友
timeline-returned = 解除封鎖，重新成為好友
timeline-unfollowed = 封鎖了官方帳號
timeline-joined = 領取會員卡
timeline-consented = 同意接收通知（{ $purpose }）
timeline-consent-withdrawn = 不再接收通知（{ $purpose }）
timeline-said = 傳來訊息（{ $type }）
timeline-tagged = 加上標籤「{ $tag }」
timeline-untagged = 移除標籤「{ $tag }」
timeline-stamped = 在 { $store } 集了 { $stamps } 點
timeline-stamp-reversed = 取消在 { $store } 集的 { $stamps } 點
timeline-card-expired = 集點卡「{ $programme }」到期
timeline-voucher-redeemed = 在 { $store } 使用優惠券
timeline-redemption-reversed = 取消在 { $store } 使用優惠券
timeline-voucher-expired = 優惠券到期

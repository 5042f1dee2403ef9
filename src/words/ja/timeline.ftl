# A member's history, one sentence a line.
timeline-followed = 友だち追加
timeline-returned = ブロックを解除して、また友だちになりました
timeline-unfollowed = 公式アカウントをブロックしました
timeline-joined = 会員証を受け取りました
timeline-consented = お知らせの受け取りに同意しました（{ $purpose }）
timeline-consent-withdrawn = お知らせの受け取りをやめました（{ $purpose }）
timeline-said = メッセージを送りました（{ $type }）
timeline-tagged = タグ「{ $tag }」が付きました
timeline-untagged = タグ「{ $tag }」が外れました
timeline-stamped = { $store } でスタンプを { $stamps } 個集めました
timeline-stamp-reversed = { $store } でのスタンプ { $stamps } 個を取り消しました
timeline-card-expired = スタンプカード「{ $programme }」の期限が切れました
timeline-voucher-redeemed = { $store } でクーポンを使いました
timeline-redemption-reversed = { $store } でのクーポンの利用を取り消しました
timeline-voucher-expired = クーポンの期限が切れました

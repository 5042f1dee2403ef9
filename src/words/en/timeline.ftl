# A member's history, one sentence a line.
timeline-followed = Added the account as a friend
timeline-returned = Unblocked the account
timeline-unfollowed = Blocked the account
timeline-joined = Took the membership card
timeline-consented = Agreed to be told ({ $purpose })
timeline-consent-withdrawn = No longer wants to be told ({ $purpose })
timeline-said = Sent a message ({ $type })
timeline-tagged = Was tagged "{ $tag }"
timeline-untagged = Tag "{ $tag }" was taken off
timeline-stamped = Got { $stamps } stamps at { $store }
timeline-stamp-reversed = { $stamps } stamps of { $store } were undone
timeline-card-expired = The stamp card "{ $programme }" expired
timeline-voucher-redeemed = Used a voucher at { $store }
timeline-redemption-reversed = The use of a voucher at { $store } was undone
timeline-voucher-expired = A voucher expired

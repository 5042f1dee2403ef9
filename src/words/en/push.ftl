# The commands of pushes: plan, apply, status, pause, resume, cancel. For marketers.

# A plan
push-label-audience = Audience
push-label-message = Message
push-label-quota = This month
push-label-cost = Cost
push-label-samples = Samples
push-label-changes = Publishes
push-label-digest = Digest
push-audience = { $chosen } in the segment { $segment }
push-inside = will get it
push-outside = will not
push-requests =
    { $n ->
        [one] { $messages } message
       *[other] { $messages } messages
    } in { $requests } requests ({ $multicasts } to many at once, { $pushes } to one)
push-quota = { $used } of { $limit } used, { $left } left after this
push-quota-open = no ceiling, { $used } used
push-quota-promised = counting { $count } that other runs have yet to send
push-quota-short = { $count } too few: apply sends nothing until there are more
push-cost = { $cost } (LINE's plan “{ $plan }” includes { $free } a month)
push-change-added = new: { $kind } { $name }
push-change-changed = changed: { $kind } { $name }
push-change-removed = gone: { $kind } { $name }
push-next = If this is what you want, within 24 hours:
push-nobody = Nobody would get it; there is nothing to send.
push-no-room = The month does not suffice for this plan. Buy more messages or wait for next month, then plan again:
push-once-each = Who has got this campaign does not get it again, also when its files have changed; what everybody is to get once more is a campaign of another name.
push-under-way = The run of this campaign from { $at } has not ended ({ $state }). Until it has, apply refuses this plan.

# A plan of definitions alone
push-all-title = The brand's files
push-all-same = The files say what is published already. There is nothing to publish.
push-all-next = To publish it, within 24 hours:
push-published = Published:
push-published-before = This is published already. Nothing was changed.

# Applying a plan
push-started =
    { $n ->
        [one] { $campaign }: { $count } message is on its way.
       *[other] { $campaign }: { $count } messages are on their way.
    }
push-progress = { $done } of { $all } sent
push-no-service = No service is running. Everything is written down and leaves when one starts. To watch:
push-not-waiting = To watch:
push-already-ran = This plan was sent on { $at }. Nothing was sent this time.
push-already-started = This plan was applied on { $at }; its run is: { $state }. Nothing was sent this time.
push-no-such-plan = No plan has the digest “{ $digest }”. It stands at the end of a plan, 12 digits.
push-refused = Nothing was sent. Since the plan:
push-refused-under-way = Nothing was sent:
push-refused-publish = Nothing was published. Since the plan:
push-plan-again = Look at the plan again:
push-paused-first = First let that run go on to its end, or cancel it; then plan again:
push-sending-first = First wait until that run is done, or cancel it; then plan again:
push-differs-file-added = there is a new { $kind }, { $name }
push-differs-file-changed = the { $kind } { $name } changed
push-differs-file-removed = the { $kind } { $name } is gone
push-differs-published = somebody published another version of the { $kind } { $name }
push-differs-tariff = the tariff in the brand's file changed
push-differs-schedule = the time it goes out changed
push-differs-too-old = it was made on { $at }, more than 24 hours ago
push-differs-run-since = the campaign was sent on { $at }
push-differs-cancelled-since = a run of the campaign was cancelled, and who got it is still in the plan
push-differs-under-way = the run of the campaign from { $at } has not ended ({ $state })
push-differs-done-since = a run of the campaign was done on { $at }, and who got it is still in the plan
push-differs-quota = { $need } messages are needed and { $left } are left this month
push-line-silent = LINE did not tell this month's quota, so nothing was planned or sent: { $detail }
push-unknown-campaign = There is no campaign called “{ $name }”.
push-did-you-mean = Did you mean { $near }?
push-known-campaigns = There are: { $names }.
push-no-campaigns = There is no campaign in campaigns/ yet.

# How a run stands
push-label-state = State
push-label-planned = Planned
push-label-accepted = Taken by LINE
push-label-refused = Refused by LINE
push-label-skipped = Not sent
push-label-unknown = Unknown
push-label-waiting = Still to go
push-run = since { $at }, number { $run }
push-state-preparing = being prepared
push-state-open = sending
push-state-paused = paused
push-state-done = done
push-state-cancelled = cancelled
push-state-paused-because = paused: { $because }
push-because-quota-spent = the month's messages are used up, or LINE keeps them reserved for another delivery
push-because-token = LINE does not take the channel's token; check LINE_CHANNEL_ID and LINE_CHANNEL_SECRET
push-because-forbidden = LINE does not let this account send; look at the account and its plan in LINE Official Account Manager
push-because-by-hand = somebody paused it
push-because-restored-copy = this database is a restored copy, and the original may still be sending
push-because-over-plan = the run holds more messages than its plan counted; nobody approved those. Resumed, it sends only as many as approved
push-because-left-open = nobody sent for most of a day, and LINE no longer knows what it took; make sure that no other copy of this database has sent it meanwhile
push-resume-next = When that is mended, it goes on where it stopped:
push-restored-next = Look in the original first whom it reached since the backup. Then end this run and plan it anew; who got it as far as this copy knows is left out:
push-cancelled-next = Who got it, or may have, is left out of the next plan, also when the campaign's file has changed; what everybody is to get again is a campaign of another name. To reach those who have not got it, plan it again:
push-accepted-note = Taken by LINE is not yet delivered: who blocked the account or is no friend of it gets nothing.
push-doubtful =
    { $n ->
        [one] Request { $number } ({ $count } person) never had an answer from LINE. It is not sent again by itself; look at the chat, then decide.
       *[other] Request { $number } ({ $count } people) never had an answer from LINE. It is not sent again by itself; look at the chats, then decide.
    }
push-never-ran = { $campaign } was never sent. Plan it first:

# Pause, resume, cancel
push-paused-now = { $campaign } stands still. Requests on their way arrive.
push-resumed-now = { $campaign } goes on where it stopped.
push-cancelled-now = { $campaign } is cancelled. What had not left will not leave; what was sent cannot be called back.
push-not-running = { $campaign } is { $state }; nothing was changed.
push-restored-copy = This database is a restored copy and may not go on: the original may still be sending.

# Why somebody does not get it
push-reason-no_line_account = no LINE account
push-reason-blocked = blocked the account
push-reason-not_following = never seen as a friend, and has no card
push-reason-not_joined = has no membership card
push-reason-no_consent = did not agree to offers
push-reason-test_member = staff or tester
push-reason-already_got_it = got it already, or may have
push-reason-unfit_message = LINE would refuse it as filled in
push-reason-over_plan = beyond the planned number
push-reason-cancelled = cancelled
push-reason-erased = data erased
push-reason-unknown_to_line = unknown to LINE
push-reason-refused_by_line = refused by LINE
push-reason-no_answer = no answer from LINE
push-reason-cancelled_in_doubt = cancelled while LINE had not answered
push-reason-withdrawn_in_doubt = said no before LINE had answered; not sent again
push-reason-beside_withdrawn = in one request with somebody who said no before LINE had answered; not sent again

# What is published
push-kind-brand = brand
push-kind-campaign = campaign
push-kind-segment = segment
push-kind-template = template
push-kind-stamp_card = stamp card
push-kind-coupon = coupon
push-kind-replies = replies file
push-kind-rich_menu = rich menu

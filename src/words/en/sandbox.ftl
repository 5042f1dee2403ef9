# What the sandbox's page says: phones, counter and the drawer of a tester.

sandbox-title = Shuke sandbox
sandbox-heading = Shuke sandbox
sandbox-heading-what = LINE and the customers here are made up
sandbox-needs-script = This page needs JavaScript.
sandbox-away = This browser does not find shuke.localhost, so the member pages and the counter stay shut. Use Chrome, Edge or Firefox.
sandbox-language = Language
sandbox-tabs = What to look at
sandbox-tab-phone = Phone
sandbox-tab-desk = Counter
sandbox-today = Today
sandbox-close = Close

# The bar.
sandbox-clock = Sandbox clock
sandbox-clock-minutes = +10 min
sandbox-clock-day = +1 day
sandbox-clock-days = +30 days
sandbox-offset = { $span } ahead
sandbox-span-day = { $count } d
sandbox-span-hour = { $count } h
sandbox-span-minute = { $count } min
sandbox-quota = { $used } / { $limit } this month
sandbox-quota-unlimited = { $used } this month, no limit
sandbox-add-phone = Phone
sandbox-drawer = Test bench
sandbox-history = History

# The counter beside the phones.
sandbox-desk = Counter
sandbox-keys = How to sign in
sandbox-keys-code = Device code (good for ten minutes, once)
sandbox-keys-pin = Staff and PIN
sandbox-keys-copy = Tap to copy
sandbox-desk-again = Reload the counter
sandbox-desk-alone = Open the counter in a new tab

# A phone.
sandbox-pick = Whose phone is this?
sandbox-pick-search = Find by name
sandbox-pick-name = A new name
sandbox-pick-new = Add
sandbox-take-away = Put this phone away
sandbox-more = More
sandbox-block = Block
sandbox-unblock = Unblock
sandbox-blocked = The account is blocked; no messages arrive.
sandbox-chat = Chat
sandbox-write = Write a message
sandbox-send = Send
sandbox-follow = Add as a friend
sandbox-follow-why = As if she had scanned the shop's QR code. The welcome comes as a reply and costs nothing.
sandbox-scan = Scan at the counter
sandbox-when = Choose a time
sandbox-when-ok = OK

# What stands in a chat.
sandbox-note-followed = Added the account
sandbox-note-blocked = Blocked the account
sandbox-thing-image = Picture
sandbox-thing-sticker = Sticker
sandbox-thing-video = Video
sandbox-thing-audio = Voice
sandbox-thing-location = Place
sandbox-way-reply = Reply, free
sandbox-way-push = Push, counts as 1
sandbox-way-multicast = Multicast to { $people }, 1 each
sandbox-arrival-waits = Not sent yet
sandbox-arrival-received = Delivered
sandbox-arrival-received-times = Delivered, sent { $times } times
sandbox-arrival-status = Not taken ({ $status })
sandbox-arrival-nobody = The service is not running
sandbox-arrival-slow = No answer within 2 s
sandbox-arrival-cut = The connection broke

# The drawer.
sandbox-clock-why = Phones, service and counter share one clock. It goes forward only.
sandbox-clock-alone = Only the sandbox's clock moves; the service keeps its own. It goes forward only.
sandbox-clock-to = The time to jump to
sandbox-clock-jump = Jump
sandbox-events = Events to the service
sandbox-events-again = Redeliver the last
sandbox-events-double = Send the last twice
sandbox-events-redelivery = Send again later what was not taken
sandbox-events-twice = Send every event twice
sandbox-events-hold = Hold events back for now
sandbox-release-order = Release in order
sandbox-release-reversed = Last first
sandbox-release-shuffled = Shuffled
sandbox-signature = Signature
sandbox-signature-right = Right
sandbox-signature-wrong = Wrong
sandbox-signature-missing = Missing
sandbox-faults = Make LINE stumble
sandbox-fault-what = What
sandbox-fault-where = Where
sandbox-fault-often = How often
sandbox-fault-add = Arrange
sandbox-fault-anywhere = anywhere
sandbox-fault-once = once
sandbox-fault-thrice = 3 times
sandbox-fault-always = always
sandbox-fault-times = { $count } ×
sandbox-fault-on = { $what }, { $place }, { $times }
sandbox-faults-off = Cancel all
sandbox-revoke = Revoke the access token
sandbox-fault-error_before = 500, nothing sent
sandbox-fault-error_after = 500, though it was sent
sandbox-fault-cut_before = cut off, nothing sent
sandbox-fault-cut_after = cut off, though it was sent
sandbox-fault-slow = sent, answers late
sandbox-fault-no_answer = sent, never answers
sandbox-fault-rate_limited = 429, too fast
sandbox-fault-month_spent = 429, month used up
sandbox-fault-revoked = 401, token revoked
sandbox-fault-forbidden = 403, not allowed
sandbox-fault-garbage = sent, answers nonsense
sandbox-quota-title = This month's messages
sandbox-quota-none = no limit
sandbox-quota-limit = Messages a month
sandbox-quota-set = Set
sandbox-tape = The exchange
sandbox-tape-what = ↗ an event to the service, ↙ a call of the service to LINE. Open a row to read it.
sandbox-tape-empty = Nothing yet. Add the account as a friend, or write a message.
sandbox-tape-people = { $count } people

# What the page says by itself.
sandbox-say-stranger = no friend yet
sandbox-say-following = friend
sandbox-say-blocked = blocked
sandbox-say-not-now = That cannot be done now. Reload this phone.
sandbox-say-no-action = A part of this button is missing; a phone would not know what to do.
sandbox-say-no-such-user = The sandbox has no such person. Pick another.
sandbox-say-lost = The sandbox does not answer. Connecting again.
sandbox-say-unreached = The service is not running; the event did not arrive.
sandbox-say-slow = No answer within 2 s: for LINE it did not arrive.
sandbox-say-status = The service did not take it. It said
sandbox-say-moved = Sent. The service said
sandbox-say-again-none = There is no event yet, or nowhere to send it.
sandbox-say-opened-tab = Opened in a new tab.
sandbox-say-more-people = There are more; find them by name.
sandbox-say-nobody = Nobody of that name. Add one below.
sandbox-say-backwards = The clock goes forward only. Choose a later time.
sandbox-say-no-code = This page shows no code to scan.
sandbox-say-desk-shut = The counter does not answer. Sign in there first.

# What the member's pages say.

# The pieces: stamp card, ticket, what every page may say.
bare-what = The styles of this page were not built.
bare-next = Run make web, then start again.
stamps-count = { $stamps } of { $goal } stamps
stamps-more = { $more } more for { WITHIN($gift) }
stamps-reached = Full. You will find { WITHIN($gift) } among your vouchers
ticket-use = Use
ticket-no-end = No expiry date
ticket-used = Used { $when } at { $store }
ticket-expired = Expired { $day }
ticket-revoked = Withdrawn
undo = Undo
undo-seconds = { $seconds } s
offline-what = You are offline; this may not be up to date.
offline-next = Try again

# The card with the pass.
nav-label = Your pages
nav-card = Member card
nav-stamps = Stamp card
nav-vouchers = Vouchers
nav-me = About me
pass-label = Member code
pass-show = Show this to the staff
pass-brighter = Not scanning? Turn up the brightness
pass-run-out = Connect to refresh
pass-run-out-next = This code has run out. No network? Ask the staff to type the number below.
number-label = Member number
copy-number = Copy the member number
copied = Copied
next-voucher = Voucher that expires next

# The stamp card.
stamps-none = No stamp card yet
stamps-none-why = Show your member card on your next visit and the first stamp is yours.
stamps-expiry = Without a new stamp { $day } this card expires
stamps-no-expiry = This card does not expire
history-title = History
history-stamped =
    { $amount ->
        [one] 1 stamp
       *[other] { $amount } stamps
    }
history-undone = undone
history-gift = { $what }, earned { WITHIN($gift) }
history-redeemed = Used { WITHIN($title) }
history-card-ended = Stamp card expired
history-voucher-ended = { $title } expired

# The vouchers.
vouchers-ready = Ready
vouchers-used = Used
vouchers-expired = Expired
vouchers-none-ready = No voucher to use just now
vouchers-none-ready-why = When a stamp card is full, its voucher appears here by itself.
vouchers-none-used = No voucher used yet
vouchers-none-used-why = Used vouchers stay here for you to look up.
vouchers-none-expired = No voucher has expired unused
vouchers-none-expired-why = The ones that expire soonest stand first.
voucher-show = Show this to the staff
voucher-label = Voucher code
voucher-typed-label = Voucher number
voucher-once = Good for one use; it counts when the staff press “Redeem”
voucher-used = Used
voucher-ended = No longer valid
voucher-condition = Good for
voucher-until = Until
voucher-stores = Where
voucher-all-stores = All stores

# About me.
me-name = LINE name
me-since = Member since
me-offers = Offers
me-offers-what = When there is something new, we send you a message in LINE.
me-offers-on = You get our offers
me-offers-off = You do not get our offers
me-offers-blocked = You have blocked our LINE account, so no message reaches you. Unblock it in LINE first.
me-offers-start = Send me offers
me-offers-stop = Stop sending offers
me-language = Language
me-saved = Saved

# Getting in.
join-title = Join
join-heading = One tap and you are a member
join-gift = { $goal } stamps earn you { WITHIN($gift) }
join-gain-pass = Show a code at the till, carry no card
join-gain-stamps = Stamps and vouchers, all in LINE
join-offers = Send me offers in LINE too (I can stop them any time)
join-button = Get my member card
sign-in-loading = Opening your member card
sign-in-failed = Your card does not open just now
sign-in-failed-why = The network may be unsteady. Check your connection and try again.
sign-in-again = Try again
sign-in-refused = Your LINE sign-in has run out
sign-in-refused-why = To protect your card, please sign in once more.
sign-in-cookies = Your browser did not keep the sign-in
sign-in-cookies-why = Allow cookies for this site, or open it in LINE.
sign-in-script = Please turn on JavaScript to sign in with LINE.
outside-what = Please open this in LINE
outside-why = Your card works best in LINE, with nothing to sign in to.
outside-open = Open in LINE
outside-login = Sign in to LINE here
outside-code = Scan with your phone to open it in LINE
page-gone = There is no such page
page-gone-why = It may have moved. Your card and stamps are safe.
page-broken = Something went wrong on our side
page-broken-why = Your stamps are not affected. Please try again in a moment.
page-odd = That did not reach us
page-odd-why = This page may have been open too long. Go back to your card and try again.
page-home = To my card

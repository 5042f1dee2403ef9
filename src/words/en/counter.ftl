# What the counter says to a clerk.

# Before the work.
enrol-title = Enrol this device
enrol-what = Enter a device code; the device then belongs to that store.
enrol-code = Device code
enrol-button = Enrol
enrol-where = Whoever runs the system makes the code with shuke device code STORE. It is good for ten minutes and works once.
enrol-unknown = There is no such code. Check it and type it again, or ask whoever runs the system for a new one: shuke device code STORE.
enrol-used = This code was used at { $when }. Ask whoever runs the system for a new one: shuke device code STORE.
enrol-expired = This code was good until { $when }. Ask whoever runs the system for a new one: shuke device code STORE.
enrol-no-cookies = The device was enrolled, but this browser keeps no cookies. Allow cookies or take another browser, and ask whoever runs the system for a new code: shuke device code STORE.
pin-title = Sign in
pin-who = Who is working?
pin-label = PIN
pin-button = Sign in
pin-rub = Rub out one digit
pin-nobody = Nobody works at this store yet
pin-nobody-next = Ask whoever runs the system to add people: shuke staff add NAME --role clerk.
pin-wrong =
    { $left ->
        [one] Wrong PIN. 1 more try.
       *[other] Wrong PIN. { $left } more tries.
    }
pin-form = A PIN has 4 to 6 digits. Please type it again.
pin-locked = Too many tries. Sign in again after { $until }. PIN forgotten? Whoever runs the system sets a new one: shuke staff pin NAME.
pin-not-here = This colleague does not work at this store any more. Choose your own name.
pin-idle =
    { $minutes ->
        [one] Signed out after a minute without use. Sign in and scan again.
       *[other] Signed out after { $minutes } minutes without use. Sign in and scan again.
    }
pin-role-clerk = Clerk
pin-role-manager = Manager
pin-role-owner = Owner
sign-out = Sign out

# The desk.
mode-stamps = Stamps and vouchers
camera-label = Scan a member code
camera-start = Scan with the camera
camera-starting = Starting the camera
camera-looking = Hold the code inside the frame
camera-denied = The camera is not allowed. Allow it in the browser's settings, or use a scanner gun or type the number.
camera-none = This device has no camera. Use a scanner gun or type the number.
camera-insecure = The camera works on https only. Use a scanner gun or type the number.
camera-broken = The camera does not start; another program may hold it. Close that and try again.
typed-label = Member or voucher no.
typed-button = Look up
acts-title = Recent
acts-none = Nothing yet.
acts-none-why = Stamps and redemptions show up here and can be undone.
acts-undone = undone
act-stamped =
    { $amount ->
        [one] 1 stamp
       *[other] { $amount } stamps
    }
act-redeemed = { $title } redeemed
undo-what = Undo: { $what }
act-where-by = { $store } · { $by }
act-where-you = { $store } · you
why-undo = Why undo it?
why-wrong-member = Wrong guest
why-slip = Wrong button
why-returned = Returned or cancelled
why-other = Something else
counter-offline = No network. Do not stamp or redeem until it is back; when unsure, look at the list below.
counter-unsure = It may or may not have gone through. Press again: the same scan never counts twice.
counter-unsure-what = No answer came
counter-unread = Nothing was read
counter-unread-next = Scan again. Nothing was stamped or redeemed.
counter-looking = Looking it up
counter-gone = There is no such page
counter-gone-why = Go back to the counter and carry on.
counter-odd = That did not arrive
counter-odd-why = Nothing was changed. Go back to the counter and scan again.
counter-broken = Something went wrong on our side
counter-broken-why = Go back to the counter and look at the recent acts: they tell whether it went through.
sheet-label = Member
sheet-close = Close
sheet-vouchers = Vouchers to redeem
sheet-acts = Recent
sheet-older = Earlier
note-typed = Number typed: stamps only
note-not-joined = No member card yet
no-redeeming-typed = A typed number earns stamps only. To redeem, scan the member's code or the voucher.
stepper-label = Amount
stepper-unit-drink =
    { $amount ->
        [one] drink
       *[other] drinks
    }
stepper-unit-item =
    { $amount ->
        [one] item
       *[other] items
    }
stepper-unit-visit =
    { $amount ->
        [one] stamp
       *[other] stamps
    }
stepper-less = One less
stepper-more = One more
give =
    { $amount ->
        [one] Give 1 stamp
       *[other] Give { $amount } stamps
    }
redeem = Redeem
outcome = +{ $amount } → { $after } of { $goal }
outcome-full = +{ $amount } and the card is full: { WITHIN($gift) }; new card { $after } of { $goal }
outcome-gift = +{ $amount }: { WITHIN($gift) } · { $after } of { $goal }
outcome-dropped = { $outcome }; { $dropped } beyond the card not counted

# How it went.
done-stamped = +{ $amount } · { $after } of { $goal }
done-full = +{ $amount }, card full: { WITHIN($gift) }
done-gift = +{ $amount }: { WITHIN($gift) } · { $after } of { $goal }
done-full-next = Tell the guest: the voucher is in their pages.
done-dropped-next = { $dropped } beyond the card are not counted.
done-redeemed = Redeemed: { WITHIN($title) }
done-repeated-next = This scan was dealt with already; nothing was counted twice.
done-undone = Undone
done-undone-next = { $what } undone.
done-undone-gift-next = { $what } undone, with what they had earned.
done-undone-before-next = Nothing more to do.
done-unredeemed = Redemption undone
done-unredeemed-next = { $title } is back among their vouchers and can be used again.
refused-expired = This code has run out
refused-expired-next = Ask the guest to refresh it: it ran out { $seconds } s ago.
refused-forged = Not a code of ours
refused-forged-next = Ask the guest to open the member card from our LINE account.
refused-not-a-pass = This is not a member code
refused-not-a-pass-next = Scan the code on the guest's member card page.
refused-early = The code is ahead of time
refused-early-next = Check the clock, then ask the guest to refresh the code.
refused-typed = This is neither a member number nor a voucher number
refused-typed-next = A member number has 8 digits, a voucher number 15 letters and digits. Type it as the guest's screen shows it.
refused-number-length = A member number has 8 digits
refused-number-length-next = Look at the guest's card again and type it as shown.
refused-number-digit = One digit is wrong
refused-number-digit-next = Check it with the guest and type it again.
refused-number-unknown = There is no such member number
refused-number-unknown-next = Check it with the guest, or invite them to join in LINE.
refused-wait = Too many wrong codes on this device
refused-wait-next = Look up again after { $until }. Check the number with the guest, or ask for the member code.
refused-voucher-used = Already used { $when } at { $store }
refused-voucher-used-next = By { $by }. If it was a slip, the same person can undo it for a while; later a manager scans the member code and undoes it under “Recent”.
refused-voucher-expired = This voucher expired { $day }
refused-voucher-expired-next = Tell the guest, and look for another voucher.
refused-voucher-revoked = This voucher was withdrawn
refused-voucher-revoked-next = The stamp that earned it was undone. Tell the guest it cannot be used.
refused-voucher-unknown = There is no such voucher
refused-voucher-unknown-next = Ask the guest to tap “Use” on the voucher, then scan again.
refused-voucher-typo = The voucher number is mistyped
refused-voucher-typo-next = It has 15 letters and digits. Check it with the guest and type it again, or scan the code.
refused-voucher-store = This voucher is not for this store
refused-voucher-store-next = It is good at: { $stores }.
refused-spend-typed = A typed number cannot redeem
refused-not-joined = Not a member yet
refused-not-joined-next = Ask the guest to tap “Get my member card” in LINE, then scan again.
refused-own-card = No stamps or vouchers for yourself
refused-own-card-next = Ask a colleague. This scan was logged.
refused-too-soon = No stamp before { $until }
refused-too-soon-next = The last stamp was just now. If that was a slip, undo it first.
refused-amount = At most { $most } at a time
refused-amount-next = Choose between 1 and { $most }.
refused-no-card = This stamp card was closed
refused-no-card-next = Scan again to see which cards there are now.
refused-undo-late = Too late: you could undo it until { $ended }
refused-undo-late-next = A manager can sign in, scan the member code and undo it under “Recent”.
refused-undo-other = You can undo only your own
refused-undo-other-next = Ask { $by } or a manager.
refused-undo-elsewhere = This was done at another store
refused-undo-elsewhere-next = Ask { $by } or a manager of that store.
refused-undo-why = Undoing this needs a reason
refused-undo-why-next = Scan the member code, press “Undo” under “Recent” and choose the reason.
refused-undo-spent = Its voucher was already used
refused-undo-spent-next = Undo that redemption first, then this.
refused-undo-none = There is no such entry
refused-undo-none-next = Look at the recent acts, or scan the guest's code again.
refused-undo-kind = This cannot be undone
refused-undo-kind-next = Only stamps and redemptions can.
refused-undo-ended = The stamp card has expired
refused-undo-ended-next = There are no stamps left on it to undo; nothing more to do.
refused-scan-old = This scan has run out
refused-scan-old-next = Scan the guest's code again.
refused-pass-used = This pass has earned its stamps already
refused-pass-used-next = Ask the guest to show a fresh pass. It changes every half minute.
refused-scan-used = This scan was used already
refused-scan-used-next = Scan the guest's code again to see how the card stands.
refused-taken-back = What this scan did was undone { $when }
refused-taken-back-next = Nothing was stamped or redeemed now. To do it again, scan the guest's code again.
refused-role = Your role may not do this
refused-role-next = Ask a manager to sign in.

# The scanner test.
scanner-test-link = Try a scanner gun
scanner-test-title = Try the scanner gun
scanner-test-back = To the counter
scanner-test-what = Scan the code below with the gun. No field to click, no input method to switch.
scanner-test-waiting = Waiting for a scan
scanner-test-good = Read. This gun works.
scanner-test-other = Read, but the text differs. Set the gun to “US keyboard”.
scanner-test-slow = The letters came too slowly, like typing by hand. Set the gun's delay between letters to 0.
scanner-test-composing = An input method took the keys. Switch to English input.
scanner-test-noenter = Letters came but no Enter. Set the gun to send Enter at the end.
scanner-test-keys = Keys received
scanner-test-code = Physical key
scanner-test-key = Browser saw
scanner-test-read = Read as

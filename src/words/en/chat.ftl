# What the chat answers
chat-member-card = Member card
chat-member-card-alt = Your member number is { $number }. Show your code when you pay.
chat-show-pass = Show my code
chat-open-stamps = See my stamp card
chat-vouchers = Vouchers
chat-voucher = Voucher
chat-voucher-count =
    { $count ->
        [one] { $count } ready to use
       *[other] { $count } ready to use
    }
chat-stamp-card-alt = { $title }: { $stamps } of { $goal }. { $sentence }
chat-stamps-missing = { $missing } more for { WITHIN($gift) }
chat-stamps-so-far =
    { $stamps ->
        [one] { $stamps } stamp so far
       *[other] { $stamps } stamps so far
    }
chat-gift-mark = gift
chat-expiry =
    { $days ->
        [0] Until { $date }, today is the last day
        [one] Until { $date }, 1 day left
       *[other] Until { $date }, { $days } days left
    }
chat-no-deadline = No deadline
chat-use-voucher = Use
chat-more-vouchers = { $count } more
chat-all-vouchers = All vouchers
chat-vouchers-alt =
    { $count ->
        [one] You have 1 voucher ready to use: { $first }
       *[other] You have { $count } vouchers ready to use: { $first }
    }
chat-no-vouchers = No vouchers to use just now. When a stamp card is full, one arrives by itself.
chat-no-card = This shop has no stamp card at the moment.
chat-join-first = You have no member card yet. Take one to collect stamps and vouchers; there is no form.
chat-join = Get my member card
chat-joined-already = You are a member already. Here is your card.
chat-consent-ask = May we send you offers now and then? You can stop them any time.
chat-consent-yes = Yes, please
chat-consent-no = Not now
chat-consent-thanks = Thank you. Offers will come here. To stop them, write "no offers".
chat-consent-declined = Understood, we will send you no offers. Stamps and vouchers work as before. If you want them again, switch them on under “About me”.
day = { $weekday } { $day } { $month }
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December
weekday-mon = Mon
weekday-tue = Tue
weekday-wed = Wed
weekday-thu = Thu
weekday-fri = Fri
weekday-sat = Sat
weekday-sun = Sun

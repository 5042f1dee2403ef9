# What a page or a chat says; one file a face.

# Days and times.
date-day = { $month }月{ $day }日（{ $weekday }）
date-day-of-year = { $year }年{ $month }月{ $day }日（{ $weekday }）
date-moment = { $day }{ $time }
date-until = { $day }まで
days-left = あと{ $days }日
days-left-today = 今日まで
days-left-tomorrow = 明日まで
list-comma = 、
date-weekday-1 = 月
date-weekday-2 = 火
date-weekday-3 = 水
date-weekday-4 = 木
date-weekday-5 = 金
date-weekday-6 = 土
date-weekday-7 = 日
date-month-1 = 1
date-month-2 = 2
date-month-3 = 3
date-month-4 = 4
date-month-5 = 5
date-month-6 = 6
date-month-7 = 7
date-month-8 = 8
date-month-9 = 9
date-month-10 = 10
date-month-11 = 11
date-month-12 = 12
consent-privacy = プライバシーポリシー

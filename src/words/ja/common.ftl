# What a page or a chat says; one file a face.

# Days and times.
date-day = { $month }月{ $day }日（{ $weekday }）
date-day-of-year = { $year }年{ $month }月{ $day }日（{ $weekday }）
date-moment = { $day }{ $time }
date-until = { $day }まで
days-left = あと{ $days }日
days-left-today = 今日まで
days-left-tomorrow = 明日まで
weekday-1 = 月
weekday-2 = 火
weekday-3 = 水
weekday-4 = 木
weekday-5 = 金
weekday-6 = 土
weekday-7 = 日
month-1 = 1
month-2 = 2
month-3 = 3
month-4 = 4
month-5 = 5
month-6 = 6
month-7 = 7
month-8 = 8
month-9 = 9
month-10 = 10
month-11 = 11
month-12 = 12

# What a page or a chat says; one file a face.

# Days and times.
date-day = { $month } 月 { $day } 日（{ $weekday }）
date-day-of-year = { $year } 年 { $month } 月 { $day } 日（{ $weekday }）
date-moment = { $day }{ $time }
date-until = { $day }前
days-left = 還有 { $days } 天
days-left-today = 今天到期
days-left-tomorrow = 明天到期
weekday-1 = 一
weekday-2 = 二
weekday-3 = 三
weekday-4 = 四
weekday-5 = 五
weekday-6 = 六
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

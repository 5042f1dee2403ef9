# What a page or a chat says; one file a face.

# Days and times.
date-day = { $weekday }, { $day } { $month }
date-day-of-year = { $weekday }, { $day } { $month } { $year }
date-moment = { $day }, { $time }
date-until = by { $day }
days-left = { $days } days left
days-left-today = ends today
days-left-tomorrow = ends tomorrow
weekday-1 = Mon
weekday-2 = Tue
weekday-3 = Wed
weekday-4 = Thu
weekday-5 = Fri
weekday-6 = Sat
weekday-7 = Sun
month-1 = Jan
month-2 = Feb
month-3 = Mar
month-4 = Apr
month-5 = May
month-6 = Jun
month-7 = Jul
month-8 = Aug
month-9 = Sep
month-10 = Oct
month-11 = Nov
month-12 = Dec

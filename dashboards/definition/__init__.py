"""Builders of dashboard definitions: functions that give plain data with the member names of the QuickSight API.

Read a dashboard from the bottom up: `document` holds `sheet`s, those hold visuals (`charts`, `tables`, `insights`),
those hold `fields`. What people choose by is in `parameters` and `filters`. Ids follow from names.
"""

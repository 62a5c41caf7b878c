"""What a batch prints: a `report` is for people (`console_report`) or programs (`json_report`), or lists problems only.

People see the numbers of `progress`, the lines of `results` and the `bars` of a terminal.
"""

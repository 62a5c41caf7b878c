"""What a user can do while arpipe runs, by key, button or trigger."""

from enum import StrEnum


class Action(StrEnum):
    """Something that a key, a button or a trigger can do."""

    PAUSE = "pause"
    RECORD = "record"
    SNAPSHOT = "snapshot"
    PREVIOUS = "previous"
    NEXT = "next"
    NONE = "none"
    BACKGROUND = "background"
    MIRROR = "mirror"
    DEBUG = "debug"
    PROFILE = "profile"
    EXPRESSIONS = "expressions"
    NEUTRAL = "neutral"
    FULL_SCREEN = "full_screen"
    HELP = "help"
    ADJUST = "adjust"
    BACK = "back"
    QUIT = "quit"

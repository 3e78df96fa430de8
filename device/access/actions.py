"""What the audit log can say that someone did."""

from enum import StrEnum


class Action(StrEnum):
    """One entry's verb; the log keeps it in English, and the page translates it."""

    LOGIN = "login"
    LOGIN_REFUSED = "login refused"
    LOGOUT = "logout"
    REFUSED = "refused"
    """Someone who had logged in asked for what their role may not."""
    NEW_PIN = "new PIN"
    CHANGED_ACCESS = "changed who may enter"
    SAW_AUDIT_LOG = "saw audit log"
    AUDIT_LOG_CUT = "audit log was cut"
    """Written at a start that finds the newest entry of before gone."""

    LISTED_EXAMINATIONS = "listed examinations"
    SAW_EXAMINATION = "saw examination"
    RECEIVED_FINDING = "received finding"
    """A finding was sent to an open page, as an event."""
    SAW_PICTURE = "saw picture"
    SAW_THUMBNAIL = "saw thumbnail"
    WATCHED_LIVE = "watched live view"
    FOLLOWED_EVENTS = "followed events"
    PRESSED = "pressed"
    OVERRODE_ADVICE = "overrode advice"
    CHANGED_EXAMINATION = "changed examination"
    ASSIGNED_EXAMINATION = "assigned examination"
    CHANGED_PROTECTION = "changed protection"
    DELETED_EXAMINATIONS = "deleted examinations"
    SAW_REPORT = "saw report"

    LISTED_PERSONS = "listed persons"
    SAW_PERSON = "saw person"
    ADDED_PERSON = "added person"
    CHANGED_PERSON = "changed person"
    DELETED_PERSON = "deleted person"
    SAW_LESION = "saw lesion"
    ADDED_LESION = "added lesion"
    CHANGED_LESION = "changed lesion"
    CONFIRMED_DIAGNOSIS = "confirmed diagnosis"
    DELETED_LESION = "deleted lesion"

    EXPORTED = "exported"
    DOWNLOADED_EXPORT = "downloaded export"
    DELETED_EXPORT = "deleted export"
    IMPORTED = "imported"
    DOWNLOADED_BACKUP = "downloaded backup"
    RESTORED_BACKUP = "restored backup"
    CANCELLED_RESTORE = "cancelled restoring"
    RECOVERED_RECORDS = "recovered records"

    CALIBRATED_OPTICS = "calibrated optics"
    UNDID_CALIBRATION = "undid calibration"
    CHANGED_SETTINGS = "changed settings"
    RESTARTED = "restarted the device"
    SET_CLOCK = "set the clock"
    DOWNLOADED_SUPPORT_FILE = "downloaded support file"


LISTS = frozenset({Action.LISTED_EXAMINATIONS, Action.LISTED_PERSONS})
"""These name all that was on the list, and stand for its thumbnails too."""

REPEATED = frozenset(
    {
        Action.SAW_PICTURE,
        Action.SAW_THUMBNAIL,
        Action.WATCHED_LIVE,
        Action.FOLLOWED_EVENTS,
        Action.RECEIVED_FINDING,
        Action.REFUSED,
    }
)
"""What a browser asks for again and again: one entry stands for an hour."""

"""What the audit log can say that someone did."""

from enum import StrEnum

from device.words.marks import N_


class Action(StrEnum):
    """One entry's verb; the log keeps it in English, and the page translates it."""

    LOGIN = N_("login")
    LOGIN_REFUSED = N_("login refused")
    LOGOUT = N_("logout")
    REFUSED = N_("refused")
    """Someone who had logged in asked for what their role may not."""
    NEW_PIN = N_("new PIN")
    CHANGED_ACCESS = N_("changed who may enter")
    SAW_AUDIT_LOG = N_("saw audit log")
    AUDIT_LOG_CUT = N_("audit log was cut")
    """Written at a start that finds the newest entry of before gone."""

    LISTED_EXAMINATIONS = N_("listed examinations")
    SAW_EXAMINATION = N_("saw examination")
    RECEIVED_FINDING = N_("received finding")
    """A finding was sent to an open page, as an event."""
    SAW_PICTURE = N_("saw picture")
    SAW_THUMBNAIL = N_("saw thumbnail")
    WATCHED_LIVE = N_("watched live view")
    FOLLOWED_EVENTS = N_("followed events")
    PRESSED = N_("pressed")
    OVERRODE_ADVICE = N_("overrode advice")
    SAID_OPINION = N_("said an opinion")
    SHOWED_FINDING = N_("had a finding shown without an opinion")
    UPLOADED_PICTURE = N_("uploaded a picture")
    CHANGED_EXAMINATION = N_("changed examination")
    ASSIGNED_EXAMINATION = N_("assigned examination")
    CHANGED_PROTECTION = N_("changed protection")
    DELETED_EXAMINATIONS = N_("deleted examinations")
    BEGAN_VISIT = N_("chose who is examined")
    ENDED_VISIT = N_("ended a visit")
    READ_CODE = N_("read a person's code")
    SAW_REPORT = N_("saw report")

    LISTED_PERSONS = N_("listed persons")
    SAW_PERSON = N_("saw person")
    ADDED_PERSON = N_("added person")
    CHANGED_PERSON = N_("changed person")
    DELETED_PERSON = N_("deleted person")
    SAW_LESION = N_("saw lesion")
    ADDED_LESION = N_("added lesion")
    CHANGED_LESION = N_("changed lesion")
    CONFIRMED_DIAGNOSIS = N_("confirmed diagnosis")
    DELETED_LESION = N_("deleted lesion")

    MADE_LETTER = N_("made letter")
    GAVE_CONSENT = N_("noted consent")
    WITHDREW_CONSENT = N_("withdrew consent")
    SAW_CONSENT = N_("saw consent")
    SET_FOLLOW_UP = N_("set follow-up")
    KEPT_OVERVIEW = N_("kept overview photograph")
    DELETED_OVERVIEW = N_("deleted overview photograph")

    EXPORTED = N_("exported")
    LISTED_EXPORTS = N_("listed exports")
    """The list says of whom each is."""
    DOWNLOADED_EXPORT = N_("downloaded export")
    DELETED_EXPORT = N_("deleted export")
    IMPORTED = N_("imported")
    DOWNLOADED_BACKUP = N_("downloaded backup")
    RESTORED_BACKUP = N_("restored backup")
    CANCELLED_RESTORE = N_("cancelled restoring")
    RECOVERED_RECORDS = N_("recovered records")

    CALIBRATED_OPTICS = N_("calibrated optics")
    UNDID_CALIBRATION = N_("undid calibration")
    CHANGED_SETTINGS = N_("changed settings")
    RESTARTED = N_("restarted the device")
    SET_CLOCK = N_("set the clock")
    DOWNLOADED_SUPPORT_FILE = N_("downloaded support file")


LISTS = frozenset({Action.LISTED_EXAMINATIONS, Action.LISTED_PERSONS})
"""These name all that was on the list, and stand for its thumbnails too."""

REPEATED = frozenset(
    {
        Action.SAW_PICTURE,
        Action.SAW_THUMBNAIL,
        Action.WATCHED_LIVE,
        Action.FOLLOWED_EVENTS,
        Action.RECEIVED_FINDING,
        Action.LISTED_EXPORTS,
        Action.REFUSED,
    }
)
"""What a browser asks for again and again: one entry stands for an hour."""

"""What exports and imports refuse."""

from device.words.marks import N_

TEXTS = {
    "picture_not_baseline": N_("the picture of examination {id} isn't a baseline JPEG in colour"),
    "choose_format": N_("choose a format: one of {formats}"),
    "report_too_long": N_("a report has at most {most} examinations; choose fewer, or another format"),
    "folder_not_made": N_("{folder}: can't be made ({error}); free some space"),
    "export_under_way": N_("another export or import is under way; wait for it, or cancel it"),
    "too_little_free": N_("less than {least} MiB are free; free some space"),
    "picture_of_examination_damaged": N_(
        "the picture of examination {id} is damaged; leave it out, or restore it from a backup"
    ),
    "no_room_for_pictures": N_("there is no room for its pictures; free some space"),
    "nothing_to_export": N_("no examination meets what was asked for"),
    "export_not_written": N_("the export could not be written ({error}); free some space"),
    "too_little_would_stay": N_("less than {least} MiB would stay free; free some space, or export less"),
}

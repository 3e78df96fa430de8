"""What exports and imports refuse."""

from device.words.marks import N_

TEXTS = {
    "letter_of_whom": N_("choose one examination, one lesion or one person for the letter"),
    "opinion_before_letter": N_("say your own opinion of the finding first; then make the letter"),
    "no_such_letter": N_("there is no such letter; it may have been cleared away"),
    "consent_missing": N_(
        "{whom} agreed to no letter or export with names; ask for the consent, or leave the names out"
    ),
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
    "import_newer": N_("this is a '{format}' of a newer Dermapoint; update this device first"),
    "import_unreadable": N_("the file can't be read ({error})"),
    "import_refused": N_("this file can't be imported: {why}; take a whole ZIP export of a Dermapoint"),
    "value_impossible": N_("an examination in it has a value that can't be"),
    "line_too_long": N_("a line is too long"),
    "file_altered": N_("{name} isn't what it was"),
    "file_no_jpeg": N_("{name} is no JPEG picture"),
    "no_zip": N_("it is no ZIP file, or was cut short"),
    "content_wrong": N_("something in it isn't as it should be"),
    "too_many_files": N_("it holds too many files"),
    "same_name_twice": N_("two files in it have the same name"),
    "file_lacking": N_("{name} is missing"),
    "file_locked": N_("it is locked with a password"),
    "file_unexpected": N_("it holds {name}"),
    "files_overlap": N_("its files overlap"),
    "manifest_of_other": N_("its manifest is another's"),
    "sums_unreadable": N_("{name} can't be read"),
    "sums_differ": N_("it doesn't hold what {name} names"),
}

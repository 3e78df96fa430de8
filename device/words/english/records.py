"""What the records refuse."""

from device.words.marks import N_

TEXTS = {
    "no_such_lesion": N_("there is no such lesion"),
    "not_a_backup": N_("this is no backup, or a part of it is missing; take another"),
    "backup_file_too_large": N_("this is no backup: a file in it is too large; take another"),
    "backup_newer": N_("this is a '{found}', and not a '{format}'; a newer Dermapoint may read it"),
    "changed_while_read": N_("{name} changed while it was read; try again"),
    "backup_picture_name": N_("this is no backup: a picture's name in it can't be; take another"),
    "records_in_use": N_("another Dermapoint is using these records; stop it first"),
    "records_of_other_version": N_(
        "the records are of another version than this command; restart the device"
    ),
    "lesion_of_someone_else": N_("this is a lesion of somebody else; choose one of this person"),
    "no_such_person": N_("there is no such person"),
    "pseudonym_taken": N_("another person has this pseudonym already"),
    "cancelled": N_("this was cancelled; what is here is as it was"),
    "backup_being_restored": N_("a backup is being restored already; wait for it"),
    "pseudonym_missing": N_("a person needs a pseudonym or a number"),
    "birth_year_refused": N_("a year of birth is a number from 1880 to 2199"),
    "skin_type_refused": N_("a Fitzpatrick skin type is a number from 1 to 6"),
    "diagnosis_no_code": N_("a diagnosis is the code of a class, such as mel"),
    "no_such_region": N_("the body map has no region of this name"),
    "text_too_long": N_("this text is too long; make it shorter"),
    "text_unwritable": N_("this text has a letter that can't be written; write it again"),
    "backup_damaged": N_("this backup is damaged, or takes too much memory or time; take another"),
    "backup_without_examinations": N_(
        "this is no backup: none of its examinations can be read; take another"
    ),
    "backup_tables": N_("this is no backup: its tables are not a Dermapoint's; take another"),
}

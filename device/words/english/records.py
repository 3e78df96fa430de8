"""What the records refuse."""

from device.words.marks import N_, NN_

TEXTS = {
    "nothing_kept_here": N_(
        "{state}: no device has kept anything here; name its state folder with --state: /var/lib/dermapoint"
        " where Dermapoint is installed, ~/.local/state/dermapoint-demo after `make demo`"
    ),
    "no_such_lesion": N_("there is no such lesion"),
    "not_a_backup": N_("this is no backup, or a part of it is missing; take another"),
    "backup_file_too_large": N_("this is no backup: a file in it is too large; take another"),
    "backup_too_many_files": N_("this is no backup: too many files are in it; take another"),
    "backup_unreadable": N_("{path}: the backup can't be read ({cause})"),
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
    "changed_meanwhile": N_("somebody has changed this since it was read; read it again"),
    "cancelled": N_("this was cancelled; what is here is as it was"),
    "restoration_failed": N_("the backup could not be restored; see the log"),
    "backup_being_restored": N_("a backup is being restored already; wait for it"),
    "pseudonym_missing": N_("a person needs a pseudonym or a number"),
    "birth_year_refused": N_("a year of birth is a number from 1880 to 2199"),
    "skin_type_refused": N_("a Fitzpatrick skin type is a number from 1 to 6"),
    "diagnosis_no_code": N_("a diagnosis is the code of a class, such as mel"),
    "no_such_region": N_("the body map has no region of this name"),
    "text_too_long": N_("this text is too long; make it shorter"),
    "text_one_line": N_("this text goes on one line, without tabs"),
    "text_unwritable": N_("this text has a letter that can't be written; write it again"),
    "backup_damaged": N_("this backup is damaged, or takes too much memory or time; take another"),
    "backup_without_examinations": N_(
        "this is no backup: none of its examinations can be read; take another"
    ),
    # What could not be done, with its cause and what to do
    "refused": N_("{what} ({cause}); {advice}"),
    "nothing_lost": N_("nothing was lost here"),
    "free_space_there": N_("free some space there"),
    "try_again": N_("try again"),
    "press_again": N_("press again"),
    "see_docs": N_("see docs/records.md"),
    "card_full": N_("the card is full"),
    "free_space": N_("free some space: delete what isn't needed, after a backup"),
    "card_read_only": N_("the card takes nothing more"),
    "card_failing": N_("the card fails"),
    "save_elsewhere": N_("save your records elsewhere now"),
    "backup_not_written": N_("{path}: the backup could not be written"),
    "backup_not_made": N_("the backup could not be made"),
    "backup_not_restored": N_("the backup could not be restored"),
    "examination_not_kept": N_("examination {id} could not be kept"),
    "examination_not_saved": N_("the examination could not be saved"),
    "examination_not_changed": N_("the examination could not be changed"),
    "person_not_saved": N_("the person could not be saved"),
    "opinion_not_saved": N_("the opinion could not be saved"),
    "finding_not_shown": N_("the finding could not be shown"),
    "lesion_not_removed": N_("the lesion could not be removed"),
    "consent_not_saved": N_("the consent could not be saved"),
    "follow_up_not_saved": N_("the day could not be saved"),
    "photograph_not_kept": N_("the photograph could not be kept"),
    "lesion_not_saved": N_("the lesion could not be saved"),
    "copy_not_made": N_("the daily copy could not be made"),
    "not_deleted": N_("it could not be deleted"),
    "retention_not_noted": N_("what is to be deleted can't be noted"),
    "records_not_opened": N_("{folder}: the records can't be opened"),
    "records_unreadable": N_("the records can't be read"),
    "records_not_begun": N_("new records can't be begun"),
    "records_not_recovered": N_("the records could not be brought back"),
    "nothing_changeable": N_("nothing can be changed"),
    "damaged_not_set_aside": N_("the records are damaged and can't be set aside"),
    # What was found damaged
    "records_damaged": N_("the records are damaged ({damage}); bring them back: dermapoint recover"),
    "records_set_aside": N_("the records were damaged and lie in {path}; new ones were begun"),
    "examinations_missing": NN_(
        "{count} examination that was saved here is missing",
        "{count} examinations that were saved here are missing",
    ),
    "best_copy": NN_(
        "the best copy is of {made_at:moment} UTC and holds {count} examination",
        "the best copy is of {made_at:moment} UTC and holds {count} examinations",
    ),
    "recover_them": N_("bring back what can be read of them and of the copies: dermapoint recover"),
    "examination_damaged": N_(
        "the record of examination {id} is damaged; bring back what the copies hold: dermapoint recover"
    ),
    "person_damaged": N_(
        "the record of a person ({id}) is damaged; bring back what the copies hold: dermapoint recover"
    ),
    "lesion_damaged": N_(
        "the record of a lesion ({id}) is damaged; bring back what the copies hold: dermapoint recover"
    ),
    "consent_damaged": N_(
        "the record of a consent ({id}) is damaged; bring back what the copies hold: dermapoint recover"
    ),
    "picture_unreadable": N_("{name} can't be read ({cause}); restore it from a backup"),
    "picture_changed": N_("{name} has changed since it was taken; restore it from a backup"),
    "without_record": NN_(
        "there are pictures of {count} examination without its record",
        "there are pictures of {count} examinations without their records",
    ),
    "folder_unreadable": N_("{folder}: can't be read ({cause})"),
    "no_examination_id": N_("'{id}' can't be the id of an examination"),
    # What will be deleted on its own
    "growing_old": NN_(
        "{count} examination will be {days} days old within {warning} days, or is, and will be deleted;"
        " protect it if it is to stay",
        "{count} examinations will be {days} days old within {warning} days, or are, and will be deleted;"
        " protect those that are to stay",
    ),
    "space_short": N_("{mib} MiB are free; {then}; make a backup, and delete what isn't needed"),
    "oldest_deleted": N_("below {mib} MiB the oldest that aren't protected are deleted"),
    "no_more_taken": N_("when it is full, no more can be taken"),
    "room_out_of_reach": N_(
        "{mib} MiB can't be freed without what is protected or of the newest {days} days, so nothing was"
        " deleted; make a backup, then delete or unprotect some, or let less stay free"
    ),
    # What a backup holds that isn't taken
    "row_left_out": N_("{id}: {reason}"),
    "value_refused": N_("it holds a value that can't be: {value}"),
    "picture_left_out": N_("{name}: it is missing there, or has changed since it was taken"),
    # What an import meets here
    "other_sex": N_("'{pseudonym}' is somebody else here, of another sex"),
    "other_birth_year": N_("'{pseudonym}' is somebody else here, born in another year"),
    "other_skin_type": N_("'{pseudonym}' is somebody else here, of another skin type"),
    "other_persons_lesion": N_("the lesion of '{pseudonym}' is somebody else's here"),
    "lesion_says_else": N_(
        "lesion {name} says something else here; its site and diagnosis were left as they are"
    ),
    # Versions
    "records_newer": N_(
        "the records were written by a newer Dermapoint (version {version} of them; this one knows {known});"
        " install the newer one again"
    ),
    "records_not_migrated": N_(
        "the records can't be brought from version {version} to {newest} ({cause}); {kept}"
    ),
    "as_they_were": N_("they are as they were, and a copy lies in {copy}"),
    "nothing_made": N_("nothing was made"),
    "records_of_other_version_read_only": N_(
        "the records are of another version, and the card takes nothing more"
    ),
    "no_such_consent": N_("there is no such consent"),
    "consent_to_nothing": N_("choose at least one thing that is agreed to"),
    "consent_of_nobody": N_("write the name of who gives the consent"),
    "signature_refused": N_("this signature can't be read; sign again"),
    "signature_too_short": N_("this is too short for a signature; sign again"),
    "backup_tables": N_("this is no backup: its tables are not a Dermapoint's; take another"),
}

"""Who may enter, and the audit log."""

from device.words.marks import N_

TEXTS = {
    "viewer": N_("viewer"),
    "examiner": N_("examiner"),
    "owner": N_("owner"),
    "too_many_tries": N_("too many wrong PINs; wait {wait:duration}, then try again"),
    "role_too_low": N_(
        "this needs the role {needed}, and you are here as {role}; ask an owner of this device"
    ),
    "pin_unknown": N_("this PIN is not known here"),
    "access_unreadable": N_(
        "{path}: who may enter can't be read ({error}); move the file away, and the device makes a new "
        "PIN at its next start"
    ),
    "nobody_called": N_("there is nobody called {name}"),
    "name_taken": N_("there is already someone called {name}; choose another name"),
    "last_owner": N_("the last owner can't be removed; make another owner first"),
    "audit_key_unusable": N_("{path}: the key of the audit log can't be read or kept ({error})"),
    "name_refused": N_("a name has 1 to {longest} letters, and no /"),
    "token_taken": N_("there is already a token called {name}; choose another name"),
    "no_such_token": N_("there is no token called {name}"),
    "access_damaged": N_("who may enter is damaged; restart the device, which mends it"),
    "no_audit_log": N_("{state}: there is no audit log here; name the device's state folder with --state"),
}

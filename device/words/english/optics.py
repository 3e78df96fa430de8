"""What calibrations refuse."""

from device.words.marks import N_

TEXTS = {
    "lens_fixed": N_("this camera's lens can't be moved by the program; focus it by hand"),
    "lens_no_focus": N_("the lens found no focus; lay the printed target under it and hold it in its place"),
    "lens_uncertain": N_("the lens came to rest in different places; hold still and try again"),
    "points_too_close": N_("the two points are too close together; take them as far apart as you can"),
    "card_picture_too_small": N_("the picture is too small; take one of at least {width} x {height} pixels"),
    "card_missing": N_("no picture of a white card was given; take at least one"),
    "card_changed": N_("the light or the card changed between the pictures; hold still and try again"),
    "card_too_dark": N_("the card is too dark; turn the light on and take it again"),
    "card_too_small": N_("the card fills too little of the view; cover all of it and take it again"),
    "card_blown_out": N_("the card is blown out; turn the light or the exposure down and take it again"),
    "card_cast": N_("the card has too strong a cast; take a white one and keep other light away from it"),
    "card_not_plain": N_("this is not a plain card; fill the view with clean white paper and take it again"),
    "card_uneven": N_("the card is lit too unevenly; rest the lens flat on it and keep other light away"),
    "gains_refused": N_("its gains have no meaning"),
    "gains_of_other_shape": N_("its gains have another shape"),
    "calibration_damaged": N_("it is damaged ({error})"),
    "date_or_size_refused": N_("its date or size has no meaning"),
    "gains_altered": N_("its gains are missing or were altered"),
    "calibration_other_version": N_("it is of version {found:raw}, not {version:raw}"),
    "lens_position_refused": N_(
        "a lens position of {position} dioptres has no meaning; it lies above 0 and goes to {nearest}"
    ),
    "length_refused": N_("a length of {length} mm has no meaning; give one above 0"),
    "picture_width_refused": N_(
        "the picture would be {width} mm wide, and not {narrowest} to {widest} mm; check the length that "
        "was given"
    ),
    "calibration_not_undone": N_("{path}: can't be undone ({error})"),
    "calibration_not_saved": N_(
        "{folder}: the calibration could not be saved ({error}); free some space, or run this as the "
        "daemon's user"
    ),
    "target_not_written": N_("{file}: can't be written ({error})"),
    "target_name_refused": N_("{file}: name a file that ends in .pdf or .svg"),
    "lens_is_held": N_(
        "the lens is held in its place; run `dermapoint calibrate undo focus`, set 'lens_position' to 0"
    ),
    "no_scale_found": N_(
        "no checkerboard and no ruler is in the picture; lay the printed target or a millimetre ruler flat "
        "under the lens, focus, or name two points of a known distance"
    ),
    "nothing_to_undo": N_("there is no calibration to undo"),
    "no_such_to_undo": N_("there is no {kind} calibration to undo"),
    "undone_damaged": N_("{calibration}; it is undone now"),
    "calibration_of_file": N_("{path}: {error}"),
    "calibration_unreadable": N_("{path}: can't be read ({error})"),
    "older_calibration_used": N_("{calibration}; an older one or none is used"),
    "calibration_of_other_camera": N_(
        "{calibration} was made with {made_with}, not with {camera}; it is not used"
    ),
}

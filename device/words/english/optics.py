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
}

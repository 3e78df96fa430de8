"""What a press and the panel say."""

from device.words.marks import N_

TEXTS = {
    "button_stuck": N_(
        "the button is down since the start: let go of it, or look for a short circuit in its wiring"
    ),
    "press_failed": N_("the press failed; the log says why"),
    "press_under_way": N_("another press is under way; wait for its finding"),
    "code_being_read": N_("somebody else is reading a code; wait a moment"),
    "no_code_seen": N_(
        "no code came into view; lay a QR code or barcode flat under the lens, sharp and whole, or type it"
    ),
    "no_code_reader": N_("codes can't be read now ({error}); type it"),
    "nothing_to_override": N_("only an examination that should be taken again can be overridden"),
    "other_model": N_("this finding is of another model; press again for one of today's"),
}

"""What settings refuse."""

from device.words.marks import N_

TEXTS = {
    "setting_fixed": N_("setting '{name}' can't be changed here; see docs/settings.md"),
    "settings_not_written": N_("{path}: can't be written ({error}); free some space"),
}

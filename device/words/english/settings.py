"""What settings refuse."""

from device.words.marks import N_

TEXTS = {
    "setting_fixed": N_("setting '{name}' can't be changed here; see docs/settings.md"),
    "settings_not_written": N_("{path}: can't be written ({error}); free some space"),
    "setting_of_other_kind": N_("setting '{name}' is {value}; it must be like {default}"),
    "settings_not_toml": N_("{file}: is not TOML ({error})"),
    "settings_unreadable": N_("{file}: the settings can't be read ({error})"),
    "setting_unknown": N_("unknown setting '{name}'; known are {known}"),
    "pins_unusable": N_("the pins can't be used ({error}); set 'mock_pins' to true without a panel"),
    "setting_refused": N_("setting '{name}' is {value}; it must be {wanted}"),
    "one_of": N_("one of {choices}"),
    "number_from_to": N_("a number from {least:raw} to {most:raw}"),
    "usb_device_wanted": N_("a number from 0 to 63, or a name that `ls /dev/v4l/by-id` lists"),
    "address_wanted": N_("an address such as 127.0.0.1"),
    "address_or_empty": N_("an address, or empty"),
    "front_wanted": N_("child or unit, or http 'everywhere'"),
    "keep_days_wanted": N_("a number from 7 to 36500, or 0"),
    "gpio_wanted": N_("a GPIO from 0 to {highest}"),
    "other_gpio_wanted": N_("another GPIO: each of the six goes to one part"),
    "command_or_empty": N_("a command, or empty"),
    "very_long_press_wanted": N_("at least 2 more than long_press_seconds, and 20 at most"),
    "page_settings_damaged": N_("the settings made on the page can't be used ({why}); they lie in {path}"),
}

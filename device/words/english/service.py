"""What the service can't do."""

from device.words.marks import N_

TEXTS = {
    "time_refused": N_("this time can't be; set the phone's own clock first"),
    "clock_set_by_network": N_("the network has set the clock already; it needs nothing more"),
    "clock_only_by_service": N_("only the service can set the clock; use `sudo date --set`"),
    "clock_not_asked": N_("the clock can't be asked for ({error}); use `sudo date --set`"),
    "power_only_by_service": N_("only the service can power the machine off; use `sudo poweroff`"),
    "power_off_not_asked": N_("the power-off can't be asked for ({error}); use `sudo poweroff`"),
    "power_off_failed": N_(
        "the power-off failed ({command}: {reason}); let this user run it, or set 'power_off_command'"
    ),
}

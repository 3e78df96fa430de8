"""What the commands refuse."""

from device.words.marks import N_

TEXTS = {
    "one_picture_for_scale": N_("give one picture for the scale"),
    "points_without_picture": N_("name the picture that the two points lie in"),
    "points_without_length": N_("give --points and --length together, or neither"),
    "daemon_not_ready": N_("the daemon did not become ready; `dermapoint run --demo` says why"),
    "no_pictures_there": N_("no JPEG or PNG picture in {paths}"),
    "nobody_known_as": N_("nobody is known as '{person}'"),
    "name_a_format": N_("name a format: --format {formats}"),
    "no_daemon": N_("no daemon answers at {host}, port {port:raw}; start it with `dermapoint run`"),
    "daemon_token_unreadable": N_(
        "the daemon's token can't be read; run this with sudo, or as the daemon's user"
    ),
    "daemon_refused": "{detail:raw}",
    "daemon_answered": N_("the daemon answered {status:raw} {reason}"),
    "option_refused": N_("--{name}: {fault}"),
}

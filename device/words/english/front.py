"""What the server in front fails by."""

from device.words.marks import N_

TEXTS = {
    "address_refused": N_("{text} is no address such as 192.168.1.5"),
    "path_refused": N_("nginx can't be told of the path {path}; use one of letters and digits"),
    "nginx_missing": N_(
        "the page can't be open to others without nginx: sudo apt install nginx; or set host to 127.0.0.1"
    ),
    "front_not_started": N_("the page can't be opened to others: nginx doesn't start; the log says why"),
    "front_needs_systemd": N_("front = 'unit' is for the service of systemd; choose child"),
    "socket_refused": N_("the page can't be served at {path} ({error})"),
    "port_taken": N_("the page can't be served: port {port:raw} is taken; choose another with --port"),
    "port_needs_rights": N_(
        "the page can't be served: port {port:raw} needs more rights; choose one above 1023 with --port"
    ),
    "page_not_served": N_(
        "the page can't be served on {host} port {port:raw} ({error}); choose another address with --host"
    ),
}

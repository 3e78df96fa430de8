"""What the page's certificate fails by."""

from device.words.marks import N_

TEXTS = {
    "certificate_damaged": N_("{path} is damaged ({error})"),
    "certificate_unreadable": N_("{path} can't be read ({error}); use sudo"),
    "no_certificate_yet": N_("no certificate was made yet; a daemon that others reach makes one"),
    "certificate_unusable": N_("{path} can't be used ({error})"),
    "openssl_refused": N_("openssl made no certificate ({reason})"),
    "openssl_not_run": N_("openssl doesn't run ({error})"),
    "openssl_missing": N_("no certificate without openssl: sudo apt install openssl"),
}

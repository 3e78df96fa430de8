"""What the Wi-Fi refuses."""

from device.words.marks import N_

TEXTS = {
    "no_access_point_yet": N_("no access point was made yet: sudo dermapoint wifi setup"),
    "wifi_needs_root": N_("changing the Wi-Fi needs root; use sudo"),
    "profile_refused": N_("NetworkManager refuses {path}; journalctl -u NetworkManager says why"),
    "wifi_not_joined": N_("'{ssid}' can't be joined: {error}; the device makes its own '{own}' again"),
    "network_manager_not_running": N_("NetworkManager isn't running: sudo systemctl start NetworkManager"),
    "network_manager_silent": N_("NetworkManager doesn't answer: sudo systemctl restart NetworkManager"),
    "network_manager_missing": N_("NetworkManager is missing: sudo apt install network-manager"),
    "passphrase_refused": N_(
        "the passphrase of a Wi-Fi is 8 to 63 letters, digits and signs, without accents"
    ),
    "ssid_refused": N_("the name of a Wi-Fi is 1 to 32 bytes long"),
    "access_point_damaged": N_("what is kept of the access point is damaged"),
    "channel_refused": N_("a Wi-Fi channel is a number from 1 to {highest:raw}, not {channel:raw}"),
    "adapter_unmanaged": N_(
        "NetworkManager leaves {adapter} alone: sudo nmcli device set {adapter} managed yes"
    ),
    "wifi_file_unreadable": N_("{path} can't be read ({error})"),
    "passphrase_for_root": N_("only root may see the passphrase; use sudo"),
    "wifi_file_not_removed": N_("{path} can't be removed ({error})"),
    "wifi_file_not_written": N_("{path} can't be written ({error})"),
    "no_adapter": N_("this machine has no Wi-Fi adapter that NetworkManager can see"),
    "radio_off": N_(
        "the Wi-Fi radio is off; a Raspberry Pi keeps it off until it knows its country: sudo raspi-config "
        "nonint do_wifi_country GB (or yours)"
    ),
    "no_adapter_free": N_("no Wi-Fi adapter is free for it"),
    "passphrase_wrong": N_("the passphrase is wrong or missing"),
    "no_wifi_in_reach": N_("no Wi-Fi of this name is in reach"),
    "took_too_long": N_("it took too long"),
    "network_manager_says": "{sentence:raw}",
    "network_manager_mute": N_("NetworkManager doesn't say why"),
    "access_point_not_started": N_("the access point '{ssid}' doesn't start: {error}"),
    "access_point_lacks_dnsmasq": N_(
        "the access point '{ssid}' doesn't start: {error}; dnsmasq is missing: sudo apt install dnsmasq-base"
    ),
    "wifi_neither": N_("'{ssid}' can't be joined: {error}, and {own}"),
}

#!/bin/bash
# The part of deploy.sh that runs on the device. `plan` and `status` change nothing and need no rights;
# `install`, `rollback` and `uninstall` run as root. deploy.sh sends it, so the device keeps no old copy.
set -euo pipefail
export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive

readonly HOUSE=/opt/dermapoint
readonly RELEASES=$HOUSE/releases
readonly CURRENT=$HOUSE/current PREVIOUS=$HOUSE/previous
readonly SETTINGS=/etc/dermapoint.toml
readonly STATE=/var/lib/dermapoint
# What a release puts outside its own folder, one path a line.
readonly PLACED=$HOUSE/placed
readonly CONNECTIONS='/etc/NetworkManager/system-connections/dermapoint-*'
readonly COMMAND=/usr/local/bin/dermapoint
readonly SERVICE=dermapoint.service

# Two releases side by side, while the wheels of the second are unpacked.
readonly NEEDED_MIB=1500
# A release that answers must go on answering this long.
readonly STEADY_SECONDS=5
# Starts after a crash that a release may need until it is healthy.
readonly MOST_RESTARTS=3

main() {
  local command=$1
  shift
  case $command in
    plan | status) "$command" "$@" ;;
    *)
      mkdir -p /run/lock
      exec 9>/run/lock/dermapoint-deploy
      flock -n 9 || refuse "another deployment to this device is under way"
      "$command" "$@" ;;
  esac
}

# --- what deploy.sh asks for -------------------------------------------------------------------------------

plan() { # CAMERA
  local camera missing
  camera=$(camera_source "$1")
  missing=$(missing_packages "$camera")
  if ! check_system "$camera" "$missing"; then return 1; fi
  [ -z "$missing" ] || say "would install with apt: $missing"
  [ -e $SETTINGS ] || say "would write $SETTINGS with camera = \"$camera\""
  say "would install a release beside $(release_of $CURRENT || echo none), switch to it and wait for it"
  say "nothing was changed"
}

install() { # STAGING PATIENCE CAMERA
  local staging=$1 patience=$2 camera missing id before
  # shellcheck disable=SC2064
  trap "rm -rf '$staging'" EXIT
  camera=$(camera_source "$3")
  missing=$(missing_packages "$camera")
  check_system "$camera" "$missing" || refuse "nothing was changed"
  if [ -n "$missing" ]; then
    install_packages "$missing"
    check_camera "$camera" || refuse "no release was installed"
  fi
  id=$(identify "$staging")
  before=$(release_of $CURRENT || true)
  if [ "$id" = "$before" ] && look "$id" >/dev/null; then
    write_settings "$camera"
    say "release $id is installed and healthy already"
    return
  fi
  build "$staging" "$id"
  write_settings "$camera"
  switch_to "$id"
  if wait_until_healthy "$patience"; then
    if [ "$id" != "$before" ]; then remember "$before"; fi
    remove_old_releases
    say "release $id is ready and healthy"
    tell_where
  else
    go_back "$before" "$patience"
    if [ "$id" != "$before" ]; then rm -rf "${RELEASES:?}/$id"; fi
    exit 1
  fi
}

rollback() { # PATIENCE
  local now before
  now=$(release_of $CURRENT) || refuse "no release is installed"
  before=$(release_of $PREVIOUS) || refuse "there is no release before $now"
  switch_to "$before"
  if wait_until_healthy "$1"; then
    remember "$now"
    say "back at release $before; --rollback again returns to $now"
  else
    go_back "$now" "$1"
    exit 1
  fi
}

status() {
  local now
  now=$(release_of $CURRENT) || { say "no release is installed"; return; }
  say "release $now, before it $(release_of $PREVIOUS || echo none)"
  say "service $(systemctl is-active $SERVICE || true), started again $(restarts) times after a crash"
  say "$(look "$now" || true)"
  say "$(free_mib $HOUSE) MiB free"
  [ "$(systemctl is-active $SERVICE || true)" = active ]
}

# Where the records have a disk of their own, the folder that it is mounted on stays, empty.
erase() { # paths
  local path
  for path; do
    if mountpoint -q "$path"; then find "$path" -mindepth 1 -delete; else rm -rf "$path"; fi
  done
}

uninstall() { # yes to purge, or ''
  local path
  placed | while read -r path; do displace "$path"; done
  systemctl daemon-reload
  rm -f "$COMMAND"
  rm -rf "$HOUSE"
  if [ "$1" = yes ]; then
    erase "$SETTINGS" "$STATE" "/var/lib/private/${STATE##*/}" "$STATE-wifi"
    say "removed, with the records and settings"
    # Last, since the connection of this very session may be the device's own Wi-Fi.
    if compgen -G "$CONNECTIONS" >/dev/null; then
      # shellcheck disable=SC2086
      rm -f $CONNECTIONS
      nmcli connection reload || true
    fi
  else
    say "removed; the records in $STATE and $SETTINGS stay (--purge removes them)"
  fi
}

# --- what the device must have -----------------------------------------------------------------------------

# One line a check; status 1 when one of them forbids the installation.
check_system() { # CAMERA MISSING
  local fit=0 architecture release free
  architecture=$(dpkg --print-architecture 2>/dev/null || uname -m)
  case $architecture in
    arm64 | amd64) ok "64-bit ($architecture)" ;;
    *) lacks "the system is 32-bit ($architecture); write the 64-bit Raspberry Pi OS to the card" || fit=1 ;;
  esac
  # shellcheck source=/dev/null
  release=$(. /etc/os-release && echo "${VERSION_CODENAME:-unknown}")
  case $release in
    bookworm | trixie) ok "system $release" ;;
    *) lacks "the system is '$release'; Raspberry Pi OS Bookworm or Trixie is needed" || fit=1 ;;
  esac
  [ -d /run/systemd/system ] || lacks "systemd doesn't run here" || fit=1
  free=$(free_mib $HOUSE)
  if [ "$free" -ge $NEEDED_MIB ]; then ok "$free MiB free"; else
    lacks "only $free MiB free; make room for $NEEDED_MIB MiB" || fit=1
  fi
  if [ -z "$2" ]; then
    ok "all packages"
    check_camera "$1" || fit=1
  else
    say "missing packages: $2; the camera is looked for when they are there"
  fi
  return $fit
}

check_camera() { # CAMERA
  local found
  case $1 in
    picamera)
      # Libcamera's own words go to its standard error; the answer is the last line.
      found=$(timeout 60 /usr/bin/python3 -c '
from picamera2 import Picamera2
print(", ".join(camera["Model"] for camera in Picamera2.global_camera_info()))' 2>/dev/null | tail -n 1) || true
      if [ -n "$found" ]; then ok "camera $found"; else
        lacks "no camera answers; power off, check its ribbon cable at both ends, and try again" 
      fi ;;
    usb)
      found=$(compgen -G '/dev/video*' | head -n 1) || true
      if [ -n "$found" ]; then ok "camera $found"; else lacks "no USB camera is plugged in"; fi ;;
    *) ok "camera $1" ;;
  esac
}

ok() { echo "ok       $1"; }

lacks() {
  echo "MISSING  $1"
  return 1
}

say() { echo "$1"; }

refuse() {
  echo "$1" >&2
  exit 1
}

free_mib() { # FOLDER, which may not be there yet
  local folder=$1
  until [ -d "$folder" ]; do folder=$(dirname "$folder"); done
  df --output=avail -BM "$folder" | tail -n 1 | tr -dc 0-9
}

# The camera that the settings name, else the one asked for, else the module on the ribbon cable.
camera_source() { # ASKED
  local named=''
  if [ -r $SETTINGS ]; then
    named=$(/usr/bin/python3 -c '
import sys, tomllib
print(tomllib.load(open(sys.argv[1], "rb")).get("camera", "replay"))' $SETTINGS 2>/dev/null) || true
  fi
  echo "${named:-${1:-picamera}}"
}

missing_packages() { # CAMERA
  local package missing=() wanted=(python3-venv)
  # Picamera2 and lgpio must match the system's libcamera and kernel: they come from apt, never from PyPI.
  if [ "$1" = picamera ]; then wanted+=(python3-picamera2 python3-lgpio); fi
  # What the access point and the name dermapoint.local need (docs/wifi.md).
  # The page's certificate is made with openssl, and nginx serves it.
  wanted+=(openssl nginx network-manager dnsmasq-base avahi-daemon avahi-utils)
  for package in "${wanted[@]}"; do
    if [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null)" != installed ]; then
      missing+=("$package")
    fi
  done
  echo "${missing[*]}"
}

install_packages() { # PACKAGES, in one word
  local packages output
  read -ra packages <<<"$1"
  say "installing with apt: $1"
  # Without a network the lists may be old and yet good enough.
  apt-get -qq -o Acquire::Retries=2 update 2>/dev/null || say "apt has no network; trying with what it knows"
  # Installed as a program: a web server of the system's own, on port 80, is nothing that was asked for.
  case " $1 " in *" nginx "*) systemctl mask --quiet --runtime nginx.service ;; esac
  if ! output=$(apt-get -qq -o Dpkg::Use-Pty=0 install --yes --no-install-recommends "${packages[@]}" 2>&1); then
    systemctl unmask --quiet --runtime nginx.service
    echo "$output" | tail -n 5 >&2
    refuse "apt can't install $1; connect the device to a network once, or install them there by hand"
  fi
  case " $1 " in
    *" nginx "*)
      systemctl unmask --quiet --runtime nginx.service
      systemctl disable --quiet nginx.service ;;
  esac
}

# --- releases ----------------------------------------------------------------------------------------------

# A release is known by its version, its content and the Python that it is for: the same twice is one release.
identify() { # STAGING
  local version content
  version=$(sed -n 's/^__version__ = "\([0-9A-Za-z.+]*\)"$/\1/p' "$1/device/__init__.py")
  content=$(cd "$1" && find browser device docs requirements systemd pyproject.toml -type f -print0 | sort -z |
    xargs -0 sha256sum | sha256sum | cut -c 1-10)
  echo "${version:-0}-$content-py$(python_version)"
}

python_version() { /usr/bin/python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])'; }

release_of() { # LINK
  [ -L "$1" ] && basename "$(readlink "$1")"
}

build() { # STAGING ID
  local staging=$1 release=$RELEASES/$2 lock=device.txt wheels source=()
  if [ -e "$release/complete" ]; then return; fi
  say "building release $2"
  # What an earlier try left unfinished, with the power gone or the network.
  rm -rf "$release"
  mkdir -p "$release"
  cp -r "$staging"/{docs,systemd,README.md,LICENSE,NOTICE} "$release"
  # The lock names every package, hence no dependencies. Bookworm's Picamera2 is built for NumPy 1.
  if [ "$(python_version)" = 3.11 ]; then lock=bookworm.txt; fi
  wheels=$(compgen -G "$staging/wheels-*") && source=(--no-index --find-links "$wheels")
  /usr/bin/python3 -m venv --system-site-packages "$release/.venv"
  if ! { pip_in "$release" "${source[@]}" --no-deps --require-hashes -r "$staging/requirements/$lock" &&
    pip_in "$release" --no-index --no-deps --no-build-isolation "$staging"; }; then
    rm -rf "$release"
    refuse "the wheels can't be installed; the running release was left alone"
  fi
  # All of it on the card before its name is: a release that is there is whole, also after a pulled plug.
  sync -f "$release"
  touch "$release/complete"
}

pip_in() { # RELEASE ARGUMENTS
  local release=$1
  shift
  "$release/.venv/bin/python" -m pip --quiet --disable-pip-version-check --no-input install --no-cache-dir \
    --root-user-action ignore "$@"
}

# What the release puts elsewhere, then the link, atomically: what systemd starts next is one whole release.
switch_to() { # ID
  local release=$RELEASES/$1 name place path places=()
  while IFS= read -r -d '' name; do
    place=$(place_of "$name")
    if [ -n "$place" ]; then places+=("$place"); fi
  done < <(cd "$release/systemd" && find . -type f -printf '%P\0' | sort -z)
  placed | while read -r path; do
    if ! printf '%s\n' "${places[@]}" | grep -qxF "$path"; then displace "$path"; fi
  done
  for place in "${places[@]}"; do
    name=$(name_at "$place")
    mkdir -p "$(dirname "$place")"
    # /etc is on the same card as /opt, where a rename is all or nothing.
    cp "$release/systemd/$name" $HOUSE/.placing
    mv -T $HOUSE/.placing "$place"
  done
  printf '%s\n' "${places[@]}" >$PLACED
  point $CURRENT "$1"
  ln -sfn $CURRENT/.venv/bin/dermapoint $COMMAND
  sync -f $HOUSE
  systemctl daemon-reload
  start_others
  # By this release's unit; the daemon brings its configuration up to date by itself.
  systemctl try-restart --no-block dermapoint-front.service 2>/dev/null || true
}

# Where a file of the release's systemd/ goes; nothing for one that stays where it is.
place_of() { # NAME
  case $1 in
    *.service | *.path | *.socket | *.timer | *.d/*.conf) echo "/etc/systemd/system/$1" ;;
    *-dnsmasq.conf) echo "/etc/NetworkManager/dnsmasq-shared.d/$1" ;;
    [0-9]*.rules) echo "/etc/polkit-1/rules.d/$1" ;;
    [0-9]*) echo "/etc/NetworkManager/dispatcher.d/$1" ;;
  esac
}

name_at() { # PLACE
  case $1 in
    *.d/*.conf) case $1 in /etc/systemd/*) echo "${1#/etc/systemd/system/}" ;; *) basename "$1" ;; esac ;;
    *) basename "$1" ;;
  esac
}

placed() { cat $PLACED 2>/dev/null || true; }

displace() { # PATH
  case $1 in
    /etc/systemd/system/*.d/*) ;;
    # A unit without [Install] can't be disabled, only stopped.
    /etc/systemd/system/*)
      systemctl disable --quiet --now "${1##*/}" 2>/dev/null || systemctl stop "${1##*/}" || true ;;
  esac
  rm -f "$1"
  case $1 in /etc/systemd/system/*.d/*) rmdir --ignore-fail-on-non-empty "$(dirname "$1")" ;; esac
}

# The service itself is started, and watched, by wait_until_healthy.
start_others() {
  local path unit
  placed | while read -r path; do
    unit=${path##*/}
    case $path in /etc/systemd/system/*.d/*) continue ;; /etc/systemd/system/*) ;; *) continue ;; esac
    if ! grep -q '^\[Install\]' "$path"; then continue; fi
    systemctl enable --quiet "$unit"
    case $unit in
      "$SERVICE") ;;
      # Not now: this very session may come over the Wi-Fi that it would change.
      dermapoint-wifi.service) ;;
      *) systemctl restart --no-block "$unit" ;;
    esac
  done
}

# Atomic: a link is made beside its place and renamed into it.
point() { # LINK ID
  ln -sfn "releases/$2" "$1.new"
  mv -T "$1.new" "$1"
}

remember() { # ID, or nothing
  if [ -n "$1" ]; then point $PREVIOUS "$1"; fi
}

remove_old_releases() {
  local release
  for release in "$RELEASES"/*; do
    case ${release##*/} in
      "$(release_of $CURRENT)" | "$(release_of $PREVIOUS || true)") ;;
      *) rm -rf "$release" ;;
    esac
  done
}

write_settings() { # CAMERA
  if [ -e $SETTINGS ]; then return; fi
  # The commands read this file, too, and nobody tells them the folder that systemd makes for the service.
  printf '# Every key with its meaning: device/settings.py\ncamera = "%s"\nhost = "0.0.0.0"\nstate = "%s"\n' \
    "$1" "$STATE" >$SETTINGS.new
  mv -T $SETTINGS.new $SETTINGS
}

go_back() { # ID, or nothing; PATIENCE
  if [ -z "$1" ]; then
    uninstall '' >/dev/null
    echo "there was no release before it; nothing is installed now, the settings and records stay" >&2
    return
  fi
  switch_to "$1"
  if wait_until_healthy "$2"; then echo "back at release $1, which is ready and healthy" >&2
  else echo "back at release $1, which isn't healthy either" >&2; fi
}

# --- health ------------------------------------------------------------------------------------------------

# Starts the current release and waits; when it doesn't become healthy, says why, with its exit reason.
wait_until_healthy() { # PATIENCE
  local id why since steady=0 deadline=$((SECONDS + $1))
  id=$(release_of $CURRENT)
  since=$(date +'%Y-%m-%d %H:%M:%S')
  systemctl reset-failed $SERVICE 2>/dev/null || true
  # It may take its time to say that it is ready; what is watched below is the outcome.
  systemctl restart --no-block $SERVICE
  say "waiting for release $id"
  while [ $SECONDS -lt $deadline ]; do
    sleep 1
    if [ "$(restarts)" -ge $MOST_RESTARTS ]; then why="it ended $(restarts) times"; break; fi
    if systemctl is-failed --quiet $SERVICE; then why="it ended and wasn't started again"; break; fi
    if why=$(look "$id"); then
      steady=$((steady + 1))
      if [ $steady -gt $STEADY_SECONDS ]; then return 0; fi
    else
      steady=0
    fi
  done
  echo "release $id is not healthy: ${why:-no answer}" >&2
  echo "why it ended:" >&2
  journalctl --quiet --unit $SERVICE --since "$since" --lines 15 --output cat --no-pager | hide_secrets >&2 || true
  return 1
}

restarts() { systemctl show --property NRestarts --value $SERVICE; }

# In one line how the daemon is; status 0 when systemd and the daemon itself call it well.
look() { # ID
  local state
  state=$(systemctl is-active $SERVICE) || { echo "the service is $state"; return 1; }
  timeout 30 "$RELEASES/$1/.venv/bin/python" - $SETTINGS <<'PYTHON' 2>&1 | tail -n 1 | hide_secrets
import sys
from pathlib import Path

from device.client import ask
from device.settings import load_settings

status = ask(load_settings(Path(sys.argv[1])), "GET", "/api/v1/status")
print(f"camera {status['camera']}, model {status['model']}, version {status['version']}")
sys.exit(0 if status["ready"] else 1)
PYTHON
}

# No line of a log that goes to the laptop may carry a passphrase, PIN or key, nor a code that a camera reads.
hide_secrets() { sed -E -e '/[▀▄█]/d' -e 's/((psk|passphrase|password|pin|token)"?( is|[=:])).*/\1 (hidden)/I'; }

tell_where() {
  local port
  port=$(/usr/bin/python3 -c '
import sys, tomllib
print(tomllib.load(open(sys.argv[1], "rb")).get("port", 8080))' $SETTINGS)
  say "the page: https://dermapoint.local:$port; a PIN for it: sudo dermapoint pin --state $STATE"
  if [ ! -e "$STATE-wifi/access-point.json" ]; then say "its own Wi-Fi is made at the next boot: sudo reboot"; fi
}

main "$@" </dev/null

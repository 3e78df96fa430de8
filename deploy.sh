#!/bin/bash
# Puts Dermapoint on a Raspberry Pi over ssh, and takes it back when it fails. docs/deploy.md explains it.
# This part runs on the laptop and needs bash, ssh and tar; deploy/on_target.sh does the work on the device.
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: ./deploy.sh [OPTION]... USER@HOST...
       ./deploy.sh --prepare FOLDER

Installs this copy of Dermapoint on each host, waits until it is ready and healthy, and goes back to the
release before when it isn't. Several hosts are served at once. Records and settings stay untouched.

  --dry-run          say what is missing and what would be done; change nothing
  --offline FOLDER   take the wheels from FOLDER, which --prepare filled, and not from the network
  --camera SOURCE    the camera that new settings name: picamera (default), usb, replay or simulated
  --patience SECONDS how long a release may take until it is healthy (default 180)
  --status           say what is installed and how it is
  --rollback         go back to the release before
  --uninstall        remove the program; records and settings stay
  --purge            with --uninstall: remove the records and settings too, for good
  --prepare FOLDER   put the wheels that any device needs into FOLDER; needs a network, no host
  -F FILE            an ssh configuration file, as ssh's own -F
  -h, --help         this text
TEXT
}

refuse() {
  echo "deploy.sh: $1" >&2
  exit 2
}

main() {
  source_folder=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
  command='' purge='' offline='' camera='' patience=180 prepare='' ssh_file='' hosts=()
  read_arguments "$@"
  if [ -n "$prepare" ]; then exec_prepare; fi
  scratch=$(mktemp -d)
  trap close_connections EXIT
  trap 'exit 130' INT TERM
  ssh_options=(-o ConnectTimeout=20 -o ServerAliveInterval=15 -o ControlMaster=auto -o ControlPersist=60
    -o "ControlPath=$scratch/%C")
  if [ -n "$ssh_file" ]; then ssh_options+=(-F "$ssh_file"); fi
  connect_all
  if [ ${#hosts[@]} -eq 1 ]; then serve 0; else serve_all; fi
}

read_arguments() {
  while [ $# -gt 0 ]; do
    case $1 in
      -h | --help) usage; exit 0 ;;
      --dry-run) choose plan "$1" ;;
      --status) choose status "$1" ;;
      --rollback) choose rollback "$1" ;;
      --uninstall) choose uninstall "$1" ;;
      --purge) purge=yes ;;
      --offline | --camera | --patience | --prepare | -F)
        if [ $# -lt 2 ] || [ -z "$2" ]; then refuse "$1 needs a value; see --help"; fi
        case $1 in
          --offline) offline=$2 ;;
          --camera) camera=$2 ;;
          --patience) patience=$2 ;;
          --prepare) prepare=$2 ;;
          -F) ssh_file=$2 ;;
        esac
        shift ;;
      -*) refuse "there is no option $1; see --help" ;;
      *) add_host "$1" ;;
    esac
    shift
  done
  check_arguments
}

choose() {
  if [ -n "$command" ]; then refuse "$2 can't be combined with another command; see --help"; fi
  command=$1
}

add_host() {
  local known
  for known in ${hosts[@]+"${hosts[@]}"}; do
    if [ "$known" = "$1" ]; then refuse "$1 is named twice"; fi
  done
  hosts+=("$1")
}

check_arguments() {
  if [ -n "$prepare" ]; then
    if [ ${#hosts[@]} -gt 0 ] || [ -n "$command$offline" ]; then refuse "--prepare stands alone; see --help"; fi
    return
  fi
  command=${command:-install}
  if [ ${#hosts[@]} -eq 0 ]; then refuse "name a host, such as pi@dermapoint.local; see --help"; fi
  if [ -n "$purge" ] && [ "$command" != uninstall ]; then refuse "--purge goes with --uninstall only"; fi
  if [ -n "$offline" ] && [ ! -d "$offline" ]; then
    refuse "$offline holds no prepared wheels; run ./deploy.sh --prepare $offline while there is a network"
  fi
  case ${camera:-picamera} in
    picamera | usb | replay | simulated) ;;
    *) refuse "there is no camera '$camera'; it is picamera, usb, replay or simulated" ;;
  esac
  case $patience in
    *[!0-9]* | 0*) refuse "--patience is a number of seconds, not '$patience'" ;;
  esac
  if [ -n "$ssh_file" ] && [ ! -r "$ssh_file" ]; then refuse "the ssh configuration $ssh_file can't be read"; fi
}

exec_prepare() {
  local python
  for python in python3 python3.13 python3.12 python3.11; do
    if "$python" -c 'import pip._vendor.packaging' 2>/dev/null; then
      exec "$python" "$source_folder/deploy/prepare.py" "$prepare"
    fi
  done
  refuse "--prepare needs Python 3 with pip on this machine"
}

# One connection a host, opened one after the other: ssh may ask for a passphrase, sudo for a password.
connect_all() {
  local index password
  sudo_passwords=()
  for index in "${!hosts[@]}"; do
    sudo_passwords[index]=''
    # A host that can't be reached is told of when its turn comes; the others are served.
    on_host "$index" true </dev/null 2>"$scratch/unreached.$index" || continue
    rm "$scratch/unreached.$index"
    case $command in plan | status) continue ;; esac
    # shellcheck disable=SC2016
    if on_host "$index" '[ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null' </dev/null; then continue; fi
    if [ ! -t 0 ]; then continue; fi
    read -rsp "Password for sudo on ${hosts[index]}: " password
    echo
    sudo_passwords[index]=$password
  done
}

close_connections() {
  local host
  for host in "${hosts[@]}"; do
    ssh "${ssh_options[@]}" -O exit -- "$host" 2>/dev/null || true
  done
  rm -rf "$scratch"
}

on_host() {
  local index=$1
  shift
  ssh "${ssh_options[@]}" -- "${hosts[index]}" "$@"
}

serve_all() {
  local index pids=() failed=()
  for index in "${!hosts[@]}"; do
    serve "$index" 2>&1 | name_lines "${hosts[index]}" &
    pids[index]=$!
  done
  for index in "${!hosts[@]}"; do
    wait "${pids[index]}" || failed+=("${hosts[index]}")
  done
  echo "$((${#hosts[@]} - ${#failed[@]})) of ${#hosts[@]} hosts done${failed[*]:+; failed: ${failed[*]}}"
  [ ${#failed[@]} -eq 0 ]
}

name_lines() {
  local line
  while IFS= read -r line; do printf '%s: %s\n' "$1" "$line"; done
}

serve() {
  local index=$1 staging=''
  if [ -e "$scratch/unreached.$index" ]; then
    echo "can't be reached: $(tail -n 1 "$scratch/unreached.$index")" >&2
    return 1
  fi
  case $command in
    plan) on_host "$index" "bash -s -- plan $(quote "$camera")" <"$source_folder/deploy/on_target.sh" ;;
    status) on_host "$index" "bash -s -- status" <"$source_folder/deploy/on_target.sh" ;;
    install)
      staging=$(send "$index") || return 1
      as_root "$index" install "$staging" "$patience" "$camera" ;;
    rollback) as_root "$index" rollback "$patience" ;;
    uninstall) as_root "$index" uninstall "$purge" ;;
  esac
}

# The program, and with --offline its wheels, into a new folder on the host, which it names.
send() {
  local kind parts=(-C "$source_folder" browser device deploy docs requirements systemd pyproject.toml README.md LICENSE NOTICE)
  if [ -n "$offline" ]; then
    kind=$(on_host "$1" "python3 -c 'import platform, sys
print(\"wheels-%d.%d-\" % sys.version_info[:2] + platform.machine())'" </dev/null)
    if [ ! -e "$offline/$kind/complete" ]; then
      echo "$offline has no $kind; run ./deploy.sh --prepare $offline while there is a network" >&2
      return 1
    fi
    parts+=(-C "$(cd "$offline" && pwd)" "$kind")
  fi
  # Not in /tmp, which is memory on newer systems.
  # shellcheck disable=SC2016
  tar -cz --exclude __pycache__ --exclude '._*' -f - "${parts[@]}" |
    on_host "$1" 'umask 022
      folder=$(mktemp -d /var/tmp/dermapoint.XXXXXX) && tar -xzf - -C "$folder" && echo "$folder"'
}

# Runs on_target.sh with root's rights. A password reaches sudo on its standard input: no list of processes,
# no file and no log ever sees it. -k makes sudo take the line in every case, or bash would run it.
as_root() {
  local index=$1 script=$source_folder/deploy/on_target.sh
  shift
  if [ -n "${sudo_passwords[index]}" ]; then
    { printf '%s\n' "${sudo_passwords[index]}"; cat "$script"; } |
      on_host "$index" "sudo -k -S -p '' bash -s -- $(quote "$@")"
  else
    on_host "$index" "\$([ \"\$(id -u)\" -eq 0 ] || echo sudo -n) bash -s -- $(quote "$@")" <"$script"
  fi
}

quote() { printf '%q ' "$@"; }

main "$@"

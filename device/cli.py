"""The command `dermapoint`."""

import argparse
import json
import logging
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from device import __version__, transfer
from device.calibrate import add_commands as add_calibrations
from device.errors import CameraError, DermapointError, PermanentCameraError, RecordsError
from device.message import Message
from device.preferences import Preferences
from device.serialization import NOT_A_DEVICE
from device.service import logs
from device.settings import Settings, Sources, default_state
from device.wifi import command as wifi
from device.words import probability, say

if TYPE_CHECKING:
    from device.examination import Finding

USAGE_ERROR = 2
TRY_AGAIN = 75
"""The exit status after a fault that may be gone next time: EX_TEMPFAIL of sysexits.h."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 when all went well, 1 when a part failed, 2 when it can't be done as asked."""
    given = _parser().parse_args(arguments)
    logs.set_up()
    logging.getLogger("waitress").setLevel(logging.WARNING)
    try:
        status: int = given.command(given)
        return status
    except DermapointError as error:
        print(f"dermapoint: {error}", file=sys.stderr)
        return USAGE_ERROR
    except BrokenPipeError:
        # Whoever read our output has seen enough.
        sys.stderr.close()
        return 0
    except KeyboardInterrupt:
        return 130


def _run(given: argparse.Namespace) -> int:
    from device.service.exit_reason import open_exit_reason

    exit_reason = open_exit_reason()
    exit_reason.forget()
    try:
        with exit_reason.of_errors():
            from device.daemon import run

            if run(_preferences(given), exit_reason):
                return TRY_AGAIN
    except PermanentCameraError:
        raise
    except CameraError as error:
        logging.error("%s", error)
        return TRY_AGAIN
    return 0


def _explain(given: argparse.Namespace) -> int:
    from device.service.explain import main as explain

    return explain(["--settings", str(given.settings)] if given.settings else [])


def _press(given: argparse.Namespace) -> int:
    from device.client import ask

    examination = ask(_settings(given), "POST", "/api/v1/press")
    print(json.dumps(examination) if given.json else _describe(examination))
    return 0


def _classify(given: argparse.Namespace) -> int:
    from device.batch import classify_files
    from device.classifier import load_classifier

    failed = False
    seen = False
    for answer in classify_files(given.paths, load_classifier(_settings(given).bundle)):
        seen = True
        failed = failed or bool(answer.error)
        line = json.dumps(_answer_to_json(answer)) if given.json else _answer_to_text(answer)
        # A file's name may hold line ends, codes for the terminal, and bytes that are no text.
        print("".join(each if each.isprintable() else "?" for each in line), flush=True)
    if not seen:
        raise DermapointError("no_pictures_there", paths=list(map(str, given.paths)))
    if not given.json:
        print(NOT_A_DEVICE)
    return 1 if failed else 0


def _doctor(given: argparse.Namespace) -> int:
    from device.doctor import examine

    checks = list(examine(lambda: _settings(given)))
    for check in checks:
        print(f"{'ok  ' if check.passed else 'FAIL'} {check.part}: {check.detail}")
    return 0 if all(check.passed for check in checks) else 1


def _pin(given: argparse.Namespace) -> int:
    from device.access import Role, open_access
    from device.access.actions import Action

    access = open_access(_settings(given).state)
    known = {person.name for person in access.accounts.people()}
    if given.name in known:
        pin = access.accounts.renew_pin(given.name)
    else:
        pin = access.accounts.add(given.name, Role[given.role.upper()])
    # Whoever stands at the console need not wait for what others have guessed.
    access.throttle.lift()
    access.audit.write("this device", Action.NEW_PIN, given.name)
    access.close()
    print(f"The PIN of {given.name} is {pin}. It is shown only now.")
    return 0


def _audit(given: argparse.Namespace) -> int:
    from device.audit import examine

    return examine(_settings(given).state, given.backup)


def _certificate(given: argparse.Namespace) -> int:
    from device.certificate import fingerprint_of, read_authority

    print(f"SHA-256 {fingerprint_of(read_authority(_settings(given).state))}")
    print("The page /trust shows the same, and how to make a phone or computer trust it.")
    return 0


def _backup(given: argparse.Namespace) -> int:
    with _guest(given) as records:
        count = records.backups.write(given.file)
    print(f"{given.file} holds {count} examinations and persons: keep it safe.")
    return 0


def _restore(given: argparse.Namespace) -> int:
    with _guest(given) as records:
        try:
            restored = records.backups.restore(given.file)
        except RecordsError as error:
            raise RecordsError("about_file", file=given.file, error=error) from error
    print(f"{restored.examinations} examinations came back.")
    for each in restored.damaged:
        print(f"damaged in the backup: {say(each)}")
    return 1 if restored.damaged else 0


def _recover(given: argparse.Namespace) -> int:
    with _guest(given) as records:
        found = records.recovery.recover()
    print(f"{found.came_back} examinations came back; {found.here} of {found.known} are here and whole.")
    for name in found.damaged:
        print(f"damaged in every copy: {name}")
    if found.without_record:
        print(f"There are pictures of {len(found.without_record)} examinations without their records.")
    return 1 if found.damaged or found.without_record else 0


def _guest(given: argparse.Namespace) -> Any:
    from device.records import Records

    return closing(Records(_settings(given).state, exclusive=False))


def _bench(given: argparse.Namespace) -> int:
    from device.bench import describe, measure

    figures = measure(_settings(given))
    print(json.dumps(figures) if given.json else describe(figures))
    return 0


def _export(given: argparse.Namespace) -> int:
    from device.transfer import run_export

    return run_export(given, _settings(given))


def _import(given: argparse.Namespace) -> int:
    from device.transfer import run_import

    return run_import(given, _settings(given))


def _wifi(given: argparse.Namespace) -> int:
    from device.wifi.command import run

    return run(given, _settings(given))


def _settings(given: argparse.Namespace) -> Settings:
    return _preferences(given).settings


def _preferences(given: argparse.Namespace) -> Preferences:
    chosen: dict[str, Any] = {
        name: getattr(given, name, None) for name in ("host", "port", "state", "bundle")
    }
    if getattr(given, "demo", False):
        camera = getattr(given, "camera", None) or "replay"
        chosen |= {"camera": camera, "mock_pins": True, "demo": True}
        chosen["state"] = chosen["state"] or default_state().with_name("dermapoint-demo")
    return Preferences(Sources(given.settings, overrides=chosen))


def _describe(examination: dict[str, Any]) -> str:
    from device.serialization import finding_from_json

    finding = finding_from_json(examination["finding"])
    lines = [f"{say(heading).upper()}: {say(advice)}" for heading, advice in finding.next_steps]
    lines += map(say, finding.reasons)
    if not finding.foreign:
        lines.append("  ".join(_shares(finding)))
        named = ", ".join(map(finding.name_of, finding.prediction_set))
        lines.append(f"Can't be ruled out: {named}")
    return "\n".join([*lines, examination["notice"]])


def _answer_to_json(answer: Any) -> dict[str, Any]:
    from device.serialization import message_to_json

    if answer.finding is None:
        return {"image": str(answer.image), "error": answer.error}
    finding = answer.finding
    return {
        "image": str(answer.image),
        "probabilities": finding.probabilities,
        "beside": finding.beside,
        "prediction_set": list(finding.prediction_set),
        "malignancy": finding.malignancy,
        "foreign": finding.foreign,
        "triage": finding.triage.value,
        "suspicious": finding.suspicious,
        "reasons": list(map(message_to_json, finding.reasons)),
    }


def _answer_to_text(answer: Any) -> str:
    if answer.finding is None:
        return f"{answer.image}: error: {answer.error}"
    finding = answer.finding
    steps = " ".join(f"{say(heading)}: {say(advice)}" for heading, advice in finding.next_steps)
    shares = say(Message("foreign_short")) if finding.foreign else ", ".join(_shares(finding))
    return f"{answer.image}: {steps} {shares}"


def _shares(finding: "Finding") -> list[str]:
    """The likeliest classes with their probabilities, and what is beside them."""
    ranked = [*finding.likeliest(), *finding.beside.items()]
    return [f"{finding.name_of(code)} {probability(share)}" for code, share in ranked]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dermapoint",
        description="Point at a skin lesion, press, and see what it most probably is.",
        epilog=NOT_A_DEVICE,
    )
    parser.add_argument("--version", action="version", version=f"dermapoint {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--settings", type=Path, metavar="FILE", help="a TOML file of settings")
    common.add_argument(
        "--bundle", type=Path, metavar="DIR", help="the model bundle (default: the shipped one)"
    )
    common.add_argument("--state", type=Path, metavar="DIR", help="where examinations are kept")
    common.add_argument("--host", help="the page's address (default: 127.0.0.1)")
    common.add_argument("--port", type=int, help="the page's port (default: 8080)")

    def add(name: str, action: Any, text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, parents=[common], help=text, description=text)
        command.set_defaults(command=action)
        return command

    run = add("run", _run, "run the daemon: camera, classifier, panel and page")
    run.add_argument("--demo", action="store_true", help="show the shipped frames, drive no pins")
    run.add_argument(
        "--camera",
        choices=("replay", "simulated"),
        help="with --demo: `simulated` behaves as a Pi's camera does",
    )
    press = add("press", _press, "ask the running daemon for a press and print the finding")
    classify = add("classify", _classify, "classify picture files and folders")
    classify.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    calibrate = commands.add_parser("calibrate", help=(text := "white balance, flat field, scale and focus"))
    calibrate.description = text
    add_calibrations(calibrate, common, _settings)
    doctor = add("doctor", _doctor, "say what works, what is missing and what to do")
    add("explain", _explain, "serve a page that says why the daemon doesn't run")
    pin = add("pin", _pin, "make a new PIN for someone who may enter the page, and end all waits")
    pin.add_argument("name", nargs="?", default="owner", metavar="NAME", help="who (default: owner)")
    pin.add_argument(
        "--role", default="examiner", choices=("viewer", "examiner", "owner"), help="what someone new may do"
    )
    audit = add("audit", _audit, "check that nothing was changed in the audit log or removed from it")
    audit.add_argument(
        "--backup", action="append", default=[], type=Path, metavar="FILE", help="also by what a backup knows"
    )
    add("certificate", _certificate, "show the fingerprint of the certificate that phones may trust")
    backup = add("backup", _backup, "write all records into one file, also while the device runs")
    restore = add("restore", _restore, "bring back what a backup holds; what is here stays")
    for command in (backup, restore):
        command.add_argument("file", type=Path, metavar="FILE")
    transfer.add_export(add("export", _export, "write examinations as CSV, JSON, ZIP, PDF or DICOM"))
    transfer.add_import(add("import", _import, "bring in a ZIP export of another device"))
    add("recover", _recover, "bring back what can be read of damaged records, and the last daily copy")
    bench = add("bench", _bench, "measure time and memory on this machine")
    wifi.add_actions(
        add("wifi", _wifi, "show and change the Wi-Fi: own access point, joining another, codes")
    )
    for command in (press, classify, bench):
        command.add_argument("--json", action="store_true", help="print JSON, for programs")
    for command in (doctor, bench):
        command.add_argument("--demo", action="store_true", help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    sys.exit(main())

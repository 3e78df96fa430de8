"""A stand-in for NetworkManager's nmcli: its world is a JSON file beside it, and it notes every call.

It is started often, and so imports little.
"""

import json
import os
import sys

HERE = os.path.dirname(sys.argv[0])  # noqa: PTH120


def main():
    arguments = sys.argv[1:]
    with open(f"{HERE}/calls.txt", "a") as calls:  # noqa: PTH123
        calls.write(" ".join(arguments) + "\n")
    with open(f"{HERE}/world.json") as file:  # noqa: PTH123
        world = json.load(file)
    if world["status"]:
        fail(world["status"], world["says"])
    wanted = [one for one in arguments if not one.startswith("--")]
    if "--wait" in arguments:
        wanted.remove(arguments[arguments.index("--wait") + 1])
    fields = []
    if "--fields" in arguments:
        names = arguments[arguments.index("--fields") + 1]
        wanted.remove(names)
        fields = names.split(",")
    ACTIONS[" ".join(wanted[:2])](world, fields, *wanted[2:])
    with open(f"{HERE}/world.json", "w") as file:  # noqa: PTH123
        json.dump(world, file)


def fail(status, says):
    print(says, file=sys.stderr)
    sys.exit(status)


def line(row, fields):
    print(":".join(row[field].replace("\\", "\\\\").replace(":", "\\:") for field in fields))


def device(world, fields):
    for one in world["devices"]:
        line(one, fields)


def radio(world, fields):
    print(world["radio"])


def show(world, fields, uuid=None):
    profiles = world["profiles"]
    if uuid is None:
        for key, one in profiles.items():
            line({"UUID": key, "TYPE": "802-11-wireless", "FILENAME": one["file"]}, fields)
        return
    for field in fields:
        if field == "IP4.ADDRESS":
            for number, address in enumerate(world["addresses"], 1):
                print(f"IP4.ADDRESS[{number}]:{address}")
        else:
            print(f"{field}:{profiles[uuid][field.partition('.')[2]]}")


def load(world, fields, path):
    with open(path) as file:  # noqa: PTH123
        settings = dict(one.strip().split("=", 1) for one in file if "=" in one)
    if world["refuses"]:
        print(f"Could not load file '{path}'", file=sys.stderr)
        return
    ssid = bytes(int(one) for one in settings["ssid"].split(";") if one).decode()
    profile = {"file": path, "ssid": ssid, "mode": settings["mode"]}
    profile["priority"] = settings.get("autoconnect-priority", "0")
    world["profiles"][settings["uuid"]] = profile


def reload(world, fields):
    files = {one["file"] for one in world["profiles"].values()}
    gone = {file for file in files if not os.path.exists(file)}  # noqa: PTH110
    world["profiles"] = {key: one for key, one in world["profiles"].items() if one["file"] not in gone}


def delete(world, fields, how, uuid):
    del world["profiles"][uuid]


def up(world, fields, how, uuid):
    ssid = world["profiles"][uuid]["ssid"]
    if ssid in world["unreachable"]:
        fail(4, world["unreachable"][ssid])
    world["devices"][0] |= {"STATE": "connected", "CON-UUID": uuid}
    world["active"] = ssid


ACTIONS = {
    "device": device,
    "radio": radio,
    "connection show": show,
    "connection load": load,
    "connection reload": reload,
    "connection delete": delete,
    "connection up": up,
}

if __name__ == "__main__":
    main()

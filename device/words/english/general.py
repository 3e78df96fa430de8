"""What belongs to no room."""

from device.words.marks import N_, NN_

TEXTS = {
    "former_text": "{text}",
    "about_file": "{file}: {error}",
    "both": "{first}; {second}",
    "under": N_("under {share}"),
    "over": N_("over {share}"),
    "seconds": NN_("{count} second", "{count} seconds"),
    "minutes": NN_("{count} minute", "{count} minutes"),
    "hours": NN_("{count} hour", "{count} hours"),
    "days": NN_("{count} day", "{count} days"),
}

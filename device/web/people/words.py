"""What the fields of persons and lesions mean, in plain words."""

from device.records.values import Confirmation, Sex

SEXES = {Sex.FEMALE: "Female", Sex.MALE: "Male", Sex.OTHER: "Other", Sex.UNSAID: "Not said"}

SKIN_TYPES = {
    1: "Very fair skin: always burns in the sun, never tans",
    2: "Fair skin: burns easily, tans a little",
    3: "Light skin: burns at times, tans slowly",
    4: "Olive skin: burns seldom, tans well",
    5: "Brown skin: burns very seldom, tans deeply",
    6: "Dark brown or black skin: hardly ever burns",
}
"""Fitzpatrick's skin types (Arch. Dermatol. 124:869, 1988, doi:10.1001/archderm.1988.01670060015008)."""

CONFIRMATIONS = {
    Confirmation.HISTOPATHOLOGY: "Histopathology: it was cut out and looked at under a microscope",
    Confirmation.FOLLOW_UP: "Follow-up: it didn't change over time",
    Confirmation.CONSENSUS: "Consensus: several experts agree on the picture",
    Confirmation.CONFOCAL: "Confocal microscopy, with experts who agree",
}

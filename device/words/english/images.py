"""What pictures are refused for."""

from device.words.marks import N_

TEXTS = {
    "picture_is_heic": N_("{name}: is HEIC, which can't be read here; send it as JPEG or PNG"),
    "picture_damaged": N_("{name}: is damaged and can't be decoded"),
    "no_name_of_file": N_("{name}: can't be the name of a file"),
    "picture_file_unreadable": N_("{name}: can't be read ({error})"),
    "picture_file_too_large": N_("{name}: is too large; at most {most} MiB can be read"),
    "no_file": N_("{name}: is no file"),
    "no_picture_decodable": N_("no picture can be decoded now ({error}); try again"),
    "picture_takes_too_much": N_("{name}: can't be decoded; it is damaged, or takes too much memory or time"),
    "picture_too_large": N_(
        "{name}: has {width:raw} x {height:raw} pixels, and {most} million can be read at most; make it "
        "smaller"
    ),
    "picture_truncated": N_("{name}: is truncated; copy it again from its source"),
    "no_picture": N_("{name}: is not a JPEG, PNG or HEIC picture"),
}

"""What a model bundle or its runtime is refused for."""

from device.words.marks import N_

TEXTS = {
    "bundle_wrong_side": N_(
        "{title}: its model takes {side} pixels where its manifest says {stated}; install a matching bundle"
    ),
    "bundle_wrong_maps": N_(
        "{title}: its model has {maps} maps where its classes need {needed}; install a matching bundle"
    ),
    "bundle_file_altered": N_(
        "{path}: is not the file that the bundle was made with; install the bundle again"
    ),
    "bundle_file_missing": N_("{path}: is missing; install the bundle again"),
    "manifest_lacks_file": N_("{folder}: its manifest names no {name}; install the bundle again"),
    "bundle_other_preprocessing": N_(
        "{folder}: its preprocessing is not that of this version; install a matching bundle"
    ),
    "bundle_other_format": N_(
        "{folder}: is a bundle of format {found:raw}, and this version reads {format:raw}; install a "
        "matching bundle"
    ),
    "manifest_wrong": N_("{manifest}: {error} is missing or of a wrong kind; install the bundle again"),
    "manifest_damaged": N_("{manifest}: is damaged; install the bundle again"),
    "no_bundle": N_("{folder}: no model bundle there (no {manifest}); set 'bundle' to one"),
    "model_wrong_shape": N_(
        "{model}: has tensors {shapes} of {kinds}; this version needs INT8, one square input of "
        "{least:raw} to {most:raw} pixels, and maps of a {stride:raw}nd of that"
    ),
    "runtime_missing": N_("no TensorFlow Lite runtime is installed; run `pip install ai-edge-litert`"),
    "model_not_runnable": N_("{model}: is not a model that can be run; install the bundle again"),
    "self_test_differs": N_(
        "{title}: gives {label} {answer:percent} where it gave {expected:percent} when it was built; "
        "install bundle and runtime again"
    ),
    "self_test_wrong_size": N_("{picture}: is not {side:raw} x {side:raw} pixels; install it again"),
}

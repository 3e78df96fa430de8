"""What a camera fails by."""

from device.words.marks import N_

TEXTS = {
    "fault_script_refused": N_(
        "{path}, line {line:raw}: must be a start and a length in seconds and one of {faults}"
    ),
    "fault_script_unreadable": N_("{path}: the script of faults can't be read ({error})"),
    "picamera_missing": N_("Picamera2 is missing; run `sudo apt install python3-picamera2`"),
    "camera_stopped": N_("the camera stopped ({error})"),
    "camera_unusable": N_("this camera can't be used: {error}"),
    "camera_not_started": N_("the camera doesn't start ({error}); check its ribbon cable"),
    "camera_silent": N_("no camera answers ({error}); check its ribbon cable"),
    "camera_gone": N_("the camera is gone; check its cable"),
    "no_frames_in_folder": N_("{folder}: holds no JPEG or PNG picture; set 'frames' to another folder"),
    "no_folder_of_frames": N_("{folder}: is not a folder; set 'frames' to a folder of pictures"),
    "camera_failed": N_("the camera failed in a way that is not known ({error})"),
    "burst_under_way": N_("another burst is under way; wait a moment"),
    "usb_camera_gone": N_("the camera is gone; check its USB cable"),
    "usb_camera_silent": N_("no camera answers at {path}; check its cable and 'usb_device'"),
    "no_frame_for": N_("the camera gave no frame for {seconds} s; check its cable"),
    "no_frame": N_("the camera gives no frame; check its cable"),
    "camera_hangs": N_("the camera hangs; the device starts again by itself"),
    "camera_hangs_again": N_("the camera hangs, and a new start didn't help; check its cable"),
    "camera_stands_still": N_("the camera gives no new frames; check its cable"),
}

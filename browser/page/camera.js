// The phone's own camera.
const LOOKS_A_SECOND = 4;
const WANTED = {video: {facingMode: 'environment', width: {ideal: 1920}, height: {ideal: 1440}}, audio: false};

/** Shows the camera in a video element, and hands frames of it to whoever looks. */
export class Camera {
  constructor(video) {
    this.video = video;
    this.busy = false;
  }

  get running() {
    return Boolean(this.video.srcObject);
  }

  /** Throws when there is no camera, or it isn't allowed. */
  async start(look) {
    this.video.srcObject = await navigator.mediaDevices.getUserMedia(WANTED);
    await this.video.play();
    this.timer = setInterval(async () => {
      // A slow phone looks less often.
      if (this.busy || document.hidden) return;
      this.busy = true;
      look(await createImageBitmap(this.video));
    }, 1000 / LOOKS_A_SECOND);
  }

  stop() {
    clearInterval(this.timer);
    for (const track of this.video.srcObject.getTracks()) track.stop();
    this.video.srcObject = null;
    this.busy = false;
  }

  /** The frame of now, and an address at which it can be shown. */
  async take() {
    const {videoWidth: width, videoHeight: height} = this.video;
    const canvas = new OffscreenCanvas(width, height);
    canvas.getContext('2d').drawImage(this.video, 0, 0);
    const address = URL.createObjectURL(await canvas.convertToBlob({type: 'image/jpeg', quality: 0.92}));
    return {frame: await createImageBitmap(canvas), address};
  }
}

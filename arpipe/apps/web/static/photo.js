// A still picture instead of a camera: offered a few times per second, so that changes of effects show.
const EVERY_MS = 160, LONGEST_SIDE = 1280;

export class Photo {
  constructor(onFrame) {
    this.canvas = document.createElement("canvas");
    this.onFrame = onFrame;
    this.timer = 0;
  }

  get isOpen() { return this.timer !== 0; }

  // Opens a file or an address; throws if it is not a picture.
  async open(source) {
    this.close();
    const blob = source instanceof Blob ? source : await (await fetch(source)).blob();
    const picture = await createImageBitmap(blob, { imageOrientation: "from-image" });
    const share = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
    const [width, height] = [picture.width, picture.height].map((side) => 2 * Math.max(1, Math.round((side * share) / 2)));
    Object.assign(this.canvas, { width, height });
    Object.assign(this.canvas, { videoWidth: width, videoHeight: height }); // as of a video, for the uplinks
    this.canvas.getContext("2d", { alpha: false }).drawImage(picture, 0, 0, width, height);
    picture.close();
    this.timer = setInterval(() => this.onFrame(this.canvas, performance.now()), EVERY_MS);
  }

  close() {
    clearInterval(this.timer);
    this.timer = 0;
  }
}

// Snapshots and recordings; they leave the page only as downloads.
import { brand } from "./texts.js";

const TYPES = ["video/mp4;codecs=avc1.42e01f", "video/webm;codecs=vp9", "video/webm"];

function save(blob, suffix) {
  const link = document.createElement("a");
  const stamp = new Date().toISOString().slice(0, 19).replace("T", " ").replaceAll(":", ".");
  link.href = URL.createObjectURL(blob);
  link.download = `${brand} ${stamp}.${suffix}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 30_000);
}

// Saves the picture; gives it, or null.
export function snapshot(canvas) {
  return new Promise((done) => canvas.toBlob((blob) => { if (blob) save(blob, "png"); done(blob); }, "image/png"));
}

export class Recorder {
  constructor(canvas, onTime) {
    Object.assign(this, { canvas, onTime, recorder: null, timer: 0 });
  }
  get isOn() { return this.recorder !== null; }
  static get isPossible() { return "MediaRecorder" in window && "captureStream" in HTMLCanvasElement.prototype; }

  start() {
    const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type));
    const recorder = new MediaRecorder(this.canvas.captureStream(30), { mimeType, videoBitsPerSecond: 6e6 });
    const pieces = [], started = performance.now();
    recorder.ondataavailable = ({ data }) => { if (data.size) pieces.push(data); };
    recorder.onstop = () => save(new Blob(pieces, { type: recorder.mimeType }), recorder.mimeType.includes("mp4") ? "mp4" : "webm");
    recorder.start(1000);
    this.recorder = recorder;
    const report = () => this.onTime((performance.now() - started) / 1000);
    report();
    this.timer = setInterval(report, 500);
  }

  stop() {
    clearInterval(this.timer);
    if (this.recorder && this.recorder.state !== "inactive") this.recorder.stop();
    this.recorder = null;
  }
}

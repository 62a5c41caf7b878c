// Encoding and decoding of pictures: H.264 through WebCodecs where available, otherwise JPEG.
import { LEVELS } from "./network.js";
import { H264_DELTA, H264_KEY, JPEG } from "./protocol.js";

const BASELINE = "avc1.42e0", LONGEST_SIDE_JPEG = 848; // browsers encode JPEG of 720p at 15 Hz only
const H264_LEVELS = [[3600, "1f"], [5120, "20"], [8192, "28"]]; // blocks of 16×16 px at 30 Hz, level 3.1 to 4.0
const KEY_FRAME_EVERY = 60, KEY_FRAME_EVERY_REDUCED = 600; // key frames are large, and nothing is lost on the way

// The profile and the lowest level that a size fits into: some devices refuse higher ones than they need.
function codecOf(width, height) {
  const blocks = Math.ceil(width / 16) * Math.ceil(height / 16);
  return BASELINE + (H264_LEVELS.find(([most]) => blocks <= most) ?? H264_LEVELS.at(-1))[1];
}

export async function canH264() {
  if (!("VideoEncoder" in window && "VideoDecoder" in window)) return false;
  try {
    const up = await VideoEncoder.isConfigSupported(encoderConfig(1280, 720, LEVELS[0]));
    const down = await VideoDecoder.isConfigSupported({ codec: codecOf(1280, 720), optimizeForLatency: true });
    return up.supported && down.supported;
  } catch {
    return false;
  }
}

function encoderConfig(width, height, { kbit, fps }) {
  return {
    codec: codecOf(width, height), width, height, framerate: Math.min(fps, 30),
    bitrate: kbit === null ? Math.max(1.2e6, width * height * 4.5) : 1000 * kbit,
    latencyMode: "realtime", avc: { format: "annexb" },
  };
}

// Scale to even sides, none longer than `longest`.
function fit(video, longest) {
  const share = Math.min(1, longest / Math.max(video.videoWidth, video.videoHeight));
  return [video.videoWidth, video.videoHeight].map((side) => 2 * Math.round((side * share) / 2));
}

function scaled(canvas, video, [width, height]) {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  canvas.getContext("2d", { alpha: false }).drawImage(video, 0, 0, width, height);
  return canvas;
}

// Uplinks pass each encoded picture to `onPicture(kind, sequence, bytes)`; `level` is one of network.js.
export class H264Uplink {
  constructor(onPicture, onError) {
    this.canvas = document.createElement("canvas");
    this.sequences = new Map(); // by time stamp, µs
    this.encoder = new VideoEncoder({
      output: (chunk) => {
        const bytes = new Uint8Array(chunk.byteLength);
        chunk.copyTo(bytes);
        onPicture(chunk.type === "key" ? H264_KEY : H264_DELTA, this.sequences.get(chunk.timestamp), bytes);
        this.sequences.delete(chunk.timestamp);
      },
      error: onError,
    });
  }
  send(video, sequence, capturedMs, level) {
    const size = fit(video, level.longest);
    const key = [...size, level.kbit].join();
    if (key !== this.key) {
      this.encoder.configure(encoderConfig(...size, level));
      Object.assign(this, { key, count: 0 });
    }
    const whole = size[0] === video.videoWidth && size[1] === video.videoHeight;
    const timestamp = Math.max(Math.round(1000 * capturedMs), (this.timestamp ?? 0) + 1); // the encoder's rate depends on it
    this.timestamp = timestamp;
    this.sequences.set(timestamp, sequence);
    const frame = new VideoFrame(whole ? video : scaled(this.canvas, video, size), { timestamp });
    const every = level.kbit === null ? KEY_FRAME_EVERY : KEY_FRAME_EVERY_REDUCED;
    this.encoder.encode(frame, { keyFrame: this.count++ % every === 0 });
    frame.close();
  }
  close() {
    if (this.encoder.state !== "closed") this.encoder.close();
  }
}

export class JpegUplink {
  constructor(onPicture) {
    this.canvas = document.createElement("canvas");
    this.onPicture = onPicture;
  }
  send(video, sequence, _capturedMs, { longest, jpeg }) {
    scaled(this.canvas, video, fit(video, Math.min(longest, LONGEST_SIDE_JPEG))).toBlob(async (blob) => {
      if (blob && this.onPicture) this.onPicture(JPEG, sequence, new Uint8Array(await blob.arrayBuffer()));
    }, "image/jpeg", jpeg);
  }
  close() {
    this.onPicture = null;
  }
}

// Passes every picture of the server to `show(image, message)`, in order.
export class Downlink {
  constructor(show, onError) {
    this.show = show;
    this.onError = onError;
    this.waiting = new Map();
    this.decoder = null;
  }
  take(message) {
    if (message.kind === JPEG) {
      createImageBitmap(new Blob([message.data], { type: "image/jpeg" })).then(
        (image) => { this.show?.(image, message); image.close(); }, this.onError);
      return;
    }
    if (!this.decoder && message.kind !== H264_KEY) return;
    const { width, height } = message.facts;
    if (codecOf(width, height) !== this.codec) {
      this.decoder ??= new VideoDecoder({ output: (frame) => this.shown(frame), error: this.onError });
      this.codec = codecOf(width, height);
      this.decoder.configure({ codec: this.codec, optimizeForLatency: true });
    }
    this.waiting.set(message.sequence, message);
    const type = message.kind === H264_KEY ? "key" : "delta";
    this.decoder.decode(new EncodedVideoChunk({ type, timestamp: message.sequence * 1000, data: message.data }));
  }
  shown(frame) {
    const sequence = Math.round(frame.timestamp / 1000);
    const message = this.waiting.get(sequence);
    this.waiting.delete(sequence);
    if (message) this.show?.(frame, message);
    frame.close();
  }
  close() {
    this.show = null;
    if (this.decoder && this.decoder.state !== "closed") this.decoder.close();
  }
}

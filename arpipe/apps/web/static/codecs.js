// Encoding and decoding of pictures: H.264 through WebCodecs where available, otherwise JPEG.
import { H264_DELTA, H264_KEY, JPEG } from "./protocol.js";

const CODEC = "avc1.42e01f"; // baseline, level 3.1: 1280×720 at 30 Hz
const LONGEST_SIDE = 1280, LONGEST_SIDE_JPEG = 848; // browsers encode JPEG of 720p at 15 Hz only
const KEY_FRAME_EVERY = 60;

export async function canH264() {
  if (!("VideoEncoder" in window && "VideoDecoder" in window)) return false;
  try {
    const up = await VideoEncoder.isConfigSupported(encoderConfig(1280, 720));
    const down = await VideoDecoder.isConfigSupported({ codec: CODEC, optimizeForLatency: true });
    return up.supported && down.supported;
  } catch {
    return false;
  }
}

function encoderConfig(width, height) {
  return {
    codec: CODEC, width, height, bitrate: Math.max(1.2e6, width * height * 4.5), framerate: 30,
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

export class H264Uplink {
  constructor(onPicture, onError) {
    this.canvas = document.createElement("canvas");
    this.size = [0, 0];
    this.count = 0;
    this.encoder = new VideoEncoder({
      output: (chunk) => {
        const bytes = new Uint8Array(chunk.byteLength);
        chunk.copyTo(bytes);
        onPicture(chunk.type === "key" ? H264_KEY : H264_DELTA, Math.round(chunk.timestamp / 1000), bytes);
      },
      error: onError,
    });
  }
  send(video, sequence) {
    const size = fit(video, LONGEST_SIDE);
    const isNew = size[0] !== this.size[0] || size[1] !== this.size[1];
    if (isNew) {
      this.encoder.configure(encoderConfig(...size));
      this.size = size;
      this.count = 0;
    }
    const whole = size[0] === video.videoWidth && size[1] === video.videoHeight;
    const frame = new VideoFrame(whole ? video : scaled(this.canvas, video, size), { timestamp: sequence * 1000 });
    this.encoder.encode(frame, { keyFrame: this.count++ % KEY_FRAME_EVERY === 0 });
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
  send(video, sequence) {
    scaled(this.canvas, video, fit(video, LONGEST_SIDE_JPEG)).toBlob(async (blob) => {
      if (blob && this.onPicture) this.onPicture(JPEG, sequence, new Uint8Array(await blob.arrayBuffer()));
    }, "image/jpeg", 0.82);
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
    if (!this.decoder) {
      if (message.kind !== H264_KEY) return;
      this.decoder = new VideoDecoder({ output: (frame) => this.shown(frame), error: this.onError });
      this.decoder.configure({ codec: CODEC, optimizeForLatency: true });
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

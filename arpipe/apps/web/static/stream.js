// The socket: sends pictures while fewer than the credit are unanswered, receives pictures, and reconnects.
import { Network } from "./network.js";
import { Downlink, H264Uplink, JpegUplink } from "./codecs.js";
import { packPicture, unpackPicture } from "./protocol.js";

const EARLY_MS = 8; // a picture may come this much early, because cameras are not exact
const FIRST_RETRY_MS = 400, LONGEST_RETRY_MS = 5000, REFUSALS = 3;
const FULL = 1013, POLICY = 1008, TOO_BIG = 1009, FAULT = 1011, IDLE = 1001;

export class Stream {
  // on: { picture(image, message), open(), lost(), ended(end, reason), applied(message), problem(text),
  //       triggered(message), network(isReduced) }
  constructor(on) {
    this.on = on;
    this.network = new Network(() => this.adapt());
    this.mode = "page";
    this.code = "h264";
    this.credit = 2;
    this.retryMs = FIRST_RETRY_MS;
    this.sequence = 0;
    this.dropped = 0;
    this.wanted = { effects: [], view: null };
    this.socket = null;
    this.timer = 0;
    this.refusals = 0; // attempts in a row without a welcome
  }

  start(mode, code, maxFaces) {
    this.stop();
    Object.assign(this, { mode, code, maxFaces });
    this.open();
  }

  stop() {
    clearTimeout(this.timer);
    this.release();
    if (this.socket) {
      this.socket.onclose = this.socket.onmessage = null;
      this.socket.close(1000);
      this.socket = null;
    }
  }

  get isOpen() {
    return Boolean(this.uplink || this.downlink) && this.socket?.readyState === WebSocket.OPEN;
  }

  open() {
    const url = new URL("/stream", location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(url), startMs = performance.now();
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      this.network.connected(performance.now() - startMs);
      this.say({ type: "hello", version: 2, mode: this.mode, down: this.code, max_faces: this.maxFaces });
    };
    socket.onmessage = ({ data }) => (typeof data === "string" ? this.hear(JSON.parse(data)) : this.receive(data));
    socket.onclose = (event) => this.closed(event);
    this.socket = socket;
  }

  hear(message) {
    if (message.type === "welcome") this.begin(message);
    else if (message.type === "applied" || message.type === "refused") this.applied(message);
    else if (message.type === "problem") this.on.problem(message.reason);
    else if (message.type === "transit") this.network.observe(message.ms);
    else if (message.type === "do") this.on.triggered(message);
  }

  begin(welcome) {
    this.refusals = 0;
    this.credit = welcome.credit;
    this.retryMs = FIRST_RETRY_MS;
    this.inFlight = new Map(); // sequence → { capturedMs, sentMs }
    this.offeredMs = 0;
    this.applying = false;
    this.downlink = new Downlink((image, message) => this.shown(image, message), () => this.withoutCodecs());
    if (this.mode === "page") {
      const send = (kind, sequence, bytes) => {
        if (this.socket?.readyState !== WebSocket.OPEN || !this.inFlight.has(sequence)) return;
        const picture = this.inFlight.get(sequence);
        picture.sentMs = performance.now();
        this.socket.send(packPicture(kind, sequence, picture.capturedMs, bytes));
      };
      this.uplink = this.code === "h264" ? new H264Uplink(send, () => this.withoutCodecs()) : new JpegUplink(send);
    }
    this.setEffects(this.wanted.effects);
    if (this.wanted.view) this.setView(this.wanted.view);
    if (this.network.isReduced) this.adapt();
    this.on.open();
  }

  // The network carries more or less than before.
  adapt() {
    const { longest, fps, kbit } = this.network.level;
    this.say({ type: "network", ...(this.network.isReduced ? { longest, fps, kbit } : {}) });
    this.on.network(this.network.isReduced);
  }

  // A new picture of the camera: sent while there is credit and it is due, otherwise dropped.
  offer(video, capturedMs) {
    if (capturedMs - this.offeredMs < 1000 / this.network.level.fps - EARLY_MS) return;
    if (!this.uplink || this.inFlight.size >= this.credit || this.socket.readyState !== WebSocket.OPEN) {
      this.dropped += 1;
      return;
    }
    const sequence = this.sequence++ >>> 0;
    this.inFlight.set(sequence, { capturedMs, sentMs: performance.now() });
    this.offeredMs = capturedMs;
    try {
      this.uplink.send(video, sequence, capturedMs, this.network.level);
    } catch {
      this.withoutCodecs();
    }
  }

  receive(buffer) {
    const message = Object.assign(unpackPicture(buffer), { receivedMs: performance.now() });
    const sent = this.inFlight.get(message.sequence);
    if (this.mode === "page" && sent) this.network.observe(message.receivedMs - sent.sentMs - message.facts.total_ms);
    this.downlink?.take(message);
  }

  shown(image, message) {
    if (this.mode === "server") this.say({ type: "ack", sequence: message.sequence });
    else this.inFlight.delete(message.sequence);
    this.on.picture(image, message);
  }

  setEffects(effects) {
    this.wanted.effects = effects;
    if (!this.isOpen) return;
    if (this.applying) { this.again = true; return; }
    this.applying = true;
    this.again = false;
    this.sent = structuredClone(effects); // the sliders change the others in place
    this.say({ type: "effects", ticket: 1, effects });
  }

  applied(message) {
    this.applying = false;
    this.on.applied(message, this.sent);
    if (this.again) this.setEffects(this.wanted.effects);
  }

  setView(view) {
    this.wanted.view = view;
    if (this.isOpen) this.say({ type: "view", ...view });
  }

  reset() {
    if (this.isOpen) this.say({ type: "reset" });
  }

  say(message) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  withoutCodecs() {
    if (this.code === "jpeg") return;
    this.start(this.mode, "jpeg", this.maxFaces);
  }

  release() {
    this.uplink?.close();
    this.downlink?.close();
    this.uplink = this.downlink = null;
    this.inFlight = new Map();
  }

  closed(event) {
    this.release();
    this.socket = null;
    const end = { [FULL]: "full", [POLICY]: "ended", [TOO_BIG]: "ended", [FAULT]: "broken", [IDLE]: "idle" }[event.code];
    if (end && (event.reason || end !== "idle")) {
      this.on.ended(end, event.reason);
      if (end !== "full") return;
    } else if (event.code === 1006 && ++this.refusals >= REFUSALS) {
      this.on.ended("refused", "");
    } else {
      this.on.lost();
    }
    this.timer = setTimeout(() => this.open(), event.code === FULL ? LONGEST_RETRY_MS : this.retryMs);
    this.retryMs = Math.min(2 * this.retryMs, LONGEST_RETRY_MS);
  }
}

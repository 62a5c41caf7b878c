// Cameras of the browser.
const WANTED = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };

export class Camera {
  constructor(onFrame, onEnded) {
    this.video = Object.assign(document.createElement("video"), { muted: true, playsInline: true });
    this.onFrame = onFrame;
    this.onEnded = onEnded;
    this.run = 0;
  }

  // Opens a camera, the front one by default; throws the browser's error.
  async open(deviceId) {
    this.close();
    if (!navigator.mediaDevices) throw new DOMException("", "InsecureError");
    const which = deviceId ? { deviceId: { exact: deviceId } } : { facingMode: "user" };
    const stream = await navigator.mediaDevices.getUserMedia({ video: { ...WANTED, ...which }, audio: false });
    const [track] = stream.getVideoTracks();
    track.onended = () => this.onEnded();
    this.video.srcObject = stream;
    await this.video.play();
    this.pump(++this.run);
    return track.getSettings().deviceId;
  }

  close() {
    this.run += 1;
    for (const track of this.video.srcObject?.getTracks() ?? []) {
      track.onended = null;
      track.stop();
    }
    this.video.srcObject = null;
  }

  pump(run) {
    const each = (now, facts) => {
      if (run !== this.run) return;
      this.onFrame(this.video, facts?.captureTime ?? now);
      next();
    };
    const next = () =>
      "requestVideoFrameCallback" in this.video
        ? this.video.requestVideoFrameCallback(each)
        : requestAnimationFrame((now) => each(now));
    next();
  }
}

export async function cameras() {
  if (!navigator.mediaDevices) return [];
  const found = (await navigator.mediaDevices.enumerateDevices()).filter((device) => device.kind === "videoinput");
  return found.map(({ deviceId, label }) => ({ id: deviceId, label }));
}

// Why a camera cannot be opened: denied, missing, busy, insecure or failed.
export function cameraProblem(error) {
  switch (error.name) {
    case "NotAllowedError":
    case "SecurityError":
      return "denied";
    case "NotFoundError":
    case "OverconstrainedError":
      return "missing";
    case "NotReadableError":
    case "AbortError":
      return "busy";
    case "InsecureError":
      return "insecure";
    default:
      return "failed";
  }
}

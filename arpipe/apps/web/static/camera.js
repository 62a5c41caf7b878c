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
  return found.map((device, place) => ({ id: device.deviceId, label: device.label || `Camera ${place + 1}` }));
}

// What the user can do about a camera that cannot be opened.
export function cameraAdvice(error) {
  switch (error.name) {
    case "NotAllowedError":
    case "SecurityError":
      return ["The camera is not allowed", "Click the camera icon next to the address, allow the camera for this page, then try again."];
    case "NotFoundError":
    case "OverconstrainedError":
      return ["No camera found", "Connect one, or start arpipe with --source to use a camera of the server."];
    case "NotReadableError":
    case "AbortError":
      return ["The camera is busy", "Another program or tab is using it. Close that one, then try again."];
    case "InsecureError":
      return ["This address cannot use cameras", "Browsers open cameras on https or localhost only. Start arpipe with --tls-cert and --tls-key."];
    default:
      return ["The camera cannot be opened", error.message || error.name];
  }
}

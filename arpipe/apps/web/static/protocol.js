// Page side of arpipe/apps/web/protocol.py: little-endian headers around pictures.
export const JPEG = 1, H264_KEY = 2, H264_DELTA = 3;
const UPWARD = 16, DOWNWARD = 20;

export function packPicture(kind, sequence, capturedMs, bytes) {
  const message = new Uint8Array(UPWARD + bytes.byteLength);
  const header = new DataView(message.buffer);
  header.setUint8(0, kind);
  header.setUint32(4, sequence, true);
  header.setFloat64(8, capturedMs, true);
  message.set(bytes, UPWARD);
  return message;
}

export function unpackPicture(buffer) {
  const header = new DataView(buffer);
  const length = header.getUint32(16, true);
  return {
    kind: header.getUint8(0),
    sequence: header.getUint32(4, true),
    capturedMs: header.getFloat64(8, true),
    facts: JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, DOWNWARD, length))),
    data: new Uint8Array(buffer, DOWNWARD + length),
  };
}

const MOST_PARAMS = 64, LONGEST_TEXT = 64; // of an effect; longer ones end the session

// Whether parameters of an effect have a form that the server reads; it checks their names and ranges.
export function arePlain(params) {
  if (typeof params !== "object" || params === null || Object.getPrototypeOf(params) !== Object.prototype) return false;
  const isPlain = (value) => value === null || typeof value === "boolean" || Number.isFinite(value) || (typeof value === "string" && value.length <= LONGEST_TEXT);
  const entries = Object.entries(params);
  return entries.length <= MOST_PARAMS && entries.every(([key, value]) => key.length <= LONGEST_TEXT && isPlain(value));
}

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

// Ids made here: repeating a request with the same id makes no second task, so that every try is safe.

/** `task_` and a UUID version 7 (RFC 9562): 48 bits of time, then random bits. */
export function newTaskId(now = Date.now()): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const view = new DataView(bytes.buffer);
  view.setUint16(0, Math.floor(now / 2 ** 32));
  view.setUint32(2, now % 2 ** 32);
  view.setUint8(6, (view.getUint8(6) & 0x0f) | 0x70);
  view.setUint8(8, (view.getUint8(8) & 0x3f) | 0x80);
  return `task_${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

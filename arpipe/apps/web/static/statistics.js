// The middle of some numbers; 0 for none.
export function median(values) {
  const ordered = [...values].sort((a, b) => a - b);
  return ordered.length ? ordered[ordered.length >> 1] : 0;
}

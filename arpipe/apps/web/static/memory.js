// What a visitor chose, kept in the browser until the next visit; links such as ?effect=wayfarer come first.
import { arePlain } from "./protocol.js";

const PREFIX = "arpipe.";

export function chosen(link, entries, configured) {
  const known = new Set(entries.map(({ id }) => id));
  const asked = link.getAll("effect");
  const unknown = asked.filter((id) => !known.has(id));
  if (asked.length) return { active: asked.filter((id) => known.has(id)).map((id) => ({ id, params: {} })), unknown };
  const kept = recall("effects");
  return { active: Array.isArray(kept) ? kept.filter((effect) => known.has(effect?.id) && arePlain(effect.params)) : configured, unknown };
}

export function remember(key, value) {
  try {
    localStorage.setItem(PREFIX + key, JSON.stringify(value));
  } catch {} // private windows and frames may have no storage
}

// What was remembered; null for nothing.
export function recall(key) {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + key));
  } catch {
    return null;
  }
}

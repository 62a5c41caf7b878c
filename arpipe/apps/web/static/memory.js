// What a visitor chose, kept in the browser until the next visit; links such as ?effect=wayfarer come first.
const KEY = "arpipe.effects";

export function chosen(link, entries, configured) {
  const known = new Set(entries.map(({ id }) => id));
  const asked = link.getAll("effect");
  const unknown = asked.filter((id) => !known.has(id));
  if (asked.length) return { active: asked.filter((id) => known.has(id)).map((id) => ({ id, params: {} })), unknown };
  return { active: remembered(known) ?? configured, unknown };
}

export function remember(active) {
  try {
    localStorage.setItem(KEY, JSON.stringify(active));
  } catch {} // private windows and frames may have no storage
}

function remembered(known) {
  try {
    const active = JSON.parse(localStorage.getItem(KEY));
    return Array.isArray(active) ? active.filter(({ id }) => known.has(id)) : null;
  } catch {
    return null;
  }
}

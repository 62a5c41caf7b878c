// Texts in the language of the page, which the server puts into it; see arpipe/apps/web/locales.
const texts = JSON.parse(document.getElementById("texts").textContent);

export const language = document.documentElement.lang, brand = texts.brand;

// The text of a key, with {…} filled in.
export function text(key, values = {}) {
  return texts[key].replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

// What a visitor has set, kept in the browser until the next visit.
import { language } from "./texts.js";
import { recall, remember } from "./memory.js";

const EVERYBODY = 4;
const $ = (id) => document.getElementById(id);

export class Settings {
  // on: { people(most), figures(isShown) }; `mostFaces` is the operator's own number of people.
  constructor(mostFaces, on) {
    this.on = on;
    this.values = { people: mostFaces > 1 ? "all" : "one", keys: true, figures: false, ...recall("settings") };
    this.most = { one: 1, all: mostFaces < EVERYBODY ? EVERYBODY : null }; // null is the operator's own number
    for (const id of ["keys", "figures"]) {
      $(id).checked = this.values[id];
      $(id).onchange = () => this.set(id, $(id).checked);
    }
    $("people").value = this.values.people;
    $("people").onchange = () => this.set("people", $("people").value);
    $("language").value = language;
    $("language").onchange = () => {
      const address = new URL(location.href);
      address.searchParams.set("lang", $("language").value);
      location.replace(address);
    };
    on.figures(this.values.figures);
  }

  get usesKeys() { return this.values.keys; }

  get maxFaces() { return this.most[this.values.people]; }

  set(key, value) {
    this.values[key] = value;
    remember("settings", this.values);
    if (key === "people") this.on.people();
    if (key === "figures") this.on.figures(value);
  }

  // Shows the code and the address for phones, if the page can be reached by them.
  offerPhone(address) {
    $("phone").hidden = !address;
    if (!address) return;
    $("phone-code").onerror = () => { $("phone-code").hidden = true; }; // without the extra for codes, the address has to do
    $("phone-code").src = "/phone.svg";
    $("phone-address").textContent = address;
  }
}

// The effects on offer, the active ones, and the controls of the one being edited.
import { text } from "./texts.js";

const GROUPS = ["glasses", "looks", "makeup", "background", "more"];
const COMBINABLE = new Set(["makeup", "more"]); // of the other groups, one effect at a time

const make = (tag, attributes = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), attributes);
  element.append(...children);
  return element;
};

const NONE = '<circle cx="12" cy="12" r="9"/><path d="M6 18 18 6"/>';
const PICTURE = '<circle cx="12" cy="5" r="2.2"/><path d="M12 7.500v7M6 10h12M12 14.500 8.500 21M12 14.500 15.500 21"/>';

// A drawing in place of a preview.
function icon(className, shapes) {
  const made = make("span", { className });
  made.innerHTML = `<svg viewBox="0 0 24 24" aria-hidden="true">${shapes}</svg>`;
  return made;
}

const SVG = "http://www.w3.org/2000/svg";

// A disc in equal sectors of the colours, the first one on the left.
function disc(colors) {
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("viewBox", "-1 -1 2 2");
  picture.setAttribute("aria-hidden", "true");
  const share = 2 / colors.length;
  colors.forEach((color, place) => {
    const part = document.createElementNS(SVG, "rect");
    for (const [key, value] of Object.entries({ x: place * share - 1, y: -1, width: share, height: 2, fill: color })) part.setAttribute(key, value);
    picture.append(part);
  });
  return picture;
}

export class EffectPicker {
  constructor(parts, onChange) {
    Object.assign(this, parts, { onChange, entries: new Map(), active: new Set(), params: new Map(), group: "glasses", edited: null });
    this.empty = { title: this.title.textContent, text: this.text.textContent }; // without an effect
    this.resetButton.onclick = () => this.resetParams();
    this.form.onsubmit = (event) => event.preventDefault();
  }

  fill(entries, active) {
    for (const entry of entries) this.entries.set(entry.id, entry);
    for (const group of GROUPS) {
      if (!entries.some((entry) => entry.group === group)) continue;
      const tab = make("button", { type: "button", role: "tab", textContent: text(group), id: `tab-${group}` });
      tab.setAttribute("aria-controls", this.rail.id);
      tab.onclick = () => this.open(group);
      tab.onkeydown = (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!step) return;
        event.preventDefault();
        event.stopPropagation();
        const tabs = [...this.tabs.children];
        tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length].click();
      };
      this.tabs.append(tab);
    }
    for (const { id, params } of active) {
      this.activate(id);
      if (Object.keys(params).length) this.params.set(id, params);
    }
    this.open(active.length ? this.entries.get(active[0].id).group : "glasses");
    this.reveal();
    this.show();
  }

  inGroup(group = this.group) {
    return [...this.entries.values()].filter((entry) => entry.group === group);
  }

  open(group) {
    this.group = group;
    for (const tab of this.tabs.children) {
      const isOpen = tab.id === `tab-${group}`;
      tab.setAttribute("aria-selected", isOpen);
      tab.tabIndex = isOpen ? 0 : -1;
      if (isOpen && this.tabs.contains(document.activeElement)) tab.focus();
    }
    this.rail.setAttribute("aria-labelledby", `tab-${group}`);
    const none = icon("none", NONE);
    const items = [this.button(null, none, text("none")), ...this.inGroup().map((entry) => {
      const picture = make("img", { src: `/preview/${entry.id}.jpg`, alt: "", width: 104, height: 104, loading: "lazy", decoding: "async" });
      picture.onerror = () => picture.replaceWith(icon("none", PICTURE)); // nothing to draw on the model
      return this.button(entry, picture, entry.title);
    })];
    this.rail.replaceChildren(...items);
    this.rail.scrollLeft = 0;
    this.mark();
  }

  button(entry, picture, title) {
    const button = make("button", { type: "button", className: "look", title: entry?.description ?? "" }, picture, make("span", { textContent: title }));
    button.dataset.effect = entry?.id ?? "";
    button.onclick = () => this.choose(entry?.id ?? null);
    return button;
  }

  // A click: a second one removes the effect, None clears the group.
  choose(id) {
    if (id === null) this.clear(this.group);
    else if (this.active.has(id)) { this.active.delete(id); if (this.edited === id) this.edited = null; }
    else this.activate(id);
    this.changed();
  }

  // A key: select this effect alone of its group.
  only(place) {
    const entry = this.inGroup()[place];
    this.clear(this.group);
    if (entry) this.activate(entry.id);
    this.changed();
    this.reveal();
  }

  // A trigger: select this effect with these parameters.
  wear(id, params) {
    this.activate(id);
    if (Object.keys(params).length) this.params.set(id, params);
    this.changed();
    this.reveal();
  }

  // Scroll the rail to the selected effect; scrollIntoView would scroll the page of a shop, too.
  reveal() {
    const button = this.rail.querySelector('[aria-pressed="true"]');
    if (!button) return;
    const inner = button.getBoundingClientRect(), outer = this.rail.getBoundingClientRect();
    this.rail.scrollLeft += inner.left - outer.left - (outer.width - inner.width) / 2;
  }

  // Return from a selection that was refused to an earlier one, both as `selection` returns them.
  restore(earlier, refused) {
    for (const { id } of refused) this.params.delete(id);
    this.active.clear();
    this.edited = null;
    for (const { id, params } of earlier) {
      this.activate(id);
      if (Object.keys(params).length) this.params.set(id, params);
    }
    this.changed();
  }

  adjust(id, key, value) {
    this.set(this.entries.get(id), key, value);
    this.show();
  }

  // An arrow key on a button of the rail: select the one beside it.
  stepFrom(button, by) {
    const buttons = [...this.rail.children];
    const next = buttons[(buttons.indexOf(button) + by + buttons.length) % buttons.length];
    this.only(buttons.indexOf(next) - 1);
    next.focus();
  }

  step(by) {
    const entries = this.inGroup();
    const now = entries.findIndex((entry) => this.active.has(entry.id));
    const places = entries.length + 1;
    this.only(((now + 1 + by + places) % places) - 1);
  }

  clear(group) {
    for (const entry of this.inGroup(group)) this.active.delete(entry.id);
    if (!this.active.has(this.edited)) this.edited = [...this.active].at(-1) ?? null;
  }

  removeAll() {
    this.active.clear();
    this.edited = null;
    this.changed();
  }

  activate(id) {
    const entry = this.entries.get(id);
    if (!COMBINABLE.has(entry.group)) this.clear(entry.group);
    this.active.add(id);
    this.edited = id;
  }

  changed() {
    this.mark();
    this.show();
    this.onChange();
  }

  mark() {
    const empty = !this.inGroup().some((entry) => this.active.has(entry.id));
    for (const button of this.rail.children) {
      const { effect } = button.dataset;
      button.setAttribute("aria-pressed", effect ? this.active.has(effect) : empty);
    }
  }

  // The active effects for the server.
  selection() {
    return [...this.active].map((id) => ({ id, params: this.params.get(id) ?? {} }));
  }

  resetParams() {
    this.params.delete(this.edited);
    this.changed();
  }

  show() {
    const entry = this.entries.get(this.edited);
    this.title.textContent = entry?.title ?? this.empty.title;
    this.text.textContent = entry?.description ?? this.empty.text;
    this.resetButton.hidden = !entry || !this.params.get(entry.id);
    const chips = this.active.size > 1 ? [...this.active].map((id) => {
      const chip = make("button", { type: "button", className: "chip", textContent: this.entries.get(id).title });
      chip.setAttribute("aria-pressed", id === this.edited);
      chip.onclick = () => { this.edited = id; this.show(); };
      return chip;
    }) : [];
    this.activeList.replaceChildren(...chips);
    this.form.replaceChildren(...(entry?.controls ?? []).map((control, place) => this.row(entry, control, `control-${place}`)));
  }

  set(entry, key, value) {
    const params = this.params.get(entry.id) ?? {};
    params[key] = value;
    this.params.set(entry.id, params);
    this.resetButton.hidden = false;
    this.onChange();
  }

  // What the visitor has set, or else the preset, or else the effect.
  valueOf(entry, control) {
    const params = this.params.get(entry.id) ?? {};
    if (control.key in params) return params[control.key];
    const variants = entry.controls.find(({ type }) => type === "preset");
    const preset = variants?.presets.find(({ name }) => name === (params[variants.key] ?? variants.value));
    return preset && control.key in preset.values ? preset.values[control.key] : control.value;
  }

  row(entry, control, id) {
    const value = this.valueOf(entry, control);
    const label = make("label", { htmlFor: id, textContent: control.label });
    if (control.type === "range") return this.rangeRow(entry, control, id, label, value);
    if (control.type === "preset") return this.presetRow(entry, control, value);
    if (control.type === "choice") {
      const select = make("select", { id }, ...control.options.map((option) => make("option", { value: option, textContent: control.names?.[option] ?? option, selected: option === value })));
      select.onchange = () => this.set(entry, control.key, select.value);
      return make("div", { className: "row" }, label, select);
    }
    return this.colorRow(entry, control, id, label, value);
  }

  // The colours that an effect comes in, each as a disc of its colours.
  presetRow(entry, control, value) {
    const name = make("span", { className: "preset-name" });
    const row = make("div", { className: "presets" });
    row.setAttribute("role", "radiogroup");
    row.setAttribute("aria-label", control.label);
    const mark = (chosen) => {
      for (const button of row.children) {
        const isChosen = button.dataset.preset === chosen.name;
        button.setAttribute("aria-checked", isChosen);
        button.tabIndex = isChosen ? 0 : -1;
      }
      name.textContent = chosen.title;
    };
    const choose = (preset) => {
      const params = this.params.get(entry.id) ?? {};
      for (const { key, type } of entry.controls) if (type === "color") delete params[key]; // which would hide the preset's
      this.params.set(entry.id, params);
      this.set(entry, control.key, preset.name);
      this.show();
      this.form.querySelector(`[data-preset="${preset.name}"]`).focus();
    };
    for (const preset of control.presets) {
      const button = make("button", { type: "button", className: "preset", title: preset.title });
      button.setAttribute("role", "radio");
      button.setAttribute("aria-label", preset.title);
      button.dataset.preset = preset.name;
      button.append(disc(preset.swatch));
      button.onclick = () => choose(preset);
      button.onkeydown = (event) => {
        const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
        if (!step) return;
        event.preventDefault();
        event.stopPropagation();
        const place = (control.presets.indexOf(preset) + step + control.presets.length) % control.presets.length;
        choose(control.presets[place]);
      };
      row.append(button);
    }
    mark(control.presets.find((preset) => preset.name === value) ?? control.presets[0]);
    return make("div", { className: "row" }, make("span", { textContent: control.label }), name, row);
  }

  rangeRow(entry, control, id, label, value) {
    const format = (number) => `${Number(number).toFixed(control.step < 0.1 ? 2 : 1)}${control.unit ? ` ${control.unit}` : ""}`;
    const range = make("input", { type: "range", id, min: control.low, max: control.high, step: control.step, value });
    const output = make("output", { htmlFor: id, textContent: format(value) });
    range.value = value;
    range.oninput = () => {
      output.textContent = format(range.value);
      this.set(entry, control.key, Number(range.value));
    };
    return make("div", { className: "row" }, label, output, range);
  }

  colorRow(entry, control, id, label, value) {
    const color = make("input", { type: "color", id, value: value ?? "#c08070" });
    color.oninput = () => this.set(entry, control.key, color.value);
    if (!control.optional) return make("div", { className: "row" }, label, color);
    const custom = make("input", { type: "checkbox", checked: value !== null });
    const send = () => { color.disabled = !custom.checked; this.set(entry, control.key, custom.checked ? color.value : null); };
    color.disabled = value === null;
    custom.onchange = send;
    return make("div", { className: "row" }, label, make("span", { className: "custom" }, make("label", {}, custom, text("custom")), color));
  }
}

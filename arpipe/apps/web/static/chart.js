// The timings overlay: stacked stage durations of the latest frames, ms.
import { median } from "./statistics.js";
import { text } from "./texts.js";

const SHOWN = 120, PALETTE = ["#7fb4ff", "#58d0c4", "#a5dd6b", "#ffd25e", "#ffa35c", "#ff7d73", "#f38fc4", "#c39bff", "#9aa7ff", "#8ecdf0", "#d6c7a1", "#b9b4c2"];
const ORDER = ["receive", "detect", "crop", "infer", "decode", "track", "pose", "upload", "draw", "readback", "encode"];
const BUDGET_MS = 40; // 25 FPS

export class Chart {
  constructor(canvas, legend, facts) {
    Object.assign(this, { canvas, legend, facts, frames: [], rows: new Map(), counted: 0 });
  }

  add(stages) {
    this.frames.push(stages);
    if (this.frames.length > SHOWN) this.frames.shift();
  }

  draw(note) {
    const { canvas } = this;
    const brush = canvas.getContext("2d");
    const seen = new Set(this.frames.flatMap(Object.keys));
    const stages = [...ORDER.filter((name) => seen.delete(name)), ...seen];
    const sums = this.frames.map((frame) => stages.reduce((sum, name) => sum + (frame[name] ?? 0), 0));
    const top = Math.max(BUDGET_MS * 1.15, ...sums);
    const scale = canvas.height / top, step = canvas.width / SHOWN;
    brush.clearRect(0, 0, canvas.width, canvas.height);
    this.frames.forEach((frame, place) => {
      let y = canvas.height;
      stages.forEach((name, number) => {
        const height = (frame[name] ?? 0) * scale;
        brush.fillStyle = PALETTE[number % PALETTE.length];
        brush.fillRect(canvas.width - (this.frames.length - place) * step, y - height, step - 1, height);
        y -= height;
      });
    });
    const limit = canvas.height - BUDGET_MS * scale;
    brush.fillStyle = "#ffffff";
    brush.globalAlpha = 0.55;
    brush.fillRect(0, limit, canvas.width, 1.5);
    brush.font = "20px system-ui";
    brush.fillText("40 ms", 4, limit - 6);
    brush.globalAlpha = 1;
    stages.forEach((name, number) => this.label(name, PALETTE[number % PALETTE.length], median(this.frames.map((f) => f[name] ?? 0))));
    this.facts.textContent = note;
    if (this.counted++ % 10 === 0)
      canvas.setAttribute("aria-label", text("stages", { stages: stages.map((n) => `${n} ${median(this.frames.map((f) => f[n] ?? 0)).toFixed(1)}`).join(", ") }));
  }

  label(name, color, value) {
    if (!this.rows.has(name)) {
      const row = document.createElement("li"), key = document.createElement("i"), label = document.createElement("span"), number = document.createElement("b");
      key.style.background = color;
      label.textContent = name;
      row.append(key, label, number);
      this.legend.append(row);
      this.rows.set(name, [key, number]);
    }
    const [key, number] = this.rows.get(name);
    key.style.background = color;
    number.textContent = value.toFixed(1);
  }
}

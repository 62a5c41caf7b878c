// Share of a side of the picture that may be cropped to avoid bars.
const MOST_CUT = 0.1;

// The line between before (left of it on screen) and after. The server combines both, so they show the same frame.
export class Divider {
  constructor(element, stage, view, isMirrored, onChange) {
    Object.assign(this, { element, stage, view, isMirrored, onChange, at: 0.5, isOn: false });
    element.onpointerdown = (event) => {
      element.setPointerCapture(event.pointerId);
      element.onpointermove = (move) => this.moveTo(move.clientX);
    };
    element.onpointerup = element.onpointercancel = () => { element.onpointermove = null; };
    element.onkeydown = (event) => {
      const step = { ArrowLeft: -0.02, ArrowRight: 0.02, Home: -1, End: 1 }[event.key];
      if (step === undefined) return;
      event.preventDefault();
      this.set(this.at + step);
    };
  }

  // Position of the divider in the unmirrored picture, as the server expects it; null for none.
  get split() {
    if (!this.isOn) return null;
    return this.isMirrored() ? 1 - this.at : this.at;
  }

  toggle() {
    this.isOn = !this.isOn;
    this.element.hidden = !this.isOn;
    this.place();
    this.onChange();
  }

  moveTo(clientX) {
    const { left, width } = this.shown();
    this.set((clientX - this.stage.getBoundingClientRect().left - left) / width);
  }

  set(at) {
    this.at = Math.min(1, Math.max(0, at));
    this.place();
    this.send();
  }

  // Send at most one message per frame.
  send() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => { this.waiting = false; this.onChange(); });
  }

  place() {
    const bars = (this.stage.clientWidth * this.view.height) / (this.stage.clientHeight * this.view.width);
    this.stage.classList.toggle("near", Math.max(bars, 1 / bars) < 1 + MOST_CUT);
    const { left, width } = this.shown();
    const x = Math.min(this.stage.clientWidth, Math.max(0, left + this.at * width));
    this.element.style.left = `${x}px`;
    this.element.setAttribute("aria-valuenow", Math.round(100 * this.at));
  }

  // Where the picture lies in the stage, px; parts may be outside.
  shown() {
    const { clientWidth, clientHeight } = this.stage;
    const across = clientWidth / this.view.width, down = clientHeight / this.view.height;
    const covers = getComputedStyle(this.view).objectFit === "cover";
    const width = this.view.width * (covers ? Math.max(across, down) : Math.min(across, down));
    return { left: (clientWidth - width) / 2, width };
  }
}

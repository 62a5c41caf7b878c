// The page: connects camera, stream, effects and the tools over the picture.
import { Camera, cameraAdvice, cameras } from "./camera.js";
import { Chart, median } from "./chart.js";
import { canH264 } from "./codecs.js";
import { Divider } from "./divider.js";
import { EffectPicker } from "./effects.js";
import { Embed } from "./embed.js";
import { chosen, remember } from "./memory.js";
import { Photo } from "./photo.js";
import { Recorder, snapshot } from "./recorder.js";
import { Stream } from "./stream.js";

const $ = (id) => document.getElementById(id);
const SERVER = "server", PHOTO = "photo", MODEL = "model", KEPT_TIMES = 60;
const link = new URLSearchParams(location.search);
document.body.classList.toggle("minimal", link.get("controls") === "minimal");

const view = $("view"), stage = $("stage"), brush = view.getContext("2d", { alpha: false, desynchronized: true });
const state = { paused: false, mirror: true, mesh: false, profile: false, source: null, mode: "page", code: "jpeg", times: [], latencies: [], last: null, shown: 0 };
window.arpipe = state; // for tests

const chart = new Chart($("chart"), $("legend"), $("facts"));
const recorder = new Recorder(view, (seconds) => { $("recorded").textContent = `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`; });
const stream = new Stream({
  picture, applied, triggered, open: () => hideCard(),
  problem: (text) => hint(text),
  lost: () => hint("Connection lost, trying again…"),
  network: (isReduced) => { $("network").hidden = !isReduced; },
  ended: (title, reason, code) => showCard(title, reason, code === 1013 ? "" : "Continue", resume, code === 1013 ? "This page retries automatically." : ""),
});
const camera = new Camera(
  (video, capturedMs) => { if (!state.paused && !document.hidden) stream.offer(video, capturedMs); },
  () => showCard("The camera is gone", "It was unplugged, or another program is using it.", "Try again", begin),
);
const photo = new Photo((canvas, capturedMs) => { if (!state.paused && !document.hidden) stream.offer(canvas, capturedMs); });
const divider = new Divider($("divider"), stage, view, () => state.mirror, sendView);
const picker = new EffectPicker(
  { tabs: $("tabs"), rail: $("rail"), form: $("controls"), title: $("adjust-title"), text: $("adjust-text"), resetButton: $("adjust-reset"), activeList: $("active-effects") },
  () => {
    state.requestedMs = performance.now();
    const active = picker.selection();
    stream.setEffects(active);
    remember(active);
    embed?.say({ type: "effects", active });
  },
);

function picture(image, message) {
  const { facts } = message;
  if (state.paused) return;
  const width = image.displayWidth ?? image.width, height = image.displayHeight ?? image.height;
  if ((view.width !== width || view.height !== height) && !recorder.isOn) { // recordings keep their size
    Object.assign(view, { width, height });
    divider.place();
  }
  brush.drawImage(image, 0, 0, view.width, view.height);
  const now = performance.now();
  state.shown += 1;
  state.times.push(now);
  state.latencies.push(state.mode === "page" ? now - message.capturedMs : now - message.receivedMs + facts.total_ms);
  if (state.times.length > KEPT_TIMES) { state.times.shift(); state.latencies.shift(); }
  state.last = facts;
  if (facts.stages) chart.add(facts.stages);
  hint(facts.dark ? "Too dark: turn on a light or face a window" : facts.faces === 0 ? "Looking for a face…" : facts.own_glasses ? "Take your glasses off for a true picture" : facts.faces > 1 ? `${facts.faces} faces` : "");
}

function applied(message) {
  state.appliedMs = performance.now() - state.requestedMs;
  if (message.type !== "refused") return;
  hint(message.reason);
  embed.say({ type: "error", text: message.reason });
}

// What a face, hand or body has triggered: the same as the buttons and keys.
function triggered(message) {
  if (message.do === "effect") picker.wear(message.id, message.params);
  else if (message.do === "set") picker.adjust(message.id, message.key, message.value);
  else if (message.do === "next" || message.do === "previous") picker.step(message.do === "next" ? 1 : -1);
  else if (message.do === "none") picker.only(-1);
  else tools[message.do]();
}

setInterval(() => {
  const { times } = state;
  const isLive = times.length > 1 && performance.now() - times.at(-1) < 1500;
  const fps = isLive ? (1000 * (times.length - 1)) / (times.at(-1) - times[0]) : 0;
  const latency = median(state.latencies);
  Object.assign(state, { fps, latency, network: stream.network.number });
  $("fps").textContent = isLive ? fps.toFixed(0) : "–";
  $("latency").textContent = isLive ? latency.toFixed(0) : "–";
  $("rate").setAttribute("aria-label", isLive ? `${fps.toFixed(0)} frames per second, ${latency.toFixed(0)} milliseconds latency` : "no picture");
  if (state.profile && state.last)
    chart.draw(`${state.last.width}×${state.last.height} · ${state.code === "h264" ? "H.264" : "JPEG"} · quality: ${state.last.level} · ${stream.dropped} dropped before sending`);
}, 250);

function hint(text) {
  if (text) $("hint").textContent = text;
  $("hint").classList.toggle("on", Boolean(text));
}

function showCard(title, text, button, action, note = "") {
  if (button) embed.say({ type: "error", text: `${title}. ${text}` });
  $("card-title").textContent = title;
  $("card-text").textContent = text;
  $("card-note").textContent = note;
  $("card-button").textContent = button;
  $("card-button").hidden = !button;
  $("card-button").onclick = action;
  $("card-others").hidden = !button;
  $("card").hidden = false;
  hint("");
}

function resume() {
  if (state.paused) tools.pause();
  stream.start(state.mode, state.code);
}

function hideCard() {
  $("card").hidden = true;
  hint("");
}

async function begin() {
  const source = $("camera").value;
  state.mode = source === SERVER ? "server" : "page";
  photo.close();
  if (state.mode === "server") {
    camera.close();
    showCard("Opening the server's camera", "", "", null);
  } else if (source === PHOTO) {
    $("photo").value = ""; // the same file may be chosen again
    $("photo").click();
    return;
  } else if (source === MODEL) {
    await openPhoto("/sample.jpg");
    return;
  } else {
    showCard("Opening your camera", "Your browser may ask whether this page is allowed to use it.", "", null, "Pictures go to your own arpipe only.");
    try {
      await camera.open(source);
    } catch (error) {
      stream.stop();
      showCard(...cameraAdvice(error), "Try again", begin);
      return;
    }
    await listCameras();
  }
  stream.start(state.mode, state.code);
}

// A visitor's photo, or the model's, instead of the camera.
async function openPhoto(source) {
  camera.close();
  try {
    await photo.open(source);
  } catch {
    showCard("This is no picture", "Choose a JPEG, PNG or WebP file.", "Try again", begin);
    return;
  }
  if (state.mirror) tools.mirror(); // photos are shown as they are
  state.mode = "page";
  stream.start("page", state.code);
}

async function listCameras() {
  const select = $("camera"), now = select.value;
  const found = await cameras();
  const options = found.map(({ id, label }) => new Option(label, id));
  if (!options.length || !found[0].id) options.splice(0, options.length, new Option("Default camera", ""));
  if (state.source) options.push(new Option(`Server: ${state.source}`, SERVER));
  options.push(new Option("A photo…", PHOTO), new Option("The model", MODEL));
  select.replaceChildren(...options);
  const track = camera.video.srcObject?.getVideoTracks()[0];
  const wanted = [SERVER, PHOTO, MODEL].includes(now) ? now : track?.getSettings().deviceId ?? now;
  if (options.some((option) => option.value === wanted)) select.value = wanted;
}

function sendView() {
  stream.setView({ split: divider.split, before: state.mirror ? "right" : "left", mesh: state.mesh });
}

const pressed = (id, on) => $(id).setAttribute("aria-pressed", on);
const tools = {
  pause() { state.paused = !state.paused; pressed("do-pause", state.paused); hint(state.paused ? "Paused" : ""); },
  split() { divider.toggle(); pressed("do-split", divider.isOn); },
  mirror() { state.mirror = !state.mirror; stage.classList.toggle("mirror", state.mirror); pressed("do-mirror", state.mirror); divider.send(); },
  mesh() { state.mesh = !state.mesh; pressed("do-mesh", state.mesh); sendView(); stream.setEffects(picker.selection()); },
  profile() { state.profile = !state.profile; $("profile").hidden = !state.profile; pressed("do-profile", state.profile); },
  full() { document.fullscreenElement ? document.exitFullscreen() : stage.requestFullscreen?.(); },
  help() { $("help").open ? $("help").close() : $("help").showModal(); },
  async snapshot() {
    const picture = await snapshot(view);
    if (!picture) return;
    $("flash").classList.remove("on");
    void $("flash").offsetWidth;
    $("flash").classList.add("on");
    hint("Snapshot saved");
    embed.say({ type: "snapshot", picture });
  },
  record() {
    if (!Recorder.isPossible) { hint("This browser cannot record"); return; }
    recorder.isOn ? recorder.stop() : recorder.start();
    pressed("do-record", recorder.isOn);
    $("recording").hidden = !recorder.isOn;
  },
};
for (const [name, tool] of Object.entries(tools)) if ($(`do-${name}`)) $(`do-${name}`).onclick = tool;
document.onfullscreenchange = () => { pressed("do-full", Boolean(document.fullscreenElement)); divider.place(); };

const KEYS = { " ": "pause", s: "snapshot", r: "record", b: "split", m: "mirror", d: "mesh", p: "profile", f: "full", h: "help" };
document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat && !key.startsWith("Arrow")) return;
  if (target.closest("input, select, textarea") || $("help").open && key.toLowerCase() !== "h") return;
  const button = target.closest("dialog:not([open])") ? null : target.closest("button, a"); // a closed dialog keeps the focus for a moment
  if (key === " " && button) return; // the key presses the button
  if (key.startsWith("Arrow") && target.closest("#divider")) return;
  if (KEYS[key.toLowerCase()]) tools[KEYS[key.toLowerCase()]]();
  else if (key >= "0" && key <= "9") picker.only(Number(key) - 1);
  else if (key === "ArrowRight" || key === "ArrowLeft") picker.step(key === "ArrowRight" ? 1 : -1);
  else return;
  event.preventDefault();
});

$("camera").onchange = begin;
$("photo").onchange = () => { if ($("photo").files[0]) openPhoto($("photo").files[0]); };
for (const [id, source] of [["card-photo", PHOTO], ["card-model", MODEL]]) $(id).onclick = () => { $("camera").value = source; begin(); };
navigator.mediaDevices?.addEventListener?.("devicechange", listCameras);
document.addEventListener("visibilitychange", () => { if (!document.hidden && !stream.isOpen && !$("card").hidden && $("card-title").textContent === "Paused") resume(); });
new ResizeObserver(() => divider.place()).observe(stage);

const [about, catalog] = await Promise.all(["/about.json", "/catalog.json"].map(async (url) => (await fetch(url)).json()));
state.source = about.source;
stage.classList.toggle("mirror", state.mirror);
const embed = new Embed(about.embed, {
  effect(id, params) {
    if (picker.entries.has(id)) picker.wear(id, params);
    else embed.say({ type: "error", text: `there is no effect ${id.slice(0, 60)}` });
  },
  none() { picker.removeAll(); },
  async snapshot() { view.toBlob((picture) => { if (picture) embed.say({ type: "snapshot", picture }); }, "image/png"); },
});
const { active, unknown } = chosen(link, catalog, about.active);
picker.fill(catalog, active);
if (unknown.length) hint(`There is no effect ${unknown.join(", ")}`);
embed.say({ type: "ready", effects: catalog.map(({ id, title, group }) => ({ id, title, group })), active: picker.selection() });
stream.setEffects(picker.selection());
state.code = (await canH264()) ? "h264" : "jpeg";
await listCameras();
if (state.source) $("camera").value = SERVER;
await begin();

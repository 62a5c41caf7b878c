// The page: connects camera, stream, effects and the tools over the picture.
import { Camera, cameraProblem, cameras } from "./camera.js";
import { Chart } from "./chart.js";
import { canH264 } from "./codecs.js";
import { Divider } from "./divider.js";
import { EffectPicker } from "./effects.js";
import { Embed } from "./embed.js";
import { chosen, recall, remember } from "./memory.js";
import { Photo } from "./photo.js";
import { arePlain } from "./protocol.js";
import { Recorder, snapshot } from "./recorder.js";
import { Settings } from "./settings.js";
import { median } from "./statistics.js";
import { Stream } from "./stream.js";
import { language, text } from "./texts.js";

const $ = (id) => document.getElementById(id);
const SERVER = "server", PHOTO = "photo", MODEL = "model", KEPT_TIMES = 60, NOTICE_MS = 2500;
const link = new URLSearchParams(location.search);
document.body.classList.toggle("minimal", link.get("controls") === "minimal");

const view = $("view"), stage = $("stage"), brush = view.getContext("2d", { alpha: false, desynchronized: true });
const state = { paused: false, mirror: true, mesh: false, profile: false, source: null, mode: "page", code: "jpeg", times: [], latencies: [], last: null, accepted: null, shown: 0, noticeUntil: 0 };
window.arpipe = state; // for tests

const chart = new Chart($("chart"), $("legend"), $("facts"));
const recorder = new Recorder(view, (seconds) => { $("recorded").textContent = `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`; });
const TEXTS_OF_ENDS = { full: "full_text", idle: "idle_text", refused: "refused_text" }; // others have the server's reason
const stream = new Stream({
  picture, applied, triggered, open: () => hideCard(),
  problem: (text) => hint(text),
  lost: () => hint(text("lost")),
  network: (isReduced) => { $("network").hidden = !isReduced; },
  ended: (end, reason) => showCard(text(end), TEXTS_OF_ENDS[end] ? text(TEXTS_OF_ENDS[end]) : reason, end === "full" ? "" : text("continue"), resume, end === "full" ? text("retries") : ""),
});
const camera = new Camera(
  (video, capturedMs) => { if (!state.paused && !document.hidden) stream.offer(video, capturedMs); },
  () => showCard(text("camera_gone"), text("camera_gone_text"), text("try_again"), begin),
);
const photo = new Photo((canvas, capturedMs) => { if (!state.paused && !document.hidden) stream.offer(canvas, capturedMs); });
const divider = new Divider($("divider"), stage, view, () => state.mirror, sendView);
const picker = new EffectPicker(
  { tabs: $("tabs"), rail: $("rail"), form: $("controls"), title: $("adjust-title"), text: $("adjust-text"), resetButton: $("adjust-reset"), activeList: $("active-effects") },
  () => {
    state.requestedMs = performance.now();
    const active = picker.selection();
    stream.setEffects(active);
    remember("effects", active);
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
  if (now > state.noticeUntil) hint(adviceFor(facts));
}

function adviceFor(facts) {
  if (facts.dark) return text("dark");
  if (facts.faces === 0) return text("no_face");
  if (facts.own_glasses) return text("own_glasses");
  return facts.faces > 1 ? text("faces", { count: facts.faces }) : "";
}

function applied(message, selection) {
  state.appliedMs = performance.now() - state.requestedMs;
  if (message.type === "refused") refused(message.reason, selection);
  else state.accepted = selection;
}

// A selection that the server refuses would be refused for ever: go back to the last one that it draws.
function refused(reason, selection) {
  notice(reason);
  embed.say({ type: "error", text: reason });
  const fallback = state.accepted ?? selection.map(({ id }) => ({ id, params: {} }));
  const isOther = JSON.stringify(fallback) !== JSON.stringify(selection);
  if (isOther && !stream.again) picker.restore(structuredClone(fallback), selection); // unless a newer one is on its way
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
  $("rate").setAttribute("aria-label", isLive ? text("rate", { fps: fps.toFixed(0), latency: latency.toFixed(0) }) : text("no_picture"));
  if (state.profile && state.last)
    chart.draw(text("facts", { ...state.last, code: stream.code === "h264" ? "H.264" : "JPEG", dropped: stream.dropped }));
}, 250);

// Says something in the picture, and to screen readers; nothing if it is said already.
function hint(words) {
  if (words && words !== $("hint").textContent) $("hint").textContent = words;
  $("hint").classList.toggle("on", Boolean(words));
}

// Says what has happened, for long enough to be read.
function notice(words) {
  $("hint").textContent = ""; // the same again is announced again
  hint(words);
  state.noticeUntil = performance.now() + NOTICE_MS;
}

function showCard(title, words, button, action, note = "") {
  if (button) embed.say({ type: "error", text: `${title}. ${words}` });
  $("card-title").textContent = title;
  $("card-text").textContent = words;
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
  startStream();
}

function startStream() {
  stream.start(state.mode, state.code, settings.maxFaces);
}

function hideCard() {
  $("card").hidden = true;
  hint("");
}

async function begin() {
  const source = $("camera").value;
  if (source !== PHOTO) remember("source", source);
  state.mode = source === SERVER ? "server" : "page";
  photo.close();
  if (state.mode === "server") {
    camera.close();
    showCard(text("opening_server"), "", "", null);
  } else if (source === PHOTO) {
    $("photo").value = ""; // the same file may be chosen again
    $("photo").click();
    return;
  } else if (source === MODEL) {
    await openPhoto("/sample.jpg");
    return;
  } else {
    showCard(text("opening"), text("opening_text"), "", null, text("opening_note"));
    try {
      await camera.open(source);
    } catch (error) {
      stream.stop();
      const problem = cameraProblem(error);
      showCard(text(problem), problem === "failed" ? error.message || error.name : text(`${problem}_text`), text("try_again"), begin);
      return;
    }
    await listCameras();
  }
  startStream();
}

// A visitor's photo, or the model's, instead of the camera.
async function openPhoto(source) {
  camera.close();
  try {
    await photo.open(source);
  } catch {
    showCard(text("no_image"), text("no_image_text"), text("try_again"), begin);
    return;
  }
  if (state.mirror) flip(); // photos are shown as they are
  state.mode = "page";
  startStream();
}

async function listCameras() {
  const select = $("camera"), now = select.value;
  const found = await cameras();
  const options = found.map(({ id, label }, place) => new Option(label || text("numbered_camera", { number: place + 1 }), id));
  if (!options.length || !found[0].id) options.splice(0, options.length, new Option(text("default_camera"), ""));
  if (state.source) options.push(new Option(text("server_camera", { source: state.source }), SERVER));
  options.push(new Option(text("a_photo"), PHOTO), new Option(text("the_model"), MODEL));
  select.replaceChildren(...options);
  const track = camera.video.srcObject?.getVideoTracks()[0];
  const wanted = [SERVER, PHOTO, MODEL].includes(now) ? now : track?.getSettings().deviceId ?? now;
  if (options.some((option) => option.value === wanted)) select.value = wanted;
}

function sendView() {
  stream.setView({ split: divider.split, before: state.mirror ? "right" : "left", mesh: state.mesh });
}

function flip() {
  state.mirror = !state.mirror;
  stage.classList.toggle("mirror", state.mirror);
  pressed("do-mirror", state.mirror);
  divider.send();
}

const pressed = (id, on) => $(id).setAttribute("aria-pressed", on);
const tools = {
  pause() { state.paused = !state.paused; pressed("do-pause", state.paused); hint(state.paused ? text("paused") : ""); },
  split() { divider.toggle(); pressed("do-split", divider.isOn); },
  mirror() { flip(); remember("mirror", state.mirror); },
  mesh() { state.mesh = !state.mesh; pressed("do-mesh", state.mesh); sendView(); stream.setEffects(picker.selection()); },
  profile() { state.profile = !state.profile; $("profile").hidden = !state.profile; pressed("do-profile", state.profile); },
  full() { document.fullscreenElement ? document.exitFullscreen() : stage.requestFullscreen?.(); },
  settings() { $("settings").showModal(); },
  help() { $("help").open ? $("help").close() : $("help").showModal(); },
  async snapshot() {
    const picture = await snapshot(view);
    if (!picture) return;
    $("flash").classList.remove("on");
    void $("flash").offsetWidth;
    $("flash").classList.add("on");
    notice(text("saved"));
    embed.say({ type: "snapshot", picture });
  },
  record() {
    if (!Recorder.isPossible) { notice(text("cannot_record")); return; }
    recorder.isOn ? recorder.stop() : recorder.start();
    pressed("do-record", recorder.isOn);
    notice(text(recorder.isOn ? "recording" : "recorded"));
    $("recording").hidden = !recorder.isOn;
  },
};
for (const [name, tool] of Object.entries(tools)) if ($(`do-${name}`)) $(`do-${name}`).onclick = tool;
document.onfullscreenchange = () => { pressed("do-full", Boolean(document.fullscreenElement)); divider.place(); };

const KEYS = { " ": "pause", s: "snapshot", r: "record", b: "split", m: "mirror", d: "mesh", p: "profile", f: "full", h: "help" };
function press(event) {
  const { key, target } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat && !key.startsWith("Arrow")) return;
  if (target.closest("input, select, textarea, dialog[open]") && !($("help").open && key.toLowerCase() === "h")) return;
  const button = target.closest("dialog:not([open])") ? null : target.closest("button, a"); // a closed dialog keeps the focus for a moment
  if (key === " " && button) return; // the key presses the button
  if (key.startsWith("Arrow") && target.closest("#divider")) return;
  const step = { ArrowRight: 1, ArrowLeft: -1 }[key], inRail = target.closest("#rail button");
  if (step) inRail ? picker.stepFrom(inRail, step) : picker.step(step);
  else if (!settings.usesKeys) return;
  else if (KEYS[key.toLowerCase()]) tools[KEYS[key.toLowerCase()]]();
  else if (key >= "0" && key <= "9") picker.only(Number(key) - 1);
  else return;
  event.preventDefault();
}

$("camera").onchange = begin;
$("photo").onchange = () => { if ($("photo").files[0]) openPhoto($("photo").files[0]); };
for (const [id, source] of [["card-photo", PHOTO], ["card-model", MODEL]]) $(id).onclick = () => { $("camera").value = source; begin(); };
navigator.mediaDevices?.addEventListener?.("devicechange", listCameras);
document.addEventListener("visibilitychange", () => { if (!document.hidden && !stream.isOpen && !$("card").hidden && $("card-title").textContent === text("idle")) resume(); });
new ResizeObserver(() => divider.place()).observe(stage);

const [about, catalog] = await Promise.all(["/about.json", `/catalog.json?lang=${language}`].map(async (url) => (await fetch(url)).json()));
state.source = about.source;
stage.classList.toggle("mirror", state.mirror);
if (recall("mirror") === false) flip();
const settings = new Settings(about.max_faces, {
  people: () => { if (stream.isOpen) startStream(); },
  figures: (isShown) => { $("rate").hidden = $("do-profile").hidden = !isShown; },
});
settings.offerPhone(about.phone);
const embed = new Embed(about.embed, {
  effect(id, params) {
    if (!picker.entries.has(id)) embed.say({ type: "error", text: `there is no effect ${id.slice(0, 60)}` });
    else if (!arePlain(params)) embed.say({ type: "error", text: "params must be an object with short texts, numbers and booleans" });
    else picker.wear(id, params);
  },
  none() { picker.removeAll(); },
  async snapshot() { view.toBlob((picture) => { if (picture) embed.say({ type: "snapshot", picture }); }, "image/png"); },
});
const { active, unknown } = chosen(link, catalog, about.active);
picker.fill(catalog, active);
document.addEventListener("keydown", press); // not before the effects are known: it would forget the visitor's
if (unknown.length) notice(text("no_effect", { names: unknown.join(", ") }));
embed.say({ type: "ready", effects: catalog.map(({ id, title, group }) => ({ id, title, group })), active: picker.selection() });
stream.setEffects(picker.selection());
state.code = (await canH264()) ? "h264" : "jpeg";
await listCameras();
const wanted = recall("source") ?? (state.source ? SERVER : "");
if ([...$("camera").options].some((option) => option.value === wanted)) $("camera").value = wanted;
await begin();

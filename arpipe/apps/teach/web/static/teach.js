// The teaching page: camera pictures go to the server, what it sees and recognises comes back.
import { Camera, cameraProblem } from "/static/camera.js";

const LONGEST_SIDE = 640;
const MOST_THUMBS = 6;
const NONE = "none";
const $ = (id) => document.getElementById(id);

const view = $("view");
const pen = view.getContext("2d");
const sent = document.createElement("canvas");
const state = { classes: [], own: [], cards: new Map(), seen: null, waiting: true, recording: null, socket: null, thumbAt: 0 };
const camera = new Camera(onFrame, () => showCard("The camera has gone", "Connect it again, then start.", "Start the camera"));

// --- the server ---------------------------------------------------------------------------------------------------

function connect() {
  const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/teach`);
  socket.binaryType = "arraybuffer";
  socket.onmessage = (event) => hear(JSON.parse(event.data));
  socket.onclose = (event) => {
    stopRecording();
    state.waiting = true;
    camera.close();
    showCard("Not connected", event.reason || "The server has ended.", "Try again");
  };
  state.socket = socket;
}

function say(message) {
  if (state.socket?.readyState === WebSocket.OPEN) state.socket.send(JSON.stringify(message));
}

function hear(message) {
  const heard = {
    welcome: () => { state.waiting = false; $("save").title = `Save as ${message.file}`; },
    classes: () => { state.classes = message.classes; tell(message.problem); showClasses(); },
    seen: () => {
      if (!state.seen) for (const card of state.cards.values()) card.hold.disabled = false;
      state.waiting = false;
      state.seen = message;
      showSeen(message);
    },
    problem: () => tell(message.reason, true),
    done: () => tell(message.text),
  };
  heard[message.type]?.();
}

// --- the camera ---------------------------------------------------------------------------------------------------

const ADVICE = {
  denied: ["The camera is not allowed", "Click the camera icon next to the address, allow the camera for this page, then try again."],
  missing: ["No camera found", "Connect one, then try again."],
  busy: ["The camera is busy", "Another program or tab is using it. Close that one, then try again."],
  insecure: ["This address cannot use cameras", "Browsers open cameras on https or localhost only."],
  failed: ["The camera cannot be opened", "Try another browser, or look at the settings of the camera."],
};

async function start() {
  $("card").hidden = true;
  if (state.socket?.readyState !== WebSocket.OPEN) connect();
  try {
    await camera.open();
  } catch (error) {
    showCard(...ADVICE[cameraProblem(error)], "Try again");
  }
}

function onFrame(video) {
  const scale = Math.min(1, LONGEST_SIDE / Math.max(video.videoWidth, video.videoHeight));
  const [width, height] = [Math.round(video.videoWidth * scale), Math.round(video.videoHeight * scale)];
  if (!width) return;
  if (view.width !== width || view.height !== height) Object.assign(view, { width, height });
  pen.drawImage(video, 0, 0, width, height);
  if (!state.waiting && state.socket?.readyState === WebSocket.OPEN) send(width, height);
  if (state.seen) drawSeen(state.seen);
}

function send(width, height) {
  state.waiting = true;
  Object.assign(sent, { width, height });
  sent.getContext("2d").drawImage(view, 0, 0);
  sent.toBlob(async (blob) => {
    if (state.socket?.readyState === WebSocket.OPEN) state.socket.send(await blob.arrayBuffer());
  }, "image/jpeg", 0.85);
}

function drawSeen(seen) {
  const { width, height } = view;
  pen.lineWidth = 2;
  pen.strokeStyle = "#ffffffb0";
  for (const [x0, y0, x1, y1] of seen.faces) {
    pen.beginPath();
    pen.roundRect(x0 * width, y0 * height, (x1 - x0) * width, (y1 - y0) * height, 14);
    pen.stroke();
  }
  pen.fillStyle = "#ffd166";
  for (const [x, y] of seen.hands.flat()) {
    pen.beginPath();
    pen.arc(x * width, y * height, 3.2, 0, 7);
    pen.fill();
  }
}

// --- what is recognised -------------------------------------------------------------------------------------------

function showSeen(seen) {
  const label = seen.label ?? "";
  $("answer").classList.toggle("none", label === NONE);
  $("label").textContent = label;
  $("score").textContent = label && label !== NONE ? `${Math.round(100 * seen.scores[label])} %` : "";
  for (const [name, card] of state.cards) {
    const percent = Math.round(100 * (seen.scores[name] ?? 0));
    card.bar.style.width = `${percent}%`;
    card.meter.setAttribute("aria-valuenow", percent);
    card.item.classList.toggle("best", name === label);
  }
  if (seen.recording) keepThumb(seen.recording);
}

function keepThumb(name) {
  const now = performance.now();
  const card = state.cards.get(name);
  if (!card || now - state.thumbAt < 350) return;
  state.thumbAt = now;
  const thumb = Object.assign(document.createElement("canvas"), { width: 108, height: 80 });
  const side = Math.min(view.width / 1.35, view.height);
  thumb.getContext("2d").drawImage(sent, (view.width - side * 1.35) / 2, (view.height - side) / 2, side * 1.35, side, 0, 0, 108, 80);
  card.thumbs.prepend(thumb);
  while (card.thumbs.children.length > MOST_THUMBS) card.thumbs.lastChild.remove();
}

// --- classes ------------------------------------------------------------------------------------------------------

function names() {
  const known = state.classes.map((each) => each.label).filter((name) => name !== NONE);
  return [...known, ...state.own.filter((name) => !known.includes(name)), NONE];
}

function showClasses() {
  const wanted = names();
  for (const [name, card] of state.cards) {
    if (!wanted.includes(name)) { card.item.remove(); state.cards.delete(name); }
  }
  wanted.forEach((name, place) => {
    const card = state.cards.get(name) ?? makeCard(name);
    const frames = state.classes.find((each) => each.label === name)?.frames ?? 0;
    card.count.textContent = frames ? `${frames} frames` : "nothing yet";
    card.key.textContent = name === NONE ? 0 : place + 1;
    card.forget.hidden = name === NONE && !frames;
    if (!frames) card.thumbs.replaceChildren();
    // Moving a button that is held would end its recording.
    if ($("classes").children[place] !== card.item) $("classes").insertBefore(card.item, $("classes").children[place] ?? null);
  });
  const taught = state.classes.filter((each) => each.frames);
  $("save").disabled = taught.length < 2 || !taught.some((each) => each.label === NONE);
}

function makeCard(name) {
  const item = $("item").content.firstElementChild.cloneNode(true);
  const find = (selector) => item.querySelector(selector);
  const card = { item, key: find("kbd"), count: find(".count"), thumbs: find(".thumbs"), meter: find(".meter"), bar: find(".meter i"), hold: find(".hold"), forget: find(".forget") };
  find("h2").textContent = name;
  card.meter.setAttribute("aria-label", `Probability of ${name}`);
  card.hold.setAttribute("aria-label", `Hold to record ${name}`);
  card.forget.setAttribute("aria-label", `Discard ${name}`);
  const stop = () => { if (state.recording === name) stopRecording(); };
  card.hold.addEventListener("pointerdown", (event) => { card.hold.setPointerCapture(event.pointerId); record(name); });
  card.hold.addEventListener("keydown", (event) => {
    if (![" ", "Enter"].includes(event.key)) return;
    event.preventDefault();
    if (!event.repeat) record(name);
  });
  for (const end of ["pointerup", "pointercancel", "lostpointercapture", "keyup", "blur"]) card.hold.addEventListener(end, stop);
  card.hold.addEventListener("contextmenu", (event) => event.preventDefault());
  card.forget.addEventListener("click", () => { state.own = state.own.filter((each) => each !== name); say({ type: "forget", label: name }); });
  card.hold.disabled = !state.seen;
  state.cards.set(name, card);
  return card;
}

function record(name) {
  if (state.recording !== null || !state.seen) return;
  state.recording = name;
  $("rec").hidden = false;
  state.cards.get(name).hold.classList.add("on");
  tell("");
  say({ type: "record", label: name });
}

function stopRecording() {
  if (state.recording === null) return;
  state.cards.get(state.recording)?.hold.classList.remove("on");
  state.recording = null;
  $("rec").hidden = true;
  say({ type: "stop" });
}

function tell(text, bad = false) {
  if (!text && $("todo").classList.contains("bad") && state.recording === null) return;
  $("todo").textContent = text;
  $("todo").classList.toggle("bad", bad);
}

function showCard(title, text, button) {
  $("card-title").textContent = title;
  $("card-text").textContent = text;
  $("start").textContent = button;
  $("card").hidden = false;
}

// --- controls -----------------------------------------------------------------------------------------------------

$("start").addEventListener("click", start);
$("save").addEventListener("click", () => say({ type: "save" }));
$("load").addEventListener("change", async (event) => {
  const [file] = event.target.files;
  if (file) say({ type: "load", text: await file.text() });
  event.target.value = "";
});
$("add").addEventListener("submit", (event) => {
  event.preventDefault();
  const name = $("name").value.trim();
  if (name && !names().includes(name)) state.own.push(name);
  $("name").value = "";
  showClasses();
});
const typing = (event) => event.target.matches("input") || event.ctrlKey || event.metaKey || event.altKey;
addEventListener("keydown", (event) => {
  if (typing(event) || event.repeat || !/^[0-9]$/.test(event.key)) return;
  const name = event.key === "0" ? NONE : names()[Number(event.key) - 1];
  if (name && (event.key === "0" || name !== NONE)) record(name);
});
addEventListener("keyup", (event) => { if (/^[0-9]$/.test(event.key)) stopRecording(); });
addEventListener("blur", stopRecording);

connect();
showClasses();

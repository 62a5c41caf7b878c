// The page: pictures come from a file, a drop or the camera; answers from this machine or this browser.

import { draw } from "/static/drawing.js";
import { BrowserNetwork, mapsOf, predictHere } from "/static/predict.js";

const TOP = 5, CAMERA_WIDTH = 640, JPEG_QUALITY = 0.9;
const find = (id) => document.getElementById(id);
const about = await (await fetch("/about.json")).json();
const state = { file: null, picture: null, answer: null, heat: null, chosen: null, layer: null, network: null, live: false, turn: 0 };

find("name").textContent = about.name;
find("about").textContent = [about.about, about.licence].filter(Boolean).join(", ");
document.title = `arpipe: ${about.name}`;
find("in-browser").disabled = !about.in_browser;
if (!about.in_browser) say(`This browser cannot predict: ${about.why_not}`);
find("totals").textContent =
  `${about.layers.length} layers, ${about.parameters.toLocaleString("en")} parameters, ${(about.multiply_adds / 1e6).toFixed(1)} million multiply-adds`;
find("layers").replaceChildren(...about.layers.map(layerRow));

function say(text) {
  find("status").textContent = text;
}

function where() {
  return document.querySelector("input[name=where]:checked").value;
}

async function predict(file) {
  if (where() === "here") return predictHere(file);
  if (!state.network) {
    say("Loading the network into the browser …");
    state.network = BrowserNetwork.load(about);
  }
  return (await state.network).predict(file);
}

async function show(file, picture) {
  const turn = ++state.turn;
  Object.assign(state, { file, picture });
  find("hint").hidden = true;
  try {
    const before = performance.now();
    const answer = await predict(file);
    const best = answer.scores.indexOf(Math.max(...answer.scores));
    const heat = answer.heat ? await answer.heat(state.live || state.chosen === null ? best : state.chosen) : null;
    if (turn !== state.turn) return;
    Object.assign(state, { answer, heat });
    say(`${where() === "here" ? `This machine (${about.provider})` : "This browser"}: ${Math.round(performance.now() - before)} ms`);
    document.body.dataset.answered = where();
  } catch (error) {
    Object.assign(state, { answer: null, heat: null });
    say(error.message);
  }
  paint();
}

function paint() {
  if (!state.picture) return;
  draw(find("view"), state.picture, state.heat, state.answer?.place, about.size, find("heat").value / 100);
  const scores = state.answer?.scores ?? [];
  const best = scores.map((score, index) => ({ score, index })).sort((a, b) => b.score - a.score).slice(0, TOP);
  find("classes").replaceChildren(...best.map(({ score, index }, place) => classRow(score, index, place === 0)));
}

function classRow(score, index, first) {
  const item = document.createElement("li"), button = document.createElement("button");
  button.type = "button";
  button.setAttribute("aria-pressed", String(state.chosen === index || (state.chosen === null && first)));
  button.dataset.index = index;
  const name = document.createElement("b"), percent = document.createElement("span"), bar = document.createElement("i");
  name.textContent = (about.labels[index] ?? String(index)).split(",")[0];
  percent.className = "percent";
  percent.textContent = `${(100 * score).toFixed(1)} %`;
  bar.style.setProperty("--share", `${100 * score}%`);
  button.append(name, percent, bar);
  button.addEventListener("click", () => choose(index));
  item.append(button);
  return item;
}

async function choose(index) {
  state.chosen = index;
  if (state.answer?.heat) state.heat = await state.answer.heat(index);
  paint();
}

function layerRow(layer) {
  const row = document.createElement("tr"), button = document.createElement("button");
  button.type = "button";
  button.textContent = layer.name;
  button.setAttribute("aria-pressed", "false");
  button.addEventListener("click", () => inspect(layer, button));
  const cells = [button, layer.kind, layer.shape.slice(1).join(" × "), layer.parameters ? layer.parameters.toLocaleString("en") : ""];
  row.append(...cells.map((content, place) => {
    const cell = document.createElement("td");
    if (place === 3) cell.className = "number";
    cell.append(content);
    return cell;
  }));
  return row;
}

async function inspect(layer, button) {
  document.querySelectorAll("#layers [aria-pressed=true]").forEach((other) => other.setAttribute("aria-pressed", "false"));
  button.setAttribute("aria-pressed", "true");
  if (!state.file) {
    find("maps-of").textContent = "Show a picture first.";
    return;
  }
  try {
    const url = await mapsOf(layer.name, state.file);
    URL.revokeObjectURL(find("maps").src);
    find("maps").src = url;
    find("maps").alt = `The activation maps of ${layer.name} that vary most`;
    find("maps").hidden = false;
    find("maps-of").textContent = `${layer.name}: the maps that vary most, of ${layer.shape.slice(1).join(" × ")}`;
  } catch (error) {
    find("maps").hidden = true;
    find("maps-of").textContent = error.message;
  }
}

async function open(file) {
  stopCamera();
  state.chosen = null;
  try {
    await show(file, await createImageBitmap(file, { imageOrientation: "from-image" }));
  } catch {
    say("The browser cannot show this file as a picture.");
  }
}

async function startCamera() {
  const video = find("camera");
  try {
    video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: CAMERA_WIDTH } } });
  } catch (error) {
    say(`There is no camera for this page (${error.name}); allow it in the address bar, or choose a picture.`);
    return;
  }
  await video.play();
  Object.assign(state, { live: true, chosen: null });
  find("use-camera").setAttribute("aria-pressed", "true");
  while (state.live) {
    const frame = new OffscreenCanvas(video.videoWidth, video.videoHeight);
    frame.getContext("2d").drawImage(video, 0, 0);
    await show(await frame.convertToBlob({ type: "image/jpeg", quality: JPEG_QUALITY }), frame.transferToImageBitmap());
  }
}

function stopCamera() {
  state.live = false;
  find("use-camera").setAttribute("aria-pressed", "false");
  find("camera").srcObject?.getTracks().forEach((track) => track.stop());
  find("camera").srcObject = null;
}

find("file").addEventListener("change", (event) => event.target.files[0] && open(event.target.files[0]));
find("use-camera").addEventListener("click", () => (state.live ? stopCamera() : startCamera()));
find("heat").addEventListener("input", paint);
document.querySelectorAll("input[name=where]").forEach((each) =>
  each.addEventListener("change", () => state.file && !state.live && show(state.file, state.picture)),
);
const drop = find("drop");
drop.addEventListener("dragover", (event) => {
  event.preventDefault();
  drop.classList.add("over");
});
drop.addEventListener("dragleave", () => drop.classList.remove("over"));
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  if (event.dataTransfer.files[0]) open(event.dataTransfer.files[0]);
});
window.arpipe = { answer: () => state.answer }; // for automation: the last answer

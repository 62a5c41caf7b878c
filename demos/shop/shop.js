// A shop with a virtual mirror: the messages are described in docs/web.md.
const PRICES = { aviator: 149, browline: 139, "cat-eye": 129, oversized: 135, panto: 119, rimless: 159, round: 99, sport: 89, wayfarer: 119 };
const mirror = document.getElementById("mirror"), status = document.getElementById("status");
const address = new URLSearchParams(location.search).get("mirror"); // where arpipe serves its page
const origin = new URL(address).origin;
mirror.src = `${origin}/?controls=minimal`;

const say = (message) => mirror.contentWindow.postMessage({ target: "arpipe", ...message }, origin);

addEventListener("message", (event) => {
  if (event.source !== mirror.contentWindow || event.origin !== origin || event.data?.source !== "arpipe") return;
  const { type } = event.data;
  if (type === "ready") offer(event.data.effects, event.data.active);
  else if (type === "effects") mark(event.data.active);
  else if (type === "snapshot") keep(event.data.picture);
  else if (type === "error") status.textContent = event.data.text;
});

function offer(effects, active) {
  const glasses = effects.filter(({ group }) => group === "glasses");
  document.getElementById("products").replaceChildren(...glasses.map(({ id, title }) => {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: title });
    button.dataset.id = id;
    button.append(Object.assign(document.createElement("small"), { textContent: `€ ${PRICES[id] ?? 99}` }));
    button.onclick = () => say({ type: "effect", id });
    return button;
  }));
  document.getElementById("shoot").disabled = false;
  status.textContent = "Choose a pair.";
  mark(active);
}

function mark(active) {
  const worn = new Set(active.map(({ id }) => id));
  for (const button of document.querySelectorAll("#products button")) button.setAttribute("aria-pressed", worn.has(button.dataset.id));
}

function keep(picture) {
  const image = Object.assign(new Image(), { src: URL.createObjectURL(picture), alt: "You, with these glasses" });
  document.getElementById("kept").append(image);
  status.textContent = "Kept below.";
}

document.getElementById("shoot").onclick = () => say({ type: "snapshot" });

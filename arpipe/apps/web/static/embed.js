// The page inside a shop's page: messages between both, see docs/web.md. Only origins of `web.embed` take part.
export class Embed {
  // on: { effect(id, params), none(), snapshot() }
  constructor(origins, on) {
    this.on = on;
    this.origin = window.parent === window ? null : parentOrigin(origins);
    if (this.origin) addEventListener("message", (event) => this.hear(event));
  }

  say(message) {
    if (this.origin) window.parent.postMessage({ source: "arpipe", ...message }, this.origin);
  }

  hear({ origin, source, data }) {
    if (source !== window.parent || origin !== this.origin || data?.target !== "arpipe") return;
    if (data.type === "effect") this.on.effect(String(data.id), data.params ?? {});
    else if (data.type === "none") this.on.none();
    else if (data.type === "snapshot") this.on.snapshot();
    else this.say({ type: "error", text: `unknown message ${String(data.type).slice(0, 40)}` });
  }
}

function parentOrigin(origins) {
  const referrer = document.referrer ? new URL(document.referrer).origin : null;
  const origin = location.ancestorOrigins?.[0] ?? referrer;
  return origins.includes(origin) ? origin : null;
}

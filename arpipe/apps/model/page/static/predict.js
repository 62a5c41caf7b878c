// Two ways to the same answer: this machine (Python) or this browser (onnxruntime-web). Both get a picture file and give
// {scores, place, heat(index)}: probabilities, the 2×3 map from px of the input to px of the picture, and a heat map.

const TYPE = { "Content-Type": "application/octet-stream" };

async function post(path, picture) {
  const answer = await fetch(path, { method: "POST", headers: TYPE, body: picture });
  if (!answer.ok) throw new Error((await answer.json()).problem ?? `The server answered ${answer.status}.`);
  return answer;
}

export async function mapsOf(layer, picture) {
  const names = layer.split("/").map(encodeURIComponent).join("/");
  return URL.createObjectURL(await (await post(`/maps/${names}`, picture)).blob());
}

export async function predictHere(picture) {
  const { scores, place } = await (await post("/predict", picture)).json();
  return { scores, place, heat: async (index) => (await (await post(`/heat/${index}`, picture)).json()).heat };
}

export class BrowserNetwork {
  static async load(about) {
    const ort = await import("/runtime/ort.wasm.min.mjs");
    ort.env.wasm.wasmPaths = "/runtime/";
    ort.env.wasm.numThreads = 1; // more need a page that is isolated from all others
    const graph = await (await fetch("/model.onnx")).arrayBuffer();
    return new BrowserNetwork(about, ort, await ort.InferenceSession.create(graph, { executionProviders: ["wasm"] }));
  }

  constructor(about, ort, session) {
    Object.assign(this, { about, ort, session });
  }

  async predict(picture) {
    const answer = await post("/tensor", picture);
    const place = JSON.parse(answer.headers.get("x-place"));
    const raw = await answer.arrayBuffer();
    const { name, shape, dtype } = this.about.input;
    const values = dtype === "uint8" ? new Uint8Array(raw) : new Float32Array(raw);
    const outputs = await this.session.run({ [name]: new this.ort.Tensor(dtype, values, shape) });
    const scores = probabilities(Array.from(outputs[this.about.scores].data, Number), this.about.activation);
    const features = this.about.features && outputs[this.about.features];
    return { scores, place, heat: features ? (index) => this.heat(features, index) : null };
  }

  async heat(features, index) {
    const weights = new Float32Array(await (await fetch(`/weights/${index}`)).arrayBuffer());
    const [, first, second, third] = features.dims;
    const [channels, rows, columns] = this.about.channels_last ? [third, first, second] : [first, second, third];
    const at = this.about.channels_last
      ? (c, y, x) => features.data[(y * columns + x) * channels + c]
      : (c, y, x) => features.data[(c * rows + y) * columns + x];
    const sums = Array.from({ length: rows }, (_, y) =>
      Array.from({ length: columns }, (_, x) => {
        let sum = 0;
        for (let c = 0; c < channels; c++) sum += weights[c] * at(c, y, x);
        return Math.max(sum, 0);
      }),
    );
    const top = Math.max(...sums.flat(), 1e-30);
    return sums.map((row) => row.map((value) => value / top));
  }
}

export function probabilities(values, activation) {
  if (activation === "none") return values;
  if (activation === "sigmoid") return values.map((value) => 1 / (1 + Math.exp(-value)));
  const top = Math.max(...values);
  const powers = values.map((value) => Math.exp(value - top));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

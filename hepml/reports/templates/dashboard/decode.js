// The data of the page, and the maps behind a flag: 16-bit whole numbers, deflated, in base64.
const data = JSON.parse(document.getElementById("data").textContent);
const NOTHING = 65535, NO_PULL = 32767;
const decoded = new Map();

async function inflate(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).arrayBuffer();
}

// Name ("run/lumisection/histogram") -> {observed, expected, pull}, each a Float32Array with NaN where nothing is known.
async function mapsOf(name) {
  if (!decoded.has(name)) {
    const stored = data.maps[name];
    const view = new DataView(await inflate(stored.data));
    const cells = view.byteLength / 6;
    const counts = (plane) => Float32Array.from({ length: cells }, (_, i) => {
      const whole = view.getUint16(2 * (plane * cells + i), true);
      return whole === NOTHING ? NaN : whole * stored.steps[plane];
    });
    const pull = Float32Array.from({ length: cells }, (_, i) => {
      const whole = view.getInt16(2 * (2 * cells + i), true);
      return whole === NO_PULL ? NaN : whole * stored.steps[2];
    });
    decoded.set(name, { observed: counts(0), expected: counts(1), pull, has: stored.has });
  }
  return decoded.get(name);
}

const STATUS = { g: "good", b: "bad", n: "not enough statistics", m: "masked" };
const isFlag = (letter) => letter === "b" || letter === "m";
const format = (value, digits = 3) => (value === null || Number.isNaN(value) ? "–" : Number(value.toPrecision(digits)).toLocaleString("en").replace("-", "−"));
const byId = (id) => document.getElementById(id);

// Text nodes only: whatever a name holds, it is never markup.
function element(tag, text = "", attributes = {}) {
  const made = document.createElement(tag);
  made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

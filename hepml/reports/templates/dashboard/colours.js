// Colours that people who see red and green alike can tell apart: dark blue to yellow, and blue through white to orange.
const COUNTS = [[0, 34, 78], [53, 69, 108], [102, 105, 112], [148, 142, 119], [200, 184, 102], [254, 232, 56]];
const PULLS = [[8, 48, 107], [66, 146, 198], [198, 219, 239], [247, 247, 247], [253, 208, 162], [241, 105, 19], [127, 39, 4]];
const UNKNOWN = [128, 128, 128];

function colour(stops, fraction) {
  const place = Math.min(Math.max(fraction, 0), 1) * (stops.length - 1);
  const low = Math.min(Math.floor(place), stops.length - 2), part = place - low;
  return stops[low].map((value, i) => Math.round(value + part * (stops[low + 1][i] - value)));
}

const gradient = (stops) => `linear-gradient(to right, ${stops.map((stop) => `rgb(${stop.join(",")})`).join(", ")})`;
const themed = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

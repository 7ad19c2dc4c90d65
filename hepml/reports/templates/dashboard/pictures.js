// Maps as pictures, with the flagged cells framed, and the numbers of the cell under the pointer.
const PICTURE_PIXELS = 640;

function quantile(values, fraction) {
  const there = values.filter((value) => !Number.isNaN(value)).sort();
  return there.length ? there[Math.min(Math.floor(fraction * there.length), there.length - 1)] : 1;
}

const largest = (values) => values.reduce((most, value) => (value > most ? value : most), 0);

// Counts are drawn up to what nearly all cells have: one hot cell would make all others dark.
function countScale(maps) {
  const top = Math.max(quantile(maps.observed, 0.99), largest(maps.expected) * 1.05, 1e-9);
  return { stops: COUNTS, low: 0, high: top, clipped: largest(maps.observed) > top };
}

function pullScale(pull) {
  const most = largest(pull.map(Math.abs)), high = Math.min(Math.max(most, 4), 12);
  return { stops: PULLS, low: -high, high, clipped: most > high };
}

function drawMap(canvas, values, shape, scale, marked) {
  const size = Math.max(Math.floor(PICTURE_PIXELS / shape.columns), 1);
  canvas.width = shape.columns * size;
  canvas.height = shape.rows * size;
  const pen = canvas.getContext("2d");
  const image = pen.createImageData(shape.columns, shape.rows);
  values.forEach((value, cell) => {
    const rgb = Number.isNaN(value) ? UNKNOWN : colour(scale.stops, (value - scale.low) / (scale.high - scale.low));
    image.data.set([...rgb, 255], 4 * cell);
  });
  const small = new OffscreenCanvas(shape.columns, shape.rows);
  small.getContext("2d").putImageData(image, 0, 0);
  pen.imageSmoothingEnabled = false;
  pen.drawImage(small, 0, 0, canvas.width, canvas.height);
  crossUnknown(pen, values, shape, size);
  frameCells(pen, values, marked, shape, size);
}

// A stroke through cells of which nothing is known: grey alone could be a count.
function crossUnknown(pen, values, shape, size) {
  if (size < 4) return;
  pen.strokeStyle = "#ffffff";
  pen.lineWidth = 1;
  pen.beginPath();
  values.forEach((value, cell) => {
    if (!Number.isNaN(value)) return;
    const x = (cell % shape.columns) * size, y = Math.floor(cell / shape.columns) * size;
    pen.moveTo(x, y + size);
    pen.lineTo(x + size, y);
  });
  pen.stroke();
}

// Lines around cells that are flagged, black on white so that they are seen on any colour, and outside: one cell stays seen.
// Cells of which nothing is known do not break the frame.
function frameCells(pen, values, marked, shape, size) {
  const inside = new Set(marked);
  if (marked.length > 1) values.forEach((value, cell) => Number.isNaN(value) && inside.add(cell));
  const has = (row, column) => row >= 0 && column >= 0 && row < shape.rows && column < shape.columns && inside.has(row * shape.columns + column);
  pen.lineCap = "square";
  for (const [ink, width] of [["#ffffff", 5], ["#000000", 2]]) {
    pen.strokeStyle = ink;
    pen.lineWidth = width;
    pen.beginPath();
    for (const cell of marked) {
      const row = Math.floor(cell / shape.columns), column = cell % shape.columns;
      const x = column * size - 2, y = row * size - 2, right = x + size + 4, bottom = y + size + 4;
      if (!has(row - 1, column)) { pen.moveTo(x, y); pen.lineTo(right, y); }
      if (!has(row + 1, column)) { pen.moveTo(x, bottom); pen.lineTo(right, bottom); }
      if (!has(row, column - 1)) { pen.moveTo(x, y); pen.lineTo(x, bottom); }
      if (!has(row, column + 1)) { pen.moveTo(right, y); pen.lineTo(right, bottom); }
    }
    pen.stroke();
  }
}

function picture({ title, note, values, shape, scale, marked, onCell }) {
  const made = element("figure"), caption = element("figcaption", `${title} `), canvas = element("canvas", "", { role: "img", "aria-label": `${title}, ${shape.rows} rows and ${shape.columns} columns, ${format(scale.low)} to ${format(scale.high)}` });
  caption.append(element("small", note));
  drawMap(canvas, values, shape, scale, marked);
  const bar = element("div", "", { class: "scale", "aria-hidden": "true" }), colours = element("span");
  colours.style.background = gradient(scale.stops);
  const edge = scale.clipped ? "≥ " : "";
  bar.append(element("span", scale.low < 0 && scale.clipped ? `≤ ${format(scale.low)}` : format(scale.low)), colours, element("span", edge + format(scale.high)));
  made.append(caption, canvas, bar);
  canvas.addEventListener("pointermove", (event) => {
    const box = canvas.getBoundingClientRect();
    const row = Math.floor(((event.clientY - box.top) / box.height) * shape.rows), column = Math.floor(((event.clientX - box.left) / box.width) * shape.columns);
    if (row >= 0 && row < shape.rows && column >= 0 && column < shape.columns) onCell(row * shape.columns + column);
  });
  return made;
}

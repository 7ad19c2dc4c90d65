// The timeline: a row for each run, in it a band for each histogram, in it a bar for each lumisection.
const GUTTER = 58, BAND = 11, GAP = 7, TOP = 20, MOST_RUNS = 300, MOST_PIXELS = 8000;
const bars = byId("bars"), timeline = byId("timeline"), frame = byId("frame");

const view = { runs: [], histograms: [], barWidth: 4, lastLumi: 1 };

// Which runs and histograms pass the filters; `flagged(run, histogram, i)` says whether a flag does.
function arrange(filters) {
  view.histograms = data.histograms.map((_, h) => h).filter((h) => filters.subsystem === "" || data.histograms[h].subsystem === filters.subsystem);
  const some = (run) => view.histograms.some((h) => [...run.of[h].status].some((_, i) => filters.flagged(run, h, i)));
  const wanted = data.lumisections.filter((run) => !filters.onlyFlagged || some(run));
  view.runs = wanted.slice(-MOST_RUNS);
  byId("older").hidden = wanted.length <= MOST_RUNS;
  byId("older").textContent = `The last ${MOST_RUNS} of ${wanted.length} runs are drawn; incidents are of all.`;
  view.lastLumi = view.runs.reduce((most, run) => view.histograms.reduce((m, h) => Math.max(m, run.of[h].lumi.at(-1) ?? 1), most), 1);
  const room = frame.clientWidth - GUTTER - 12;
  view.barWidth = Math.min(Math.max(room / view.lastLumi, 1), 12, Math.max(MOST_PIXELS / view.lastLumi, 0.2));
}

const rowHeight = () => view.histograms.length * BAND + GAP;
const left = (lumi) => GUTTER + (lumi - 1) * view.barWidth;
const top = (row, band) => TOP + row * rowHeight() + band * BAND;

function sized(canvas, width, height) {
  const ratio = Math.min(window.devicePixelRatio || 1, 2);
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const pen = canvas.getContext("2d");
  pen.scale(ratio, ratio);
  return pen;
}

// Height and pattern tell the status as well as the colour: half, full with a cap, striped, a thin line.
function bar(pen, letter, x, y, width, inks) {
  pen.fillStyle = inks[letter];
  const full = BAND - 2;
  if (letter === "g") pen.fillRect(x, y + full / 2, width, full / 2);
  if (letter === "n") pen.fillRect(x, y + full - 1.5, width, 1.5);
  if (letter === "m") for (let stripe = 0; stripe < full; stripe += 3) pen.fillRect(x, y + stripe, width, 1.5);
  if (letter === "b") {
    pen.fillRect(x, y, width, full);
    pen.fillStyle = inks.ink;
    pen.fillRect(x, y, width, 2);
  }
}

function drawBars(filters) {
  const width = Math.max(left(view.lastLumi + 1) + 10, frame.clientWidth - 2), height = TOP + view.runs.length * rowHeight() + 4;
  const pen = sized(bars, width, height);
  const inks = { g: themed("--good"), b: themed("--bad"), n: themed("--few"), m: themed("--masked"), ink: themed("--ink"), quiet: themed("--quiet") };
  drawAxes(pen, inks, height);
  const gap = view.barWidth > 3 ? 1 : 0;
  view.runs.forEach((run, row) => view.histograms.forEach((h, band) => {
    const { lumi, status } = run.of[h];
    for (let i = 0; i < lumi.length; i++) {
      pen.globalAlpha = isFlag(status[i]) && !filters.flagged(run, h, i) ? 0.25 : 1;
      bar(pen, status[i], left(lumi[i]), top(row, band), Math.max(view.barWidth - gap, 0.5), inks);
    }
    pen.globalAlpha = 1;
  }));
  sized(timeline, width, height);
}

function drawAxes(pen, inks, height) {
  pen.font = "12px system-ui, sans-serif";
  pen.fillStyle = inks.quiet;
  pen.textBaseline = "middle";
  pen.globalAlpha = 0.18;
  for (const lumi of ticks()) pen.fillRect(left(lumi) + view.barWidth / 2, TOP - 3, 1, height - TOP);
  pen.globalAlpha = 1;
  view.runs.forEach((run, row) => {
    pen.textAlign = "right";
    pen.fillText(String(run.run), GUTTER - 8, top(row, 0) + (rowHeight() - GAP) / 2);
  });
}

function ticks() {
  const step = [10, 20, 50, 100, 200, 500, 1000, 5000, 20000].find((n) => n * view.barWidth >= 60) ?? 50000;
  return Array.from({ length: Math.floor(view.lastLumi / step) }, (_, i) => (i + 1) * step);
}

// Numbers of lumisections, always at the top of what is seen.
function drawNumbers(pen) {
  const y = frame.scrollTop;
  pen.fillStyle = themed("--raised");
  pen.fillRect(0, y, timeline.width, TOP - 3);
  pen.fillStyle = themed("--quiet");
  pen.font = "12px system-ui, sans-serif";
  pen.textBaseline = "middle";
  pen.textAlign = "center";
  for (const lumi of ticks()) pen.fillText(String(lumi), left(lumi) + view.barWidth / 2, y + 9);
  pen.textAlign = "right";
  pen.fillText("run", GUTTER - 8, y + 9);
}

// What changes often is on the upper canvas: the bars need not be drawn again.
function drawChoice(choice) {
  const pen = timeline.getContext("2d");
  pen.clearRect(0, 0, timeline.width, timeline.height);
  frameChoice(pen, choice);
  drawNumbers(pen);
}

function frameChoice(pen, choice) {
  const row = choice ? view.runs.indexOf(choice.run) : -1, band = choice ? view.histograms.indexOf(choice.h) : -1;
  if (row < 0 || band < 0) return;
  const x = left(choice.run.of[choice.h].lumi[choice.i]), y = top(row, band);
  pen.strokeStyle = themed("--ink");
  pen.lineWidth = 2;
  pen.strokeRect(x - 2, y - 2, Math.max(view.barWidth, 3) + 3, BAND + 2);
}

function scrollTo(choice) {
  const row = view.runs.indexOf(choice.run), band = view.histograms.indexOf(choice.h);
  if (row < 0 || band < 0) return;
  const x = left(choice.run.of[choice.h].lumi[choice.i]), y = top(row, band), line = frame.clientHeight;
  if (y < frame.scrollTop + TOP || y > frame.scrollTop + line - 2 * BAND) frame.scrollTop = y - line / 2;
  if (x < frame.scrollLeft + GUTTER || x > frame.scrollLeft + frame.clientWidth - 20) frame.scrollLeft = x - frame.clientWidth / 2;
}

// Pixel -> {run, h, i}, or null beside the bars.
function hit(x, y) {
  const row = Math.floor((y - TOP) / rowHeight()), run = view.runs[row];
  const band = Math.min(Math.floor((y - TOP - row * rowHeight()) / BAND), view.histograms.length - 1);
  if (!run || band < 0) return null;
  const wanted = Math.floor((x - GUTTER) / view.barWidth) + 1, h = view.histograms[band];
  const i = run.of[h].lumi.indexOf(wanted);
  return i < 0 ? null : { run, h, i };
}

// Filters, choice, keys and links.
const subsystems = [...new Set(data.histograms.map((one) => one.subsystem))];
const scores = data.incidents.map((one) => one.score).filter((score) => score !== null);
const topScore = Math.max(1, ...scores), lowScore = Math.min(topScore, ...data.histograms.map((one) => Math.max(one.threshold ?? 0, 0)));
let choice = null, filters = readFilters();

function readFilters() {
  const chosen = byId("subsystem").value, part = Number(byId("score").value) / 1000;
  // Scores span decades: the slider is logarithmic from the lowest threshold to the highest score.
  const least = part === 0 ? -Infinity : Math.max(lowScore, 0.1) * (topScore / Math.max(lowScore, 0.1)) ** part * (1 - 1e-9);
  const subsystem = chosen === "" ? "" : subsystems[Number(chosen)];
  return {
    subsystem,
    least,
    onlyFlagged: byId("flagged").checked,
    flagged: (run, h, i) => isFlag(run.of[h].status[i]) && run.of[h].score[i] >= least,
    incident: (one) => one.score >= least && (subsystem === "" || one.histograms.some((h) => data.histograms[h].subsystem === subsystem)),
  };
}

function refresh() {
  filters = readFilters();
  byId("least").textContent = filters.least === -Infinity ? "any" : format(filters.least);
  arrange(filters);
  drawBars(filters);
  const shown = showIncidents(filters, (name) => chooseName(name, true));
  let flags = 0;
  for (const run of data.lumisections) for (const h of view.histograms) for (let i = 0; i < run.of[h].lumi.length; i++) flags += filters.flagged(run, h, i);
  byId("bands").textContent = `In each run from top to bottom: ${view.histograms.map((h) => data.histograms[h].name).join(", ")}.`;
  byId("shown").textContent = `${shown.length} of ${data.incidents.length} incident${data.incidents.length === 1 ? "" : "s"}, ${flags} flag${flags === 1 ? "" : "s"}`;
  drawChoice(choice);
  markIncident(incidentOf(choice));
}

const incidentOf = (chosen) => (chosen ? data.flags[nameOf(chosen)]?.incident ?? 0 : 0);

function choose(next, { link = true } = {}) {
  if (!next) return;
  choice = next;
  const of = choice.run.of[choice.h], name = data.histograms[choice.h].name;
  byId("said").textContent = `Run ${choice.run.run}, lumisection ${of.lumi[choice.i]}, ${name}: ${STATUS[of.status[choice.i]]}, score ${format(of.score[choice.i])}`;
  scrollTo(choice);
  drawChoice(choice);
  markIncident(incidentOf(choice));
  if (link) history.replaceState(null, "", `#${choice.run.run}/${of.lumi[choice.i]}/${encodeURIComponent(name)}`);
  showDetails(choice);
}

function find(runNumber, lumi, h) {
  const run = data.lumisections.find((one) => one.run === runNumber);
  if (!run) return null;
  const all = h === undefined ? data.histograms.map((_, index) => index) : [h];
  const found = all.map((index) => ({ run, h: index, i: run.of[index]?.lumi.indexOf(lumi) ?? -1 })).filter((one) => one.i >= 0);
  return found.find((one) => isFlag(one.run.of[one.h].status[one.i])) ?? found[0] ?? null;
}

function chooseName(name, focus = false) {
  const [run, lumi, h] = name.split("/").map(Number);
  choose(find(run, lumi, h));
  if (focus) byId("details-title").focus({ preventScroll: window.innerWidth >= 1120 });
}

// "#run/lumisection" or "#run/lumisection/histogram"
function chooseLink() {
  const [run, lumi, name] = location.hash.slice(1).split("/");
  if (!/^\d+$/.test(run ?? "") || !/^\d+$/.test(lumi ?? "")) return false;
  let wanted;
  try { wanted = name === undefined ? undefined : decodeURIComponent(name); } catch { return false; }
  const h = wanted === undefined ? undefined : data.histograms.findIndex((one) => one.name === wanted);
  const found = h === -1 ? null : find(Number(run), Number(lumi), h);
  choose(found, { link: false });
  return found !== null;
}

const current = () => choice ?? firstOf(view.runs[0], view.histograms[0]);
const firstOf = (run, h) => (run && h !== undefined && run.of[h].lumi.length ? { run, h, i: 0 } : null);

function beside(step) {
  const from = current();
  if (!from) return null;
  const i = choice ? Math.min(Math.max(from.i + step, 0), from.run.of[from.h].lumi.length - 1) : from.i;
  return { ...from, i };
}

// The nearest lumisection in the band above or below; bands without lumisections are passed over.
function band(step, runs = 0) {
  const from = current();
  if (!from || !choice) return from;
  const bands = view.runs.flatMap((run) => view.histograms.map((h) => ({ run, h })));
  const here = bands.findIndex((one) => one.run === from.run && one.h === from.h), lumi = from.run.of[from.h].lumi[from.i];
  for (let to = here + step + runs * view.histograms.length; to >= 0 && to < bands.length; to += Math.sign(step || runs)) {
    const lumis = bands[to].run.of[bands[to].h].lumi;
    if (lumis.length) return { ...bands[to], i: lumis.reduce((best, one, i) => (Math.abs(one - lumi) < Math.abs(lumis[best] - lumi) ? i : best), 0) };
  }
  return null;
}

function nextFlag(step) {
  const flags = view.runs.flatMap((run, row) => view.histograms.flatMap((h, line) => [...run.of[h].status].flatMap((_, i) => (filters.flagged(run, h, i) ? [{ run, h, i, row, line }] : []))));
  flags.sort((a, b) => a.row - b.row || a.run.of[a.h].lumi[a.i] - b.run.of[b.h].lumi[b.i] || a.line - b.line);
  if (!flags.length) return null;
  const after = (one) => { const row = view.runs.indexOf(choice.run), lumi = choice.run.of[choice.h].lumi[choice.i], line = view.histograms.indexOf(choice.h); return one.row - row || one.run.of[one.h].lumi[one.i] - lumi || one.line - line; };
  const found = !choice ? flags[0] : step > 0 ? flags.find((one) => after(one) > 0) : flags.findLast((one) => after(one) < 0);
  return found ? { run: found.run, h: found.h, i: found.i } : null;
}

const KEYS = {
  ArrowLeft: () => beside(-1),
  ArrowRight: () => beside(1),
  ArrowUp: () => band(-1),
  ArrowDown: () => band(1),
  PageUp: () => band(0, -1),
  PageDown: () => band(0, 1),
  Home: () => current() && { ...current(), i: 0 },
  End: () => current() && { ...current(), i: current().run.of[current().h].lumi.length - 1 },
  n: () => nextFlag(1),
  p: () => nextFlag(-1),
};

timeline.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Enter" || event.key === " ") {
    event.preventDefault();
    choose(current());
    byId("details-title").focus();
  } else if (KEYS[event.key]) {
    event.preventDefault();
    choose(KEYS[event.key]());
  }
});
byId("details").addEventListener("keydown", (event) => { if (event.key === "Escape") timeline.focus(); });
timeline.addEventListener("click", (event) => choose(hit(event.offsetX, event.offsetY)));
timeline.addEventListener("pointermove", (event) => {
  const over = hit(event.offsetX, event.offsetY), of = over?.run.of[over.h];
  timeline.title = over ? `Run ${over.run.run}, lumisection ${of.lumi[over.i]}, ${data.histograms[over.h].name}: ${STATUS[of.status[over.i]]}, score ${format(of.score[over.i])}` : "";
});
for (const id of ["subsystem", "score", "flagged"]) byId(id).addEventListener("input", refresh);
document.querySelector(".filters").addEventListener("submit", (event) => event.preventDefault());
frame.addEventListener("scroll", () => drawChoice(choice));
window.addEventListener("hashchange", chooseLink);
window.addEventListener("resize", refresh);
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", refresh);
refresh();
if (!chooseLink() && data.incidents.length) {
  const worst = data.incidents.reduce((most, one) => (one.score > most.score ? one : most));
  const [run, lumi, h] = worst.peak.split("/").map(Number);
  choose(find(run, lumi, h), { link: false });
}

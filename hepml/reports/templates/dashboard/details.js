// What is known of the chosen lumisection: numbers, maps, flagged cells.
const MOST_ROWS = 200;
const nameOf = (choice) => `${choice.run.run}/${choice.run.of[choice.h].lumi[choice.i]}/${choice.h}`;
let asked = 0;

async function showDetails(choice) {
  const turn = ++asked, name = nameOf(choice), flag = data.flags[name];
  showFacts(choice, flag);
  const there = name in data.maps;
  if (!there) {
    byId("missing").textContent = isFlag(choice.run.of[choice.h].status[choice.i]) ? "The maps of this flag are not on this page." : "Maps are on this page for flagged lumisections and for those they are compared with.";
    show({ missing: true });
    return;
  }
  const maps = await mapsOf(name), reference = data.references[name] ? await mapsOf(data.references[name]) : null;
  if (turn !== asked) return; // something else has been chosen meanwhile
  showMaps(choice, maps, reference);
  showCells(choice, maps, flag.cells);
  show({ pictures: true, cell: true, cells: flag.cells.length > 0 });
}

function show(shown) {
  for (const id of ["missing", "pictures", "cell", "cells"]) byId(id).hidden = !shown[id];
}

function showFacts(choice, flag) {
  const of = choice.run.of[choice.h], letter = of.status[choice.i], histogram = data.histograms[choice.h];
  byId("details-title").textContent = `Run ${choice.run.run}, lumisection ${of.lumi[choice.i]}: ${histogram.name}`;
  const status = element("dd"), text = STATUS[letter];
  status.append(element("span", "", { class: `mark ${text.replaceAll(" ", "-")}`, "aria-hidden": "true" }), ` ${text}`);
  const rows = [["Status", status], ["Score", `${format(of.score[choice.i])} (flagged above ${format(histogram.threshold)})`], ["Subsystem", histogram.subsystem]];
  if (flag) rows.push(["Entries", format(flag.entries, 6)]);
  const incident = flag?.incident ? data.incidents[flag.incident - 1] : null;
  if (incident) rows.push(["Incident", `${incident.number}: lumisections ${incident.first} to ${incident.last}, ${incident.flags} flag${incident.flags === 1 ? "" : "s"}`]);
  if (flag?.who) rows.push(["Known problem", `${flag.why} (${flag.who})`]);
  const facts = byId("facts");
  facts.replaceChildren();
  for (const [term, value] of rows) facts.append(element("dt", term), typeof value === "string" ? element("dd", value) : value);
}

function showMaps(choice, maps, reference) {
  const shape = data.histograms[choice.h], marked = data.flags[nameOf(choice)].cells, counts = countScale(maps);
  const parts = [{ title: "Occupancy", note: "counts", values: maps.observed, scale: counts }];
  if (maps.has[1]) parts.push({ title: "Reconstruction", note: "counts expected", values: maps.expected, scale: counts });
  if (maps.has[2]) parts.push({ title: "Pull", note: "standard deviations", values: maps.pull, scale: pullScale(maps.pull) });
  const there = data.references[nameOf(choice)];
  if (reference) parts.push({ title: "Reference", note: `run ${there.split("/")[0]}, lumisection ${there.split("/")[1]}`, values: reference.observed, scale: countScale(reference) });
  const onCell = (cell) => sayCell(cell, shape, maps, reference);
  byId("pictures").replaceChildren(...parts.map((part) => picture({ ...part, shape, marked, onCell })));
  const self = marked.length || there ? "" : "This is a good lumisection that flagged ones are compared with.";
  byId("cell").textContent = reference || self ? self || "Point at a cell to read it." : "No good run of similar luminosity is there to compare with. Point at a cell to read it.";
}

function sayCell(cell, shape, maps, reference) {
  const row = Math.floor(cell / shape.columns), column = cell % shape.columns;
  const beside = reference ? `, reference ${format(reference.observed[cell])}` : "";
  byId("cell").textContent = `Row ${row}, column ${column}: observed ${format(maps.observed[cell], 5)}, expected ${format(maps.expected[cell])}, pull ${format(maps.pull[cell])}${beside}`;
}

function showCells(choice, maps, cells) {
  const columns = data.histograms[choice.h].columns, row = (cell) => Math.floor(cell / columns), column = (cell) => cell % columns;
  const size = (cell) => (Number.isNaN(maps.pull[cell]) ? -1 : Math.abs(maps.pull[cell]));
  const ordered = [...cells].sort((a, b) => size(b) - size(a)), shown = ordered.slice(0, MOST_ROWS);
  const ends = (of) => { const places = cells.map(of), low = Math.min(...places), high = Math.max(...places); return low === high ? `${low}` : `${low} to ${high}`; };
  byId("where").textContent = cells.length ? `${cells.length} cell${cells.length === 1 ? "" : "s"}, rows ${ends(row)}, columns ${ends(column)}${cells.length > MOST_ROWS ? `; the ${MOST_ROWS} largest pulls` : ""}` : "";
  byId("cells").querySelector("tbody").replaceChildren(...shown.map((cell) => {
    const line = element("tr");
    for (const value of [String(row(cell)), String(column(cell)), format(maps.observed[cell], 5), format(maps.expected[cell]), format(maps.pull[cell])]) line.append(element("td", value, { class: "number" }));
    return line;
  }));
}

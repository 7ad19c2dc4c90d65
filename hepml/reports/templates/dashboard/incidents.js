// The table of incidents: the way to the flags for those who do not use the timeline.
function showIncidents(filters, choose) {
  const shown = data.incidents.filter((one) => filters.incident(one)).sort((a, b) => b.score - a.score);
  byId("incidents").querySelector("tbody").replaceChildren(...shown.map((one) => incidentRow(one, choose)));
  byId("none").hidden = shown.length > 0;
  return shown;
}

function incidentRow(one, choose) {
  const row = element("tr", "", { "data-incident": one.number }), first = element("td"), status = element("td");
  const lumis = one.first === one.last ? `${one.first}` : `${one.first} to ${one.last}`, names = one.histograms.map((h) => data.histograms[h].name).join(", ");
  const button = element("button", String(one.run), { type: "button", "aria-label": `Run ${one.run}, lumisections ${lumis}, ${names}` });
  button.addEventListener("click", () => choose(one.peak));
  first.append(button);
  status.append(element("span", "", { class: `mark ${STATUS[one.status]}`, "aria-hidden": "true" }), one.who ? `masked: ${one.why} (${one.who})` : STATUS[one.status]);
  row.append(first, element("td", lumis), element("td", names), element("td", format(one.score), { class: "number" }), element("td", String(one.cells), { class: "number" }), status);
  return row;
}

function markIncident(number) {
  for (const row of byId("incidents").querySelectorAll("tr[data-incident]")) row.classList.toggle("chosen", Number(row.dataset.incident) === number);
}

// Lists: the longest waits and hand-over delays; a click or Enter jumps there.

const MOST_LISTED = 50;

// The spans with the greatest measure, the greatest first: a heap of the best that were seen so far.
function greatest(measure, most = MOST_LISTED) {
  const best = [];
  let least = 0;
  for (let i = 0; i < data.count; i++) {
    const value = measure(i);
    if (value <= least) continue;
    best.push({ span: i, value });
    if (best.length < most * 4) continue;
    best.sort((a, b) => b.value - a.value);
    best.length = most;
    least = best[most - 1].value;
  }
  return best.sort((a, b) => b.value - a.value || a.span - b.span).slice(0, most);
}

function longestWaits() {
  return greatest((span) => (isSleep(span) ? 0 : waitOf(span)));
}

function longestHandOvers() {
  return greatest(handOver);
}

function listRow({ span, value }, first) {
  const swatch = make("span", { class: "swatch" });
  styleSwatch(swatch, data.object[span]);
  const bar = make("i", { class: "measure", style: `inline-size: ${Math.max(1, value / first * 100)}%` });
  const button = make("button", { class: "row", "data-span": span, onclick: () => selectAndReveal(span, true) },
    make("span", { class: "line" }, swatch, make("span", { class: "grow" }, shortened(whatOf(span), 80)),
      make("span", { class: "number" }, shownTime(value))),
    make("span", { class: "line faint" }, make("span", { class: "grow" },
      `${shortened(data.taskNames[data.task[span]], 40)}${placeOf(span) ? ` · ${placeOf(span)}` : ""}`),
      make("span", { class: "number" }, `at ${shownMoment(times.began[span], times.length / 1000)}`)), bar);
  return make("li", {}, button);
}

function fillList(id, list, empty) {
  const panel = document.getElementById(id);
  if (list.length === 0) return panel.replaceChildren(make("p", { class: "faint" }, empty));
  panel.replaceChildren(make("ol", { class: "plain" }, ...list.map((each) => listRow(each, list[0].value))));
}

function showLists() {
  fillList("panel-waits", longestWaits(), "No operation waited.");
  fillList("panel-handovers", longestHandOvers(), "No task was woken by another one.");
}

// ---- tabs ----

const TABS = ["waits", "handovers", "totals"]; // and "compared", where there is another run

function showTab(name, focused) {
  for (const each of TABS) {
    const tab = document.getElementById(`tab-${each}`), chosen = each === name;
    tab.setAttribute("aria-selected", chosen);
    tab.tabIndex = chosen ? 0 : -1;
    document.getElementById(`panel-${each}`).hidden = !chosen;
    if (chosen && focused) tab.focus();
  }
}

function openTabs() {
  if (data.meta.compared) TABS.push("compared");
  for (const [i, name] of TABS.entries()) {
    const tab = document.getElementById(`tab-${name}`);
    tab.addEventListener("click", () => showTab(name));
    tab.addEventListener("keydown", (event) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (by) showTab(TABS[(i + by + TABS.length) % TABS.length], true);
    });
  }
  showTab(data.meta.compared ? "compared" : "waits");
}

function openLists() {
  openTabs();
  showLists();
  listeners.theme.push(showLists);
  listeners.logical.push(showLists);
}

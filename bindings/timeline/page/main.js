// Main: the page begins here; and what its tests may ask of it, window.timeline.

function openParts() {
  readTheme();
  listeners.theme.push(readTheme);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => tell("theme"));
  orderObjects();
}

function openTrace() {
  openChart();
  showAll();
  openOverview();
  openPins();
  openPointer();
  openDetails();
  openCompared();
  openLists();
  openTotals();
  openSearch();
  openLogical();
}

// How long a frame takes while one zooms in and out again: { median, p95, greatest } in milliseconds.  A pixel is read
// back, so that what the browser draws later is in it: else one frame in many would take the time of all.
function measureFrames(count) {
  const took = [], { context } = chart;
  showAll();
  for (let i = 0; i < count; i++) {
    zoom(i < count / 2 ? 0.93 : 1 / 0.93, times.length * 0.37);
    const begin = performance.now();
    draw();
    context.getImageData(0, 0, 1, 1);
    took.push(performance.now() - begin);
  }
  took.sort((a, b) => a - b);
  return { median: took[count >> 1], p95: took[Math.floor(count * 0.95)], greatest: took[count - 1] };
}

function exposed(begun) {
  return {
    count: data.count, decoded: performance.now() - begun, data, times, derived, view, palette, search, story, totals,
    select: selectAndReveal, selectRange, pins, arrowEnds, rowAt, rowMiddle, xOf, longestWaits, longestHandOvers, longestWait,
    activity, draw, showAll, zoom, measureFrames,
  };
}

async function begin() {
  const begun = performance.now();
  if (!window.DecompressionStream) throw new Error("this browser is too old; one of 2023 or later is needed");
  await readData(JSON.parse(document.getElementById("trace").textContent));
  document.getElementById("trace").remove();
  view.logical = !!data.meta.logical;
  useRealTimes();
  derive();
  window.timeline = exposed(begun);
  openParts();
  if (data.meta.steps && data.meta.steps.length > 0) openStory();
  else openTrace();
  openOutline();
  openKeys();
  openPaper();
  document.body.classList.remove("loading");
  window.timeline.ready = performance.now() - begun;
}

begin().catch((why) => {
  document.body.classList.remove("loading");
  document.getElementById("wrong").hidden = false;
  document.getElementById("wrong").textContent = `The trace could not be read: ${why.message}`;
  console.error(why);
});

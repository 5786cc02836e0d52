// Outline: what the page shows in the DOM besides the canvas: title, facts, legend, and the same as tables for those
// who do not see it.

function facts() {
  const { meta } = data, parts = [shownCount(meta.tasks.length, "task")];
  if (meta.steps) return [...parts, shownCount(meta.steps.length, "step")].join(" · ");
  parts.push(shownCount(meta.objects.length, "object"), shownCount(data.count, "operation"));
  parts.push(shownTime(meta.length));
  if (meta.simulated) parts.push("simulated");
  if (meta.began) parts.push(new Date(meta.began * 1000).toLocaleString());
  return parts.join(" · ");
}

// What is not in the trace, so that nobody takes what is seen for all.
function tellMissing() {
  const box = document.getElementById("lost"), { missing } = data.meta;
  box.hidden = missing.length === 0;
  box.replaceChildren(...missing.map((text) => make("div", {}, shortened(text, 400))));
}

const MOST_CHIPS = 6, LEAST_CHIP = 0.01; // of all that is waited for

function legend() {
  const list = document.getElementById("chips"), chips = [];
  const least = derived.waitedFor.reduce((sum, each) => sum + each, 0) * LEAST_CHIP;
  for (const object of objectsInOrder().slice(0, MOST_CHIPS)) {
    if (!(derived.waitedFor[object] > least)) continue;
    const swatch = make("span", { class: "swatch" });
    styleSwatch(swatch, object);
    chips.push(make("li", {}, swatch, shortened(data.objectTitles[object], 32)));
  }
  list.replaceChildren(...chips);
}

function row(cells, name = "td") {
  return make("tr", {}, ...cells.map((cell) => make(name, name === "th" ? { scope: "col" } : {}, cell)));
}

function table(caption, heads, rows) {
  return make("table", {}, make("caption", {}, caption), make("thead", {}, row(heads, "th")),
    make("tbody", {}, ...rows.map((cells) => row(cells))));
}

const ENDED = { ended: "ended", failed: "failed", killed: "was killed" };

function taskRow(total) {
  const task = data.meta.tasks[total.task - 1];
  const end = task.ended == null ? "still ran" : ENDED[task.how] || "ended";
  const reasons = total.reasons.slice(0, 3).map((reason) => `${reasonText(reason)} ${shownTime(reason.time)}`);
  return [shortened(data.taskNames[total.task]), shownTime(total.ran), shownTime(total.waited),
    reasons.join("; ") || "none", end];
}

const MOST_ROWS = 20;

function stepRow(step, i) {
  const text = shortened(step.text, 400) + (step.failing ? " (fails)" : "");
  return [`${i + 1}`, shortened(data.taskNames[step.task] || ""), text];
}

function waitRow({ span, value }) {
  return [shortened(data.taskNames[data.task[span]]), whatOf(span), shownTime(value), shownMoment(times.began[span],
    times.length / 1000), data.waker[span] > 0 ? shortened(data.taskNames[data.waker[span]]) : "nobody known"];
}

function tables() {
  const box = document.getElementById("as-text");
  if (data.meta.steps) {
    return box.replaceChildren(table("The steps", ["Step", "Task", "What it does"], data.meta.steps.map(stepRow)));
  }
  box.replaceChildren(
    table("The tasks", ["Task", "Ran", "Waited", "Mostly for", "At the end"],
      totals().slice(0, MOST_CARDS).map(taskRow)),
    table("The longest waits", ["Task", "Operation", "Waited", "At", "Woken by"],
      longestWaits().slice(0, MOST_ROWS).map(waitRow)));
}

function describeCanvas() {
  const first = longestWaits()[0];
  const wait = first ? ` The longest wait: ${shortened(data.taskNames[data.task[first.span]], 60)}, ` +
    `${whatOf(first.span)}, ${shownTime(first.value)}.` : "";
  chart.canvas.setAttribute("aria-label", `Timeline of ${shortened(data.meta.title, 80)}: ${facts()}.${wait} ` +
    "Arrow keys go through operations; the question mark lists all keys.");
}

function tellLogical() {
  document.getElementById("time-kind").textContent = isLogical() ? "logical time: a step for each operation that " +
    "comes after its causes" : "";
}

function openOutline() {
  const title = shortened(data.meta.title || "a trace", 200);
  document.getElementById("title").textContent = title;
  document.title = `${title} · Tidelock timeline`;
  document.getElementById("facts").textContent = facts();
  tellMissing();
  tables();
  if (data.meta.steps) return;
  legend();
  describeCanvas();
  listeners.theme.push(legend);
  listeners.logical.push(legend, tellLogical);
}

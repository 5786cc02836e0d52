// Details: what is known of one span, beside the chart and at the pointer.

// A new element: make("p", { class: "faint" }, "text", another, ...); all text is text.
function make(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

const RESULTS = ["done", "refused, or timed out", "raised an error", "not known"];

function resultOf(span) {
  if (data.ended[span] >= 0) return RESULTS[data.result[span]] || RESULTS[3];
  const task = data.meta.tasks[data.task[span] - 1];
  if (task.how === "killed") return "never ended: its task was killed in it";
  return "never ended in this trace";
}

function lengthOf(span) {
  return times.until[span] - times.began[span];
}

function handOver(span) {
  return times.called[span] >= 0 && data.waker[span] > 0 && !isLogical() ? times.until[span] - times.called[span] : -1;
}

function jump(span, text) {
  return make("button", { class: "link", onclick: () => selectAndReveal(span) }, text);
}

function wakerRow(span) {
  const waker = data.waker[span];
  if (waker === 0) return null;
  const by = wakingSpan(span), name = shortened(data.taskNames[waker], 60);
  if (by < 0) return name;
  return jump(by, `${name} · ${whatOf(by)}`);
}

function messageRow(span) {
  if (!data.message[span]) return null;
  const sent = sentTo(span);
  if (sent >= 0) return jump(sent, `got by ${shortened(data.taskNames[data.task[sent]], 60)}`);
  for (let arrow = derived.firstArrow[span]; arrow < derived.firstArrow[span + 1]; arrow++) {
    const put = derived.arrows.from[arrow];
    if (put >= 0) return jump(put, `put by ${shortened(data.taskNames[data.task[put]], 60)}`);
  }
  return null;
}

function waitText(length, waited) {
  if (waited === 0) return "";
  return shownTime(length) === shownTime(waited) ? ", all of it asleep" : `, of which it slept ${shownTime(waited)}`;
}

function rowsOf(span) {
  const handed = handOver(span), place = placeOf(span), waited = waitOf(span);
  return [
    ["Task", shortened(data.taskNames[data.task[span]])],
    ["At", `${shownMoment(times.began[span], Math.max(1, times.length / 1e5))}${place ? ` · ${place}` : ""}`],
    ["Took", shownTime(lengthOf(span)) + waitText(lengthOf(span), waited)],
    ["Result", resultOf(span)],
    ["Woken by", wakerRow(span)],
    ["Hand-over", handed >= 0 ? shownTime(handed) : null],
    ["Message", messageRow(span)],
  ].filter(([, value]) => value);
}

function listOf(rows) {
  const list = make("dl");
  for (const [name, value] of rows) list.append(make("dt", {}, name), make("dd", {}, value));
  return list;
}

function jumpTo({ span, value }) {
  return make("button", { class: "link", onclick: () => selectAndReveal(span, true) },
    `${shownTime(value)} · ${shortened(data.taskNames[data.task[span]], 40)} · ${whatOf(span)}`);
}

// While nothing is selected: where to look first.
function glance() {
  const [wait] = longestWaits(), [late] = longestHandOvers();
  const { waitedFor } = derived;
  const object = objectsInOrder().reduce((most, each) => (waitedFor[each] > waitedFor[most] ? each : most), 1);
  const rows = [["Longest wait", wait && jumpTo(wait)], ["Longest hand-over", late && jumpTo(late)],
    ["Most waited for", waitedFor[object] > 0 &&
      `${shortened(data.objectTitles[object], 80)} · ${shownTime(waitedFor[object])}`]];
  const list = listOf(rows.filter(([, value]) => value));
  list.className = "glance";
  const hint = data.count > 0 ? "Click an operation, or press an arrow key, to read about it. Press ? for all keys."
    : "No operation is in this trace. Press ? for all keys.";
  return [make("h2", {}, "At a glance"), list, make("p", { class: "faint hint" }, hint)];
}

function showDetails() {
  const box = document.getElementById("details"), span = view.selected;
  box.replaceChildren();
  if (span < 0) return box.append(...glance());
  const list = listOf(rowsOf(span));
  const swatch = make("span", { class: "swatch" });
  styleSwatch(swatch, data.object[span]);
  box.append(make("h2", {}, swatch, shortened(whatOf(span))), list);
}

// ---- at the pointer ----

function tipText(span) {
  const waited = waitOf(span), waker = data.waker[span];
  const lines = [`${shownTime(lengthOf(span))}${waited > 0 ? `, waited ${shownTime(waited)}` : ""}`];
  if (waker > 0) lines.push(`woken by ${shortened(data.taskNames[waker], 40)}`);
  if (placeOf(span)) lines.push(placeOf(span));
  return lines;
}

function showTip(span, x, y) {
  if (span < 0) return hideTip();
  const tip = document.getElementById("tip");
  if (tip.dataset.span !== String(span) || tip.hidden) {
    tip.dataset.span = span;
    tip.replaceChildren(make("strong", {}, shortened(whatOf(span), 60)),
      ...tipText(span).map((line) => make("div", {}, line)));
  }
  placeTip(tip, x, y);
}

function showEndTip(end, x, y) {
  const tip = document.getElementById("tip");
  tip.dataset.span = "";
  tip.replaceChildren(make("strong", {}, endText(end)));
  placeTip(tip, x, y);
}

function placeTip(tip, x, y) {
  tip.hidden = false;
  const left = Math.min(x + 14, innerWidth - tip.offsetWidth - 8);
  const top = y + 18 + tip.offsetHeight > innerHeight ? y - tip.offsetHeight - 10 : y + 18;
  tip.style.transform = `translate(${Math.max(8, left)}px, ${Math.max(8, top)}px)`;
}

function hideTip() {
  document.getElementById("tip").hidden = true;
}

// What a screen reader is told when the selection has changed.
function speak() {
  const span = view.selected;
  const text = () => `${shortened(data.taskNames[data.task[span]], 60)}: ${whatOf(span)}, ` +
    `at ${shownMoment(times.began[span], times.length / 1000)}, ${tipText(span).join(", ")}.`;
  document.getElementById("spoken").textContent = span < 0 ? "Nothing is selected." : text();
}

function openDetails() {
  listeners.select.push(showDetails, speak);
  listeners.theme.push(showDetails);
  listeners.logical.push(showDetails);
  showDetails();
}

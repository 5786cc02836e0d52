// Totals: of each task, and of a part of the trace, how long it ran and what it waited for.

// How much of [from, to) a wait takes; of one that slept several times in its span, the same share.
function waitWithin(span, from, to) {
  if (times.slept[span] < 0) return 0;
  const begin = times.slept[span], end = times.until[span];
  const overlap = Math.min(end, to) - Math.max(begin, from);
  return overlap > 0 && end > begin ? overlap * (waitOf(span) / (end - begin)) : 0;
}

function lifeWithin(task, from, to) {
  const life = times.tasks[task - 1];
  return Math.max(0, Math.min(life.ended, to) - Math.max(life.began, from));
}

// { task, lived, waited, ran, operations, reasons = [{ object, operation, time, count }] }, the longest reason first.
function totalsOfTask(task, from, to) {
  const lane = data.lanes[task], reasons = new Map();
  let waited = 0, operations = 0;
  let i = Math.max(lane.first, lastBefore(times.began, lane.first, lane.end, from));
  while (i > lane.first && times.until[i - 1] > from) i--;
  for (; i < lane.end && times.began[i] < to; i++) {
    if (times.until[i] < from) continue;
    operations++;
    const time = waitWithin(i, from, to);
    if (time === 0) continue;
    waited += time;
    const key = data.object[i] * 65536 + data.operation[i];
    const reason = reasons.get(key) || { object: data.object[i], operation: data.operation[i], time: 0, count: 0 };
    reason.time += time;
    reason.count++;
    reasons.set(key, reason);
  }
  const lived = lifeWithin(task, from, to);
  return { task, lived, waited, ran: Math.max(0, lived - waited), operations,
    reasons: [...reasons.values()].sort((a, b) => b.time - a.time) };
}

function totals(from = 0, to = times.length) {
  return data.meta.tasks.map((_, i) => totalsOfTask(i + 1, from, to));
}

function reasonText(reason) {
  const title = data.objectTitles[reason.object], word = data.operationWords[reason.operation] || "?";
  return title ? `${word} · ${title}` : word;
}

function stackOf(total) {
  const stack = make("div", { class: "stack", "aria-hidden": "true" });
  if (total.lived <= 0) return stack;
  const add = (part, object) => {
    const element = make("i", { style: `flex-basis: ${part / total.lived * 100}%` });
    if (object !== undefined) {
      element.className = "wait";
      styleSwatch(element, object);
    }
    stack.append(element);
  };
  add(total.ran);
  for (const reason of total.reasons) add(reason.time, reason.object);
  return stack;
}

const MOST_REASONS = 4;

function totalCard(total) {
  const rows = total.reasons.slice(0, MOST_REASONS).map((reason) => {
    const swatch = make("span", { class: "swatch" });
    styleSwatch(swatch, reason.object);
    return make("li", {}, swatch, make("span", { class: "grow" }, shortened(reasonText(reason), 80)),
      make("span", { class: "number" }, `${shownTime(reason.time)} · ${shownShare(reason.time, total.lived)}`));
  });
  const more = total.reasons.length - MOST_REASONS;
  if (more > 0) rows.push(make("li", { class: "faint" }, `and ${shownCount(more, "other reason")}`));
  return make("li", { class: "total" },
    make("div", { class: "line" }, make("strong", { class: "grow" }, shortened(data.taskNames[total.task], 80)),
      make("span", { class: "number" }, `ran ${shownTime(total.ran)} · waited ${shownTime(total.waited)}`)),
    stackOf(total), make("ul", { class: "reasons" }, ...rows));
}

function rangeText() {
  const { from, to } = view.range, step = (to - from) / 100;
  return `${shownTime(to - from)}, from ${shownMoment(from, step)} to ${shownMoment(to, step)}`;
}

const MOST_CARDS = 200;

function showTotals() {
  const panel = document.getElementById("panel-totals");
  const list = view.range ? totals(view.range.from, view.range.to) : totals();
  const head = view.range
    ? make("p", { class: "line" }, make("span", { class: "wide" }, `Of ${rangeText()}`),
      make("button", { class: "link", onclick: clearRange }, "whole trace"))
    : make("p", { class: "faint" }, "Of the whole trace. Drag along the axis for a part of it.");
  const cards = list.slice(0, MOST_CARDS).map(totalCard);
  const more = list.length - MOST_CARDS;
  if (more > 0) cards.push(make("li", { class: "faint" }, `and ${shownCount(more, "other task")}`));
  panel.replaceChildren(head, make("ol", { class: "plain" }, ...cards));
}

let totalsAreDue = false;

// A range is dragged with many events; its totals are made once a frame.
function totalsDue() {
  if (totalsAreDue) return;
  totalsAreDue = true;
  requestAnimationFrame(() => {
    totalsAreDue = false;
    showTotals();
  });
}

function openTotals() {
  listeners.range.push(totalsDue);
  listeners.theme.push(totalsDue);
  listeners.logical.push(totalsDue);
  listeners.range.push(() => { if (view.range) showTab("totals"); });
  showTotals();
}

// Compared: what has changed since another run (timeline/compare.lua): of each task how long it waited and ran, and how
// long all waited for each object.

function changeText(now, before) {
  if (before === undefined) return "new";
  if (now === undefined) return "gone";
  if (before === 0) return now === 0 ? "" : "from 0";
  if (now >= before * 10) return `× ${Math.round(now / before)}`;
  const percent = Math.round((now - before) / before * 100);
  return percent === 0 ? "" : `${percent > 0 ? "+" : "−"}${Math.abs(percent)} %`;
}

// Waiting less is better; to run longer may be either.
function changeOf(now, before, isWait) {
  const text = changeText(now, before), more = (now || 0) - (before || 0);
  const kind = !isWait || !text ? "faint" : more > 0 ? "worse" : "better";
  return make("span", { class: kind }, text);
}

function measureText(word, now, before) {
  const text = now === undefined ? "none" : shownTime(now);
  const was = before === undefined ? "" : `, before ${shownTime(before)}`;
  return make("span", { class: "grow" }, `${word} ${text}${was}`);
}

// Waits and, lighter, what it ran: as long as they are in the whole list.
function stackOfRow(values, most, isBefore) {
  const stack = make("div", { class: isBefore ? "stack before" : "stack", "aria-hidden": "true" });
  const add = (part, isWait) => {
    const element = make("i", { style: `flex-basis: ${(part || 0) / most * 100}%` });
    if (isWait) {
      element.className = "wait";
      element.style.setProperty("--colour", "var(--waits)");
    }
    stack.append(element);
  };
  if (values) {
    add(values.waited, true);
    add(values.ran, false);
  }
  return stack;
}

function comparedRow({ name, now, before }, most) {
  const lines = [["waited", true], ["ran", false]].filter(([word]) => now?.[word] !== undefined ||
    before?.[word] !== undefined);
  return make("li", { class: "total" }, make("strong", {}, shortened(name, 80)), stackOfRow(now, most, false),
    stackOfRow(before, most, true), ...lines.map(([word, isWait]) => make("div", { class: "line reasons" },
      measureText(word, now?.[word], before?.[word]), changeOf(now?.[word], before?.[word], isWait))));
}

const MOST_COMPARED = 100;

function comparedList(title, rows) {
  if (rows.length === 0) return [];
  const sum = (values) => (values ? (values.waited || 0) + (values.ran || 0) : 0);
  const most = rows.reduce((greatest, { now, before }) => Math.max(greatest, sum(now), sum(before)), 1);
  const list = rows.slice(0, MOST_COMPARED).map((each) => comparedRow(each, most)), more = rows.length - MOST_COMPARED;
  if (more > 0) list.push(make("li", { class: "faint" }, `and ${more.toLocaleString("en")} more`));
  return [make("h3", {}, title), make("ol", { class: "plain" }, ...list)];
}

function showCompared() {
  const { path, now, before, tasks, objects } = data.meta.compared, box = document.getElementById("panel-compared");
  const length = changeOf(now.length, before.length, true);
  box.replaceChildren(
    make("p", {}, make("strong", {}, "Compared with "), shortened(path, 120)),
    make("p", { class: "line" }, measureText("The whole run:", now.length, before.length), length),
    make("p", { class: "faint" }, `${shownCount(now.operations, "operation")}, before ` +
      `${before.operations.toLocaleString("en")}. The upper bar is this run, the lower one that before; first what ` +
      "it waited, then what it ran."),
    ...comparedList("Tasks", tasks), ...comparedList("Waited for", objects));
}

function openCompared() {
  if (!data.meta.compared) return;
  document.getElementById("tab-compared").hidden = false;
  showCompared();
}

// Story: a schedule of an exploration as a picture: a row a task, a column a step, and a line that goes from step to
// step through the tasks.  On a narrow page rows and columns change places, which is the style's affair.

const onEnd = matchMedia("(max-width: 719px), print"); // a row a step, and not a column
const story = { at: 0, cards: [], grid: null, path: null };

function stepsTold() {
  return data.meta.steps || [];
}

// An element at a row (of a task, or an object below them) and from a step to another.
function placed(element, row, from, to = from) {
  element.style.setProperty("--row", row);
  element.style.setProperty("--from", from);
  element.style.setProperty("--to", to);
  return element;
}

// "till.lua:12"; where all is in one file, "line 12".
function placeOfStep(step) {
  const file = data.fileNames[step.file || 0];
  if (!step.line) return "";
  return file && data.meta.files.length > 1 ? `${file}:${step.line}` : `line ${step.line}`;
}

function textOfStep(step) {
  return shortened(step.text, 400).replaceAll("->", "→");
}

function stepCard(step, i) {
  const place = placeOfStep(step);
  const name = shortened(data.taskNames[step.task] || "", 60);
  const kinds = ["step", step.matters && "matters", step.failing && "failing", step.killed && "killed",
    step.waits && "sleeps"].filter(Boolean).join(" ");
  const card = make("button", { class: kinds, onclick: () => goToStep(i + 1),
    "aria-label": `Step ${i + 1}, ${name}: ${textOfStep(step)}${step.failing ? ". Here it fails" : ""}` },
    make("span", { class: "text" }, textOfStep(step)),
    place ? make("span", { class: "place" }, shortened(place, 60)) : null,
    step.failing ? make("span", { class: "flag" }, "fails here") : null);
  if (step.object) styleSwatch(card, step.object);
  return placed(card, step.task, i + 1);
}

function numbers(grid) {
  stepsTold().forEach((_, i) => {
    grid.append(placed(make("span", { class: "count", "aria-hidden": "true" }, `${i + 1}`), 0, i + 1));
  });
}

// The step that ends at this time: step i is at time i, and lasts one.
function stepBefore(time) {
  return Math.max(1, Math.min(stepsTold().length, Math.round(time) - 1));
}

// Where a task sleeps, and which locks it holds.
function backgrounds(grid) {
  for (let i = 0; i < data.count; i++) {
    if (times.slept[i] < 0) continue;
    const wait = make("span", { class: "sleep", title: `waits: ${shortened(whatOf(i), 80)}` });
    styleSwatch(wait, data.object[i]);
    grid.append(placed(wait, data.task[i], stepBefore(times.slept[i]), stepBefore(times.until[i])));
  }
  for (const holds of derived.holds) {
    for (let i = 0; i < holds.count; i++) {
      const line = make("span", { class: "hold", title: `holds ${shortened(data.objectTitles[holds.object[i]], 80)}` });
      styleSwatch(line, holds.object[i]);
      line.style.setProperty("--level", Math.min(holds.level[i], 2));
      grid.append(placed(line, holds.task[i], stepBefore(holds.from[i]), stepBefore(holds.to[i])));
    }
  }
}

function nameCell(text, row, kind, object) {
  const swatch = object ? make("span", { class: "swatch" }) : null;
  if (object) styleSwatch(swatch, object);
  return placed(make("span", { class: `name ${kind}`, title: shortened(text, 300) }, swatch,
    make("span", {}, shortened(text, 80))), row, 0);
}

function holdersOf(grid, object, row) {
  const holds = derived.heldBy[object];
  for (let i = 0; i < holds.count; i++) {
    const bar = make("span", { class: "held" }, shortened(data.taskNames[holds.task[i]], 60));
    styleSwatch(bar, object);
    grid.append(placed(bar, row, stepBefore(holds.from[i]), stepBefore(holds.to[i])));
  }
}

function depthsOf(grid, object, row) {
  const curve = derived.curves[object].depth, most = Math.max(1, curve.most);
  for (let step = 1; step <= stepsTold().length; step++) {
    const value = valueAt(curve, step + 1);
    const cell = make("span", { class: "depth" }, `${value}`);
    cell.style.setProperty("--share", value / most);
    styleSwatch(cell, object);
    grid.append(placed(cell, row, step));
  }
}

// The objects of which a step tells something: locks that are held, and what is filled.
function objectRows(grid) {
  let row = data.meta.tasks.length;
  for (const object of shownObjects()) {
    const lock = derived.heldBy[object].count > 0;
    if (!lock && !hasDepth(object)) continue;
    row++;
    grid.append(nameCell(data.objectTitles[object], row, "object", object));
    if (lock) holdersOf(grid, object, row);
    else depthsOf(grid, object, row);
  }
  return row;
}

// ---- the line through the steps ----

function middleOf(element) {
  return { x: element.offsetLeft + element.offsetWidth / 2, y: element.offsetTop + element.offsetHeight / 2 };
}

function drawPath() {
  const parts = [];
  let before = null;
  for (const card of story.cards) {
    const { x, y } = middleOf(card);
    if (!before) parts.push(`M${x} ${y}`);
    else if (before.y === y || before.x === x) parts.push(`L${x} ${y}`);
    else if (onEnd.matches) parts.push(`C${before.x} ${y} ${x} ${before.y} ${x} ${y}`);
    else parts.push(`C${x} ${before.y} ${before.x} ${y} ${x} ${y}`);
    before = { x, y };
  }
  story.path.setAttribute("d", parts.join(""));
  const svg = story.path.parentElement;
  svg.setAttribute("width", story.grid.scrollWidth);
  svg.setAttribute("height", story.grid.scrollHeight);
}

function addPath(grid) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  story.path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  svg.setAttribute("class", "path");
  svg.setAttribute("aria-hidden", "true");
  svg.append(story.path);
  grid.append(svg);
}

// ---- going through it ----

function tellStep() {
  const box = document.getElementById("step"), step = stepsTold()[story.at - 1];
  if (!step) {
    box.textContent = `${shownCount(stepsTold().length, "step")}. Press j for the first one, k to go back.`;
    return;
  }
  const place = placeOfStep(step);
  box.replaceChildren(make("span", { class: "faint" }, `Step ${story.at} of ${stepsTold().length} · `),
    make("strong", {}, shortened(data.taskNames[step.task] || "", 60)), `: ${textOfStep(step)}`,
    place ? make("span", { class: "faint" }, ` · ${place}`) : "");
}

function goToStep(number) {
  story.at = Math.max(0, Math.min(stepsTold().length, number));
  story.cards.forEach((card, i) => {
    card.classList.toggle("now", i + 1 === story.at);
    card.classList.toggle("later", story.at > 0 && i + 1 > story.at);
  });
  const card = story.cards[story.at - 1];
  if (card) {
    card.scrollIntoView({ block: "nearest", inline: "center", behavior: calm.matches ? "auto" : "smooth" });
  }
  tellStep();
}

function storyKey(event) {
  const last = stepsTold().length, failing = stepsTold().findIndex((step) => step.failing) + 1;
  const to = { j: story.at + 1, ArrowRight: story.at + 1, ArrowDown: story.at + 1, k: story.at - 1,
    ArrowLeft: story.at - 1, ArrowUp: story.at - 1, Home: 1, End: last, f: failing || last, Escape: 0 }[event.key];
  if (event.key === "t") return switchTheme();
  if (to === undefined) return;
  event.preventDefault();
  goToStep(to);
}

function texts() {
  const { sentence, explanation, remedy } = data.meta;
  const add = (id, text) => {
    document.getElementById(id).textContent = text || "";
    document.getElementById(id).hidden = !text;
  };
  add("sentence", sentence);
  add("explanation", explanation);
  add("remedy", remedy);
}

function paintStory() {
  const grid = make("div", { class: "grid" });
  story.grid = grid;
  addPath(grid);
  numbers(grid);
  data.meta.tasks.forEach((_, i) => grid.append(placed(make("span", { class: "lane" }), i + 1, 1, stepsTold().length),
    nameCell(data.taskNames[i + 1], i + 1, "task")));
  backgrounds(grid);
  story.cards = stepsTold().map(stepCard);
  grid.append(...story.cards);
  const rows = objectRows(grid);
  grid.style.setProperty("--tasks", data.meta.tasks.length);
  grid.style.setProperty("--rows", rows);
  grid.style.setProperty("--objects", rows - data.meta.tasks.length);
  grid.style.setProperty("--steps", stepsTold().length);
  document.getElementById("grid").replaceChildren(grid);
  drawPath();
  goToStep(story.at);
}

function openStory() {
  document.body.classList.add("has-story");
  document.getElementById("story").hidden = false;
  document.getElementById("main").hidden = true;
  document.getElementById("find").hidden = true;
  texts();
  paintStory();
  document.getElementById("earlier").addEventListener("click", () => goToStep(story.at - 1));
  document.getElementById("later").addEventListener("click", () => goToStep(story.at + 1));
  document.getElementById("fails").addEventListener("click", () => storyKey({ key: "f", preventDefault() {} }));
  listeners.theme.push(paintStory);
  onEnd.addEventListener("change", drawPath);
  new ResizeObserver(drawPath).observe(document.getElementById("grid"));
}

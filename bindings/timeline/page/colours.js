// Colours: one for each object, which is also told apart by its hatching and its name; the others are the style's.

const THEMES = {
  light: ["#0f6cbd", "#b4530a", "#0d7a5a", "#8742ab", "#8a6a00", "#b5337c", "#0a7785", "#785a46"],
  dark: ["#62aef0", "#eb9a55", "#4cc29c", "#c58fe2", "#d3b545", "#ee86bd", "#4fc0cf", "#c3a58f"],
};
const palette = { name: "light", objects: [], css: {} };
const order = new Map(); // object -> place in the theme
let places = new Uint8Array(1); // of each object its colour: 0 of none, else 1 + its place in the theme
const tiles = { ratio: 0, patterns: [] };
const CSS_NAMES = ["surface", "text", "faint", "line", "run", "run-deep", "accent", "danger", "shade", "on-run",
  "waits", "shade-deep"];

function isDark() {
  const wanted = document.documentElement.dataset.theme;
  return wanted ? wanted === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

function readTheme() {
  const style = getComputedStyle(document.documentElement);
  palette.name = isDark() ? "dark" : "light";
  palette.objects = THEMES[palette.name];
  for (const name of CSS_NAMES) palette.css[name] = style.getPropertyValue(`--${name}`).trim();
  tiles.patterns = [];
  brush.colours = paints();
  brush.pixels = Uint32Array.from(brush.colours, pixelOf);
}

// ---- paints of the brush ----

// So many from each on: an object's colour, that of pixels in which it is waited for, and that of a small wait.
const COLOURS = 9;
const PAINT = { runs: 0, sleeps: 1, edge: 2, called: 3, object: 4, shares: 4 + COLOURS, tint: 4 + 2 * COLOURS };

// "#rrggbb", of which `share` is a's.
function mixed(a, b, share) {
  const part = (colour, at) => parseInt(colour.slice(at, at + 2), 16);
  const each = (at) => Math.round(part(a, at) * share + part(b, at) * (1 - share)).toString(16).padStart(2, "0");
  return `#${each(1)}${each(3)}${each(5)}`;
}

// "#rrggbb" as a pixel of a picture.
function pixelOf(colour) {
  const bytes = new Uint8Array([1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)).concat(255));
  return new Uint32Array(bytes.buffer)[0];
}

function paints() {
  const { css, objects } = palette, own = [css.faint, ...objects];
  return [css["run-deep"], css["shade-deep"], css["run-deep"], css.accent, ...own,
    ...own.map((colour) => mixed(colour, css.run, 0.75)),
    ...own.map((colour) => mixed(colour, css.surface, palette.name === "dark" ? 0.42 : 0.32))];
}

function isTaskObject(object) {
  return ["process", "thread"].includes(data.objectKinds[object]);
}

// What is waited for most gets the first colours, so that those differ; the ends of tasks come last.
function orderObjects() {
  const objects = data.objectTitles.map((_, i) => i).slice(1);
  objects.sort((a, b) => isTaskObject(a) - isTaskObject(b) || derived.waitedFor[b] - derived.waitedFor[a] || a - b);
  order.clear();
  places = new Uint8Array(data.objectTitles.length);
  objects.forEach((object, place) => {
    order.set(object, place);
    places[object] = 1 + place % THEMES.light.length;
  });
}

function objectsInOrder() {
  return [...order.keys()];
}

function colourOf(object) {
  return places[object] === 0 ? palette.css.faint : palette.objects[places[object] - 1];
}

function hatchLines(context, size, place) {
  const middle = size / 2;
  context.beginPath();
  if (place === 0 || place === 3) {
    for (const shift of [-size, 0, size]) {
      context.moveTo(shift - 1, size + 1);
      context.lineTo(shift + size + 1, -1);
    }
  }
  if (place === 1 || place === 3) {
    for (const shift of [-size, 0, size]) {
      context.moveTo(shift - 1, -1);
      context.lineTo(shift + size + 1, size + 1);
    }
  }
  if (place === 2) {
    context.moveTo(0, middle);
    context.lineTo(size, middle);
  }
  context.stroke();
}

// Of four, the direction of its hatching.
function hatchOf(object) {
  return places[object] === 0 ? 0 : (places[object] - 1) % 4;
}

// A tile for an object's waits: its colour, thin, in lines whose direction is the object's too.
function tileOf(object) {
  if (tiles.ratio !== view.ratio) Object.assign(tiles, { ratio: view.ratio, patterns: [] });
  const place = hatchOf(object), colour = colourOf(object), known = tiles.patterns[places[object]];
  if (known) return known;
  const size = 6, canvas = document.createElement("canvas");
  canvas.width = canvas.height = Math.round(size * view.ratio);
  const context = canvas.getContext("2d");
  context.scale(canvas.width / size, canvas.width / size);
  context.fillStyle = palette.css.surface;
  context.fillRect(0, 0, size, size);
  context.globalAlpha = palette.name === "dark" ? 0.3 : 0.2;
  context.fillStyle = colour;
  context.fillRect(0, 0, size, size);
  context.globalAlpha = 0.5;
  context.strokeStyle = colour;
  context.lineWidth = 1;
  hatchLines(context, size, place);
  const pattern = context.createPattern(canvas, "repeat");
  pattern.setTransform(new DOMMatrix().scale(size / canvas.width));
  tiles.patterns[places[object]] = pattern;
  return pattern;
}

// A sleep is for nobody: plain.
function sleepTile() {
  return palette.css["shade-deep"];
}

// The same for what is styled and not painted.
function styleSwatch(element, object) {
  element.style.setProperty("--colour", colourOf(object));
  element.dataset.hatch = hatchOf(object);
}

function switchTheme() {
  document.documentElement.dataset.theme = isDark() ? "light" : "dark";
  tell("theme");
}

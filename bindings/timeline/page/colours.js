// Colours: one for each object, which is also told apart by its hatching and its name; the others are the style's.

const THEMES = {
  light: ["#0f6cbd", "#b4530a", "#0d7a5a", "#8742ab", "#8a6a00", "#b5337c", "#0a7785", "#785a46"],
  dark: ["#62aef0", "#eb9a55", "#4cc29c", "#c58fe2", "#d3b545", "#ee86bd", "#4fc0cf", "#c3a58f"],
};
const palette = { name: "light", objects: [], css: {} };
const order = new Map(); // object -> place in the theme
const tiles = new Map();
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
  tiles.clear();
}

function isTaskObject(object) {
  return ["process", "thread"].includes(data.objectKinds[object]);
}

// What is waited for most gets the first colours, so that those differ; the ends of tasks come last.
function orderObjects() {
  const objects = data.objectTitles.map((_, i) => i).slice(1);
  objects.sort((a, b) => isTaskObject(a) - isTaskObject(b) || derived.waitedFor[b] - derived.waitedFor[a] || a - b);
  order.clear();
  objects.forEach((object, place) => order.set(object, place));
}

function objectsInOrder() {
  return [...order.keys()];
}

function colourOf(object) {
  if (object === 0) return palette.css.faint;
  return palette.objects[order.get(object) % palette.objects.length];
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

// A tile for an object's waits: its colour, thin, in lines whose direction is the object's too.
function tileOf(object) {
  const place = object === 0 ? 0 : order.get(object) % palette.objects.length % 4;
  const colour = colourOf(object);
  const key = `${colour}${place}${view.ratio}`;
  if (tiles.has(key)) return tiles.get(key);
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
  tiles.set(key, pattern);
  return pattern;
}

// A sleep is for nobody: plain.
function sleepTile() {
  return palette.css["shade-deep"];
}

// The same for what is styled and not painted.
function styleSwatch(element, object) {
  element.style.setProperty("--colour", colourOf(object));
  element.dataset.hatch = object === 0 ? 0 : order.get(object) % palette.objects.length % 4;
}

function switchTheme() {
  document.documentElement.dataset.theme = isDark() ? "light" : "dark";
  tell("theme");
}

// Format: times and names as text.

const UNITS = [["s", 1e9], ["ms", 1e6], ["µs", 1e3], ["ns", 1]];

const LONG = [["d", 86400e9], ["h", 3600e9], ["min", 60e9], ["s", 1e9]];

// The largest unit of which there is one, and smaller ones down to `finest`: "2 h 05 min". `digits`: of the seconds.
function shownLong(time, finest, digits = 0) {
  const parts = [];
  let rest = Math.abs(time);
  for (const [unit, size] of LONG) {
    const last = unit === finest || unit === "s", count = last && unit === "s" ? rest / size : Math.floor(rest / size);
    rest -= count * size;
    if (parts.length > 0 || count >= 1 || last) {
      const text = last && unit === "s" ? count.toFixed(digits) : String(count);
      parts.push(`${parts.length > 0 && text.split(".")[0].length < 2 ? "0" : ""}${text} ${unit}`);
    }
    if (last) break;
  }
  return `${time < 0 ? "-" : ""}${parts.join(" ")}`;
}

// Of a simulation: nanoseconds only keep moments in order.
function told(time) {
  return data.meta.simulated ? Math.round(time / 1000) * 1000 : time;
}

// Three digits are enough to compare: "1.20 s", "203 ms", "840 ns".
function shownTime(time) {
  if (isLogical()) return shownSteps(time);
  time = told(time);
  if (time === 0) return "0 s";
  if (time >= 60e9) {
    return shownLong(Math.floor(time / 1e9) * 1e9, time >= 86400e9 ? "h" : time >= 3600e9 ? "min" : "s");
  }
  const [unit, size] = UNITS.find(([, each]) => Math.abs(time) >= each) || UNITS[3];
  const value = time / size;
  const digits = unit === "ns" || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} ${unit}`;
}

function shownSteps(time) {
  const count = Math.round(time);
  return `${count} ${count === 1 ? "step" : "steps"}`;
}

// A moment, as fine as the view shows it.
function shownMoment(time, grain) {
  if (isLogical()) return `step ${Math.round(time)}`;
  time = told(time);
  if (time === 0) return "0";
  if (Math.abs(time) >= 60e9) {
    const finest = LONG.find(([, each]) => grain >= each * 0.999) || LONG[3];
    const digits = Math.max(0, Math.min(6, Math.ceil(-Math.log10(grain / 1e9))));
    const least = finest[0] === "s" ? 10 ** (9 - digits) : finest[1];
    return shownLong(Math.round(time / least) * least, finest[0], digits);
  }
  const [unit, size] = UNITS.find(([, each]) => Math.abs(time) >= each) || UNITS[0];
  const digits = Math.max(0, Math.min(6, Math.ceil(-Math.log10(grain / size))));
  return `${(time / size).toFixed(digits)} ${unit}`;
}

function shownShare(part, whole) {
  if (!(whole > 0)) return "0 %";
  const share = part / whole * 100;
  return share > 0 && share < 1 ? "< 1 %" : `${Math.round(share)} %`;
}

function shownCount(count, word) {
  return `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;
}

// Names may be of any length; what is not seen is not measured.
function shortened(text, most = 120) {
  return text.length <= most ? text : `${Array.from(text.slice(0, most)).slice(0, -1).join("")}…`;
}

const MOST_KNOWN = 5000;
const widths = new Map(); // font -> { text -> its width }
const fits = new Map(); // font, room and text -> what of it fits

// How wide a text is on this canvas, measured once.
function widthOf(context, text) {
  const { font } = context;
  let known = widths.get(font);
  if (!known || known.size > MOST_KNOWN) widths.set(font, known = new Map());
  let width = known.get(text);
  if (width === undefined) known.set(text, width = context.measureText(text).width);
  return width;
}

// The text, cut so that it takes at most `width` on this canvas; "" where nothing is worth being read.
function fitted(context, text, width) {
  if (width < 14) return "";
  const key = `${context.font}|${width | 0}|${text}`;
  const known = fits.get(key);
  if (known !== undefined) return known;
  const letters = Array.from(shortened(text));
  let found = letters.join("");
  if (context.measureText(found).width > width) {
    let low = 0, high = letters.length;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (context.measureText(`${letters.slice(0, middle).join("")}…`).width <= width) low = middle;
      else high = middle - 1;
    }
    found = low > 0 ? `${letters.slice(0, low).join("")}…` : "";
  }
  if (fits.size > MOST_KNOWN) fits.clear();
  fits.set(key, found);
  return found;
}

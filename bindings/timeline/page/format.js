// Format: times and names as text.

const UNITS = [["s", 1e9], ["ms", 1e6], ["µs", 1e3], ["ns", 1]];

// Three digits are enough to compare: "1.20 s", "203 ms", "840 ns".
function shownTime(time) {
  if (isLogical()) return shownSteps(time);
  // of a simulation: nanoseconds only keep moments in order
  if (data.meta.simulated) time = Math.round(time / 1000) * 1000;
  if (time === 0) return "0 s";
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
  if (time === 0) return "0";
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

const widths = new Map();

// The text, cut so that it takes at most `width` on this canvas; "" where nothing is worth being read.
function fitted(context, text, width) {
  if (width < 14) return "";
  const key = `${context.font}|${width | 0}|${text}`;
  const known = widths.get(key);
  if (known !== undefined) return known;
  const letters = Array.from(shortened(text));
  let fits = letters.join("");
  if (context.measureText(fits).width > width) {
    let low = 0, high = letters.length;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (context.measureText(`${letters.slice(0, middle).join("")}…`).width <= width) low = middle;
      else high = middle - 1;
    }
    fits = low > 0 ? `${letters.slice(0, low).join("")}…` : "";
  }
  if (widths.size > 5000) widths.clear();
  widths.set(key, fits);
  return fits;
}

// Peaks: where the greatest value of any part of a list stands, without a look at each: levels, of which each tells the
// greatest of FAN of the one below it.  They are made once; then a part costs a few looks a level.

const FAN = 8;

// Of each FAN places (of `below`, or, where it is null, of the values) the place of the greatest value.
function levelAbove(values, below) {
  const count = below ? below.length : values.length;
  const level = new Uint32Array(Math.ceil(count / FAN));
  for (let i = 0; i < level.length; i++) {
    const end = Math.min(count, (i + 1) * FAN);
    let best = below ? below[i * FAN] : i * FAN;
    for (let k = i * FAN + 1; k < end; k++) {
      const place = below ? below[k] : k;
      if (values[place] > values[best]) best = place;
    }
    level[i] = best;
  }
  return level;
}

function levelsOf(values) {
  const levels = [];
  for (let below = null, count = values.length; count > FAN; count = below.length) {
    below = levelAbove(values, below);
    levels.push(below);
  }
  return levels;
}

// The place of the greatest value of [first, end), the first of several; -1: the part is empty.
function peak(values, levels, first, end) {
  if (first >= end) return -1;
  let best = first, list = null;
  for (let at = 0; ; at++) {
    const isLast = end - first <= 2 * FAN || at >= levels.length;
    for (; first < end && (isLast || first % FAN !== 0); first++) {
      const place = list ? list[first] : first;
      if (values[place] > values[best]) best = place;
    }
    if (isLast) return best;
    for (; end > first && end % FAN !== 0; end--) {
      const place = list ? list[end - 1] : end - 1;
      if (values[place] > values[best]) best = place;
    }
    if (first === end) return best;
    list = levels[at];
    first /= FAN;
    end /= FAN;
  }
}

-- What a frame of a timeline's page draws: the same as there is in the trace, and no more work than there are pixels.
local model_pages = dofile "spec/support/timeline/model_pages.lua"

local there, why = model_pages.is_there()
local MANY = 120000

describe("a frame of a timeline's page", function()
  if not there then
    pending("is looked at in a browser: " .. why)
    return
  end

  local pages, page

  setup(function()
    pages = model_pages.start()
    page = pages.page
  end)
  teardown(function()
    if pages then pages:close() end
  end)
  after_each(function() assert.same({}, page:complaints()) end)

  it("adds up all waits, in bins of any width", function()
    pages:open("large", nil, MANY)
    local told = page:value [=[(() => {
      const { data, derived, times } = timeline, wrong = [];
      let levels = 0;
      const near = (a, b) => Math.abs(a - b) <= Math.max(a, b) * 1e-4;
      data.lanes.forEach(({ first, end }, task) => {
        let all = 0;
        for (let i = first; i < end; i++) all += derived.waits[i];
        for (const level of derived.laneBins[task]) {
          levels++;
          const long = [...level.long].reduce((sum, i) => sum + derived.waits[i], 0);
          const sum = level.amounts.reduce((total, each) => total + each, 0);
          if (!near(sum + long, all)) wrong.push(`task ${task}, ${level.width}: ${sum} and ${long}, not ${all}`);
          for (const i of level.long) {
            if (times.until[i] - derived.seenFrom[i] < level.width) wrong.push(`${i} is not long`);
          }
        }
      });
      return { wrong: wrong.join("; "), levels };
    })()]=]
    assert.equal("", told.wrong)
    assert(told.levels >= 16, told.levels)
  end)

  it("finds the longest of any waits, and the greatest depth of any time", function()
    pages:open("large", nil, MANY)
    assert.equal("", page:value [=[(() => {
      const { data, derived } = timeline, wrong = [];
      for (let k = 0, first = 3; k < 400; k++, first = (first * 31 + 7) % data.count) {
        const end = Math.min(data.count, first + 1 + (k * k) % 3000);
        let best = first;
        for (let i = first; i < end; i++) if (derived.waits[i] > derived.waits[best]) best = i;
        const found = timeline.longestWait(first, end);
        if (derived.waits[found] !== derived.waits[best] || found < first || found >= end) {
          wrong.push(`${first} to ${end}: ${found}, not ${best}`);
        }
      }
      for (const { depth } of derived.curves) {
        for (const { peaks } of depth.bins) {
          if (peaks.reduce((most, each) => Math.max(most, each), 0) !== depth.most) wrong.push("depth");
        }
      }
      return wrong.slice(0, 5).join("; ");
    })()]=])
  end)

  it("sets as many rectangles as there are pixels, and measures no text twice", function()
    pages:open("large", nil, MANY)
    local told = page:value [=[(() => {
      const kind = CanvasRenderingContext2D.prototype, saved = {}, counts = {};
      for (const name of ["fillRect", "measureText", "createPattern"]) {
        saved[name] = kind[name];
        kind[name] = function (...all) {
          counts[name]++;
          return saved[name].apply(this, all);
        };
      }
      const { view, times } = timeline, found = { most: 0, measured: 0, made: 0, pixels: 0 };
      timeline.showAll();
      for (let i = 0; i < 120; i++) {
        timeline.zoom(0.93, times.length * 0.37);
        timeline.draw();
        for (const name of Object.keys(saved)) counts[name] = 0;
        timeline.draw();
        found.most = Math.max(found.most, counts.fillRect);
        found.measured += counts.measureText;
        found.made += counts.createPattern;
      }
      Object.assign(kind, saved);
      found.pixels = view.rows.length * (view.width - view.gutter);
      return found;
    })()]=]
    assert.same({ 0, 0 }, { told.measured, told.made })
    assert(told.most > 1000 and told.most < told.pixels, told.most .. " of " .. told.pixels)
  end)

  it("colours as much of a lane as its task waited", function()
    pages:open("large", nil, MANY)
    local told = page:value [=[(() => {
      const { view, times, derived, data, palette } = timeline, wrong = [];
      timeline.showAll();
      timeline.draw();
      const context = document.getElementById("lanes").getContext("2d");
      const number = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)).join();
      const plain = new Set(["run", "run-deep", "surface", "line"].map((name) => number(palette.css[name])));
      const x = (time) => view.gutter + (time - view.from) / (view.to - view.from) * (view.width - view.gutter);
      const left = Math.ceil(x(0)) + 2, width = Math.floor(x(times.length)) - left - 2;
      const all = context.getImageData(left, 0, width, view.height).data;
      return view.rows.filter((row) => row.kind === "task").map((row) => {
        const top = Math.round(row.y) + 5, height = row.height - 15; // its bar
        let coloured = 0;
        for (let i = top * width * 4; i < (top + height) * width * 4; i += 4) {
          if (!plain.has(`${all[i]},${all[i + 1]},${all[i + 2]}`)) coloured++;
        }
        const { first, end } = data.lanes[row.index];
        const waited = derived.waitedBefore[end] - derived.waitedBefore[first];
        return [coloured / width / height, waited / times.length];
      });
    })()]=]
    assert.equal(8, #told)
    for _, lane in ipairs(told) do assert.near(lane[2], lane[1], 0.06) end
  end)

  it("shows many tasks that live shortly in its overview", function()
    pages:open("crowd", nil, 1000)
    local told = page:value [=[(() => {
      const { lives, waits, most } = timeline.activity(100), sum = (list) => list.reduce((all, each) => all + each, 0);
      const { canvas } = { canvas: document.getElementById("overview") }, context = canvas.getContext("2d");
      const left = Math.round(timeline.view.gutter * timeline.view.ratio) + 4;
      const { data, width, height } = context.getImageData(left, 0, canvas.width - left - 4, canvas.height);
      let drawn = 0;
      for (let i = 3; i < data.length; i += 4) if (data[i] > 0) drawn++;
      return { lives: sum(lives) / 100, waits: sum(waits) / 100, most, drawn: drawn / width / height };
    })()]=]
    assert.near(3, told.lives, 0.01) -- main, and two guests
    assert.near(1, told.waits, 0.01)
    assert.near(3, told.most, 0.01)
    assert(told.drawn > 0.5, told.drawn)
  end)

  it("is light on paper, and as it was behind that", function()
    pages:open "kitchen"
    page:press "t"
    local function name() return page:value "timeline.palette.name" end
    assert.equal("dark", name())
    page:value "dispatchEvent(new Event('beforeprint')) && 1"
    assert.equal("light", name())
    assert(page:value "timeline.view.height >= timeline.view.rows.at(-1).top")
    page:value "dispatchEvent(new Event('afterprint')) && 1"
    assert.equal("dark", name())
  end)
end)

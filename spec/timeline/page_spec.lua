-- The page of a timeline, in Chromium without a window: what it says, what its keys do, and what it bears.
local model_pages = dofile "spec/support/timeline/model_pages.lua"

local there, why = model_pages.is_there()
local LARGE, MOST_BYTES = 1000000, 6 * 1000 * 1000

describe("the page of a timeline", function()
  if not there then
    pending("is looked at in a browser: " .. why)
    return
  end

  local pages, page

  local function write(name, count) return pages:write(name, count) end
  local function open(name, width, count) pages:open(name, width, count) end

  local function text_of(id) return page:value(("document.getElementById(%q).textContent"):format(id)) end
  local function view(name) return page:value("timeline.view." .. name) end

  setup(function()
    pages = model_pages.start()
    page = pages.page
  end)
  teardown(function()
    if pages then pages:close() end
  end)
  after_each(function() assert.same({}, page:complaints()) end)

  it("tells its tasks, waits and totals as text, too", function()
    open "kitchen"
    assert.equal("kitchen.lua", text_of "title")
    assert.match("^6 tasks · 4 objects · %d+ operations · 302 ms", text_of "facts")
    local tables = text_of "as-text"
    for _, name in ipairs{ "main", "waiter", "cook-1", "cook-2", "cook-3", "washer" } do
      assert(tables:find(name, 1, true), name)
    end
    assert(tables:find("was killed", 1, true))
    assert(tables:find('get · queue "orders"', 1, true))
    assert.match('^join297 msmain', text_of "panel-waits")
    assert.match('^get · queue "%l+"2%d%d µs', text_of "panel-handovers")
    assert.match("Timeline of kitchen.lua: 6 tasks",
      page:value "document.getElementById('lanes').getAttribute('aria-label')")
  end)

  it("tells long times in minutes, hours and days", function()
    open "month"
    assert.match(" · 30 d 00 h", text_of "facts")
    assert.match("^join29 d 21 h.*at 2 h 05 min", text_of "panel-waits")
    page:press "ArrowRight"
    assert.match("At0Took2 h 05 min", text_of "details") -- nanoseconds only keep moments in order
    assert.equal("0 5 d 10 d", page:value [=[(() => {
      const texts = [], { prototype } = CanvasRenderingContext2D, { fillText } = prototype;
      prototype.fillText = function (text, ...rest) { texts.push(text); fillText.call(this, text, ...rest); };
      timeline.draw();
      prototype.fillText = fillText;
      return texts.filter((text) => /^[0-9]+( d)?$/.test(text)).slice(0, 3).join(" ");
    })()]=])
  end)

  it("decodes each column as it was", function()
    open("example", nil, 2000)
    local wrong = page:value [=[(() => {
      const { data } = timeline, wrong = [];
      for (const [name, sum] of Object.entries(data.meta.objects[0].sums)) {
        let seen = 0;
        for (let i = 0; i < data.count; i++) seen = (seen * 31 + data[name][i] + 1) % 1000003;
        if (seen !== sum) wrong.push(`${name}: ${seen}, not ${sum}`);
      }
      return wrong.join("; ");
    })()]=]
    assert.equal("", wrong)
  end)

  it("is gone through by keys", function()
    open "kitchen"
    local whole = view "to" - view "from"
    page:press("w", "w")
    assert(view "to" - view "from" < whole / 2)
    local from = view "from"
    page:press "d"
    assert(view "from" > from)
    page:press("a", "a", "a")
    assert(view "from" < from)
    page:press "0"
    assert.near(whole, view "to" - view "from", whole / 1000)
    page:press "ArrowRight"
    assert.equal("join", page:value "document.querySelector('#details h2').textContent")
    page:press("ArrowDown", "ArrowRight")
    assert.match("^put · queue \"orders\"", page:value "document.querySelector('#details h2').textContent")
    assert.match("^waiter: put", text_of "spoken")
    page:press "m"
    assert.match("^cook%-%d: get · queue \"orders\"", text_of "spoken")
    page:press "g"
    assert.match("^waiter: ", text_of "spoken")
    page:press "Escape"
    assert.equal(-1, view "selected")
  end)

  it("lets Tab go through operations, and out at the end", function()
    open "kitchen"
    page:value "document.getElementById('lanes').focus()"
    page:press "Tab"
    assert.not_equal("lanes", page:value "document.activeElement.id")
    page:value "document.getElementById('lanes').focus()"
    page:press("ArrowRight", "Tab")
    assert.match("^waiter: sleep", text_of "spoken")
    page:value "timeline.select(timeline.count - 1)"
    page:press "Tab"
    assert.not_equal("lanes", page:value "document.activeElement.id")
  end)

  it("finds what has all the words", function()
    open "kitchen"
    page:press "/"
    assert.equal("search", page:value "document.activeElement.id")
    page:ask("Input.insertText", { text = "cook-2 stove" })
    page:press "Enter"
    local found = page:value "timeline.search.spans.length"
    local expected = page:value [=[Array.from({ length: timeline.count }, (_, i) => i).filter((i) =>
      timeline.data.taskNames[timeline.data.task[i]] === "cook-2" &&
      timeline.data.objectTitles[timeline.data.object[i]] === 'lock "stove"').length]=]
    assert(found > 10 and found == expected, found)
    assert.equal(("1 of %d"):format(found), text_of "found")
    assert.match('^cook%-2: acquire · lock "stove"', text_of "spoken")
    page:press "Enter"
    assert.equal(("2 of %d"):format(found), text_of "found")
    page:press "Escape"
    assert.equal("", text_of "found")
    page:value "document.getElementById('search').focus()"
    page:ask("Input.insertText", { text = "kitchen.lua:14" })
    page:press "Enter"
    assert.match("^waiter: sleep", text_of "spoken")
  end)

  it("adds up a range that is dragged on the axis", function()
    open "kitchen"
    local box = page:value [=[(() => { const box = document.getElementById("lanes").getBoundingClientRect();
      return { left: box.left, top: box.top, gutter: timeline.view.gutter, width: box.width }; })()]=]
    local left, width = box.left + box.gutter, box.width - box.gutter
    page:drag(left + width / 4, box.top + 10, left + width / 2, box.top + 10)
    local from, to = view "range.from", view "range.to"
    assert.near(0.25 * 302e6, to - from, 6e6)
    local told = page:value [=[(() => { const { from, to } = timeline.view.range;
      return timeline.totals(from, to).map((total) => [total.lived, total.waited, total.ran, total.operations]); })()]=]
    local expected = page:value [=[(() => {
      const { data } = timeline, { from, to } = timeline.view.range;
      return data.meta.tasks.map((task, i) => {
        const lived = Math.max(0, Math.min(task.ended, to) - Math.max(task.began, from));
        let waited = 0, count = 0;
        for (let s = 0; s < data.count; s++) {
          const end = data.ended[s] < 0 ? task.ended : data.ended[s];
          if (data.task[s] !== i + 1 || data.began[s] >= to || end < from) continue;
          count++;
          if (data.slept[s] >= 0) waited += Math.max(0, Math.min(end, to) - Math.max(data.slept[s], from));
        }
        return [lived, waited, lived - waited, count];
      });
    })()]=]
    for i, total in ipairs(expected) do
      for j, value in ipairs(total) do assert.near(value, told[i][j], 1, ("task %d, number %d"):format(i, j)) end
    end
    assert.match("^Of 7%d%.%d ms, from 7%d%.%d ms to 1%d%d%.%d ms", text_of "panel-totals")
    page:press "Escape"
    assert.is_nil(view "range")
  end)

  it("knows how full a queue was, and who held a lock", function()
    open "kitchen"
    local wrong = page:value [=[(() => {
      const { data, derived } = timeline, wrong = [], ORDERS = 1, STOVE = 2, PUT = 1, GET = 2, ACQUIRE = 3;
      const all = (operation, object) => Array.from({ length: data.count }, (_, i) => i).filter((i) =>
        data.operation[i] === operation && data.object[i] === object && data.ended[i] >= 0);
      const puts = all(PUT, ORDERS), gets = all(GET, ORDERS), { at, values } = derived.curves[ORDERS].depth;
      const gone = (get) => Math.max(data.slept[get] >= 0 ? data.slept[get] + data.waited[get] : data.began[get],
        data.ended[puts.find((put) => data.message[put] === data.message[get])]);
      at.forEach((time, i) => {
        if (at[i + 1] === time) return;
        const depth = puts.filter((each) => data.ended[each] <= time).length -
          gets.filter((each) => gone(each) <= time).length;
        if (depth !== values[i]) wrong.push(`depth ${values[i]} at ${time}, not ${depth}`);
      });
      if (at.length !== puts.length + gets.length) wrong.push(`${at.length} changes`);
      const held = derived.heldBy[STOVE];
      if (held.count !== all(ACQUIRE, STOVE).length) wrong.push(`${held.count} holds`);
      for (let i = 0; i < held.count; i++) {
        if (held.to[i] <= held.from[i] || held.from[i + 1] < held.to[i]) wrong.push(`hold ${i}`);
      }
      return wrong.join("; ");
    })()]=]
    assert.equal("", wrong)
  end)

  it("jumps from the list to the wait", function()
    open "kitchen"
    page:value "document.querySelectorAll('#panel-waits button')[1].focus()"
    page:press "Enter"
    local span = view "selected"
    assert.equal(page:value "timeline.longestWaits()[1].span", span)
    local slept = page:value(("timeline.data.slept[%d]"):format(span))
    assert(view "from" < slept and slept < view "to")
  end)

  it("shows causes before effects in logical time", function()
    open "kitchen"
    page:press "l"
    assert.is_true(view "logical")
    assert.equal(0, page:value [=[(() => {
      const { data, times } = timeline, put = new Map();
      let wrong = 0;
      const key = (i) => data.object[i] * 1e6 + data.message[i];
      for (let i = 0; i < data.count; i++) if (data.message[i] && data.operation[i] === 1) put.set(key(i), i);
      for (let i = 0; i < data.count; i++) {
        const from = data.operation[i] === 2 && put.get(key(i));
        if (from && times.until[from] >= times.until[i]) wrong++;
        if (i > 0 && data.task[i] === data.task[i - 1] && times.until[i] <= times.until[i - 1]) wrong++;
      }
      return wrong;
    })()]=])
    page:press "l"
    assert.is_false(view "logical")
  end)

  it("is light or dark, as is liked", function()
    open "kitchen"
    local function ground() return page:value "getComputedStyle(document.body).backgroundColor" end
    assert.equal("rgb(246, 246, 244)", ground())
    page:press "t"
    assert.equal("rgb(17, 20, 23)", ground())
    page:prefer("dark", true)
    page:press "t"
    assert.equal("rgb(246, 246, 244)", ground())
    page:prefer("light", true)
  end)

  it("has enough contrast in both themes", function()
    open "kitchen"
    local low = page:value [=[(() => {
      const low = [], { palette } = timeline;
      const light = (colour) => { const part = (at) => { const c = parseInt(colour.slice(at, at + 2), 16) / 255;
        return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
        return 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5); };
      const look = (a, b, least) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p);
        if ((x + 0.05) / (y + 0.05) < least) low.push(`${palette.name}: ${a} on ${b}`); };
      for (let theme = 0; theme < 2; theme++) {
        const { css } = palette;
        for (const name of ["text", "faint", "accent", "danger"]) {
          look(css[name], css.surface, 4.5);
          look(css[name], css.shade, 4.5);
        }
        look(css.faint, css["shade-deep"], 4.5);
        look(css["on-run"], css["run-deep"], 4.5);
        for (const colour of palette.objects) look(css.surface, colour, 4.5);
        document.getElementById("theme").click();
      }
      return low.join(", ");
    })()]=]
    assert.equal("", low)
  end)

  it("fits a window of 360 pixels", function()
    for _, name in ipairs{ "kitchen", "hostile", "story" } do
      open(name, 360)
      assert(page:value "document.documentElement.scrollWidth <= 360", name)
    end
  end)

  it("shows names as text, whatever they are", function()
    local _, text = write "hostile"
    assert.is_nil(text:find("<script>window.hacked", 1, true))
    open "hostile"
    assert.is_nil(page:value "window.hacked")
    assert.equal("</title><script>window.hacked = 1</script>", text_of "title")
    assert.equal(0, page:value "document.querySelectorAll('b, img').length")
    assert(text_of("as-text"):find("</script><b>bold</b>", 1, true))
    assert(text_of("panel-waits"):find("🦊 fox 👩‍👩‍👧 family", 1, true))
    assert(text_of("lost"):find("12 operations", 1, true))
    assert(page:value "document.body.textContent.length" < page:value "document.scripts[0].textContent.length" + 30000)
  end)

  it("bears that there is nothing", function()
    open "empty"
    assert.match("^1 task", text_of "facts")
    page:press("w", "ArrowRight", "Tab", "l", "g", "m", "n", "r")
  end)

  it("shows a schedule step by step", function()
    open "story"
    assert.equal("A deposit was lost: the balance is 150 and not 200", text_of "sentence")
    assert.equal(12, page:value "document.querySelectorAll('.step').length")
    page:press("j", "j", "j")
    assert.equal("Step 3 of 12 · teller-1: reads the balance: 100 · line 7", text_of "step")
    page:press "k"
    assert.match("^Step 2 of 12 · main: joins teller%-1: waits", text_of "step")
    page:press "f"
    assert.match("^Step 12 of 12 · main: fails", text_of "step")
    assert.equal("fails here", page:value "document.querySelector('.step.failing.now .flag').textContent")
    -- what is at which step: teller-1 holds the log in steps 5 to 8, teller-2 sleeps in 6 to 9
    local function extent(selector)
      return page:value(([=[(() => { const style = document.querySelector(%q).style;
        const [row, from, to] = ["--row", "--from", "--to"].map((name) => style.getPropertyValue(name));
        return `${row}: ${from} to ${to}`; })()]=]):format(selector))
    end
    assert.equal("2: 5 to 8", extent ".hold")
    assert.equal("1: 2 to 11", extent ".sleep")
    assert.equal("3: 6 to 9", extent ".sleep:not([style*='--row: 1'])")
  end)

  it("holds a million operations", function()
    local path, text = write("large", LARGE)
    assert(#text < MOST_BYTES, #text)
    page:open(path)
    assert.equal(LARGE, page:value "timeline.count")
    assert.match("1,000,000 operations", text_of "facts")
    page:press("w", "w", "w", "w")
    assert(view "to" - view "from" < page:value "timeline.data.meta.length" / 5)
  end)
end)

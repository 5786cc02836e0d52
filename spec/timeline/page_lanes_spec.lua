-- The lanes of a timeline's page: which are drawn, in which order; and the ends of the arrows between them.
local model_pages = dofile "spec/support/timeline/model_pages.lua"

local there, why = model_pages.is_there()

describe("the lanes of a timeline's page", function()
  if not there then
    pending("are looked at in a browser: " .. why)
    return
  end

  local pages, page

  -- The lanes as text, from top to bottom.
  local function lanes()
    return page:value [=[timeline.view.rows.filter(({ kind }) => kind !== "head").map(({ kind, index }) =>
      kind === "task" ? timeline.data.taskNames[index] : timeline.data.objectTitles[index]).join(" ")]=]
  end

  local function value(script) return page:value(script) end

  -- Where the name of a task's lane stands on the screen.
  local function click_name(name)
    local at = value(([=[(() => { const { view, data } = timeline, box = document.getElementById("lanes")
      .getBoundingClientRect(), row = view.rows.find(({ kind, index }) => kind === "task" &&
      data.taskNames[index] === %q); return [box.left + 20, box.top + 26 + row.top - view.scroll + 15]; })()]=])
      :format(name))
    page:drag(at[1], at[2])
  end

  setup(function()
    pages = model_pages.start()
    page = pages.page
  end)
  teardown(function()
    if pages then pages:close() end
  end)
  before_each(function() pages:open "kitchen" end)
  after_each(function() assert.same({}, page:complaints()) end)

  it("are pinned and hidden by the menu at their names", function()
    local all = lanes()
    click_name "cook-2"
    assert.equal("cook-2Pin to the topHideHide all others", value "document.getElementById('lane-menu').textContent")
    page:press "Enter"
    assert.equal("cook-2 " .. all:gsub("cook%-2 ", ""), lanes())
    click_name "waiter"
    page:press("ArrowDown", "Enter")
    assert.falsy(lanes():find "waiter")
    assert.equal("1 lane hidden: show", value "document.getElementById('hidden-lanes').textContent")
    click_name "main"
    page:press("ArrowDown", "ArrowDown", "Enter")
    assert.equal("cook-2 main", lanes())
    value "document.getElementById('hidden-lanes').click()"
    click_name "cook-2"
    page:press "Enter"
    assert.equal(all, lanes())
    click_name "main"
    page:press "Escape"
    assert.truthy(value "document.getElementById('lane-menu').hidden")
    assert.equal(all, lanes())
  end)

  it("are pinned and hidden by keys, which then step through what is seen", function()
    local all = lanes()
    page:press("ArrowRight", "ArrowDown", "i") -- main, then waiter
    assert.match("^waiter main ", lanes())
    page:press "ArrowDown"
    assert.equal("main", value "timeline.data.taskNames[timeline.data.task[timeline.view.selected]]")
    page:press("x", "ArrowUp", "i", "u")
    assert.equal(all, lanes())
    page:press("ArrowDown", "m") -- to a get of an order
    local object = value "timeline.data.objectTitles[timeline.data.object[timeline.view.selected]]"
    page:press "I"
    assert.match("^" .. object:gsub("%p", "%%%0"), lanes())
    page:press "X"
    assert.falsy(lanes():find(object, 1, true))
  end)

  it("stay in sight where they are pinned, also where others are scrolled", function()
    local at_top = [=[(() => { const { view, data } = timeline, box = document.getElementById("lanes")
      .getBoundingClientRect(); timeline.draw(); return view.stuck + " " + [1, 2].map((n) => {
      const row = timeline.rowAt(26 + 26 * n); return row.kind + " " + (row.kind === "task" ?
      data.taskNames[row.index] : row.index); }).join(" "); })()]=]
    click_name "waiter"
    page:press "Enter"
    local scroll = value [=[(() => { const scroller = document.getElementById("scroller"); scroller.style.flex = "none";
      scroller.style.height = "180px"; return 1; })()]=]
    assert.equal(1, scroll)
    assert.truthy(value [=[new Promise((resolve) => setTimeout(() => {
      document.getElementById("scroller").scrollTop = 1e6;
      setTimeout(() => resolve(timeline.view.scroll > 60), 100); }, 100))]=])
    assert.match("^%d%d+ task waiter ", value(at_top))
    assert.falsy(value [=[(() => { const { view, data } = timeline; return timeline.rowMiddle(1) <
      26 + view.stuck; })()]=])
  end)

  it("come back where somebody goes to an operation of one that is hidden", function()
    page:press("ArrowRight", "ArrowDown", "x")
    assert.falsy(lanes():find "waiter")
    value "timeline.select(timeline.data.lanes[2].first)"
    assert.truthy(lanes():find "waiter")
  end)

  it("have arrows, whose ends lead to each other", function()
    -- the first arrow from a put to a get, the whole of it in sight
    local spans = value [=[(() => {
      const { derived, view } = timeline, { from, to } = derived.arrows;
      const arrow = from.findIndex((each) => each >= 0), ends = timeline.arrowEnds(arrow);
      timeline.zoom(6 * Math.max(ends.toTime - ends.fromTime, 1e5) / (view.to - view.from), ends.fromTime);
      window.endsOf = () => {
        timeline.draw();
        const ends = timeline.arrowEnds(arrow), box = document.getElementById("lanes").getBoundingClientRect();
        return [[ends.fromTask, ends.fromTime], [ends.toTask, ends.toTime]].map(([task, time]) =>
          [box.left + timeline.xOf(time), box.top + timeline.rowMiddle(task)]);
      };
      return [from[arrow], to[arrow]];
    })()]=]
    for i = 1, 2 do
      local at = value "endsOf()"[i]
      page:drag(at[1], at[2])
      assert.equal(spans[3 - i], value "timeline.view.selected")
    end
  end)
end)

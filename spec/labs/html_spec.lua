-- lab --html: pages that need nothing besides, with the timeline of the schedule that failed.
local labs = dofile "spec/support/labs/folder.lua"

describe("tidelock lab --html", function()
  local here
  before_each(function() here = labs.new() end)
  after_each(function() here:close() end)

  it("writes an index, a page a lab, and a timeline of what failed", function()
    labs.write(here:begin(), labs.read(here:path "pack/two-painters/wrong/own_lock.lua"))
    local out, err, status = here:run "lab --html pages"
    assert.same({ "pages/index.html: 1 lab\n", "", 0 }, { out, err, status })
    local index, page = labs.read(here:path "pages/index.html"), labs.read(here:path "pages/two-painters.html")
    assert.truthy(index:find('<a href="two-painters.html">Two painters</a>', 1, true))
    assert.truthy(index:find('class="rejected"', 1, true))
    assert.truthy(page:find("paint the door together", 1, true))
    assert.truthy(page:find('src="two-painters-timeline.html"', 1, true))
    local timeline = labs.read(here:path "pages/two-painters-timeline.html")
    assert.truthy(timeline:find("painter-2", 1, true))
    assert.truthy(timeline:find('"sentence":"painter-1 and painter-2 paint the door together"', 1, true))
    assert.falsy(timeline:find("\\u0001", 1, true))
    for _, text in ipairs{ index, page } do assert.falsy(text:find "https?:") end
  end)

  it("shows the student's file as text, whatever is in it", function()
    labs.write(here:begin(), "return { -- <script>alert(1)</script> & more")
    here:run "lab --html pages"
    local page = labs.read(here:path "pages/two-painters.html")
    assert.truthy(page:find("&lt;script&gt;alert(1)&lt;/script&gt; &amp; more", 1, true))
    assert.falsy(page:find("<script", 1, true))
    assert.truthy(page:find("does not load", 1, true))
  end)
end)

-- The page that `make docs` makes of bindings/tidelock.d.lua, and what it does not accept.
local files = dofile "spec/support/files.lua"
local shell = dofile "spec/support/shell.lua"
local annotations = dofile "bindings/docs/annotations.lua"
local page = dofile "bindings/docs/page.lua"

local REFERENCE = "bindings/tidelock.d.lua"

local function render(text)
  return page.render(annotations.read(text, "some.lua"), "A title", "")
end

-- A class with a variable, for what is written below it.
local function with_class(text)
  return "---@meta\n---@class some\nlocal some = {}\n" .. text
end

describe("the page", function()
  local reference = files.read(REFERENCE)
  local text = page.render(annotations.read(reference, REFERENCE), "A title", files.read("bindings/docs/style.css"))

  local function has_anchor(name)
    assert.truthy(text:find('id="' .. name .. '"', 1, true), name)
  end

  it("has every function, method, class and alias", function()
    local count = 0
    for owner, separator, name in reference:gmatch("\nfunction ([%w_]+)([.:])([%w_]+)") do
      has_anchor(owner .. separator .. name)
      count = count + 1
    end
    assert.truthy(count > 80)
    for name in reference:gmatch("\n%-%-%-@class ([%w_.]+)") do has_anchor(name) end
    for name in reference:gmatch("\n%-%-%-@alias ([%w_.]+)") do has_anchor(name) end
  end)

  it("has every field", function()
    local count = 0
    for block in reference:gmatch("%-%-%-@class.-\n\n") do
      local class = block:match("\nlocal ([%w_]+) = {}") or block:match("^%-%-%-@class ([%w_.]+)")
      for name in block:gmatch("\n%-%-%-@field ([%w_]+)") do
        has_anchor(class .. "." .. name)
        count = count + 1
      end
    end
    assert.truthy(count > 30)
  end)

  it("has each parameter and what is said about it", function()
    local count = 0
    for name, about in reference:gmatch("\n%-%-%-@param (%w+)%?? [%w.]+ ([%w ,]+)\n") do
      assert.truthy(text:find("<th>" .. name .. "%??</th><td>[^\n]*</td><td>" .. about .. "</td>"), name)
      count = count + 1
    end
    assert.truthy(count > 20, count)
  end)

  it("has each anchor once, and all that it links to", function()
    local anchors, links = {}, 0
    for name in text:gmatch('id="([^"]*)"') do
      assert.is_nil(anchors[name], name)
      anchors[name] = true
    end
    for name in text:gmatch('href="#([^"]*)"') do
      assert.is_true(anchors[name], name)
      links = links + 1
    end
    assert.truthy(links > 300)
  end)

  it("lists everything in the contents", function()
    local list = text:match("<nav.-</nav>")
    for _, name in ipairs{ "section-queue", "tidelock.queue", "ipc.queue", "queue:put", "tidelock.order" } do
      assert.truthy(list:find('href="#' .. name .. '"', 1, true), name)
    end
  end)

  it("needs no network, and has a dark side", function()
    assert.is_nil(text:find("https?:"))
    assert.is_nil(text:find("<script", 1, true))
    assert.is_nil(text:find("<link", 1, true))
    assert.truthy(text:find("prefers-color-scheme: dark", 1, true))
  end)

  it("closes what it opens", function()
    local open = {}
    for slash, tag in text:gsub("<style>.-</style>", ""):gmatch("<(/?)(%l%w*)") do
      if slash == "/" then
        assert.equal(tag, table.remove(open))
      elseif tag ~= "meta" then
        open[#open + 1] = tag
      end
    end
    assert.same({}, open)
  end)
end)

describe("an annotation", function()
  it("is escaped", function()
    local text = render(with_class("--- a<b & `c<d>` \"e\"\n---@param x string <script>\nfunction some.f(x) end\n"))
    assert.truthy(text:find("a&lt;b &amp; <code>c&lt;d&gt;</code> &quot;e&quot;", 1, true), text)
    assert.truthy(text:find("&lt;script&gt;", 1, true))
    assert.is_nil(text:find("<script", 1, true))
  end)

  it("shows what may be left out, other ways to call it, and its types as links", function()
    local text = render(with_class([[
---@class some.options
---@field a? integer

---@generic T: table
---@param a T
---@param b? some.options[]|fun(x: some, ...): integer, "a|b"? the second
---@param ... any
---@return { x: some, [string]: table<string, T> }? given what comes
---@overload fun(options: some.options): some
function some:f(a, b, ...) end
]]))
    assert.truthy(text:find('<a href="#some:f">some:f</a>(a [, b, ...])', 1, true), text)
    assert.truthy(text:find('(options: <a href="#some.options">some.options</a>): <a href="#some">some</a>', 1, true))
    assert.truthy(text:find('<a href="#some.options">some.options</a>[]|fun(x: <a href="#some">some</a>, ...)'
      .. ': integer, &quot;a|b&quot;?</code></td><td>the second</td>', 1, true), text)
    assert.truthy(text:find("<th>given</th><td>.-table&lt;string, T&gt; }%?</code></td><td>what comes</td>"), text)
  end)

  it("links the code in its prose to what it names, but not to itself", function()
    local text = render(with_class("--- See `g`, `some.h`, `f` and `x`.\nfunction some:f() end\n\n"
      .. "function some:g() end\n\nfunction some.h() end\n"))
    assert.truthy(text:find('See <a href="#some:g"><code>g</code></a>, <a href="#some.h"><code>some.h</code></a>, '
      .. '<code>f</code> and <code>x</code>.', 1, true), text)
  end)

  it("has paragraphs, lists and code", function()
    local text = render("--- One\n--- more.\n---\n---     a < b\n---\n--- * a\n---   b\n--- * c\n---@class some\n")
    assert.truthy(text:find("<p>One\nmore.</p>\n<pre>a &lt; b</pre>\n<ul>\n<li>a\nb</li>\n<li>c</li>\n</ul>", 1, true),
      text)
  end)
end)

describe("a bad annotation", function()
  for text, why in pairs{
    ["---@parm x string\nfunction some.f(x) end"] = "4: an annotation that is not known here: @parm",
    ["---@param x\nfunction some.f(x) end"] = "4: @param NAME TYPE is expected",
    ["---@param y string\nfunction some.f(x) end"] = "5: @param x is expected, and is @param y",
    ["function some.f(x) end"] = "4: @param x is expected, and is missing",
    ["---@param x string\n---@param y string\nfunction some.f(x) end"] = "5: the function has no parameter y",
    ["---@param x string"] = "4: @param, @return and @overload belong above a function",
    ["---@return fun(x\nfunction some.f() end"] = "4: `)` is expected, not the end of the line",
    ["---@return table<string\nfunction some.f() end"] = "4: `>` is expected, not the end of the line",
    ["---@return string|\nfunction some.f() end"] = "4: a type is expected, not the end of the line",
    ["---@return string;\nfunction some.f() end"] = "4: a space after the type is expected, not `;`",
    ["---@return \"open\nfunction some.f() end"] = "4: a type is expected, not `\"open`",
    ["---@return other\nfunction some.f() end"] = "4: a type that is not known: other",
    ["---@overload string\nfunction some.f() end"] = "4: @overload fun(...): TYPE is expected",
    ["---@field x integer\nfunction some.f() end"] = "4: @field belongs below a @class",
    ["---@class other\n---@field x\n"] = "5: @field NAME TYPE is expected",
    ["---@class some"] = "4: some is defined in line 2",
    ["---@alias other"] = "4: @alias needs a type",
    ["---@alias other integer\n---@alias another integer"] = "5: a block is one class or one alias; it is other",
    ["---| '\"a\"'"] = "4: `---|` belongs below an @alias",
    ["local other = {}"] = "4: @class is missing above `local other = {}`",
    ["function other.f() end"] = "4: other is no class of this file",
    ["print(1)"] = "4: this is not understood: print(1)",
  } do
    it("raises " .. why, function()
      local ok, message = pcall(annotations.read, with_class(text .. "\n"), "some.lua")
      assert.is_false(ok)
      assert.equal("some.lua:" .. why, message)
    end)
  end
end)

describe("make.lua", function()
  it("writes the page, and ends with status 1 where an annotation is bad", function()
    local from, to = os.tmpname(), os.tmpname()
    local make = ("%s bindings/docs/make.lua %s %s"):format(shell.tidelock, "%s", to)
    local _, err, status = shell.run(make:format(REFERENCE))
    assert.equal(0, status, err)
    assert.truthy(files.read(to):find('id="queue:put"', 1, true))
    files.write(from, "---@clas some\n")
    _, err, status = shell.run(make:format(from))
    assert.equal(1, status)
    assert.equal("docs: " .. from .. ":1: an annotation that is not known here: @clas\n", err)
    os.remove(from)
    os.remove(to)
  end)
end)

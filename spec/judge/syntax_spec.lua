-- A file that Lua cannot read: what is wrong with it, in words of the mistake.
local labs = dofile "spec/support/labs.lua"

-- Its text, and what is told behind "student_1.lua:LINE: ".
local FILES = {
  { "return { f = print }\nprint 'more'", 2, "print stands behind a `return`: that is the last thing a file does" },
  { "return {\n  f = function()\n    return 1\n    local x = 2\n  end }", 4,
    "local stands behind a `return`: that is the last thing a block does, so put it above" },
  { "local function f() if x then return 1 print(2) end end", 1, "print stands behind a `return`" },
  { "local function f() repeat return 1 f() until true end", 1, "f stands behind a `return`" },
  { "local function f()\n  f()\nend\nend\nreturn f", 4, "one `end` too many" },
  { "if x != 1 then end", 1, "not equal is `~=` in Lua" },
  { "local a = b && c", 1, "`&&` is `and` in Lua" },
  { "local n = 1 n += 1", 1, "n = n + 1" },
  { "if x = 1 then end", 1, "`=` gives a value, `==` compares" },
  { "local function f()\n  while x do f()\n", 3, "'end' expected" },
  { "return { f = function( }", 1, "expected near '}'" },
}

describe("a file that is no Lua", function()
  local lab, verdicts

  setup(function()
    lab = labs.new "student()"
    local texts = {}
    for i, file in ipairs(FILES) do texts[i] = file[1] end
    verdicts = lab:all(texts)
  end)
  teardown(function() lab:remove() end)

  for i, file in ipairs(FILES) do
    it("is told: " .. file[3], function()
      local text = verdicts[i].text:gsub("%s+", " ")
      assert.are.equal("unread", verdicts[i].state, text)
      assert.is_truthy(text:find(("student_%d.lua:%d: "):format(i, file[2]), 1, true), text)
      assert.is_truthy(text:find(file[3], 1, true), text)
    end)
  end
end)

-- The REPL, given what nobody would type who meant well.
local terminal = dofile "spec/support/terminal.lua"
local shell = dofile "spec/support/shell.lua"
local printed = shell.session

local repl

local function start(...)
  repl = terminal.start(...)
  repl:expect "Ctrl%-D ends\n"
end

after_each(function()
  if repl then repl:close() end
  repl = nil
end)

describe("a result", function()
  it("with metamethods that raise is shown all the same", function()
    local raising = "function() error 'no' end"
    assert.equal("{ 1 }\n<its __tostring raises>\n", printed{
      ("setmetatable({ 1 }, { __index = %s, __len = %s, __pairs = %s })"):format(raising, raising, raising),
      ("setmetatable({}, { __tostring = %s })"):format(raising) })
  end)

  it("of a million entries is short", function()
    local text = printed{ "list, names, wide = {}, {}, {}", "for i = 1, 1e6 do list[i], names['n' .. i] = i, i end",
      "for i = 1, 90 do wide[i] = {} for j = 1, 90 do wide[i][j] = ('x'):rep(70) end end", "list", "names", "wide" }
    assert.matches('^{\n  1,\n.*\n  100,\n  %.%.%.\n}\n{\n  n%d+ = %d+,.*\n  %.%.%.\n}\n{\n  {\n    "x+",', text)
    assert.is_true(#text < 100000, #text)
  end)

  it("that is a long string is cut, and says so", function()
    assert.equal(('%s... (20000 bytes)\n{\n  "%s"... (20000 bytes)\n}\n'):format(("x"):rep(10000), ("x"):rep(1000)),
      printed{ "s = ('x'):rep(20000)", "s", "{ s }" })
    assert.equal(("x"):rep(9999) .. "... (10001 bytes)\n", printed{ "('x'):rep(9999) .. '\u{e9}'" })
  end)

  it("moves no cursor: control characters and bytes that are no UTF-8 are escapes", function()
    assert.equal('a\\027[2Jb\tc\\255\u{e9}\\194\\155\n{ "\\027", ["\\r"] = lock#1 "?[2J": free }\n', printed{
      [["a\27[2Jb\tc\255\u{e9}\u{9b}"]], [[{ "\27", ["\r"] = ipc.lock{ name = "\27[2J" } }]] })
  end)

  it("in wide characters stands on a line while it fits", function()
    local wide, narrow = ("\u{65e5}"):rep(60), ("\u{e9}"):rep(60) -- 120 columns, and 60
    assert.equal(('{\n  "%s"\n}\n{ "%s" }\n'):format(wide, narrow), printed{
      ('{ "%s" }'):format(wide), ('{ "%s" }'):format(narrow) })
  end)
end)

describe("an error", function()
  it("that is no text is shown as results are", function()
    local text = printed{ "error{ code = 5 }", "error()" }
    assert.matches("^tidelock: error object: { code = 5 }\nstack traceback:\n.*\ntidelock: error object: nil\n", text)
  end)

  it("in the text of :time is told without the session's own lines", function()
    assert.equal("tidelock: stdin:1: unexpected symbol near ')'\n", printed{ ":time )" })
  end)
end)

describe("globals", function()
  it("that refuse what is not declared do not end the session", function()
    assert.matches("^6\n7\n[^\n]*undeclared x\n", printed{
      "setmetatable(_G, { __index = function(_, k) error('undeclared ' .. k) end, __newindex = error });",
      "5 + 1", "x", "_ + 1" })
  end)

  it("without print are printed", function()
    assert.equal("5\n6\n", printed{ "print = nil", "5", "tostring, type, rawget = nil", "6" })
  end)
end)

describe("text that is pasted where the terminal does not say so", function()
  it("keeps its own indentation", function()
    start()
    repl:type "t = {\r  {\r    5,\r  },\r}\rt\r"
    repl:expect "\n    5,\n  },\n}\n.*{ { 5 } }"
  end)
end)

describe("a terminal that moves no cursor", function()
  it("gets lines, and no sequences", function()
    start(nil, "TERM=dumb")
    repl:type "p = ipc.spawn(print, 'soup')\n"
    repl:expect "process%-1 | soup\n"
    repl:type "{\n"
    repl:expect ">> "
    repl:type "5 }\n"
    repl:expect "\n{ 5 }\n"
    assert.falsy(repl:raw():find "\27")
  end)
end)

describe("a history that has grown large", function()
  it("is cut to its last entries", function()
    local home = shell.run("mktemp -d"):match "%S+"
    local path = home .. "/.tidelock_history"
    local file = assert(io.open(path, "w"))
    for i = 1, 60000 do file:write(("#1700000000\nprint(%d)\n"):format(i)) end
    file:close()
    start(nil, nil, home)
    repl:type "\27[A\r"
    repl:expect "\n60000\n"
    file = assert(io.open(path))
    assert.is_true(file:seek "end" < 100000)
    file:close()
    repl:close()
    os.execute("rm -rf " .. home)
  end)
end)

describe("a piped line", function()
  it("may begin with a byte order mark, once", function()
    assert.equal("1\n2\n", printed{ "\u{feff}print(1)", "2" })
    assert.matches("^1\ntidelock: stdin:1: unexpected symbol", printed{ "print(1)", "\u{feff}print(2)" })
  end)

  it("is not cut at a NUL byte", function()
    assert.equal("3\t98\n4\n", printed{ "#'a\0b', ('a\0b'):byte(3)", "4" })
    assert.equal("3\n", printed{ "#[[a", "\0]]" })
    assert.matches("^4\ntidelock: stdin:1: unexpected symbol", printed{ "print(1)\0print(2)", "4" })
  end)
end)

describe("a module's name", function()
  it("that is the program's own is not offered", function()
    start()
    repl:type "require'repl.\t\t"
    repl:type "\3"
    assert.is_nil(repl:expect("(.-)%^C\n"):find("repl%.session"))
  end)
end)

describe("a command's argument", function()
  -- typed with Tab, and what it becomes
  local completed = {
    { ":load spec/repl/hostile_sp", ":load spec/repl/hostile_spec%.lua" },
    { ":help queue.try_g", ":help queue%.try_get" },
    { ":scenario ticke", ":scenario tickets" },
    { ":time ipc.que", ":time ipc%.queue%(" },
  }

  it("is completed by tab, and no field is that is a keyword", function()
    start()
    repl:enter("t = { ['end'] = 1, ['and'] = 2, soup = 3 }", "> ")
    for _, row in ipairs{ { "t.", "t%.soup" }, table.unpack(completed) } do
      repl:type(row[1] .. "\t")
      repl:expect("> " .. row[2])
      repl:type "\3"
      repl:expect "%^C\n"
    end
  end)
end)

describe("the last lines of a child", function()
  it("stand before the news of its end", function()
    start()
    for i = 1, 5 do
      repl:enter(("p = ipc.process{ name = 'cook', target = print, args = { 'dish', %d } }:start()"):format(i))
      repl:expect(("cook | dish\t%d\n.*cook %%(pid %%d+%%) has ended"):format(i))
    end
  end)
end)

-- The REPL on a terminal, as a user sees it.
local terminal = dofile "spec/support/terminal.lua"
local shell = dofile "spec/support/shell.lua"
local printed = shell.session

local repl

local function start(...)
  repl = terminal.start(...)
  repl:expect "Ctrl%-D ends\n.-> " -- what is typed before it is read as by a terminal without an editor
end

after_each(function()
  if repl then repl:close() end
  repl = nil
end)

describe("a result", function()
  it("is printed of an expression, also behind =, and stays in _", function()
    assert.equal("2\n3\n6\nnil\t1\n", printed{ "1 + 1", "= 1 + 2", "_ * 2", "nil, 1" })
  end)

  it("is kept quiet by a semicolon, and stays all the same", function()
    assert.equal("8\n", printed{ "7;", "_ + 1" })
  end)

  it("that is a table stands on a line if it is short, in order, to any depth but a cycle's", function()
    assert.equal('{ 1, "a", [2.5] = "half", ["end"] = true, list = {}, self = <cycle> }\n', printed{
      't = { 1, "a", list = {}, [2.5] = "half", ["end"] = true } t.self = t', "t" })
    assert.equal("{ { { { { { { ... } } } } } } }\n", printed{ "{{{{{{{{{{}}}}}}}}}}" })
  end)

  it("that is a long table is indented, and ends somewhere", function()
    local text = printed{ '{ ("x"):rep(70), { ("y"):rep(70), z = 1 } }' }
    assert.equal(('{\n  "%s",\n  {\n    "%s",\n    z = 1\n  }\n}\n'):format(("x"):rep(70), ("y"):rep(70)), text)
    assert.matches("  99,\n  100,\n  %.%.%.\n}\n$", printed{ "t = {} for i = 1, 200 do t[i] = i end", "t" })
  end)

  it("that is an object shows its state, and a shared table its keys", function()
    assert.equal('table#1: 2 keys { a = 1, b = { "x" } }\n{ lock#1 "till": free }\n', printed{
      't = ipc.table{ b = { "x" }, a = 1 }', "t", '{ ipc.lock{ name = "till" } }' })
  end)

  it("of ipc.ps is a table", function()
    assert.matches("^NAME  PID +STATE +FOR  AT  HOLDS  WAITS FOR\nmain  %d+  running\n$", printed{ "ipc.ps()" })
  end)

  it("of ipc.ps has what is waited for on a line of its own where that is long", function()
    assert.matches('\n' .. [[
cook  %d+  waiting +%d[%d.]+ s +stdin:1 *
  waits to acquire lock#1 "till": held by main %(pid %d+%), 1 waiting
]], printed{ 'till = ipc.lock{ name = "till" } till:acquire()',
      'p = ipc.process{ name = "cook", target = function() till:acquire() end }:start()',
      'while not tostring(till):find "1 waiting" do ipc.yield() end', "ipc.ps()", "p:kill()" })
  end)

  it("has colours on a terminal, but not with NO_COLOR", function()
    start()
    repl:enter('{ "soup" }', '\n{ "soup" }')
    assert.matches('\27[32m"soup"\27[0m', repl:raw(), 1, true)
    repl:close()
    start(nil, "NO_COLOR=1")
    repl:enter('{ "soup" }', '\n{ "soup" }')
    assert.falsy(repl:raw():find("\27[32m", 1, true))
  end)
end)

describe("an error", function()
  it("is told without the frames of the REPL, and with a hint where a local was lost", function()
    local text = printed{ "local price = 5", "price", "price + 1" }
    assert.matches("^%(the local `price` ended with its line: without `local` it stays%)\nnil\n" ..
      "tidelock: stdin:1: attempt .- %(global 'price'%)\nstack traceback:\n\t[^\n]*in main chunk\n" ..
      "%(the local `price` ended .-%)\n$", text)
  end)

  it("of a deadlock is the report, without an empty line behind it", function()
    assert.matches("^tidelock: stdin:1: deadlock: [^\n]*\n  main [^\n]*, at stdin:1\nstack traceback:\n",
      printed{ "ipc.queue():get()" })
  end)
end)

describe("lines with prompts before them", function()
  it("are run as what was typed", function()
    start()
    repl:type "\27[200~> a = 4\n> for i = 1, 2 do\n>> a = a + i end\n> a\n7\n\27[201~"
    repl:enter("", "\n7\n")
  end)
end)

describe("a colon command", function()
  it("that is unknown lists those that there are", function()
    local text = printed{ ":nope" }
    assert.matches("^tidelock: there is no :nope; there are:\n:help", text)
    for _, name in ipairs{ "help", "ps", "objects", "watch", "time", "load", "scenario", "quit" } do
      assert.matches("\n:" .. name .. " ", "\n" .. text)
    end
    assert.falsy(text:find "traceback")
  end)

  it("may be no name, or have blanks before it; a label is Lua", function()
    for _, text in ipairs{ ":", ":42", ": ?" } do
      assert.matches("^tidelock: there is no " .. text:gsub("%p", "%%%0") .. "; there are:\n:help", printed{ text })
    end
    assert.matches("^this session is not simulated", printed{ " : seed" })
    assert.equal("1\n", printed{ "::again:: print(1)" })
  end)

  it("that takes nothing says so of what stands behind it", function()
    assert.matches("^on\ntidelock: :quit takes nothing: what is now%?\n", printed{ ":quit now", "'on'" })
  end)

  it("is told of in lines that fit", function()
    start()
    for _, columns in ipairs{ 80, 40, 20 } do
      repl:resize(columns)
      local list = repl:enter(":help", "\n(:help %[NAME%].-)\nFunctions")
      local of_put = repl:enter(":help q.put", "\n(queue:put%(.-reason)\n")
      for line in (list .. "\n" .. of_put):gmatch "[^\n]+" do assert.is_true(#line <= columns, line) end
    end
  end)

  it(":watch tells an error", function()
    assert.matches("ends it%)\ntidelock: stdin:1: burnt\nstack traceback:", printed{ ":watch error 'burnt'" })
  end)

  it(":ps and :objects tell what there is", function()
    local text = printed{ 'stock = { pans = ipc.semaphore(2) } till = ipc.lock{ name = "till" }', ":objects", ":ps" }
    assert.matches('^stock%.pans  semaphore#1: 2 free[^\n]*\ntill        lock#1 "till": free\nNAME ', text)
  end)

  it(":time tells the value and how long it took", function()
    local text = printed{ ":time (ipc.sleep(0.1))" }
    local took, computing = text:match "^nil\n(%d+%.%d+) s, of which (%d+%.%d+) s computing\n$"
    assert.truthy(tonumber(took) >= 0.1 and tonumber(computing) < 0.1, text)
  end)

  it(":load runs a file in the session, :scenario one that comes along", function()
    local path = os.tmpname()
    local file = assert(io.open(path, "w"))
    file:write "loaded = 5 return loaded"
    file:close()
    assert.equal("5\n5\n", printed{ ":load " .. path, "loaded" })
    os.remove(path)
    assert.matches("which one%? .*tickets", printed{ ":scenario" })
    assert.matches("put%(4, 0%.5%) +\tnil\tfull\n", printed{ ":scenario queue_basics" })
  end)

  it(":scenario takes no folder of the user's for theirs", function()
    local folder = shell.run("d=$(mktemp -d); mkdir $d/scripts; touch $d/scripts/mine.lua; echo $d"):match "%S+"
    local here = shell.run "pwd":match "[^\n]+"
    local program = shell.tidelock:find "^/" and shell.tidelock or here .. "/" .. shell.tidelock
    local _, err = shell.run(("cd %s && echo :scenario | %s -i"):format(folder, program))
    os.execute("rm -rf " .. folder)
    assert.matches("which one%? .*tickets", err)
    assert.is_nil(err:find("mine", 1, true))
  end)

  it(":watch shows a value each time it changes, until Ctrl-C", function()
    start()
    repl:enter("v, seen = ipc.value(0), ipc.value(-1)", "> ")
    repl:enter("function look() local n = v:get() seen:set(n) return n end", "> ")
    repl:enter("p = ipc.spawn(function() for i = 1, 3 do repeat until seen:get() == i - 1 v:add(1) end end)", "> ")
    repl:enter(":watch look()", "ends it%)\n.*1\n2\n3\n")
    repl:type "\3"
    repl:expect "> "
    repl:enter("'on'", "\non\n")
  end)

  it(":quit ends the session", function()
    start()
    repl:enter ":quit"
    assert.equal(0, repl:status())
  end)
end)

describe("while the prompt waits", function()
  it("a death is noticed, so that what is shown is so", function()
    start()
    repl:enter('till = ipc.lock{ name = "till" }', "> ")
    repl:enter("p = ipc.spawn(function() till:acquire() ipc.sleep() end)", "> ")
    repl:enter("while not tostring(till):find 'held' do ipc.yield() end", "> ")
    repl:enter("p:kill()", "true\n.-> ")
    repl:enter("till", 'lock#1 "till": free, abandoned')
    repl:enter("p", 'process#%d "process%-1": ended')
  end)

  it("callbacks run", function()
    start()
    repl:enter("pool = ipc.pool(1)", "> ")
    repl:enter("work = function() ipc.sleep(0.3) return 7 end", "> ")
    repl:enter("f = pool:apply_async(work, nil, function(n) print('answer', n) end)", "\nanswer%s+7\n")
  end)

  it("pools are mended", function()
    start()
    repl:enter("began = ipc.event() pool = ipc.pool(1)", "> ")
    repl:enter("first = pool:apply_async(function() began:set() ipc.sleep() end)", "> ")
    repl:enter("second = pool:apply_async(function() return 7 end, nil, function(n) print('answer', n) end)", "> ")
    repl:enter("began:wait()", "true\n.-> ")
    repl:enter("ipc.children()[1]:kill()", "\nanswer%s+7\n")
  end)
end)

describe("the line", function()
  -- typed with Tab, and what it becomes
  local completed = {
    { "retu", "return" },
    { "ipc.que", "ipc%.queue%(" },
    { "q:try_g", "q:try_get%(" },
    { "menu[1].so", "menu%[1%]%.soup" },
    { "menu.day['mon'].so", "menu%.day%['mon'%]%.soup" },
    { "require 'tidel", "require 'tidelock'" },
    { "io.open('spec/repl/repl_sp", "io%.open%('spec/repl/repl_spec%.lua'" },
    { "stock.pan", "stock%.pans" },
    { "stock:upd", "stock:update%(" },
    { "p:is_al", "p:is_alive%(" },
    { "p.exitc", "p%.exitcode" },
    { "c:commu", "c:communicate%(" },
    { "c.stdo", "c%.stdout" },
    { "q.maxs", "q%.maxsize" },
    { ":obj", ":objects" },
    { ":trace of", ":trace off" },
  }

  for what, options in pairs{ ["is"] = "", ["that is recorded is"] = "-i --trace=/dev/null" } do
    it(what .. " completed by tab", function()
      start(options)
      repl:enter("q = ipc.queue() menu = { { soup = 1 }, day = { mon = { soup = 2 } } } stock = ipc.table{ pans = 2 }",
        "> ")
      repl:enter("p = ipc.process(print) c = ipc.command 'true'", "> ")
      for _, row in ipairs(completed) do
        repl:type(row[1] .. "\t")
        repl:expect(row[2])
        repl:type "\3"
        repl:expect "%^C\n> "
      end
    end)
  end

  it("is completed by tab behind what lies on a server", function()
    local engine = dofile "spec/support/engine.lua"
    if engine.missing then pending(engine.missing) return end
    start()
    repl:enter(("s = ipc.open %q q = s.queue 'q'"):format(engine.shared():address "completed"), "> ")
    for typed, whole in pairs{ ["s.que"] = "s%.queue%(", ["s:lis"] = "s:list%(", ["q:try_g"] = "q:try_get%(",
      ["q.maxs"] = "q%.maxsize" } do
      repl:type(typed .. "\t")
      repl:expect(whole)
      repl:type "\3"
      repl:expect "%^C\n> "
    end
  end)

  it("goes on where Enter finds no end, and is edited as a whole", function()
    start()
    repl:enter("{ 1,", "{ 1,\n")
    repl:enter("2 }", "\n{ 1, 2 }\n")
    repl:enter("for i = 1, 2 do", "for i = 1, 2 do\n")
    repl:type "print(i * 5)\27[A\1" -- up, to the beginning of the line
    repl:type "\27[B\5 end\r"        -- down, to the end
    repl:expect "\n5\n10\n"
  end)

  it("that ends a block moves to where the block begins", function()
    start()
    local typed = { "function pay(n)", "if n > 1 then", "print(n)", "else", "print(1)", "end", "for _, v in ipairs{",
      "2,", "} do print(v) end", "end" }
    for i, line in ipairs(typed) do
      repl:type(line)
      repl:expect(line:gsub("%p", "%%%0"))
      repl:type "\r"
      repl:expect(i < #typed and "\n" or "\n> ")
    end
    repl:type "\27[A"
    for _, line in ipairs{ "function pay(n)", "  if n > 1 then", "    print(n)", "  else", "    print(1)", "  end",
      "  for _, v in ipairs{", "    2,", "  } do print(v) end", "end" } do
      repl:expect(line:gsub("%p", "%%%0"))
    end
  end)

  it("of several lines comes back whole in the next session", function()
    local home = shell.run("mktemp -d"):match "%S+"
    start(nil, nil, home)
    repl:enter("for i = 1, 2 do", "for i = 1, 2 do\n")
    repl:enter("print(i * 5) end", "\n5\n10\n")
    repl:enter "\4"
    assert.equal(0, repl:status())
    repl:close()
    start(nil, nil, home)
    repl:type "\27[A\r"
    repl:expect "\n5\n10\n"
    repl:close()
    os.execute("rm -rf " .. home)
  end)

  it("is kept for this session where the history cannot be written, which is told once", function()
    local home = shell.run("d=$(mktemp -d); mkdir $d/.tidelock_history; echo $d"):match "%S+"
    start(nil, nil, home)
    repl:enter("6 + 1", "%(the history is not kept: [^\n]*/.tidelock_history: Is a directory%)\n7\n")
    repl:enter("6 + 2", "^[^h]*\n8\n")
    repl:type "\27[A\27[A\r"
    repl:expect "\n7\n"
    repl:close()
    os.execute("rm -rf " .. home)
  end)

  it("of a history without times is still there", function()
    local home = shell.run(
      "d=$(mktemp -d); printf \"%s\\n\" \"6 + 1\" \"6 + 2\" >$d/.tidelock_history; echo $d"):match "%S+"
    start(nil, nil, home)
    repl:type "\27[A\27[A\r"
    repl:expect "\n7\n"
    repl:close()
    os.execute("rm -rf " .. home)
  end)
end)

describe("without readline", function()
  it("the terminal's own lines are read", function()
    local folder = shell.run("d=$(mktemp -d); echo none >$d/libreadline.so.8; echo $d"):match "%S+"
    start(nil, "LD_LIBRARY_PATH=" .. folder)
    repl:type "for i = 1, 2 do\n"
    repl:expect ">> "
    repl:type "print(i * 5) end\n"
    repl:expect "\n5\n10\n> "
    repl:type "12 * \3"
    repl:expect "\n> "
    repl:type "3 * 4\n"
    repl:expect "\n12\n> "
    repl:type "\4"
    assert.equal(0, repl:status())
    os.execute("rm -rf " .. folder)
  end)

  it("scripts run, and do not load it", function()
    local out = shell.script [[
      for line in io.lines "/proc/self/maps" do if line:find "readline" then print(line) end end]]
    assert.equal("", out)
  end)
end)

describe("the session in the readme", function()
  -- as a pattern in which numbers and how much space is between columns do not matter
  local function pattern_of(line)
    return (line:gsub("%p", "%%%0"):gsub("%d+", "%%d+"):gsub("%s%s+", "%%s+"))
  end

  it("is what happens", function()
    local file = assert(io.open "README.md")
    local session = file:read("a"):match "\n%$ %./tidelock\n(Tidelock .-)\n```\n"
    file:close()
    start()
    local typed_at, last = repl.seen, repl.seen
    for line in session:gmatch "[^\n]+" do
      local typed = line:match "^> (.*)" or line:match "^  (till:with.*)" or line:match "^(end)$"
      if typed then
        -- a reader takes so long
        if typed == ":ps" then
          repl:enter("while not tostring(till):find '1 waiting' do ipc.yield() end", "end\n.*> ")
          last = repl.seen - 2
        end
        repl.seen = last
        repl:type(typed)
        repl:expect(pattern_of(typed))
        repl:type "\r"
        repl:expect "\n"
        typed_at, last = repl.seen - 1, repl.seen
      elseif line == "^D" then
        repl:type "\4"
      elseif not line:find "^Tidelock" then
        -- which comes first of two children is not said
        repl.seen = typed_at
        repl:expect(pattern_of(line))
        last = math.max(last, repl.seen)
      end
    end
    repl:type "\4"
    assert.equal(0, repl:status())
  end)
end)

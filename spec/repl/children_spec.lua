-- What an interactive session starts: who lives on, what is shown of it, and how all ends.
local files = dofile "spec/support/files.lua"
local ipc = require "tidelock"
local terminal = dofile "spec/support/terminal.lua"

local repl

local function start(...)
  repl = terminal.start(...)
  repl:expect "Ctrl%-D ends\n.-> " -- what is typed before it is read as by a terminal without an editor
end

after_each(function()
  if repl then repl:close() end
  repl = nil
end)

-- Whether a process is there, and no zombie.
local function lives(pid)
  local file = io.open("/proc/" .. pid .. "/stat")
  local stat = file and file:read "a"
  if file then file:close() end
  return stat ~= nil and stat ~= "" and not stat:find "%) [ZX] "
end

local function await_end(pid)
  local limit = os.time() + 60
  while lives(pid) and os.time() < limit do os.execute "sleep 0.02" end
  return not lives(pid)
end

local function pid_of(expression)
  return repl:enter("'pid ' .. " .. expression .. ".pid", "\npid (%d+)\n")
end

-- A process, a child of that, and a command, which would live for ever.
local function start_three()
  repl:enter([[p = ipc.spawn(function() local q = ipc.spawn(ipc.sleep) print("inner " .. q.pid) q:join() end)]],
    "process%-1 | inner (%d+)\n")
  repl:enter("c = ipc.command{ 'sleep', '1000' }", "> ")
  return pid_of "p", repl:screen():match "inner (%d+)\n", pid_of "c"
end

-- Has a callback do this at the prompt, and waits until it does; what it prints would be shown when it has ended.
local function start_callback(code)
  local go = repl.folder .. "/go"
  repl:enter(("function wait() repeat ipc.sleep(0.01) until io.open %q end"):format(go), "\n> ")
  repl:enter(("function back() io.stderr:write 'runs\\n' %s end"):format(code), "\n> ")
  repl:enter("pool = ipc.pool(1) future = pool:apply_async(wait, nil, back)", "\n> ")
  files.write(go, "")
  repl:expect "^runs\n"
end

describe("Ctrl-C", function()
  it("at the prompt drops the line, and what was started lives on", function()
    start()
    local p, q, c = start_three()
    repl:type "os.exit("
    repl:expect "os%.exit%("
    repl:type "\3"
    repl:expect "^%^C\n"
    repl:enter("p:is_alive(), c:is_alive()", "\ntrue\ttrue\n")
    assert.truthy(lives(p) and lives(q) and lives(c))
  end)

  it("in a call interrupts that alone", function()
    start()
    repl:enter("p = ipc.spawn(ipc.sleep)", "> ")
    repl:enter("print 'joins' p:join()", "\njoins\n")
    repl:type "\3"
    repl:expect "interrupted!\n"
    repl:enter("p:is_alive()", "\ntrue\n")
    repl:enter("print 'runs' while true do end", "\nruns\n")
    repl:type "\3"
    repl:expect "interrupted!\n"
    repl:enter("p:is_alive()", "\ntrue\n")
  end)

  it("in a callback at the prompt interrupts that, and is over then", function()
    start()
    start_callback "ipc.sleep()"
    repl:type "\3"
    repl:expect "interrupted!.*%^C\n> "
    repl:enter("print 'sleeps' ipc.sleep()", "\nsleeps\n")
    repl:type "\3"
    repl:expect "interrupted!\n"
    assert.falsy(repl:screen():find "once more")
  end)

  for how, code in pairs{ ["is not heard"] = "coroutine.wrap(function() print 'runs' while true do end end)()",
    ["a script catches"] = "pcall(function() print 'runs' while true do end end) while true do end" } do
    it("that " .. how .. " says so, before a second one ends the session", function()
      start()
      repl:enter(code, "\nruns\n")
      repl:type "\3"
      repl:expect("%^C\ntidelock: what runs goes on in spite of Ctrl%-C, as a function of C, a coroutine "
        .. "or a script that catches the error does; once more ends the session\n")
      repl:type "\3"
      assert.equal(130, repl:status())
    end)
  end

  it("that is heard is not said to be unheard", function()
    start()
    repl:enter("print 'runs' p = ipc.spawn(ipc.sleep) p:join()", "\nruns\n")
    repl:type "\3"
    repl:expect "interrupted!\n"
    repl:enter("ipc.sleep(1.5) print 'on'", "\non\n")
    assert.falsy(repl:screen():find "once more")
  end)

  -- what is received is decoded, and garbage is collected then, where errors are caught
  for what, message in pairs{ small = "'abcdef'", large = "('x'):rep(9000)", ["a table"] = "{ 'abcdef' }" } do
    it("is heard whatever is received, again and again: " .. what, function()
      start()
      repl:enter("q, message = ipc.queue(), " .. message, "> ")
      for _ = 1, 15 do
        repl:enter("print 'runs' while true do q:put(message) q:get() end", "\nruns\n")
        repl:type "\3"
        repl:expect "interrupted!\n"
        repl:expect "> $"
        repl:enter("while q:try_get() do end", "> ")
      end
      assert.falsy(repl:screen():find "once more")
    end)
  end

  it("leaves a script's alarm as it was", function()
    if not pcall(require, "posix.signal") then return pending "luaposix is not installed for this Lua" end
    start()
    repl:enter("signal = require 'posix.signal'", "> ")
    repl:enter("signal.signal(signal.SIGALRM, function() rung = (rung or 0) + 1 end)", "> ")
    repl:enter("require 'posix.unistd'.alarm(3) print 'sleeps' ipc.sleep()", "\nsleeps\n")
    repl:type "\3"
    repl:expect "interrupted!\n"
    repl:enter("repeat until rung == 1 print 'once'", "\nonce\n")
    repl:enter("signal.raise(signal.SIGALRM) repeat until rung == 2 print 'twice'", "\ntwice\n")
    assert.falsy(repl:screen():find "once more")
  end)
end)

describe("the end", function()
  it("by Ctrl-D tells what still runs, and a second one ends it", function()
    start()
    local p, q, c = start_three()
    repl:type "\4"
    repl:expect "2 processes still run; Ctrl%-D again ends them\n> "
    repl:enter("p:is_alive()", "is_alive%(%)\ntrue\n") -- without an empty line between them
    repl:type "\4"
    repl:expect "2 processes still run; Ctrl%-D again ends them\n> "
    repl:type "\4"
    assert.equal(0, repl:status())
    assert.truthy(await_end(p) and await_end(q) and await_end(c))
  end)

  it("by Ctrl-D ends a thread, too", function()
    start()
    repl:enter("t = ipc.spawn_thread(function() require 'tidelock'.sleep() end)", "> ")
    repl:type "\4"
    repl:expect "1 thread still runs; Ctrl%-D again ends it\n> "
    repl:type "\4"
    assert.equal(0, repl:status())
  end)

  it("by Ctrl-D ends them in a simulation, too", function()
    start "-i --sim=1"
    repl:enter("ipc.spawn(function() while true do ipc.sleep(1) end end)", "> ")
    repl:enter("ipc.spawn_thread(function() while true do ipc.sleep(1) end end)", "> ")
    repl:type "\4"
    repl:expect "1 process and 1 thread still run; Ctrl%-D again ends them\n> "
    repl:type "\4"
    assert.equal(0, repl:status())
  end)

  for _, signal in ipairs{ "KILL", "HUP", "TERM" } do
    it("by SIG" .. signal .. " leaves nobody behind", function()
      start()
      local p, q, c = start_three()
      os.execute(("kill -%s %s"):format(signal, pid_of "ipc.current()"))
      assert.truthy(await_end(p) and await_end(q) and await_end(c))
    end)
  end

  it("by SIGTERM says so below the line that is being typed, and the terminal is as it was", function()
    start("", nil, nil, true)
    local pid = pid_of "ipc.current()"
    repl:type "1000 + "
    repl:expect "1000 %+ "
    os.execute("kill " .. pid)
    repl:expect "^\ntidelock: ended by SIGTERM\n"
    assert.equal(143, repl:status())
    assert.matches(" icanon .* echo ", repl:modes())
  end)

  it("by Ctrl-\\ leaves nobody behind, and the terminal as it was", function()
    start("", nil, nil, true)
    local p, q, c = start_three()
    repl:type "1000 + "
    repl:expect "> 1000 %+ "
    repl:type "\28"
    repl:expect "^\ntidelock: ended by SIGQUIT\n"
    assert.equal(131, repl:status())
    assert.matches(" icanon .* echo ", repl:modes())
    assert.truthy(await_end(p) and await_end(q) and await_end(c))
  end)

  -- a wait hears it; what computes, in a callback's coroutine, does not, and is ended a second later
  for code, doing in pairs{ ["ipc.sleep()"] = "waits", ["while true do end"] = "computes" } do
    for status, how in pairs{ [129] = "HUP", [131] = "QUIT", [143] = "TERM" } do
      it(("by SIG%s while a callback %s at the prompt leaves the terminal as it was"):format(how, doing), function()
        start("", nil, nil, true)
        local pid = pid_of "ipc.current()"
        start_callback(code)
        os.execute(("kill -%s %s"):format(how, pid))
        repl:expect("tidelock: ended by SIG" .. how .. "\n")
        assert.equal(status, repl:status())
        assert.matches(" icanon .* echo ", repl:modes())
      end)
    end
  end

  it("by os.exit in a callback at the prompt leaves the terminal as it was", function()
    start("", nil, nil, true)
    start_callback "os.exit(3)"
    assert.equal(3, repl:status())
    assert.matches(" icanon .* echo ", repl:modes())
  end)

  it("by os.exit leaves nobody behind", function()
    start()
    local p, q, c = start_three()
    repl:enter "os.exit(3)"
    assert.equal(3, repl:status())
    assert.truthy(await_end(p) and await_end(q) and await_end(c))
  end)
end)

describe("the output of a child", function()
  it("appears above the line that is being typed, whole, with its name", function()
    start()
    repl:enter("e = ipc.event()", "> ")
    repl:enter([[p = ipc.process{ name = "cook", target = function() e:wait() io.write "so" io.stdout:flush()
      ipc.sleep(0.2) io.write "up\n" io.stderr:write "salt\n" os.execute "echo water" end }:start()]], "> ")
    repl:enter("ipc.spawn(function() ipc.sleep(0.5) e:set() end)", "> ")
    repl:type "1000 + "
    repl:expect "\ncook | soup\n"
    repl:expect "cook | salt\n"
    repl:expect "cook | water\n"
    repl:expect "> 1000 %+ "
    repl:enter("11", "\n1011\n")
  end)

  it("that is written over, as progress is shown, keeps its name", function()
    start()
    repl:enter("p = ipc.process{ name = 'cook', target = function() io.write '10%\\r20%\\r\\n\\n' end }:start()",
      "cook | 10%%cook | 20%%\ncook | \n")
  end)

  it("is that of a terminal, and comes while a chunk runs", function()
    start()
    repl:enter("c = ipc.command{ 'sh', '-c', 'test -t 1 && echo yes; sleep 0.2; printf end', stdout = 'inherit' }",
      "sh | yes\n")
    repl:enter("c:join()", "sh | end\n")
    local seen = repl.folder .. "/seen"
    repl:enter("p = ipc.spawn(function() print 'now' ipc.sleep() end) " ..
      ("repeat until io.open %q print 'then'"):format(seen),
      "process%-1 | now\n")
    files.write(seen, "")
    repl:expect "^then\n"
  end)

  it("has no names with --label, which has its own", function()
    start "-i --label"
    repl:enter("ipc.spawn(print, 'soup'):join()", "%d%.%d%d%d process%-1 +soup\n")
    assert.falsy(repl:screen():find(" | ", 1, true))
  end)

  for what, environment in pairs{ ["an editor"] = "", ["none"] = "TERM=dumb" } do
    it("with --label, and " .. what .. ", leaves the prompt alone", function()
      repl = terminal.start("-i --label", environment)
      repl:expect "ends\n> "
      repl:enter("for _ = 1, 20 do ipc.sleep(0.01) end print 'on'", "%d%.%d%d%d main +on\n> ")
      ipc.sleep(0.3)
      local _, prompts = repl:screen():gsub("> ", "")
      assert.equal(2, prompts)
    end)
  end

  it("that is a thread's, or a callback's, appears above the line, too", function()
    start()
    repl:enter("ipc.spawn_thread(function() ipc.sleep(0.5) print 'thread' end)", "> ")
    repl:type "1000 + "
    repl:expect "\nthread%-1 | thread\n> 1000 %+ "
    repl:enter("11", "\n1011\n")
    repl:enter("pool = ipc.pool(1)", "> ")
    repl:enter("f = pool:apply_async(function() ipc.sleep(0.5) return 7 end, nil, print)", "> ")
    repl:type "2000 + "
    repl:expect "\n7\n> 2000 %+ "
  end)

  it("is no matter how long, where a callback at the prompt waits for it", function()
    start()
    repl:enter("function cry() for _ = 1, 3000 do print(('z'):rep(1000)) end end", "\n> ")
    start_callback "ipc.spawn(cry):join() ipc.spawn(print, 'joined'):join()"
    repl:expect "process%-%d+ | joined\n"
    repl:enter("1 + 1", "\n2\n")
  end)
end)

describe("the end of a child", function()
  it("is told once", function()
    start()
    repl:enter("p = ipc.process{ name = 'cook', target = ipc.sleep }:start()", "> ")
    local pid = pid_of "p"
    os.execute("kill -9 " .. pid)
    repl:expect("%[1%] cook %(pid " .. pid .. "%) was killed by signal 9\n> ")
    repl:enter("ipc.spawn(os.exit, 3)", "%[2%] process%-2 %(pid %d+%) ended with status 3\n")
    repl:enter("ipc.spawn(print, 'x'):join()", "%[3%] process%-3 %(pid %d+%) has ended\n")
    repl:enter("p", "ended")
    local _, told = repl:screen():gsub("%[%d%] ", "")
    assert.equal(3, told)
  end)

  it("is told, however soon it comes", function()
    start()
    for n = 1, 6 do
      repl:enter("ipc.spawn(os.exit, 3)", "process%-" .. n .. " %(pid %d+%) ended with status 3\n")
    end
  end)

  it("is counted where many end well", function()
    start()
    repl:enter("for i = 1, 20 do ipc.spawn(function() end) end for _, p in ipairs(ipc.children()) do p:join() end",
      "\n20 processes have ended\n")
  end)
end)

describe("the end of a command", function()
  it("is told once", function()
    start()
    repl:enter("c = ipc.command{ 'sh', '-c', 'echo soup; exit 3', stdout = 'inherit' }",
      "sh | soup\n")
    repl:expect "sh %(pid %d+%) ended with status 3\n"
    repl:enter("c = ipc.command('sleep', '1000')", "> ")
    os.execute("kill -9 " .. pid_of "c")
    repl:expect "sleep %(pid %d+%) was killed by signal 9\n> "
    repl:enter("c = ipc.command{ 'true', name = 'tea' } c:join()", "tea %(pid %d+%) has ended\n")
    repl:enter("c", "ended")
    local _, told = repl:screen():gsub("%(pid %d+%) ", "")
    assert.equal(3, told)
  end)

  it("is counted where many end well", function()
    start()
    repl:enter("for i = 1, 20 do ipc.command('true'):join() end", "\n15 more commands have ended\n")
  end)
end)

describe("a thread of the session", function()
  it("has ipc", function()
    start()
    repl:enter("ipc.spawn_thread(function() return ipc.getpid() end):result() == ipc.getpid()", "\ntrue\n")
  end)
end)

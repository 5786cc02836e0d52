-- ipc.repl(): a prompt in the middle of a task, typed at a pseudo-terminal.
local files = dofile "spec/support/files.lua"
local shell = dofile "spec/support/shell.lua"
local reader = dofile "spec/support/timeline/trace_reader.lua"
local terminal = dofile "spec/support/terminal.lua"

local COOK = [[
local ipc = require "tidelock"
local soup, ready = "tomato", ipc.event()
local cook = ipc.spawn(function()
  local dish = "pie"
  ready:set()
  ipc.repl()
  print("cook goes on with " .. dish .. soup .. tostring(added))
end)
ready:wait()
print "main goes on"
cook:join()
]]

describe("ipc.repl", function()
  local there, path
  local function start(code, option, modes)
    path = os.tmpname()
    files.write(path, code)
    there = terminal.start(("%s %s"):format(option or "", path), nil, nil, modes)
  end

  after_each(function()
    if there then there:close() end
    there = nil
    if path then os.remove(path) end
  end)

  it("stops the task that calls it, and no other, until Ctrl-D", function()
    start(COOK)
    there:expect "process%-1 %(pid %d+%) stands at %S+:6; its locals are in `here`"
    there:expect "process%-1> "
    there:enter("here.dish .. here.soup", 'pietomato')
    there:enter("added = 'x'", "process%-1> ")
    assert.matches("main goes on", there:screen())
    there:enter(":ps", "main +%d+ +waiting")
    there:type "\4"
    there:expect "cook goes on with pietomatox"
    assert.equal(0, there:status())
  end)

  it("raises nothing that the user's mistakes raise", function()
    start(COOK)
    there:expect "> "
    there:enter("error 'oh'", "\ntidelock: stdin:1: oh\n")
    there:enter("ipc.repl()", "repl: this task is at a prompt already")
    there:enter(":quit", "cook goes on with pietomatonil")
    assert.equal(0, there:status())
  end)

  it("stops all in a simulation", function()
    start([[local ipc = require "tidelock"
      local ticks = ipc.value(0)
      local clock = ipc.process{ daemon = true, target = function() while true do ticks:add(1) ipc.sleep(1) end end }
      clock:start()
      ipc.sleep(10.5)
      ipc.repl()
      print "over"]], "--sim=1")
    there:expect "main> "
    there:enter(":seed", "1: tidelock %-%-sim=1 takes the same turns")
    there:enter("ipc.now()", "10%.5")
    os.execute "sleep 5.5" -- as long as a task may compute before the others wonder
    there:enter("ipc.now()", "10%.5")
    assert.is_nil(there:raw():find("has run for", 1, true))
    there:type "\4"
    there:expect "over"
    assert.equal(0, there:status())
  end)

  it("serves one task after the other", function()
    start [[local ipc = require "tidelock"
      local tasks = {}
      for i = 1, 2 do tasks[i] = ipc.spawn(function() ipc.repl() print("one is over") end) end
      for _, task in ipairs(tasks) do task:join() end]]
    there:expect "process%-%d> "
    os.execute "sleep 0.2"
    local _, banners = there:screen():gsub("stands at", "")
    assert.equal(1, banners)
    there:type "\4"
    there:expect "one is over.*process%-%d> "
    there:type "\4"
    there:expect "one is over"
    assert.equal(0, there:status())
  end)

  it("serves threads and main, one after the other", function()
    start [[local ipc = require "tidelock"
      local function prompt() require "tidelock".repl() print "one is over" end
      local one, two = ipc.thread(prompt), ipc.thread(prompt)
      one:start() two:start()
      ipc.sleep(0.2)
      print(pcall(ipc.repl))
      one:join() two:join()
      print "all are over"]]
    for _ = 1, 3 do
      there:expect "%(pid %d+%) stands at %S+:%d;.*> "
      there:enter("ipc.ps()", "> ")
      there:type "\4"
    end
    there:expect "all are over"
    assert.equal(0, there:status())
    assert.matches("thread%-1 +%d+ +running", there:screen())
  end)

  it("is left by os.exit, in a thread and in main", function()
    start [[local ipc = require "tidelock"
      go = ipc.event()
      ipc.spawn(function() go:wait() ipc.repl() print "the last" end)
      ipc.spawn_thread(function() require "tidelock".repl() end):join()
      ipc.repl()]]
    there:expect "thread%-1> "
    there:enter("os.exit(0)", "main> ")
    there:enter("go:set() os.exit(0)", "process%-1> ")
    there:type "\4"
    there:expect "the last"
    assert.equal(0, there:status())
  end)

  it("is left though a child that was started at it goes on", function()
    start [[local ipc = require "tidelock"
      ipc.repl()
      ipc.spawn(function() ipc.repl() end):join()
      going:kill()]]
    there:expect "main> "
    there:enter("going = ipc.spawn(ipc.sleep)", "main> ")
    there:type "\4"
    there:expect "process%-2> "
    there:type "\4"
    assert.equal(0, there:status())
  end)

  it("is not left where its thread is cancelled, which hears of that afterwards", function()
    start [[local ipc = require "tidelock"
      local go = ipc.event()
      local t = ipc.spawn_thread(function(go)
        local ipc = require "tidelock"
        ipc.repl()
        print(pcall(ipc.sleep))
      end, go)
      go:wait()
      t:cancel()
      print "asked"
      t:join()]]
    there:expect "thread%-1> "
    there:enter("here.go:set()", "asked")
    there:enter("1 + 1", "2")
    there:type "\4"
    there:expect "cancelled"
    assert.equal(0, there:status())
  end)

  -- What stty(1) says once the program has ended, by Ctrl-C.
  for name, task in pairs{ thread = "ipc.spawn_thread", process = "ipc.spawn" } do
    it("leaves the terminal as it was, where Ctrl-C ends the program: " .. name, function()
      start(([[local ipc = require "tidelock"
        %s(function() require "tidelock".repl() end):join()]]):format(task), nil, true)
      there:expect "%-1> "
      there:type "\3"
      there:expect "interrupted"
      assert.equal(130, there:status())
      assert.matches("[^-]icanon.* echo ", there:modes())
    end)
  end

  it("leaves what was typed to be seen, and says below it that SIGTERM ends the program", function()
    start([[local ipc = require "tidelock"
      local p = ipc.spawn(function() ipc.repl() end)
      print("main is " .. ipc.getpid())
      p:join()]], nil, true)
    local pid = there:screen():match "main is (%d+)" or there:expect "main is (%d+)"
    there:await(function(screen) return screen:find "process%-1> " end, "prompt")
    there:type "half a line"
    there:await(function(screen) return screen:find "> half a line" end, "what was typed")
    os.execute("kill " .. pid)
    there:expect "half a line\ntidelock: ended by SIGTERM\n"
    assert.equal(143, there:status())
    assert.matches("[^-]icanon.* echo ", there:modes())
  end)

  it("gives the terminal as it was to the next one, where a task is killed at it", function()
    start([[local ipc = require "tidelock"
      go = ipc.event()
      local p = ipc.spawn(function() ipc.repl() end)
      go:wait()
      p:kill() p:join()
      ipc.repl()]], nil, true)
    there:expect "process%-1> "
    there:enter("go:set()", "main> ")
    there:type "\4"
    assert.equal(0, there:status())
    assert.matches("[^-]icanon.* echo ", there:modes())
  end)

  it("raises in a schedule of an exploration, which has no terminal", function()
    there = nil
    path = os.tmpname()
    local file = assert(io.open(path, "w"))
    file:write "require 'tidelock'.repl()"
    file:close()
    local out = shell.run(shell.tidelock .. " replay --schedule=1:0 " .. path)
    assert.matches("repl: schedules that are explored have no terminal: tidelock replay %-i stops", out)
  end)

  it("raises where there is no terminal", function()
    local _, wrong, status = shell.script "require 'tidelock'.repl()"
    assert.matches("repl: standard input and output of this task are no terminal: run the script at one", wrong)
    assert.equal(1, status)
  end)

  it("raises in a session's children, which have none", function()
    there = terminal.start()
    there:expect "> "
    there:enter("ipc.spawn(function() ipc.repl() end):join()", "are no terminal: run the script at one, not within")
    there:type "\4"
    there:status()
  end)

  -- with a sanitizer the specs themselves run in the program
  local elsewhere = shell.tidelock:find "sanitize" and pending or it
  elsewhere("raises in another Lua than the program's", function()
    local well, why = pcall(require "tidelock".repl)
    assert.is_false(well)
    assert.matches("repl: it is there only in the program: run the script by tidelock", why)
  end)
end)

describe("in a session", function()
  local there
  after_each(function() there:close() end)

  it(":top looks at it, live", function()
    there = terminal.start()
    there:expect "> "
    there:enter("q = ipc.queue{ name = 'orders' }", "> ")
    there:enter(":top", "queue#1 \"orders\"")
    there:type "q"
    there:expect "> "
    there:enter("1 + 1", "2")
  end)

  it(":top has the terminal alone, and what was written meanwhile comes then", function()
    there = terminal.start()
    there:expect "> "
    there:enter("begin, done = ipc.event(), ipc.event()", "> ")
    there:enter("function cry() begin:wait() for i = 1, 80000 do print('noise ' .. i) end done:set() end", "> ")
    there:enter("p = ipc.spawn(cry)", "> ")
    there:enter("r = ipc.spawn(function() ipc.sleep(1) begin:set() end)", "> ")
    there:enter(":top", "process%-1 +%d+ blocked") -- once more has been written than is kept
    there:type "q"
    there:expect "noise 1\n"
    there:expect "noise 80000\n"
    assert.falsy(there:raw():match("\27%[%?1049h.*\27%[%?1049l"):find "noise")
    there:enter("1 + 1", "\n2\n")
  end)

  it(":top looks at a simulation, of which pids are others", function()
    there = terminal.start("-i --sim=1")
    there:expect "> "
    there:enter("q = ipc.queue{ name = 'orders' }", "> ")
    there:enter(":top", "queue#1 \"orders\"")
    there:expect "> "
  end)

  it(":trace records no look of the session after its children", function()
    there = terminal.start()
    there:expect "> "
    local path = there.folder .. "/looks.tltrace"
    there:enter("child = ipc.spawn(ipc.sleep)", "> ")
    there:enter((":trace %s"):format(path), ":trace off ends it\n%(not of the task that runs already: ")
    there:enter("ipc.sleep(0.1) print 'slept'", "\nslept\n")
    there:enter("child:kill()", "was killed by signal 9")
    there:enter(":trace off", "%d+ operations")
    there:enter("child = ipc.spawn(ipc.sleep)", "> ")
    there:enter((":trace %s.2"):format(path), ":trace off ends it\n> ")
    local trace = reader.read(path)
    assert.equal(1, #reader.find(trace, { task = "main", operation = "kill" }))
    assert.equal(0, #reader.find(trace, { task = "main", operation = "is_alive" }))
  end)

  it(":trace begins and ends a recording, and says where it is", function()
    there = terminal.start()
    there:expect "> "
    local one, two = there.folder .. "/one.tltrace", there.folder .. "/two.tltrace"
    there:enter(":trace", "nothing is recorded; :trace on begins")
    there:enter(":trace off", "nothing is recorded; :trace on begins")
    there:enter(":trace " .. one, "is written to [^\n]*one%.tltrace; :trace off ends it")
    there:enter(":trace", "is written to [^\n]*one%.tltrace\n")
    there:enter(":trace " .. two, "%d+ operations; tidelock timeline [^\n]*one%.tltrace shows them\n"
      .. "what the tasks do is written to [^\n]*two%.tltrace")
    there:enter(":trace off", "%d+ operations; tidelock timeline [^\n]*two%.tltrace shows them")
    there:enter(":trace " .. there.folder .. "/it's 3.tltrace", "; :trace off ends it")
    there:enter(":trace off", "tidelock timeline '[^\n]*/it'\\''s 3%.tltrace' shows them")
    there:enter(":trace " .. there.folder, "tidelock: [^\n]*Is a directory")
    there:enter("ipc.trace = function(file) return true end", "> ")
    there:enter(":trace on", "is written to tidelock%.tltrace; :trace off ends it")
  end)

  it(":trace knows of a recording that begun before, and tells what was lost", function()
    local path = os.tmpname()
    there = terminal.start("-i --trace=" .. path)
    there:expect "> "
    there:enter(":trace", "is written to " .. path:gsub("%p", "%%%0") .. "\n")
    there:enter("ipc.trace = function() return 12, 3 end", "> ")
    there:enter(":trace off", "12 operations, and 3 that were lost; tidelock timeline "
      .. path:gsub("%p", "%%%0") .. " shows them")
    os.remove(path)
  end)

  it(":seed says that there is none", function()
    there = terminal.start()
    there:expect "> "
    there:enter(":seed", "this session is not simulated: tidelock %-%-sim=SEED starts one that is")
  end)
end)

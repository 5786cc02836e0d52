-- The program as PID 1 of a container.
local files = dofile "spec/support/files.lua"
local shell = dofile "spec/support/shell.lua"

local APART = "unshare --pid --fork --kill-child --mount-proc"
local can = os.execute(APART .. " true 2>/dev/null") or false
if not can then
  APART = "unshare --user --map-root-user --pid --fork --kill-child --mount-proc"
  can = os.execute(APART .. " true 2>/dev/null")
end
local test = can and it or pending
local posix = can and pcall(require, "posix.unistd") and it or pending -- luaposix may not be there for this Lua

local function apart(code, limit) return shell.script(code, APART, limit) end

-- what scripts here begin with: an orphan is made, and the number of zombies told
local HEAD = [[
local ipc = require "tidelock"
local function orphan() os.execute("sh -c '(sleep 0.1; exit 3) & exit 0'") end
local function zombies()
  local n = 0
  for pid = 2, 200 do
    local file = io.open("/proc/" .. pid .. "/stat")
    if file then
      if (file:read("a") or ""):find("%) Z ") then n = n + 1 end
      file:close()
    end
  end
  return n
end
local function lives(name)
  for pid = 2, 200 do
    local file = io.open("/proc/" .. pid .. "/stat")
    if file then
      local found = (file:read("a") or ""):find("(" .. name .. ")", 1, true) -- nil: it has just gone
      file:close()
      if found then return true end
    end
  end
end
local function gone()
  local limit = ipc.now() + 20
  while lives("sleep") or zombies() > 0 do
    if ipc.now() > limit then error("zombies: " .. zombies()) end
    ipc.sleep(0.01)
  end
end
]]

describe("as PID 1", function()
  test("the program reaps orphans while it sleeps", function()
    local out, err, status = apart(HEAD .. [[
      for _ = 1, 20 do orphan() end
      gone()
      print("none")]])
    assert.same({ "none\n", "", 0 }, { out, err, status })
  end)

  test("the program reaps orphans while it computes", function()
    local out, err, status = apart(HEAD .. [[
      orphan()
      local limit = os.clock() + 10
      while (lives("sleep") or zombies() > 0) and os.clock() < limit do end
      print(zombies())]])
    assert.same({ "0\n", "", 0 }, { out, err, status })
  end)

  test("every status comes to whom it belongs", function()
    local out, err, status = apart(HEAD .. [[
      for n = 1, 30 do
        orphan()
        local f = io.popen("exit " .. n)
        local p = ipc.spawn(function() os.exit(n) end)
        local c = ipc.command{ "sh", "-c", "exit " .. n }
        ipc.sleep(0.005)
        local _, how, code = f:close()
        assert(how == "exit" and code == n, code)
        p:join()
        assert(p.exitcode == n, p.exitcode)
        c:join()
        assert(c.exitcode == n, c.exitcode)
        assert(select(3, os.execute("exit " .. n)) == n)
      end
      gone()
      print("all")]])
    assert.same({ "all\n", "", 0 }, { out, err, status })
  end)

  test("the program ends with the script's status", function()
    local _, _, status = apart("os.exit(7)")
    assert.equal(7, status)
    _, _, status = apart("error 'x'")
    assert.equal(1, status)
    _, _, status = apart("os.execute('kill -9 $PPID')")
    assert.equal(128 + 9, status)
  end)

  for what, code in pairs{
    ["while it sleeps"] = "ipc.sleep(100)",
    ["while it computes"] = "while true do there() end",
    ["in a pcall of the script's"] = "while true do pcall(ipc.sleep, 100) end",
    ["at its end, where it waits for a process"] = "",
    ["in a command"] = "os.execute('sleep 100')",
  } do
    test("SIGTERM ends the program and its family " .. what, function()
      local from = os.time()
      local out, err, status = apart([[
        local ipc = require "tidelock"
        io.write("written ")
        ipc.spawn(function() ipc.sleep(100) end)
        ipc.spawn(function() while true do end end)
        ipc.command{ "sleep", "100" }
        local reached, told = ipc.event(), false
        local function there()
          if not told then
            told = true
            reached:set()
          end
        end
        ipc.spawn(function(computes)
          if computes then reached:wait() else dofile "spec/support/asleep.lua" "main" end
          os.execute "kill -TERM 1"
          ipc.sleep(100)
        end, ]] .. tostring(code:find("there", 1, true) ~= nil) .. ") " .. code, 60)
      assert.equal(143, status)
      assert.equal("tidelock: ended by SIGTERM\n", err)
      assert.truthy(out == "written " or what == "in a command", out)
      assert.truthy(os.time() - from < 60)
    end)
  end

  test("SIGINT to PID 1 ends the program, too", function()
    local _, err, status = apart([[
      local ipc = require "tidelock"
      ipc.command{ "sh", "-c", "kill -INT 1" }
      ipc.sleep(100)]])
    assert.same({ "tidelock: interrupted\n", 130 }, { err, status })
  end)

  posix("the script's end of output is seen while it runs", function()
    local seen, code, fifo = os.tmpname(), os.tmpname(), os.tmpname()
    os.remove(seen)
    os.remove(fifo)
    files.write(code, ([[
      print(1)
      require "posix.unistd".close(1)
      local ipc = require "tidelock"
      local limit = ipc.now() + 20
      while not io.open "%s" and ipc.now() < limit do ipc.sleep(0.01) end
      io.stderr:write(ipc.now() < limit and "seen" or "not seen")
      os.exit(0)]]):format(seen))
    -- not unshare's output: it would hold it open itself
    local line = 'mkfifo %s && { %s sh -c "exec %s %s >%s" & cat %s; touch %s; wait; }'
    local out, err = shell.run(line:format(fifo, APART, shell.tidelock, code, fifo, fifo, seen))
    os.remove(fifo)
    os.remove(seen)
    os.remove(code)
    assert.equal("1\n", out)
    assert.equal("seen", err:match "^[%a ]+")
  end)

  posix("what luaposix forks and handles is the script's", function()
    local out, err, status = apart(HEAD .. [[
      local unistd, wait, signal = require "posix.unistd", require "posix.sys.wait", require "posix.signal"
      for n = 1, 20 do
        orphan()
        local pid = unistd.fork()
        if pid == 0 then unistd._exit(n) end
        ipc.sleep(0.01)
        local got, how, code = wait.wait(pid)
        assert(got == pid and how == "exited" and code == n, how)
      end
      local heard
      signal.signal(signal.SIGTERM, function() heard = true end)
      os.execute("kill -TERM 1")
      while not heard do ipc.sleep(0.01) end
      print("heard")]], 30)
    assert.same({ "heard\n", "", 0 }, { out, err, status })
  end)

  test("SIGTERM to PID 1 is heard by the script's own function, and by a wait for it", function()
    local out, err, status = apart([[
      local ipc = require "tidelock"
      local over, s = ipc.event(), ipc.signal "TERM"
      ipc.on_signal("TERM", function(name)
        print("heard " .. name)
        over:set()
      end)
      ipc.spawn(function()
        dofile "spec/support/asleep.lua"("main")
        os.execute "kill -TERM 1"
      end)
      print(over:wait(20), s:get(20))
      os.exit(4)]])
    assert.same({ "heard TERM\ntrue\tTERM\n", "", 4 }, { out, err, status })
  end)

  test("SIGTERM to a process of the script's ends that alone", function()
    local out, err, status = apart([[
      local ipc = require "tidelock"
      local p = ipc.spawn(function() ipc.sleep(30) end)
      p:terminate()
      print(p:join(20), p.exitcode)]])
    assert.same({ "true\t-15\n", "", 0 }, { out, err, status })
  end)
end)

-- SIGTERM and SIGHUP to the program itself: what it has started ends with it.
local files = dofile "spec/support/files.lua"
local ipc = require "tidelock"
local shell = dofile "spec/support/shell.lua"

local LIMIT = 30

-- What each script here begins with: it says the pids of a process, a command, and of what a command with a group has
-- started; `ready()` then says that it is where it is to be.
local HEAD = [[
local ipc = require "tidelock"
io.stdout:setvbuf "line"
local grouped = ipc.command{ "sh", "-c", "sleep 100 >/dev/null 2>&1 & echo $!; wait", group = true }
print(ipc.spawn(ipc.sleep).pid, ipc.command{ "sleep", "100" }.pid, grouped.pid, (grouped.stdout:read "l"))
local function ready() io.stderr:write "ready\n" end
local function ready_at(state)
  ipc.spawn(function() dofile "spec/support/asleep.lua"("main", state) ready() ipc.sleep() end)
end
]]

local function gone(pid)
  local over = ipc.now() + LIMIT
  while true do
    local state = shell.state(pid)
    if not state or state == "Z" then return true end
    if ipc.now() > over then return false end
    ipc.sleep(0.002)
  end
end

-- The script, once it is ready; and the pids of what it has started.
local function begun(code, ...)
  local path = files.write(os.tmpname(), HEAD .. code)
  finally(function() os.remove(path) end)
  local program = ipc.command{ "env", "--default-signal=TERM,HUP", shell.tidelock, path, ... }
  local pids = {}
  for pid in program.stdout:read("l", LIMIT):gmatch "%d+" do pids[#pids + 1] = tonumber(pid) end
  assert.equal(4, #pids)
  assert.equal("ready", program.stderr:read("l", LIMIT))
  return program, pids
end

-- What the program has written, and that nothing is left; its exit code is that of the signal.
local function ends_by(signal, program, pids)
  program:signal(signal)
  local out, err = program:communicate(nil, LIMIT)
  assert.equal(-signal, program.exitcode)
  for _, pid in ipairs(pids) do assert.is_true(gone(pid)) end
  return out, err
end

describe("a program", function()
  for name, signal in pairs{ SIGTERM = 15, SIGHUP = 1 } do
    it("is ended by " .. name .. ", by that signal, with all that it and its commands have started", function()
      local program, pids = begun [[io.stdout:setvbuf "full" io.write "written" ready_at() ipc.sleep(100)]]
      local out, err = ends_by(signal, program, pids)
      assert.same({ "written", "tidelock: ended by " .. name .. "\n" }, { out, err })
    end)
  end

  for what, code in pairs{
    ["while it computes"] = [[ready() while true do end]],
    ["in a pcall of the script's"] = [[ready() while true do pcall(ipc.sleep, 100) end]],
    ["in a coroutine that computes"] = [[ready() coroutine.wrap(function() while true do end end)()]],
    ["in os.execute"] = [[os.execute "echo ready >&2; exec sleep 20 >/dev/null 2>&1"]],
    ["where it reads its input"] = [[ready() io.read()]],
    ["at its end, where it waits for a process"] = [[ready_at()]],
  } do
    it("is ended by SIGTERM " .. what, function()
      local program, pids = begun(code)
      local _, err = ends_by(15, program, pids)
      assert.equal("tidelock: ended by SIGTERM\n", err)
    end)
  end

  it("is ended by SIGTERM where threads run", function()
    local program, pids = begun [[
      for _ = 1, 3 do ipc.thread{ target = function() while true do end end, daemon = true }:start() end
      ready()
      ipc.sleep(100)]]
    ends_by(15, program, pids)
  end)

  it("that ignores SIGHUP, as by nohup, goes on", function()
    local out, err, status = shell.run(("trap \"\" HUP; exec %s -e %q"):format(shell.tidelock,
      [[local ipc = require "tidelock" os.execute("kill -HUP " .. ipc.getpid()) ipc.sleep(0) print "goes on"]]))
    assert.same({ "goes on\n", "", 0 }, { out, err, status })
  end)

  it("with a function for SIGTERM is not ended by it, and by the next when that is off", function()
    local program, pids = begun [[
      ipc.on_signal("TERM", function(name) print(name) ipc.on_signal("TERM", nil) ready() end)
      ready()
      ipc.sleep(100)]]
    program:signal(15)
    assert.equal("ready", program.stderr:read("l", LIMIT))
    assert.equal("TERM\n", (ends_by(15, program, pids)))
  end)

  it("whose luaposix handles SIGTERM is not ended by it", function()
    if not pcall(require, "posix.signal") then return pending "luaposix is not installed for this Lua" end
    local out, err, status = shell.script [[
      local ipc, signal = require "tidelock", require "posix.signal"
      signal.signal(signal.SIGTERM, function() print "heard" end)
      os.execute("kill " .. ipc.getpid())
      ipc.sleep(0.01)]]
    assert.same({ "heard\n", "", 0 }, { out, err, status })
  end)
end)

describe("a process", function()
  it("that gets SIGTERM or SIGHUP ends alone", function()
    local out, err, status = shell.script [[
      local ipc = require "tidelock"
      for _, signal in ipairs{ 15, 1 } do
        local p = ipc.spawn(ipc.sleep)
        p:signal(signal)
        p:join()
        print(p.exitcode)
      end]]
    assert.same({ "-15\n-1\n", "", 0 }, { out, err, status })
  end)
end)

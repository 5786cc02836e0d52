-- An exploration leaves no process, no file and no shared memory behind, however it ends:
-- bindings/explore/host/zygote.h.
local await = dofile "spec/support/await.lua"
local files = dofile "spec/support/files.lua"
local shell = dofile "spec/support/shell.lua"
local explorer = dofile "spec/support/explorer.lua"

-- Tasks that go on for ever, some of them after their parents were killed.
local SCRIPT = [[
local ipc = require "tidelock"
local f = io.open(FILE, "w") f:write "changed" f:close()
local function busy() while true do ipc.yield() end end
for i = 1, 3 do ipc.spawn(function() ipc.spawn(busy) busy() end) end
ipc.spawn_thread(function() while true do require "tidelock".sleep(1) end end)
busy()
]]

-- Schedules on two workers, until Ctrl-C.
local FOREVER = [[
  local runs = open{ jobs = 2 }
  io.stderr:write "begun\n"
  for worker = 1, 2 do runs:start(worker, { strategy = "random" }) end
  while true do
    local worker, why = runs:wait()
    if why then runs:close() return 130 end
    runs:start(worker, {})
  end]]

local started = {} -- what a case has started, and its end was not yet seen

-- Starts such an exploration in the background; `script` is what its processes are known by.
local function start(script, environment)
  local kept = explorer.file "kept"
  local command, own, path = explorer.command(FOREVER, script:gsub("FILE", ("%q"):format(kept)), environment)
  local log = os.tmpname()
  local pipe = io.popen(("env --default-signal=INT,QUIT,HUP %s >%s 2>&1 </dev/null & echo $!"):format(command, log))
  local pid = pipe:read "n"
  pipe:close()
  local exploration = {
    pid = pid, script = path, own = own, log = log, kept = kept, shm = table.concat(shell.list "/dev/shm", " ") }
  started[exploration] = true
  return exploration
end

local function count(exploration) return #shell.processes(exploration.script) end

local function await_begun(exploration)
  await(function() return files.read(exploration.log):find "begun" and count(exploration) >= 8 end, "begun")
end

local function kill(signal, pid) os.execute(("kill -%s %s 2>/dev/null"):format(signal, pid)) end

local function check_gone(exploration)
  local ok, why = pcall(await, function() return count(exploration) == 0 end, "all processes end")
  assert.truthy(ok, table.concat(shell.processes(exploration.script), "\n"))
  assert.truthy(ok, why)
  assert.equal("kept", files.read(exploration.kept))
  assert.equal(exploration.shm, table.concat(shell.list "/dev/shm", " "))
  for _, name in ipairs{ "script", "own", "log", "kept" } do os.remove(exploration[name]) end
  started[exploration] = nil
end

-- The pids of its processes, the explorer's first, then the workers'.
local function pids(exploration)
  local list = {}
  for _, line in ipairs(shell.processes(exploration.script)) do
    local pid = math.tointeger(tonumber(line:match "%d+"))
    if pid ~= exploration.pid then list[#list + 1] = pid end
  end
  return list
end

local function parent_of(pid)
  local file = io.open(("/proc/%d/stat"):format(pid))
  local text = file and file:read "a" or ""
  if file then file:close() end
  return math.tointeger(tonumber(text:match "%) %a (%d+)"))
end

local function workers(exploration)
  local list = {}
  for _, pid in ipairs(pids(exploration)) do
    if parent_of(pid) == exploration.pid then list[#list + 1] = pid end
  end
  return list
end

-- Of a case that failed: it would go on for ever.
local function end_all()
  for exploration in pairs(started) do
    started[exploration] = nil
    await(function()
      for _, line in ipairs(shell.processes(exploration.script)) do kill("KILL", line:match "%d+") end
      return count(exploration) == 0
    end, "all are killed")
  end
end

describe("nothing is left", function()
  after_each(end_all)

  it("after Ctrl-C", function()
    local exploration = start(SCRIPT)
    await_begun(exploration)
    kill("INT", exploration.pid)
    check_gone(exploration)
  end)

  it("after Ctrl-C at any moment", function()
    for i = 1, 12 do
      local exploration = start(SCRIPT)
      os.execute(("sleep %.3f"):format(i * 0.007))
      kill("INT", exploration.pid)
      check_gone(exploration)
    end
  end)

  it("after a second Ctrl-C, with status 130", function()
    local exploration = start(SCRIPT)
    await_begun(exploration)
    kill("STOP", exploration.pid)
    kill("INT", exploration.pid)
    kill("CONT", exploration.pid)
    os.execute "sleep 0.15"
    kill("INT", exploration.pid)
    check_gone(exploration)
  end)

  for _, signal in ipairs{ "KILL", "TERM", "HUP" } do
    it("after SIG" .. signal .. " to the explorer", function()
      local exploration = start(SCRIPT)
      await_begun(exploration)
      kill(signal, exploration.pid)
      check_gone(exploration)
    end)
  end

  it("after SIGKILL to a worker, which is told", function()
    local exploration = start(SCRIPT)
    await_begun(exploration)
    local list = workers(exploration)
    assert.equal(2, #list)
    kill("KILL", list[1])
    await(function() return count(exploration) == 0 end, "all processes end")
    assert.matches("tidelock: a worker was ended by signal 9 %(Killed%)", files.read(exploration.log))
    check_gone(exploration)
  end)

  -- The task takes no step by which it would find that the others are dead; nobody is left who could put files back.
  it("after SIGKILL to the explorer and its workers at once", function()
    local exploration = start [[require "tidelock".spawn(function() while true do end end):join()]]
    await(function() return count(exploration) >= 7 end, "begun")
    kill("KILL", exploration.pid .. " " .. table.concat(workers(exploration), " "))
    check_gone(exploration)
  end)

  it("after SIGKILL to a task of a schedule", function()
    local exploration = start(SCRIPT)
    await_begun(exploration)
    for _, pid in ipairs(pids(exploration)) do
      if parent_of(pid) ~= exploration.pid then kill("KILL", pid) end
    end
    os.execute "sleep 0.1"
    assert.truthy(count(exploration) > 0)
    kill("INT", exploration.pid)
    check_gone(exploration)
  end)
end)

-- KiB; a sanitizer keeps what is freed, for a while
local GROWS_MOST = shell.tidelock:find "sanitize" and 1 << 20 or 600

describe("a schedule", function()
  it("leaves no descriptor, process or memory to the next", function()
    local out, err = explorer.run(([[
      local function state()
        local list = io.popen("ls /proc/self/fd | wc -l; ps -o rss= -p $PPID")
        local fds, rss = list:read("n", "n")
        list:close()
        return fds, rss
      end
      local runs = open()
      for i = 1, 200 do run(runs) end
      local fds, rss = state()
      for i = 1, 1000 do run(runs, { strategy = "random", seed = i }) end
      local now, more = state()
      print(now - fds, more - rss < GROWS_MOST)]]):gsub("GROWS_MOST", GROWS_MOST), [[
      local ipc = require "tidelock"
      local q = ipc.queue(1)
      ipc.spawn(function() q:put(("x"):rep(1000)) end)
      ipc.spawn(function() ipc.sleep(9) os.exit(0) end)
      print(#q:get())]])
    assert.same({ "0\ttrue\n", "" }, { out, err })
  end)

  it("ends what has left its process group", function()
    local out = explorer.run([[
      local runs = open()
      for i = 1, 2 do print(run(runs).went_outside) end]],
      [[os.execute "setsid sleep 4711.25 </dev/null >/dev/null 2>&1 &"]])
    local left = shell.processes "sleep 4711.25"
    for _, line in ipairs(left) do kill("KILL", line:match "%d+") end
    assert.equal("true\ntrue\n", out)
    assert.same({}, left)
  end)
end)

-- Spaces whose tasks and programs are killed or stopped: what they held is passed on, and the space stays whole.
local ipc = require "tidelock"
local rounds = dofile "spec/support/rounds.lua"
local shell = dofile "spec/support/shell.lua"
local spaces = dofile "spec/support/spaces.lua"
local PATIENCE = 20

local NAME = ("spec-deaths-%d"):format(ipc.getpid())

-- The space of this spec, empty.
local function open()
  local s = ipc.open(NAME, { functions = false })
  for _, o in ipairs(s:list()) do s:remove(o.name) end
  return s, NAME
end

describe("a space whose tasks are killed or stopped", function()
  teardown(function() os.remove(spaces.path_of(NAME)) end)

  it("gets back the slots of those that are killed before they have begun", function()
    local name = NAME .. "-early"
    -- four times as many as it has slots
    local out = spaces.program(name, [[
      local starters = {}
      for n = 1, 4 do
        starters[n] = ipc.spawn(function()
          for i = 1, 100 do
            local p = ipc.spawn(function() end)
            p:kill()
            assert(p:join(20), "never seen to end: number " .. i)
          end
          return true
        end)
      end
      for _, p in ipairs(starters) do assert(p:result(60)) end
      print(#s:list())
    ]], "TIDELOCK_TASKS=100")
    os.remove(spaces.path_of(name))
    assert.equal("0\n", out)
  end)

  it("passes on what a killed program of another terminal held", function()
    local s, name = open()
    local l, seats, q = s.lock("l"), s.semaphore("seats", { value = 2, bounded = true }), s.queue("q")
    local victim = io.popen("exec " .. shell.tidelock .. [[ -e 'local ipc = require "tidelock" local s = ipc.open("]]
      .. name .. [[") s.lock("l"):acquire() s.semaphore("seats"):acquire() s.queue("q"):put(ipc.getpid())
      ipc.sleep(60)' 2>&1]])
    local pid = assert(q:get(PATIENCE))
    assert.same({ nil, "timeout" }, { l:acquire(0.05) })
    assert.equal(1, seats.value)
    os.execute("kill -9 " .. pid)
    assert.same({ true, "abandoned" }, { l:acquire(PATIENCE) })
    assert.is_true(seats:acquire(PATIENCE))
    assert.is_true(seats:acquire(PATIENCE))
    victim:close()
  end)

  it("is not held up by a suspended task, where its parent does not have it open", function()
    local name, ready, over = NAME .. "-suspended", ipc.event(), ipc.event()
    local busy = ipc.spawn(function()
      local t = ipc.open(name).table("t")
      t.k = ("x"):rep(4000)
      ready:set()
      while not over:is_set() do
        for n = 1, 50 do t[n] = t.k end
      end
    end)
    finally(function() busy:kill() end)
    assert.is_true(ready:wait(PATIENCE))
    for _ = 1, rounds(400) do
      busy:suspend()
      local other_task = ipc.spawn(function() return ipc.open(name).table("t"):set("m", 1) end)
      local set, why = other_task:result(PATIENCE)
      assert.is_true(set, why)
      busy:resume()
    end
    over:set()
    assert.is_true(busy:join(PATIENCE))
    os.remove(spaces.path_of(name))
  end)

  it("is settled by the next program, where all others were killed", function()
    local _, name = open()
    local left = shell.script(([[
      local ipc = require "tidelock"
      local s = ipc.open(%q)
      for n = 1, 8 do
        ipc.spawn(function()
          s.lock("l" .. n):acquire()
          s.value("ready", 0):add(1)
          ipc.sleep(60)
        end)
      end
      while s.value("ready", 0):get() < 8 do ipc.sleep(0.01) end
      s.semaphore("seats", { value = 1, bounded = true }):acquire()
      for _, p in ipairs(ipc.children()) do p:kill() end
      require "posix.signal".kill(ipc.getpid(), 9)
    ]]):format(name))
    assert.equal("", left)
    local out, err = spaces.program(name, [[
      for n = 1, 8 do io.write(tostring(select(2, s.lock("l" .. n):acquire(20))), " ") end
      print(s.semaphore("seats"):acquire(20))
    ]])
    assert.equal(("abandoned "):rep(8) .. "true\n", out, err)
  end)

  it("is whole whenever programs that fill it are killed", function()
    local s, name = open()
    for round = 1, 10 do
      local pipe = io.popen("exec " .. shell.tidelock .. [[ -e 'local ipc = require "tidelock" local s = ipc.open("]]
        .. name .. [[") print(ipc.getpid()) io.stdout:flush() while true do for i = 1, 20 do local q = s.queue("q" .. i)
        q:put(("x"):rep(5000)) q:get() s:remove("q" .. i) end end']])
      local pid = pipe:read("l")
      ipc.sleep(0.002 * round)
      os.execute("kill -9 " .. pid)
      pipe:close()
      for _, o in ipairs(s:list()) do assert.equal("queue", o.kind) end
      assert.is_true(s.queue("mine"):put(round))
      assert.equal(round, s.queue("mine"):get())
    end
  end)
end)

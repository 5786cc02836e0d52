-- Plans: a schedule is followed move by move, and strategies go on where the moves end: runtime/simulate/chooser.h.
local explorer = dofile "spec/support/explorer.lua"
local REPLAYS = dofile "spec/support/explore/replays.lua"

-- What the explorer prints, which must go well.
local function explored(code, script)
  local out, err, status = explorer.run(REPLAYS .. code, script)
  assert.equal("", err)
  assert.equal(0, status)
  return out
end

-- So many schedules of each script are replayed, and as many of tasks that are killed.
local EACH = tonumber(os.getenv "TIDELOCK_REPLAYS" or 25)

-- Scripts in which turns come and end in all ways that there are.
local SCRIPTS = {
  ["of locks and time"] = [[
    local ipc = require "tidelock"
    local lock, value, queue = ipc.lock(), ipc.value(), ipc.queue(2)
    local function body(n)
      for _ = 1, 3 do
        if lock:acquire(0.01 * n) then
          local seen = value:get()
          if n == 1 then ipc.sleep(0.015) end
          value:set(seen + 1)
          lock:release()
        end
        queue:put(n, 0.02)
        ipc.yield()
      end
    end
    local list = {}
    for n = 1, 3 do list[n] = ipc.spawn(body, n) end
    while queue:get(0.03) do ipc.sleep(0.001) end
    for _, process in ipairs(list) do process:join() end
    print(value:get(), queue:size())]],

  ["of threads, daemons and signals"] = [[
    local ipc = require "tidelock"
    local value, event, queue = ipc.value(), ipc.event(), ipc.queue(2)
    local function beat(v, s) local i = require "tidelock" for _ = 1, 3 do v:add(1) i.sleep(s) end end
    local function two()
      local a, b = ipc.thread(beat, value, 0.004), ipc.thread(beat, value, 0.002)
      a:start() b:start() a:join() b:join()
    end
    local function parent()
      local daemon = ipc.process(function() while true do ipc.sleep(0.003) value:get() end end)
      daemon.daemon = true
      daemon:start()
      while not event:is_set() do queue:get(0) end
    end
    local list = { ipc.spawn(two), ipc.spawn(two), ipc.spawn(parent), ipc.spawn(beat, value, 1) }
    local thread = ipc.thread(beat, value, 0.003)
    thread:start()
    ipc.sleep(0.005)
    list[1]:kill()
    list[2]:terminate()
    list[4]:suspend()
    ipc.sleep(0.002)
    event:set()
    list[4]:resume()
    list[4]:kill()
    for _, process in ipairs(list) do process:join() end
    thread:join()
    print(value:get())]],

  ["of conditions and waits"] = [[
    local ipc = require "tidelock"
    local lock = ipc.lock()
    local condition, barrier, ready = ipc.condition(lock), ipc.barrier(3), ipc.value()
    local function waiter(n)
      barrier:wait()
      lock:with(function()
        while ready:get() < n do condition:wait(0.05) end
      end)
    end
    for n = 1, 3 do ipc.spawn(waiter, n) end
    local left, queue, pipe = ipc.value(3), ipc.queue(), ipc.queue(1)
    ipc.spawn(function() ipc.sleep(0.01) queue:put "late" end)
    ipc.spawn(function() pipe:put "soon" end)
    for _ = 1, 2 do ipc.wait({ queue, pipe }, 0.02) queue:get(0) pipe:get(0) end
    local function wake() ready:add(1) condition:notify(ipc.choose(3)) end
    for _ = 1, 3 do lock:with(wake) left:add(-ipc.choose{ 1, 2 }) end]],

  ["of a pool"] = [[
    local ipc = require "tidelock"
    local pool = ipc.pool(2)
    local futures = {}
    for n = 1, 4 do futures[n] = pool:submit(function(x) require "tidelock".sleep(x / 100) return x end, n) end
    local sum = 0
    for n = 1, 4 do sum = sum + (futures[n]:get(0.5) or 0) end
    pool:close()
    pool:join()
    print(sum)]],
}

local REPLAY = [[
  local runs, different = open(), {}
  for n = 1, %d do
    local first = record(runs, plan_of(n, %s))
    local again = record(runs, { moves = first.moves })
    different[first.moves] = true
    local wrong = difference(first, again)
    if wrong or again.deviations > 0 then print(n, again.deviations, again.first, wrong) break end
  end
  local count = 0
  for _ in pairs(different) do count = count + 1 end
  print(count > %d / 2)]]

describe("the moves of a schedule give the same one", function()
  for name, script in pairs(SCRIPTS) do
    it(name, function() assert.equal("true\n", explored(REPLAY:format(EACH, "false", EACH), script)) end)
    it(name .. ", and of tasks that are killed", function()
      assert.equal("true\n", explored(REPLAY:format(EACH, "true", EACH), script))
    end)
  end
end)

local TWO = [[
  local ipc = require "tidelock"
  local value = ipc.value()
  local function body(n) for _ = 1, 2 do value:set(n) end end
  local a, b = ipc.process(body, 1), ipc.process(body, 2)
  a:start() b:start() a:join() b:join()
  print(value:get())]]

local SLEEPERS = [[
  local ipc = require "tidelock"
  local value = ipc.value()
  local p = ipc.spawn(function() ipc.sleep(1) value:set(1) end)
  local t = ipc.thread(function() require "tidelock".sleep(2) end)
  t:start()
  for _ = 1, 5 do value:get() end
  p:join() t:join()]]

describe("a plan", function()
  it("is followed from its first move on, and then the strategy goes on", function()
    assert.equal("0*3,2*4,0,1*4,0*4\t1\n0*3,1*2,2*4,0,1*2,0*4\t1\n", explored([[
      local runs = open()
      for _, text in ipairs{ "0*3 2*4", "0*3 1*2,2*4" } do
        local got = record(runs, { moves = text })
        print(got.moves, got.output:match "%d")
      end]], TWO))
  end)

  it("leaves out what cannot be, and tells where", function()
    assert.equal("3\t2\n2\t4\n0\t0\n", explored([[
      local runs = open()
      for _, text in ipairs{ "0 7*9 k0 =4", "0*3 3 t", "0*3 1" } do
        local got = record(runs, { moves = text })
        print(got.deviations, got.first)
      end]], TWO))
  end)

  it("moves the clock to the next deadline, where there is one", function()
    assert.equal("1.0\t0\nnil\t1\n", explored([[
      local runs = open()
      for _, text in ipairs{ "0*2 1*2 t 0", "0 t" } do
        local got, at = record(runs, { moves = text })
        for _, event in ipairs(runs:events(1)) do if event.how == "clock" then at = event.time end end
        print(at, got.deviations)
      end]], SLEEPERS))
  end)

  it("kills a process, but no thread, and not the main task", function()
    assert.equal("1\t0\nnil\t1\nnil\t1\n", explored([[
      local runs = open()
      for _, text in ipairs{ "0*2 k1", "0*3 k2", "0*2 k0" } do
        local got, dead = record(runs, { moves = text })
        for _, event in ipairs(runs:events(1)) do if event.killed then dead = event.task end end
        print(dead, got.deviations)
      end]], SLEEPERS))
  end)
end)

describe("a strategy", function()
  it("decides the same for the same seed", function()
    assert.equal("true\ntrue\ntrue\ntrue\n4\n", explored([[
      local runs, different = open(), {}
      for n = 1, 4 do
        local plan = plan_of(n, true)
        plan.everywhere = true
        local first = record(runs, plan)
        print(difference(first, record(runs, plan)) == nil)
        different[first.moves] = true
      end
      local count = 0
      for _ in pairs(different) do count = count + 1 end
      print(count)]], SCRIPTS["of locks and time"]))
  end)

  it("of none lets a task go on while it can, and then the next", function()
    assert.equal("0*4,1*4,2*4,0*4\n", explored([[print(record(open(), {}).moves)]], TWO))
  end)

  it("of none goes on with the others where one polls", function()
    for _, loop in ipairs{ "while not event:is_set() do end", "repeat until lock:acquire(0)",
      "repeat ipc.yield() until event:is_set()", "while not event:is_set() and queue:size() == 0 do end" } do
      local out = explored([[
        local got = record(open(), { moves = "0*3 1*2" })
        print(got.ending, #got.events < 100, got.deviations)]], [[
        local ipc = require "tidelock"
        local event, lock, queue = ipc.event(), ipc.lock(), ipc.queue()
        lock:acquire()
        local p = ipc.spawn(function() ]] .. loop .. [[ end)
        for _ = 1, 5 do event:clear() end
        lock:release()
        event:set()
        p:join()]])
      assert.equal("passed\ttrue\t0\n", out, loop)
    end
  end)
end)

describe("a choice", function()
  it("is none where a task uses what it alone has used so far", function()
    local out = explored([[
      local runs, found = open(), {}
      for n = 1, 20 do found[n] = record(runs, { strategy = "random", seed = n }).choices end
      local all = record(runs, { strategy = "random", seed = 20, everywhere = true }).choices
      print(all > 60, found[20] < 30, found[20] > 5)]], [[
      local ipc = require "tidelock"
      local shared = ipc.value()
      local function body()
        local own = ipc.value()
        for _ = 1, 40 do own:add(1) end
        shared:add(1)
      end
      local a, b = ipc.spawn(body), ipc.spawn(body)
      a:join() b:join()]])
    assert.equal("true\ttrue\ttrue\n", out)
  end)
end)

-- ipc.pool{ queue = n }: at most n tasks wait; who gives one more waits for room.
local ipc = require "tidelock"
local await = dofile "spec/support/await.lua"
local shows = dofile "spec/support/shows.lua"

-- a pool whose one worker is in a task until the gate is opened
local function busy(options)
  options.workers = 1
  local pool, gate = ipc.pool(options), ipc.event()
  local first = pool:submit(function() return gate:wait() end)
  shows(pool, "0 jobs waiting, 1 running")
  return pool, gate, first
end

local function waiting(pool) return tonumber(tostring(pool):match "(%d+) jobs waiting") end

-- opens the gate once the owner is seen to wait for the pool; how many jobs waited then
local function open_when_owner_waits(gate)
  local owner = ipc.getpid()
  return ipc.spawn(function()
    local jobs
    await(function()
      for _, task in ipairs(ipc.ps()) do
        if task.pid == owner and task.waits then jobs = task.waits:match "pool#.*: (%d+) jobs waiting" end
      end
      return jobs
    end)
    gate:set()
    return tonumber(jobs)
  end)
end

describe("a pool with a queue", function()
  it("takes no more tasks than may wait, by try_submit", function()
    local pool, gate, first = busy{ queue = 2 }
    local second, third = pool:try_submit(function() return 2 end), pool:try_submit(function(x) return x end, 3)
    assert.same({ nil, "full" }, { pool:try_submit(print) })
    assert.equal(2, waiting(pool))
    gate:set()
    assert.is_true(first:get())
    assert.same({ 2, 3 }, { second:get(), third:get() })
    assert.equal(4, pool:try_submit(function() return 4 end):get())
    pool:terminate()
  end)

  local calls = {
    submit = function(pool, f) return pool:submit(f, 5):get() end,
    apply = function(pool, f) return pool:apply(f, 5) end,
    apply_async = function(pool, f) return pool:apply_async(f, { 5 }):get() end,
    map_async = function(pool, f) return pool:map_async(f, { 5, 6, 7, 8 }, 1):get()[1] end,
    map = function(pool, f) return pool:map(f, { 5, 6, 7, 8 }, 1)[1] end,
    starmap = function(pool, f) return pool:starmap(f, { { 5 }, { 6 }, { 7 } }, 1)[1] end,
    imap = function(pool, f)
      local first
      for _, r in pool:imap(f, { 5, 6, 7, 8 }) do first = first or r end
      return first
    end,
  }
  for call, run in pairs(calls) do
    it("makes " .. call .. " wait for room", function()
      local pool, gate = busy{ queue = 1 }
      pool:submit(function() end)
      local opener = open_when_owner_waits(gate)
      assert.equal(10, run(pool, function(x) return 2 * x end))
      assert.equal(1, opener:result())
      pool:terminate()
    end)
  end

  it("runs callbacks while a submit waits, which may close the pool", function()
    local pool, gate = ipc.pool{ workers = 2, queue = 1 }, ipc.event()
    for _ = 1, 2 do pool:submit(function() gate:wait() end) end
    await(function() return waiting(pool) == 0 end)
    pool:submit(print)
    local other = ipc.pool(1)
    other:apply_async(function() end, {}, function() pool:terminate() end)
    local ok, why = pcall(function() pool:submit(print) end)
    assert.is_false(ok)
    assert.matches("submit: it was closed: make a new one", why)
    other:terminate()
  end)

  it("has room again when its worker is killed", function()
    local pool, gate = busy{ queue = 1 }
    pool:submit(function() end)
    local owner, number, worker = ipc.getpid(), tostring(pool):match "#(%d+)"
    for _, child in ipairs(ipc.children()) do
      if child.name == "pool-" .. number .. "-worker-1" then worker = child end
    end
    local killer = ipc.spawn(function()
      await(function()
        for _, task in ipairs(ipc.ps()) do if task.pid == owner and task.waits then return true end end
      end)
      worker:kill()
    end)
    assert.equal(7, pool:submit(function() return 7 end):get())
    killer:join()
    gate:set()
    pool:terminate()
  end)

  it("never has more waiting, whoever dies", function()
    local pool = ipc.pool{ workers = 2, queue = 3, retry = 5 }
    local most, done = 0, 0
    for i = 1, 200 do
      pool:apply_async(function()
        if i % 50 == 0 and math.random() < 0.5 then ipc.current():kill() end
      end, {}, function() done = done + 1 end, function() done = done + 1 end)
      most = math.max(most, waiting(pool))
    end
    pool:close()
    pool:join()
    assert.equal(200, done)
    assert(most <= 5, most) -- 3, and what is run again
  end)

  it("is bounded by nothing where no queue is given", function()
    local pool, gate = busy{}
    for _ = 1, 1000 do assert(pool:try_submit(function() end)) end
    assert.equal(1000, waiting(pool))
    gate:set()
    pool:close()
    pool:join()
  end)

  it("says what queue must be", function()
    for _, wrong in ipairs{ -1, 0.5, "2", true } do
      assert.error_matches(function() ipc.pool{ queue = wrong } end, "pool: queue must be an integer from 0 to ")
    end
  end)
end)

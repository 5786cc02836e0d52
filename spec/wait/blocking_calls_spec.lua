-- What all blocking calls have in common, tested once for each row of the table.
local ipc = require "tidelock"
local rounds = dofile "spec/support/rounds.lua"
local shell = dofile "spec/support/shell.lua"
local rows = dofile "spec/support/blocking.lua"

local PATIENCE = 20 -- seconds: a limit for what takes milliseconds

-- Until tostring of the object shows n waiters.
local function await_waiting(row, s, n)
  local limit, wanted = ipc.now() + PATIENCE, row.waiting:format(n)
  while not tostring(s.object):find(wanted, 1, true) do
    assert(ipc.now() < limit, "nobody waits: " .. tostring(s.object))
    ipc.yield()
  end
end

local function waiter(row, s, timeout)
  return ipc.spawn(function() return row.block(s, timeout) end)
end

local function went_on(process)
  local first, why = process:result(PATIENCE)
  return first, why
end

local function finish(...)
  for _, process in ipairs{ ... } do
    if process:is_alive() then
      pcall(process.resume, process) -- it may end at this moment
      process:kill()
    end
    process:join(PATIENCE)
  end
end

-- The call as another task makes it: what it returned, or raised.
local function elsewhere(row, s, timeout)
  local ok, first, why = ipc.spawn(function() return pcall(row.block, s, timeout) end):result(PATIENCE)
  if not ok then error(first, 0) end
  return first, why
end

-- how the call itself says that the time is over
local function is_over(row, first, why)
  if row.outcome == false then return first == false end
  return first == nil and why == row.outcome
end

for _, row in ipairs(rows) do
  describe(row.name or (row.class .. ":" .. row.call), function()
    local s

    before_each(function() s = row.make() end)

    after_each(function()
      if row.finish then row.finish(s) end
      if s.over then
        s.over:set()
        s.object:join()
      end
    end)

    it("returns when it is released", function()
      local process = waiter(row, s, PATIENCE)
      await_waiting(row, s, 1)
      row.release(s)
      assert.truthy(went_on(process))
    end)

    it("is over after its time, and leaves no trace", function()
      local before = tostring(s.object)
      local started = ipc.now()
      assert.truthy(is_over(row, elsewhere(row, s, 0.05)))
      assert.truthy(ipc.now() - started >= 0.05)
      if not row.breaks then assert.equal(before, tostring(s.object)) end
    end)

    it("does not wait with a timeout of 0 or less", function()
      assert.truthy(is_over(row, elsewhere(row, s, 0)))
      if row.breaks then s.object:reset() end
      assert.truthy(is_over(row, elsewhere(row, s, -1)))
    end)

    it("refuses a timeout that is no number, at the caller's line", function()
      for _, wrong in ipairs{ 0 / 0, "1", true } do
        local ok, why = pcall(row.block, s, wrong)
        assert.is_false(ok)
        assert.truthy(tostring(why):find("spec/support/blocking.lua:%d+: .*" .. row.call .. ": the timeout"), why)
      end
    end)

    it("does not lose a release that comes with the end of its time", function()
      for round = 1, rounds(20) do
        local process = waiter(row, s, 0.002)
        ipc.sleep(0.0015 + round % 5 * 0.0002)
        if row.breaks then
          local place = s.object:wait(0.5)
          local other, why = process:result(PATIENCE)
          -- both, or neither
          assert.equal(place ~= nil, type(other) == "number", why)
          s.object:reset()
        else
          row.release(s)
          local first, why = process:result(PATIENCE)
          if is_over(row, first, why) and not row.momentary then
            -- who gave up has left it to the next
            assert.truthy(row.block(s, PATIENCE), "the release is lost")
          elseif not is_over(row, first, why) then
            assert.truthy(first, why)
          end
          finish(process)
          s = row.make()
        end
        if s.over then
          s.over:set()
          s.object:join()
          s = row.make()
        end
      end
    end)

    if not row.breaks then
      it("passes a wake on when the waiter that was to have it is killed", function()
        local first = waiter(row, s, PATIENCE)
        await_waiting(row, s, 1)
        local second = waiter(row, s, PATIENCE)
        await_waiting(row, s, 2)
        first:suspend() -- so that it is chosen and cannot use it
        row.release(s)
        first:kill()
        assert.truthy(went_on(second))
        finish(first)
      end)
    end

    if row.breaks then
      it("is broken for the others when a waiter is killed", function()
        local three = ipc.barrier(3)
        local first = ipc.spawn(function() three:wait() end)
        local second = ipc.spawn(function() return select(2, three:wait(PATIENCE)) end)
        await_waiting({ waiting = "%d of 3 waiting" }, { object = three }, 2)
        first:kill()
        assert.equal("broken", (second:result(PATIENCE)))
      end)
    end

    it("keeps its time though whom it waits for is stopped", function()
      s.ready = ipc.event()
      local stopped = ipc.spawn(function()
        if row.holder then row.holder(s) end
        s.ready:set()
        ipc.sleep()
      end)
      if row.holder then
        await_waiting({ waiting = row.holder_waiting or row.waiting }, s, 1)
        row.release(s)
      end
      assert(s.ready:wait(PATIENCE))
      stopped:suspend()
      assert.truthy(is_over(row, elsewhere(row, s, 0.05)))
      finish(stopped)
      if row.holder then s = row.make() end
    end)

    if row.holder then
      it("is passed on when the holder is killed", function()
        local has_it = ipc.event()
        local holder = ipc.spawn(function()
          row.holder(s)
          has_it:set()
          ipc.sleep()
        end)
        await_waiting({ waiting = row.holder_waiting or row.waiting }, s, 1)
        row.release(s)
        assert(has_it:wait(PATIENCE))
        local process = waiter(row, s, PATIENCE)
        await_waiting(row, s, 1)
        holder:kill()
        assert.truthy(went_on(process))
        finish(holder)
      end)
    end

    it("is in the report when nobody can ever go on", function()
      local index
      for i, other in ipairs(rows) do
        if other == row then index = i end
      end
      local _, err, status, path = shell.script(([[
        local ipc = require "tidelock"
        local row = dofile("spec/support/blocking.lua")[%d]
        local s = row.make()
        local over = s.over
        ipc.process{ name = "waiter", target = function() row.block(s) end }:start()
        if over then over:wait() end
      ]]):format(index))
      assert.equal(3, status, err)
      assert.truthy(err:find("tidelock: deadlock: every task waits, and none can ever go on", 1, true), err)
      assert.truthy(err:find("waiter %(pid %d+%) waits [tf]or? .*, at spec/support/blocking.lua:%d+"), err)
      assert.truthy(err:find("main %(pid %d+%) waits [tf]or? "), err .. path)
      assert.falsy(err:find("waits to join [^\n]* 0 joining"), err)
    end)
  end)
end

describe("ipc.sleep", function()
  it("takes its time, and none with 0 or less", function()
    local started = ipc.now()
    ipc.sleep(0.05)
    assert.truthy(ipc.now() - started >= 0.05)
    ipc.sleep(0)
    ipc.sleep(-1)
  end)

  it("refuses what is no number", function()
    for _, wrong in ipairs{ 0 / 0, "1" } do
      assert.has_error(function() ipc.sleep(wrong) end)
    end
  end)
end)

-- What a child inherits of a parent with many handles, of which it uses a few.
local shell = dofile "spec/support/shell.lua"

-- Runs in a program of its own, whose handles are known: `many(make)` makes 150 objects, more than a child counts
-- one by one.
local PRELUDE = [[
  local ipc = require "tidelock"
  local PATIENCE, MANY = 60, 150
  local function many(make)
    local list = {}
    for i = 1, MANY do list[i] = make(i) end
    return list
  end
  local function drop(list)
    for i = 1, #list do list[i] = nil end
    collectgarbage() collectgarbage()
  end
]]

local function says(expected, code, environment)
  local out, err, status = shell.script(PRELUDE .. code, environment)
  assert.same({ expected .. "\n", "", 0 }, { out, err, status })
end

describe("a child of a parent with many handles", function()
  it("has them all when the parent has dropped them, and when it has dropped some itself", function()
    local through = "ipc.spawn(function() return ipc.spawn(check):result(PATIENCE) end)"
    for _, start in ipairs{ "ipc.spawn(check)", through } do
      says("wrong: 0", ([[
        local list, go, ready = many(ipc.value), ipc.event(), ipc.latch(1)
        local function check()
          ready:count_down()
          go:wait(PATIENCE)
          local wrong = 0
          for _, i in ipairs{ 70, 100, 149 } do list[i] = nil end
          collectgarbage() collectgarbage()
          local others = many(function() return ipc.value(-1) end)
          for i = 1, MANY do
            if list[i] and list[i]:add(1) ~= i + 1 then wrong = wrong + 1 end
          end
          return wrong
        end
        local child = %s
        ready:wait(PATIENCE)
        drop(list)
        local others = many(function() return ipc.value(-2) end)
        go:set()
        print("wrong: " .. child:result(PATIENCE))
      ]]):format(start))
    end
  end)

  it("can join, ask and kill the others, which the parent has dropped", function()
    says("150, killed, ended", [[
      local go = ipc.event()
      local list = many(function(i)
        return ipc.spawn(function() if i == 140 then ipc.sleep(PATIENCE) end return i end)
      end)
      local asks = ipc.spawn(function()
        go:wait(PATIENCE)
        local n = 0
        for i = 1, MANY do
          if i ~= 140 and list[i]:join(PATIENCE) and list[i]:result() == i then n = n + 1 end
        end
        list[140]:kill()
        local killed = list[140]:join(PATIENCE) and not list[140]:is_alive()
        return n + 1, killed and "killed", tostring(list[139]):match("ended")
      end)
      drop(list)
      go:set()
      print(("%d, %s, %s"):format(asks:result(PATIENCE)))
    ]])
  end)

  it("that is killed passes on what it held", function()
    says("abandoned, abandoned, free", [[
      local locks, ready = many(function() return ipc.lock() end), ipc.latch(1)
      local holder = ipc.spawn(function()
        locks[1]:acquire()
        locks[MANY]:acquire()
        ready:count_down()
        ipc.sleep(PATIENCE)
      end)
      ready:wait(PATIENCE)
      holder:kill()
      local function how(lock) local _, why = lock:acquire(PATIENCE) return why or "free" end
      print(("%s, %s, %s"):format(how(locks[1]), how(locks[MANY]), how(locks[MANY - 1])))
    ]])
  end)

  it("holds the end of a pipe that it was given, and no other", function()
    says("nil closed, nil closed", [[
      local ends, others = {}, {}
      for i = 1, MANY do ends[i], others[i] = ipc.pipe() end
      local ready, go = ipc.latch(1), ipc.event()
      local holder = ipc.spawn(function(mine) ready:count_down() go:wait(PATIENCE) end, ends[MANY])
      ready:wait(PATIENCE)
      for i = 1, MANY do ends[i]:close() end
      local v, why = others[1]:recv(PATIENCE)
      local held, none = others[MANY]:recv(0.05)
      assert(held == nil and none == "timeout")
      go:set()
      local w, closed = others[MANY]:recv(PATIENCE)
      print(("%s %s, %s %s"):format(v, why, w, closed))
    ]])
  end)

  it("is missed by its pool, though it died before its first task", function()
    says("done by the second", [[
      local others, count = many(function() return ipc.event() end), ipc.value(0)
      local pool = ipc.pool{ workers = 1, initializer = function()
        if count:add(1) == 1 then ipc.current():kill() ipc.sleep(PATIENCE) end
      end }
      print(pool:apply(function() return "done by the " .. (count:get() == 2 and "second" or "first") end))
      pool:terminate()
    ]])
  end)

  it("keeps no memory of what it and the parent have dropped", function()
    says("done", [[
      local small, go, ready = many(function() return ipc.event() end), ipc.queue(), ipc.queue()
      local large = {}
      local function fill()
        for i = 1, 20 do large[i] = ipc.buffer(1 << 20) end
      end
      for round = 1, 8 do
        fill()
        ipc.spawn(function()
          drop(large)
          ready:put(true)
          go:get(PATIENCE)
          for i = 1, MANY do small[i]:is_set() end
        end)
        assert(ready:get(PATIENCE))
        drop(large)
      end
      for round = 1, 8 do go:put(true) end
      print("done")
    ]], "TIDELOCK_MEMORY=64M")
  end)

  it("leaves the parent to drop what that alone holds", function()
    says("0", [[
      local locks = many(function() return ipc.lock() end)
      for i = 1, MANY do locks[i]:acquire() end
      assert(ipc.spawn(function() end):join(PATIENCE))
      drop(locks)
      print(#ipc.ps()[1].holds)
    ]])
  end)

  it("starts and ends without a look at each", function()
    local code = [[
      local function faults()
        for stat in io.lines("/proc/self/stat") do
          return tonumber(stat:match("%%) %%S+ %%S+ %%S+ %%S+ %%S+ %%S+ %%S+ %%S+ (%%d+)"))
        end
      end
      local list = {}
      for i = 1, %d do list[i] = ipc.queue() end
      local before = faults()
      for _ = 1, 20 do assert(ipc.spawn(function() end):join(PATIENCE)) end
      print((faults() - before) // 20)
    ]]
    local few, many = shell.script(PRELUDE .. code:format(10)), shell.script(PRELUDE .. code:format(2010))
    assert.is_true(many - few < 500, ("%s pages for each child, not %s"):format(many, few))
  end)
end)

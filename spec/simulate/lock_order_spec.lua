-- Orders of locks that contradict are warned of in a simulation, with both places, though no deadlock came of them.
local shell = dofile "spec/support/shell.lua"

local BEFORE = [[
local ipc = require "tidelock"
local a, b, c, r = ipc.lock "a", ipc.lock "b", ipc.lock "c", ipc.rlock "r"
local w, v, t = ipc.rwlock "w", ipc.value(0, "v"), ipc.table(nil, "t")
local m, n = ipc.condition(nil, "m"), ipc.condition(a, "n")
local function nest(first, second) first:acquire() second:acquire() second:release() first:release() end
local function start(name, target) return ipc.process{ name = name, target = target }:start() end
-- One runs after the other, which no start and join tells.
local function in_turn(...)
  local list, turns = {}, {}
  for i, target in ipairs{ ... } do
    local mine, over = ipc.event(), ipc.event()
    turns[i] = function() mine:set() over:wait() end
    list[i] = start("t" .. i, function() mine:wait() target() over:set() end)
  end
  for _, turn in ipairs(turns) do turn() end
  for _, task in ipairs(list) do task:join() end
end
]]
local LINES = select(2, BEFORE:gsub("\n", ""))

-- The warnings, with the lines counted from those of `code`.
local function warnings(code, seed)
  local out, err, status, path = shell.script(BEFORE .. code .. "\nprint 'well'", nil, nil, "--sim=" .. (seed or 1))
  assert.equal("well\n0", out .. status, err)
  local list = {}
  for line in err:gmatch "[^\n]+" do
    local warning = line:match "^tidelock: lock order: (.*)"
    assert.truthy(warning, line)
    list[#list + 1] = warning:gsub(path:gsub("%p", "%%%0") .. ":(%d+)", function(number)
      return ("%d"):format(number - LINES)
    end)
  end
  return list
end

-- Whether the tasks, one after the other, were warned of.
local function warned(...)
  local list = warnings("in_turn(function() " .. table.concat({ ... }, " end,\nfunction() ") .. " end)")
  assert.truthy(#list <= 1)
  return list[1]
end

describe("two orders of locks are warned of", function()
  it("with the tasks, what they take, and where", function()
    assert.same({ 't1 takes lock "a" (1), then lock "b" (2); t2 takes lock "b" (4), then lock "a" (5): '
      .. "with another schedule they may wait for each other" }, warnings[[in_turn(function() a:acquire()
        b:acquire() b:release() a:release()
      end, function()
        b:acquire()
        a:acquire() a:release() b:release()
      end)]])
  end)

  it("in every kind that one task at a time has", function()
    assert.matches('^t1 takes rlock "r" %(1%), then rwlock "w" to write %(1%); '
      .. 't2 takes rwlock "w" to write %(2%), then rlock "r" %(2%):',
      warned("r:acquire() r:acquire() w:write() w:release() r:release() r:release()",
        "w:write() r:acquire() r:release() w:release()"))
    assert.matches('^t1 takes value "v" %(1%), then table "t" %(1%); t2 takes table "t" %(2%), then value "v" %(2%):',
      warned('v:update(function(x) t:update("k", function() return 1 end) return x end)',
        't:update("k", function() v:update(function(x) return x end) return 1 end)'))
    assert.matches('^t1 takes lock "b" [^;]*, then lock "m" [^;]*; t2 takes lock "m" [^;]*, then lock "b"',
      warned("nest(b, m)", "nest(m, b)"))
  end)

  it("where one is a condition's, by whichever name", function()
    assert.matches('^t1 takes lock "b" [^;]*, then lock "a" [^;]*; t2 takes lock "a" [^;]*, then lock "b"',
      warned("nest(b, n)", "nest(a, b)"))
  end)

  it("where one is taken again after a wait", function()
    assert.matches('^t1 takes lock "b" %(1%), then lock "a" again, after a wait %(1%); t2 takes lock "a" ',
      warned("a:acquire() b:acquire() n:wait(0.1) b:release() a:release()", "nest(a, b)"))
  end)

  it("by threads, and by tasks that are no more", function()
    local list = warnings[[
      local p = start("p", function() nest(a, b) ipc.current():kill() end)
      while p:is_alive() do ipc.sleep(1) end
      local q = ipc.thread{ name = "q", target = function() nest(b, a) end }:start()
      q:join()]]
    assert.equal(1, #list)
    assert.matches("^p takes .*; q takes ", list[1])
  end)

  it("where one reads and one writes", function()
    assert.matches('^t1 takes rwlock "w" to read %(1%), then lock "a" %(1%); '
      .. 't2 takes lock "a" %(2%), then rwlock "w" to write %(2%):',
      warned("w:read() a:acquire() a:release() w:release()", "a:acquire() w:write() w:release() a:release()"))
  end)

  it("where what is held was only tried, and where the wait has a limit", function()
    assert.truthy(warned("assert(a:acquire(0)) b:acquire() b:release() a:release()", "nest(b, a)"))
    assert.truthy(warned("a:acquire() b:acquire(1) b:release() a:release()", "nest(b, a)"))
  end)

  it("of a lock whose holder was killed", function()
    local list = warnings[[
      local p = start("p", function() a:acquire() ipc.current():kill() end)
      while p:is_alive() do ipc.sleep(1) end
      in_turn(function() assert(select(2, a:acquire()) == "abandoned") b:acquire() b:release() a:release() end,
        function() nest(b, a) end)]]
    assert.equal(1, #list)
    assert.matches('^t1 takes lock "a" %(3%), then lock "b" %(3%); t2 ', list[1])
  end)

  it("once, however often they are taken and by whom", function()
    assert.equal(1, #warnings[[for _ = 1, 3 do
      in_turn(function() nest(a, b) nest(a, b) end, function() nest(b, a) nest(b, a) end) end]])
  end)

  it("in a circle of three, whichever comes last", function()
    local orders = { "nest(a, b)", "nest(b, c)", "nest(c, a)" }
    for last = 1, 3 do
      local warning = warned(orders[last % 3 + 1], orders[(last + 1) % 3 + 1], orders[last])
      assert.matches("t1 takes .*; t2 takes .*; t3 takes .*: with another schedule each may wait for", warning)
    end
  end)

  it("after many that were the same", function()
    assert.truthy(warned("for _ = 1, 2000 do nest(a, b) end", "nest(b, a)"))
  end)

  it("where only the parent has the seat that would keep one of them out", function()
    assert.equal(1, #warnings[[local s = ipc.semaphore(1) s:acquire()
      local p = start("p", function() nest(a, b) end)
      nest(b, a) s:release() p:join()]])
  end)

  it("where the two only hold different gates", function()
    assert.truthy(warned("c:acquire() nest(a, b) c:release()", "r:acquire() nest(b, a) r:release()"))
  end)
end)

describe("no warning comes", function()
  local function silent(...) assert.is_nil(warned(...)) end

  it("of one order", function()
    silent("nest(a, b) nest(b, c) nest(a, c)", "nest(a, b) nest(b, c) nest(a, c)")
  end)

  it("where a lock around both keeps one of them out", function()
    silent("c:acquire() nest(a, b) c:release()", "c:acquire() nest(b, a) c:release()")
    silent("w:write() nest(a, b) w:release()", "w:read() nest(b, a) w:release()")
    assert.truthy(warned("w:read() nest(a, b) w:release()", "w:read() nest(b, a) w:release()"))
  end)

  it("where a semaphore has fewer seats than it takes, whose seats are given back", function()
    local around = "s:acquire() nest(%s) s:release()"
    local function seats(make)
      return #warnings(("local s = %s in_turn(function() %s end, function() %s end)"):format(make,
        around:format "a, b", around:format "b, a"))
    end
    assert.equal(0, seats "ipc.semaphore(1)")
    assert.equal(0, seats "ipc.semaphore(1, true)")
    assert.equal(1, seats "ipc.semaphore(2)")
    assert.equal(1, seats "ipc.semaphore(2, true)")
    assert.equal(1, #warnings[[local s = ipc.semaphore(0) s:release() s:release()
      in_turn(function() s:acquire() nest(a, b) end, function() s:acquire() nest(b, a) end)]])
  end)

  it("of what one task does alone", function()
    silent "nest(a, b) nest(b, a)"
    silent("nest(a, b) nest(c, a)", "nest(b, c)")
  end)

  it("where one was joined before the other began", function()
    assert.same({}, warnings[[start("p", function() nest(a, b) end):join()
      local q = start("q", function() nest(b, a) end) q:result()
      nest(a, b)
      start("s", function() start("u", function() nest(b, a) end):join() end):join()]])
    assert.equal(1, #warnings[[local p = start("p", function() nest(a, b) end)
      nest(b, a) p:join()]])
    assert.equal(1, #warnings[[local p = start("p", function() ipc.sleep(1) nest(a, b) end)
      assert(not p:join(0.5)) nest(b, a) p:join()]])
  end)

  it("of readers", function()
    silent("a:acquire() w:read() w:release() a:release()", "w:read() a:acquire() a:release() w:release()")
    silent("w:read() a:acquire() a:release() w:release()", "a:acquire() w:read() w:release() a:release()")
  end)

  it("of what only tries", function()
    silent("nest(a, b)", "b:acquire() assert(a:acquire(0)) a:release() b:release()")
    silent("nest(a, b)", "b:acquire() assert(w:write(0)) assert(a:acquire(0)) a:release() w:release() b:release()")
  end)

  it("where the lock around both is one of many", function()
    silent([[local list = {}
      for i = 1, 12 do list[i] = ipc.lock() list[i]:acquire() end
      c:acquire() list[1]:release() list[2]:release() nest(a, b) c:release()]],
      "c:acquire() nest(b, a) c:release()")
  end)

  it("of a lock that is not held any more", function()
    silent("a:acquire() b:acquire() a:release() b:release()", "b:acquire() b:release() nest(a, c)")
    silent("a:acquire() n:wait(0.1) a:release() b:acquire() b:release()", "nest(b, a)")
  end)

  it("of what a killed task held and its slot's next does not", function()
    assert.same({}, warnings[[
      local p = start("p", function() a:acquire() ipc.current():kill() end)
      while p:is_alive() do ipc.sleep(1) end
      in_turn(function() b:acquire() b:release() end, function() nest(b, a) end)]])
  end)

  it("without a simulation", function()
    local code = "in_turn(function() nest(a, b) end, function() nest(b, a) end)"
    assert.equal("", (select(2, shell.script(BEFORE .. code))))
    assert.equal(1, #warnings(code))
  end)
end)

describe("with many locks and tasks", function()
  it("nothing is lost of what was warned of, and the run ends well", function()
    local list = warnings[[
      in_turn(function() nest(a, b) end, function() nest(b, a) end)
      for _ = 1, 40 do
        local locks = {}
        for i = 1, 50 do locks[i] = ipc.lock() end
        for i = 2, 50 do nest(locks[i - 1], locks[i]) end
      end
      local list = {}
      for i = 1, 30 do list[i] = ipc.lock() list[i]:acquire() end
      for i = 1, 30 do list[i]:release() end
      for _ = 1, 1100 do ipc.spawn_thread(function() nest(c, r) end):join() end]]
    assert.equal(1, #list)
  end)
end)

describe("philosophers.lua", function()
  it("is warned of in its naive order, and in no other", function()
    for seed = 1, 10 do
      local _, err, status = shell.run(shell.tidelock .. " --sim=" .. seed .. " scripts/philosophers.lua")
      assert.equal(0, status)
      assert.equal(1, select(2, err:gsub("lock order", "")))
      assert.equal(5, select(2, err:gsub("takes lock \"fork%-%d\"", "")))
    end
  end)
end)

-- Cycles of waits of this machine: through unnamed things and those of several spaces, through joins, and in the report
-- of a deadlock of all.  What holds everywhere: cycle_spec.lua.
local ipc = require "tidelock"
local asleep = dofile "spec/support/asleep.lua"
local await = dofile "spec/support/await.lua"
local both = dofile "spec/support/both.lua"
local cycles = dofile "spec/support/cycles.lua"
local shell = dofile "spec/support/shell.lua"
local KINDS, acquire, release = cycles.KINDS, cycles.acquire, cycles.release
local made, ring, check, unnamed = cycles.made, cycles.ring, cycles.check, both.unnamed
local process, thread = cycles.process, cycles.thread
local PATIENCE = 20
local SPACES = { ("spec-%d-one"):format(ipc.getpid()), ("spec-%d-two"):format(ipc.getpid()) }

local function space(n)
  return ipc.open(SPACES[n], { functions = false })
end

local function fresh() return both.unnamed.fresh "thing" end

KINDS.one = { make = function(name) return space(1).lock(name) end }
KINDS.two = { make = function(name) return space(2).rwlock(name) end, take = cycles.taker "write" }
local SPACED = { "one", "two" }
local ALL = { "lock", "rlock", "written", "read", "seat", "condition", "one", "two" }

teardown(function()
  for n = 1, 2 do os.execute("rm -f /dev/shm/tidelock-*-" .. SPACES[n]) end
end)

describe("a cycle of waits in several places raises in one task, while others run,", function()
  for _, first in ipairs(SPACED) do
    it("through " .. first .. " and each other kind", function()
      for _, second in ipairs(ALL) do
        local told, tasks = ring(unnamed, process, first, second)
        check(told, tasks, first .. ", " .. second)
      end
    end)
  end

  it("through all kinds at once", function()
    local told, tasks = ring(unnamed, process, table.unpack(ALL))
    check(told, tasks, "all")
  end)

  it("through two spaces, of threads", function()
    for _ = 1, 20 do
      local told, tasks = ring(unnamed, thread, "one", "two", "lock")
      check(told, tasks, "threads in spaces")
    end
  end)

  it("through two programs and two spaces", function()
    local names = { fresh(), fresh(), fresh(), fresh() }
    local a, b = space(1).lock(names[1]), space(2).lock(names[2])
    local there, here = space(1).event(names[3]), space(1).event(names[4])
    local code = ([[
      local ipc = require "tidelock"
      local one, two = ipc.open(%q), ipc.open(%q)
      local a, b = one.lock(%q), two.lock(%q)
      b:acquire()
      one.event(%q):set()
      one.event(%q):wait()
      local ok, why = pcall(a.acquire, a)
      print(ok, why)
      os.exit(0)
    ]]):format(SPACES[1], SPACES[2], names[1], names[2], names[3], names[4])
    local mine = ipc.spawn(function()
      a:acquire()
      here:set()
      there:wait()
      local ok, why = pcall(b.acquire, b)
      a:release()
      return ok, why
    end)
    local out, err = shell.script(code, nil, PATIENCE)
    local ok, why = mine:result(PATIENCE)
    assert.truthy(out:find("^true") or out:find("^false"), err)
    assert.truthy(ok ~= (out:find("^true") ~= nil), tostring(why) .. out)
    local text = ok and out or why
    assert.truthy(text:find("deadlock: ", 1, true), text)
    assert.truthy(text:find(names[1], 1, true) and text:find(names[2], 1, true), text)
  end)

  for _, kind in ipairs{ "lock", "written", "seat", "one" } do
    for _, start in ipairs{ process, thread } do
      local how = start == process and "process" or "thread"
      it("through a join of a " .. how .. " while holding " .. kind, function()
        local name = fresh()
        local pattern = name:gsub("%p", "%%%0")
        local outer = ipc.spawn(function()
          local take = KINDS[kind].take or acquire
          local function target(thing)
            local got, why = pcall(take, thing)
            if got then release(thing) end
            return got, why
          end
          local thing = made(unnamed, kind, name)
          take(thing)
          local start_with = how == "process" and ipc.process or ipc.thread
          local inner = start_with{ name = "inner", target = target, args = { thing } }:start()
          local ok, why = pcall(inner.join, inner)
          release(thing)
          local got, inner_why = inner:result(PATIENCE)
          return ok, why, got, inner_why
        end)
        local ok, why, got, inner_why = outer:result(PATIENCE)
        assert.not_nil(ok, why)
        assert.truthy(ok ~= got, "one of the two is told")
        local text = ok and inner_why or why
        assert.truthy(text:find(('holds %%w* ?"%s" and wants "inner" to end'):format(pattern)), text)
        assert.truthy(text:find(('inner[^;]* wants "%s"'):format(pattern)), text)
      end)
    end
  end
end)

describe("no cycle is told of", function()
  -- All wait, and nobody was told, as would be when the last began to; then they may go on.
  local function quiet(tasks, free)
    for _, task in ipairs(tasks) do asleep(task.name) end
    for _, task in ipairs(tasks) do assert.is_true(task:is_alive()) end
    free()
    for _, task in ipairs(tasks) do assert.is_true((task:result(PATIENCE))) end
  end

  it("among many who take two locks in order, and one that takes its time", function()
    local things = {}
    for i, kind in ipairs(ALL) do things[i] = { kind, made(unnamed, kind) } end
    cycles.two_in_order(things, 300)
  end)

  it("where a join waits for one that waits for another", function()
    local lock, free = ipc.lock(), ipc.event()
    local slow = ipc.spawn(function()
      lock:acquire()
      free:wait()
      lock:release()
      return true
    end)
    await(function() return lock.holder end)
    local second = ipc.spawn(function() return pcall(lock.with, lock, function() end) end)
    local third = ipc.spawn(function() return pcall(second.join, second) end)
    quiet({ slow, second, third }, function() free:set() end)
  end)
end)

describe("the report of all", function()
  it("tells of a barrier as it was", function()
    local _, err, status = shell.script[[
      local ipc = require "tidelock"
      local b = ipc.barrier(3)
      ipc.process{ name = "party", target = function() b:wait() end }:start()
      b:wait()
    ]]
    assert.equal(3, status, err)
    assert.truthy(err:find("main %(pid %d+%) waits for barrier#1: 2 of 3 waiting;"), err)
    assert.falsy(err:find("broken", 1, true), err)
  end)

  it("is none where a signal is going to end who waits", function()
    for _, how in ipairs{ "kill", "terminate" } do
      for _ = 1, 20 do
        local pan, salt = ipc.lock(), ipc.lock()
        salt:acquire()
        local chef = ipc.spawn(function()
          pan:acquire()
          salt:acquire()
        end)
        while not tostring(salt):find("1 waiting") do ipc.yield() end
        chef[how](chef)
        assert.is_true(chef:join())
        assert.same({ true, "abandoned" }, { pan:acquire() })
        pan:release()
        salt:release()
      end
    end
  end)
end)

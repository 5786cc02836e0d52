-- Cycles of waits: through all that has a holder, whatever else runs meanwhile (this task, which waits with a timeout).
local ipc = require "tidelock"
local asleep = dofile "spec/support/asleep.lua"
local await = dofile "spec/support/await.lua"
local rounds = dofile "spec/support/rounds.lua"
local shell = dofile "spec/support/shell.lua"
local PATIENCE = 20
local SPACES = { ("spec-%d-one"):format(ipc.getpid()), ("spec-%d-two"):format(ipc.getpid()) }

local function space(n)
  return ipc.open(SPACES[n], { functions = false })
end

local serial = 0
local function fresh()
  serial = serial + 1
  return "thing" .. serial
end

-- What a task can hold: made, taken so that another one's `take` waits, given back.
local function taker(call) return function(thing) return thing[call](thing) end end
local acquire, release = taker "acquire", taker "release"
local KINDS = {
  lock = { make = function(name) return ipc.lock{ name = name } end },
  rlock = { make = function(name) return ipc.rlock{ name = name } end },
  written = { make = function(name) return ipc.rwlock{ name = name } end, take = taker "write" },
  -- read by who has it, to be written by who wants it
  read = { make = function(name) return ipc.rwlock{ name = name } end, take = taker "read", want = taker "write" },
  seat = { make = function(name) return ipc.semaphore{ name = name, value = 1, bounded = true } end },
  condition = { make = function(name) return ipc.condition{ name = name } end },
  one = { make = function(name) return space(1).lock(name) end },
  two = { make = function(name) return space(2).rwlock(name) end, take = taker "write" },
}
local ORDER = { "lock", "rlock", "written", "read", "seat", "condition", "one", "two" }

local function member(own, next, met, kind, next_kind)
  local k, n = KINDS[kind], KINDS[next_kind]
  local take, want = k.take or acquire, n.want or n.take or acquire
  take(own)
  met:wait()
  local ok, why = pcall(want, next)
  if ok then release(next) end
  release(own)
  return ok, why
end

local function process(f, ...) return ipc.spawn(f, ...) end
local function thread(f, ...)
  -- the space's objects travel, and so does the function with what it uses
  return ipc.thread(f, ...):start()
end

-- As many tasks as kinds, each of which holds one thing and wants the next one's; what each of them heard.
local function ring(start, ...)
  local kinds, things, tasks, met = { ... }, {}, {}, ipc.barrier(select("#", ...))
  for i, kind in ipairs(kinds) do things[i] = KINDS[kind].make(fresh()) end
  for i, kind in ipairs(kinds) do
    local j = i % #kinds + 1
    tasks[i] = start(member, things[i], things[j], met, kind, kinds[j])
  end
  local told = {}
  for _, task in ipairs(tasks) do
    local ok, why = task:result(PATIENCE)
    assert.not_nil(ok, table.concat(kinds, ", ") .. ": " .. tostring(why))
    if not ok then told[#told + 1] = { task = task, why = why, wants = why:match("wants ([^;]*)") } end
  end
  return told, tasks
end

local function check(told, tasks, what)
  assert.equal(1, #told, what .. ": told of it " .. #told)
  local why = told[1].why
  assert.truthy(why:find("deadlock: " .. told[1].task.name, 1, true), why)
  for _, task in ipairs(tasks) do assert.truthy(why:find(task.name, 1, true), why) end
  local _, holds = why:gsub(" holds ", "")
  local _, wants = why:gsub(" wants ", "")
  assert.same({ #tasks, #tasks }, { holds, wants }, why)
end

describe("a cycle of waits raises in one task, while others run,", function()
  teardown(function()
    for n = 1, 2 do
      for _, o in ipairs(space(n):list()) do space(n):remove(o.name) end
      os.execute("rm -f /dev/shm/tidelock-*-" .. SPACES[n])
    end
  end)

  for _, first in ipairs(ORDER) do
    it("through " .. first .. " and each other kind", function()
      for _, second in ipairs(ORDER) do
        local told, tasks = ring(process, first, second)
        check(told, tasks, first .. ", " .. second)
      end
    end)
  end

  it("through all kinds at once, of processes and of threads", function()
    local told, tasks = ring(process, table.unpack(ORDER))
    check(told, tasks, "all")
    told, tasks = ring(thread, table.unpack(ORDER, 1, 6))
    check(told, tasks, "threads")
  end)

  it("through two spaces, of threads", function()
    for _ = 1, 20 do
      local told, tasks = ring(thread, "one", "two", "lock")
      check(told, tasks, "threads in spaces")
    end
  end)

  it("however long it is", function()
    local kinds = {}
    for i = 1, 100 do kinds[i] = ORDER[i % 5 + 1] end
    local told = ring(process, table.unpack(kinds))
    assert.equal(1, #told)
  end)

  it("however often", function()
    for i = 1, rounds(150) do
      local told, tasks = ring(process, "lock", ORDER[i % #ORDER + 1], "seat")
      check(told, tasks, i)
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
        local outer = ipc.spawn(function()
          local take = KINDS[kind].take or acquire
          local function target(thing)
            local got, why = pcall(take, thing)
            if got then release(thing) end
            return got, why
          end
          local thing = KINDS[kind].make(name)
          take(thing)
          local made = how == "process" and ipc.process or ipc.thread
          local inner = made{ name = "inner", target = target, args = { thing } }:start()
          local ok, why = pcall(inner.join, inner)
          release(thing)
          local got, inner_why = inner:result(PATIENCE)
          return ok, why, got, inner_why
        end)
        local ok, why, got, inner_why = outer:result(PATIENCE)
        assert.not_nil(ok, why)
        assert.truthy(ok ~= got, "one of the two is told")
        local text = ok and inner_why or why
        assert.truthy(text:find(('holds %%w* ?"%s" and wants "inner" to end'):format(name)), text)
        assert.truthy(text:find(('inner[^;]* wants "%s"'):format(name)), text)
      end)
    end
  end

  it("through one of several readers", function()
    local shared, lock, met = ipc.rwlock("shared"), ipc.lock("single"), ipc.barrier(3)
    local idle = ipc.spawn(function()
      shared:read()
      met:wait()
      ipc.sleep(60)
    end)
    finally(function() idle:kill() end)
    local reader = ipc.spawn(function()
      shared:read()
      met:wait()
      local ok, why = pcall(lock.acquire, lock)
      shared:release()
      return ok, why
    end)
    local writer = ipc.spawn(function()
      lock:acquire()
      met:wait()
      local ok, why = pcall(shared.write, shared)
      lock:release()
      if not ok then idle:kill() end
      return ok, why
    end)
    local read, read_why = reader:result(PATIENCE)
    if not read then idle:kill() end
    local wrote, write_why = writer:result(PATIENCE)
    assert.truthy(read ~= wrote, tostring(read_why) .. tostring(write_why))
    assert.truthy((read and write_why or read_why):find('deadlock: .* holds "?[%w ]*"?.*"shared"'))
  end)

  it("through all seats of a semaphore", function()
    local seats, met = ipc.semaphore{ name = "seats", value = 3, bounded = true }, ipc.barrier(4)
    local locks, list = {}, {}
    for i = 1, 3 do
      locks[i] = ipc.lock("lock" .. i)
    end
    local all = ipc.spawn(function()
      for i = 1, 3 do locks[i]:acquire() end
      met:wait()
      local ok, why = pcall(seats.acquire, seats)
      for i = 1, 3 do locks[i]:release() end
      return ok, why
    end)
    for i = 1, 3 do
      list[i] = ipc.spawn(function()
        seats:acquire()
        met:wait()
        local ok, why = pcall(locks[i].acquire, locks[i])
        seats:release()
        return ok, why
      end)
    end
    local told, text = 0, nil
    list[4] = all
    for _, p in ipairs(list) do
      local ok, why = p:result(PATIENCE)
      assert.not_nil(ok, why)
      if not ok then told, text = told + 1, why end
    end
    assert.equal(1, told)
    for _, p in ipairs(list) do assert.truthy(text:find(p.name, 1, true), text) end
  end)
end)

describe("no cycle is told of", function()
  -- All wait, and nobody was told, as would be when the last began to; then they may go on.
  local function quiet(tasks, free)
    for _, task in ipairs(tasks) do asleep(task.name) end
    for _, task in ipairs(tasks) do assert.is_true(task:is_alive()) end
    free()
    for _, task in ipairs(tasks) do assert.is_true((task:result(PATIENCE))) end
  end

  it("where one of them waits with a timeout", function()
    for _, kind in ipairs(ORDER) do
      if kind ~= "read" then
        local own, other, met = KINDS[kind].make(fresh()), ipc.lock(), ipc.barrier(2)
        local patient = ipc.spawn(function()
          other:acquire()
          met:wait()
          local want = KINDS[kind].want or KINDS[kind].take or acquire
          return pcall(want, own)
        end)
        local hasty = ipc.spawn(function()
          local take = KINDS[kind].take or acquire
          take(own)
          met:wait()
          local got, why = other:acquire(0.1)
          release(own)
          return why == "timeout" and got == nil
        end)
        assert.is_true((hasty:result(PATIENCE)), kind)
        assert.is_true((patient:result(PATIENCE)), kind)
      end
    end
  end)

  it("where a seat is free, or one of the seats' holders goes on", function()
    local seats, lock, met = ipc.semaphore{ value = 2, bounded = true }, ipc.lock(), ipc.barrier(3)
    local free = ipc.event()
    local holder = ipc.spawn(function()
      seats:acquire()
      met:wait()
      free:wait()
      seats:release()
      return true
    end)
    local waits = ipc.spawn(function()
      seats:acquire()
      met:wait()
      local ok, why = pcall(lock.acquire, lock)
      seats:release()
      return ok, why
    end)
    local wants = ipc.spawn(function()
      lock:acquire()
      met:wait()
      local ok, why = pcall(seats.acquire, seats)
      lock:release()
      return ok, why
    end)
    quiet({ holder, waits, wants }, function() free:set() end)
  end)

  it("where a producer takes seats that a consumer gives back", function()
    local room, lock, met = ipc.semaphore{ value = 2, bounded = true }, ipc.lock(), ipc.barrier(3)
    local function produce()
      room:acquire()
      met:wait()
      return pcall(room.acquire, room)
    end
    local list = { ipc.spawn(produce), ipc.spawn(produce) }
    met:wait()
    quiet(list, function() room:release(2) end)
    -- and from now on it is known
    room:acquire()
    room:acquire()
    local holds = ipc.spawn(function()
      lock:acquire()
      return pcall(room.acquire, room)
    end)
    await(function() return tostring(room):find("1 waiting") end)
    local helper = ipc.spawn(function()
      asleep("main")
      room:release()
    end)
    lock:acquire()
    assert.is_true((holds:result(PATIENCE)))
    helper:join(PATIENCE)
    lock:release()
  end)

  it("among many who take two locks in order, and one that takes its time", function()
    local list, things = {}, {}
    for i, kind in ipairs(ORDER) do things[i] = { kind, KINDS[kind].make(fresh()) } end
    for n = 1, 8 do
      list[n] = ipc.spawn(function()
        for i = 1, 300 do
          local a = (i * n) % #things + 1
          local b = (i + n) % #things + 1
          if a > b then a, b = b, a end
          local first, second = KINDS[things[a][1]], KINDS[things[b][1]]
          ;(first.want or first.take or acquire)(things[a][2])
          if b > a then
            (second.want or second.take or acquire)(things[b][2])
            release(things[b][2])
          end
          release(things[a][2])
        end
        return true
      end)
    end
    for _, p in ipairs(list) do assert.same({ true }, { p:result(60) }) end
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

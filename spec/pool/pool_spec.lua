-- Pools: results, errors, misuse, and the end.
local ipc = require "tidelock"
local error_of = dofile "spec/support/error_of.lua"
local shell = dofile "spec/support/shell.lua"
local PATIENCE = 20

local function list(n)
  local items = {}
  for i = 1, n do items[i] = i end
  return items
end

describe("a pool", function()
  local pool

  setup(function() pool = ipc.pool{ workers = 2, name = "hands" } end)
  teardown(function() pool:terminate() end)

  describe("map", function()
    it("gives the results in order, whatever the chunk", function()
      for _, chunk in ipairs{ false, 1, 7, 1000 } do
        local results = pool:map(function(x) return x * x end, list(300), chunk or nil)
        assert.equal(300, #results)
        for i = 1, 300 do assert.equal(i * i, results[i]) end
      end
      assert.same({}, pool:map(print, {}))
    end)

    it("takes closures, recursion, shared objects and functions of modules", function()
      local factor, sum = 3, ipc.value(0)
      local function fib(n) return n < 2 and n or fib(n - 1) + fib(n - 2) end
      assert.same({ 3, 6 }, pool:map(function(x) return x * factor end, { 1, 2 }))
      factor = 4
      assert.same({ 4, 8 }, pool:map(function(x) return x * factor end, { 1, 2 }))
      assert.same({ 55, 89 }, pool:map(fib, { 10, 11 }))
      pool:map(function(x) sum:add(x) end, list(100))
      assert.equal(5050, sum:get())
      assert.same({ 2, 3 }, pool:map(math.sqrt, { 4, 9 }))
    end)

    it("keeps nil and false among the items and the results", function()
      local results = pool:map(function(x) return x end, { 1, false, 3 }, 2)
      assert.same({ 1, false, 3 }, results)
      assert.is_nil(pool:map(function(x) if x ~= 2 then return x end end, { 1, 2, 3 }, 3)[2])
    end)

    it("gives each job variables of its own", function()
      local n = 0
      local function count()
        n = n + 1
        return n
      end
      assert.same({ 1, 1, 1 }, pool:map(count, { 1, 2, 3 }, 1))
      assert.equal(0, n)
    end)

    it("raises the first error at once, with the worker's name and traceback", function()
      local gate, ran = ipc.event(), ipc.value(0)
      local why = error_of(pool.map, pool, function(x)
        if x == 1 then error("no such dish") end
        ran:add(1)
        gate:wait()
      end, list(200), 1)
      gate:set()
      assert.truthy(ran:get() < 200)
      assert.truthy(why:find("pool#%d+ \"hands\": map: in hands%-worker%-%d+ %(pid %d+%): .*dish\nstack trace"), why)
    end)

    it("raises an error value as it is where it travels, at worst as text", function()
      assert.equal(7, error_of(pool.map, pool, function() error({ code = 7 }) end, { 1 }).code)
      assert.is_nil(error_of(pool.map, pool, function() error() end, { 1 }))
      local odd = error_of(pool.map, pool, function()
        error(setmetatable({ coroutine.create(print) }, { __tostring = function() return "odd one" end }))
      end, { 1 })
      assert.truthy(odd:find("odd one"))
    end)

    it("says which result or item cannot travel", function()
      assert.truthy(error_of(pool.map, pool, function() return { a = io.stdout } end, { 1 })
        :find("cannot send result 1.a: a file handle", 1, true))
      assert.truthy(error_of(pool.map, pool, function() end, { 1, coroutine.create(print) })
        :find("cannot send item 2: a coroutine", 1, true))
    end)

    it("refuses what is no function, no list, no chunk", function()
      assert.truthy(error_of(pool.map, pool, 1, {}):find("the task must be a function, not a number", 1, true))
      assert.truthy(error_of(pool.map, pool, print, 3):find("a list is expected, not a number", 1, true))
      assert.truthy(error_of(pool.map, pool, print, {}, 0):find("chunk must be an integer from 1", 1, true))
      assert.truthy(error_of(pool.map, pool, print, {}, { chunks = 1 }):find("there are: chunk, progress", 1, true))
      assert.truthy(error_of(pool.apply_async, pool, print, { n = 1 << 40 }):find("integer from 0 to 200000", 1, true))
    end)

    it("shows no progress where there is no terminal", function()
      local _, err, status = shell.script([[
        local ipc = require "tidelock"
        assert(#ipc.pool(1):map(function() end, { 1, 2 }, { progress = true, chunk = 1 }) == 0)
      ]])
      assert.same({ "", 0 }, { err, status })
    end)
  end)

  it("starmap gives each list as arguments", function()
    assert.same({ 5, 1 }, pool:starmap(function(a, b) return a - b end, { { 8, 3 }, { 2, 1 } }))
    local function count(...) return select("#", ...) end
    assert.same({ 3, 2, 0 }, pool:starmap(count, { { 1, n = 3 }, table.pack(nil, nil), {} }))
    assert.truthy(error_of(pool.starmap, pool, count, { { n = 2.5 } }):find("an item's n must be an integer", 1, true))
    assert.truthy(error_of(pool.starmap, pool, print, { 1 }):find("each item must be a list of arguments", 1, true))
  end)

  describe("imap", function()
    it("gives results in order, of lists and of iterators", function()
      local seen = {}
      for i, r in pool:imap(function(x) return x + 1 end, list(50)) do seen[i] = r end
      for i = 1, 50 do assert.equal(i + 1, seen[i]) end
      local n, most = 0, 0
      local function source()
        n = n + 1
        if n <= 500 then return n end
      end
      for i, r in pool:imap(function(x) return -x end, source, 2) do
        assert.equal(-i, r)
        most = math.max(most, n - i)
      end
      assert.equal(501, n)
      assert.truthy(most < 100, most)
    end)

    it("gives results as they come when unordered", function()
      local first, count, seen = nil, 0, ipc.event()
      for i, r in pool:imap_unordered(function(s)
        if s == "late" then seen:wait(PATIENCE) end
        return s
      end, { "late", "early" }) do
        first = first or i
        seen:set()
        assert.equal(({ "late", "early" })[i], r)
        count = count + 1
      end
      assert.same({ 2, 2 }, { first, count })
    end)

    it("used by a callback or its own iterator meanwhile says so", function()
      local gate, items, next = ipc.event(), 0, nil
      pool:apply_async(function() end, {}, function()
        gate:set()
        next()
      end)
      next = pool:imap(function() gate:wait() end, { 1 })
      assert.truthy(error_of(next):find("imap: it was used up", 1, true))
      next = pool:imap(function() end, function()
        items = items + 1
        if items == 1 then
          next()
          return "an item"
        end
      end)
      assert.truthy(error_of(next):find("imap: it was used up", 1, true))
    end)

    it("raises an error at its item", function()
      local next = pool:imap(function(x) return 1 // x end, { 1, 0, 1 })
      assert.equal(1, (next()))
      assert.truthy(error_of(next):find("imap: in hands", 1, true))
      assert.is_nil(next())
    end)
  end)

  it("apply gives all results, or raises", function()
    assert.same({ 1, nil, 3, n = 3 }, table.pack(pool:apply(function(...) return ... end, 1, nil, 3)))
    assert.truthy(error_of(pool.apply, pool, function() error("x") end):find("apply: in hands", 1, true))
  end)

  it("belongs to its owner alone", function()
    local why = "only the process that made the pool can use it"
    assert.truthy(ipc.spawn(function() return select(2, pcall(pool.apply, pool, print)) end):result(PATIENCE)
      :find(why, 1, true))
    assert.truthy(error_of(pool.apply, pool, function() pool:close() end):find(why, 1, true))
    why = "not allowed to have children"
    assert.truthy(error_of(pool.apply, pool, function() ipc.spawn(print) end):find(why, 1, true))
  end)
end)

describe("the end of a pool", function()
  it("comes by close and join, with all tasks done", function()
    local pool, ran = ipc.pool(2), ipc.value(0)
    for _ = 1, 100 do pool:submit(function() ran:add(1) end) end
    assert.truthy(error_of(pool.join, pool):find("call close or terminate first", 1, true))
    assert.is_true(pool:close())
    assert.truthy(error_of(pool.submit, pool, print):find("it was closed", 1, true))
    assert.is_true(pool:join(PATIENCE))
    assert.equal(100, ran:get())
  end)

  it("comes by terminate: what was not done fails", function()
    local pool = ipc.pool(2)
    local future = pool:submit(function() ipc.sleep() end)
    pool:terminate()
    assert.truthy(error_of(future.get, future):find("terminated", 1, true))
    assert.is_true(pool:join(PATIENCE))
  end)

  it("comes with its last reference, and leaves no process", function()
    local out, err, status = shell.script[[
      local ipc = require "tidelock"
      do
        local pool = ipc.pool(2)
        pool:apply(function() end)
        print(#ipc.children())
      end
      collectgarbage()
      collectgarbage()
      print(#ipc.children())
    ]]
    assert.same({ "2\n0\n", "", 0 }, { out, err, status })
  end)

  it("comes with the script's, however it ends", function()
    for _, ending in ipairs{ "", "os.exit(0, true)", "os.exit(0)", "ipc.current():kill()" } do
      local _, _, _, path = shell.script([[
        local ipc = require "tidelock"
        local pool = ipc.pool(2)
        pool:submit(function() ipc.sleep() end)
        pool:apply(function() end)
      ]] .. ending)
      local limit = ipc.now() + PATIENCE
      while #shell.processes(path) > 0 and ipc.now() < limit do ipc.sleep(0.01) end
      assert.same({}, shell.processes(path))
    end
  end)

  it("takes no wrong options", function()
    assert.truthy(error_of(ipc.pool, 0):find("workers must be an integer from 1", 1, true))
    assert.truthy(error_of(ipc.pool, { wrokers = 1 }):find("unknown option \"wrokers\"", 1, true))
    assert.truthy(error_of(ipc.pool, { initializer = 1 }):find("initializer must be a function", 1, true))
    assert.truthy(error_of(ipc.pool, { initargs = {} }):find("for an initializer", 1, true))
  end)
end)

-- What a task's function returned or raised, as whoever joins it gets it.
local ipc = require "tidelock"
local shell = dofile "spec/support/shell.lua"
local PATIENCE = 30

local Error = ipc.register("spec.Error", { __tostring = function(e) return "error " .. e.code end })

local function start_thread(fn, ...) return ipc.thread(fn, ...):start() end
local kinds = { process = ipc.spawn, thread = start_thread }

-- What code prints, with `start`; what tasks tell on stderr
local function run(start, code, setting)
  local head = 'local ipc = require "tidelock"\nlocal start = ' .. start .. "\n"
  local out, err, status = shell.script(head .. code, setting)
  assert.equal(0, status, err)
  return out, err
end

for kind, start in pairs(kinds) do
  local source = kind == "process" and "ipc.spawn" or "function(fn, ...) return ipc.thread(fn, ...):start() end"

  -- nil and what fn raised; stderr is not looked at here
  local function raised(fn, ...)
    local task = start(fn, ...)
    local results = table.pack(task:result(PATIENCE))
    assert.equal(1, task.exitcode)
    assert.equal(2, results.n)
    assert.is_nil(results[1])
    assert.equal(type(results[2]), type(select(2, task:result())))
    return results[2]
  end

  describe("the error of a " .. kind, function()
    it("arrives as the value it was", function()
      local lock = ipc.lock()
      local why = raised(function() error{ code = 7, list = { 1, 2 }, lock = lock } end)
      assert.same({ 7, { 1, 2 }, lock }, { why.code, why.list, why.lock })
      assert.equal(42, raised(function() error(42) end))
      assert.is_false(raised(function() error(false) end))
      assert.is_true(raised(function() error(lock) end) == lock)
      assert.equal(5, raised(function() error(function() return 5 end) end)())
    end)

    it("keeps its class", function()
      local why = raised(function() error(setmetatable({ code = 7 }, Error)) end)
      assert.equal(Error, getmetatable(why))
      assert.equal("error 7", tostring(why))
    end)

    it("is text where it is nil or cannot travel", function()
      assert.truthy(raised(function() error() end):find("^nil\nstack traceback:\n"))
      local odd = raised(function()
        error(setmetatable({}, { __tostring = function() return "odd\0one" end }))
      end)
      assert.truthy(odd:find("^odd%zone\nstack traceback:\n"), odd)
      assert.truthy(raised(function() error(coroutine.create(print)) end):find("^thread: "))
      odd = raised(function() error(setmetatable({}, { __tostring = error })) end)
      assert.truthy(odd:find("^%(error object is a table value%)\nstack traceback:\n"), odd)
    end)

    it("keeps every byte of its text", function()
      local why = raised(function() error("a\0b\0", 0) end)
      assert.truthy(why:find("^a%zb%z\nstack traceback:\n"), why)
      local _, err = run(source, [[ start(function() error("a\0b\0", 0) end):result() ]])
      assert.truthy(err:find("failed: a%zb%z\nstack traceback:\n"), err)
    end)

    it("is told with its traceback on stderr, whatever it is", function()
      local _, err = run(source, [[
        start(function() error(setmetatable({}, { __tostring = function() return "a pity" end })) end):result()
      ]])
      assert.truthy(err:find("failed: a pity\nstack traceback:\n.*in function"), err)
    end)
  end)

  describe("the outcome of a " .. kind, function()
    local MEMORY = "TIDELOCK_MEMORY=16M"

    it("that is larger than the memory is told to be", function()
      local out = run(source, [[
        local task = start(function() return ("r"):rep(30 << 20) end)
        print(task:result())
        print(task:result())
        print(start(function() return 1 end):result())
      ]], MEMORY)
      local lost = "nil\tits results were lost: larger than the shared memory (TIDELOCK_MEMORY)\n"
      assert.equal(lost .. lost .. "1\n", out)
    end)

    it("for which there is no room is told to be lost", function()
      local out = run(source, [[
        local keep = ipc.queue()
        keep:put(("k"):rep(12 << 20))
        print(start(function() return ("r"):rep(8 << 20) end):result())
        print(start(function() error{ ("r"):rep(8 << 20) } end):result())
      ]], MEMORY)
      local full = "shared memory is full %(TIDELOCK_MEMORY sets its size%)"
      assert.truthy(out:find("^nil\tits results were lost: " .. full .. "\nnil\t%(a table, which was lost: " .. full ..
        "%) table: 0x%x+\nstack traceback:\n"), out)
    end)

    it("is a long text's beginning and end where there is no room for all", function()
      local out = run(source, [[
        local _, why = start(function() error("begin" .. ("r"):rep(30 << 20) .. "end") end):result()
        print(#why < 10000, why:find("begin", 1, true) < 50, why:match("rend\n(stack traceback):\n"))
        print((why:match("%.%.%.\n(%(314%d+ bytes in the middle were lost: [^\n]*)\n%.%.%.r")))
      ]], MEMORY)
      assert.truthy(out:find("^true\ttrue\tstack traceback\n%(314%d+ bytes .* lost: larger than"), out)
    end)

    it("is told to be lost even where there is no room at all", function()
      local out = run(source, [[
        local go, keep = ipc.event(), ipc.queue()
        local tasks = {
          start(function(go) go:wait() return "all" end, go),
          start(function(go) go:wait() error("is well") end, go),
          start(function(go) go:wait() end, go) }
        -- places for small messages first, then whatever fills the rest
        local places, lock = {}, ipc.lock()
        for i = 1, 100 do places[i] = ipc.queue() places[i]:put(1) end
        local size = 8 << 20
        while size > 4096 do
          if not pcall(keep.put, keep, ("k"):rep(size)) then size = size // 2 end
        end
        for _, q in ipairs(places) do
          for _ = 1, 500 do if not pcall(q.put, q, lock) then break end end
        end
        go:set()
        for _, task in ipairs(tasks) do print(task:result()) print(task.exitcode) end
      ]], MEMORY)
      local lost = "nil\tits outcome was lost: shared memory is full (TIDELOCK_MEMORY sets its size)\n"
      assert.equal(lost .. "0\n" .. lost .. "1\n\n0\n", out)
    end)

    it("is given up by garbage, before it is lost", function()
      local out = run(source, [[
        print(#start(function()
          ipc = ipc or require "tidelock"
          local q = ipc.queue()
          q:put(("k"):rep(12 << 20))
          q = nil
          return ("r"):rep(8 << 20)
        end):result())
      ]], MEMORY)
      assert.equal((8 << 20) .. "\n", out)
    end)
  end)
end

describe("the outcome of a pool's task", function()
  it("keeps every byte of an error's text, and what is no text", function()
    local pool = ipc.pool(1)
    local ok, why = pcall(pool.apply, pool, function() error("a\0b\0", 0) end)
    assert.is_false(ok)
    assert.truthy(why:find("apply: in .*: a%zb%z\nstack traceback:\n"), why)
    assert.same({ false, 42 }, { pcall(pool.apply, pool, function() error(42) end) })
    pool:close()
  end)

  it("is told to be lost, or cut, where there is no room for it", function()
    local out = run("ipc.spawn", [[
      local pool = ipc.pool(1)
      print(pcall(pool.apply, pool, function() return ("r"):rep(30 << 20) end))
      local _, why = pcall(pool.apply, pool, function() error("begin" .. ("r"):rep(30 << 20) .. "end") end)
      print(#why < 10000, why:match("begin"), why:match("rend\n(stack traceback):\n"))
      print(pcall(pool.apply, pool, function() return 1 end))
    ]], "TIDELOCK_MEMORY=16M")
    assert.truthy(out:find("^false\t[^\n]*its results were lost: larger than the shared memory"), out)
    assert.truthy(out:find("\ntrue\tbegin\tstack traceback\ntrue\t1\n$"), out)
  end)

  it("is a long error of its initializer too", function()
    local out = run("ipc.spawn", [[
      local pool = ipc.pool{ workers = 1, initializer = function() error("begin" .. ("r"):rep(30 << 20)) end }
      print(pcall(pool.apply, pool, function() return 1 end))
    ]], "TIDELOCK_MEMORY=16M")
    assert.truthy(out:find("^false\t[^\n]*the initializer failed in [^\n]*begin"), out)
    out = run("ipc.spawn", [[
      local pool = ipc.pool{ workers = 1, initializer = function() error("begin\0end") end }
      print(pcall(pool.apply, pool, function() return 1 end))
    ]])
    assert.truthy(out:find("the initializer failed in [^\n]*begin end\nstack traceback"), out)
  end)
end)

describe("the error of a script", function()
  it("keeps every byte of its text", function()
    local _, err, status = shell.script([[error("a\0b\0", 0)]])
    assert.equal(1, status)
    assert.truthy(err:find("a%zb%z\nstack traceback:\n"), err)
  end)
end)

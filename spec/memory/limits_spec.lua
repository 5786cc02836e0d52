-- What happens at the limits: a clear error, and nothing lost.
local shell = dofile "spec/support/shell.lua"

local function run(code, environment)
  local out, err, status = shell.script(code, environment, 200)
  assert.equal(0, status, err)
  return out
end

describe("a full arena", function()
  it("is said so, and serves again when it is drained", function()
    local out = run([[
      local ipc = require "tidelock"
      local q, n = ipc.queue(), 0
      local ok, why
      repeat
        n = n + 1
        ok, why = pcall(q.put, q, ("x"):rep(100000) .. n)
      until not ok
      print(why:match("shared memory is full %(TIDELOCK_MEMORY sets its size%)"))
      for i = 1, n - 1 do assert(q:get(0) == ("x"):rep(100000) .. i) end
      for i = 1, n - 1 do assert(q:put(("y"):rep(100000))) end
      print(n > 100)
      print(pcall(q.put, q, ("x"):rep(1 << 25)))
    ]], "TIDELOCK_MEMORY=16M")
    assert.truthy(out:find("^shared memory is full %(TIDELOCK_MEMORY sets its size%)\ntrue\nfalse\t.*larger than"), out)
  end)

  it("joins small blocks to large ones again", function()
    assert.equal("all came\n", run([[
      local ipc = require "tidelock"
      local q = ipc.queue()
      for _ = 1, 3 do
        local n = 0
        while pcall(q.put, q, ("s"):rep(5000)) do n = n + 1 end
        for _ = 1, n do q:get(0) end
        assert(q:put(("l"):rep(4 << 20)))
        assert(#q:get(0) == 4 << 20)
      end
      print("all came")
    ]], "TIDELOCK_MEMORY=16M"))
  end)

  it("gets back what no task holds", function()
    assert.equal("reclaimed\n", run([[
      local ipc = require "tidelock"
      for n = 1, 100000 do ipc.lock() end
      for n = 1, 5000 do
        local q = ipc.queue()
        q:put{ ipc.event(), ipc.lock(), ("x"):rep(5000) }
      end
      for n = 1, 300 do
        local q = ipc.queue()
        q:put(("x"):rep(20000))
        local p = ipc.spawn(function() q:get() if n % 2 == 0 then ipc.current():kill() ipc.sleep() end end)
        p:join()
      end
      print("reclaimed")
    ]], "TIDELOCK_MEMORY=16M"))
  end)
end)

describe("a full task table", function()
  it("is said so, and serves again after a join", function()
    local out = run([[
      local ipc = require "tidelock"
      local over, list = ipc.event(), {}
      local ok, why
      repeat
        ok, why = pcall(ipc.spawn, function() over:wait() end)
        list[#list + 1] = ok and why or nil
      until not ok
      print(#list, why:match("the task table is full %(TIDELOCK_TASKS sets its size%)"))
      over:set()
      for _, p in ipairs(list) do p:join() end
      for n = 1, 100 do assert(ipc.spawn(function() return n end):result() == n) end
    ]], "TIDELOCK_TASKS=8")
    assert.equal("7\tthe task table is full (TIDELOCK_TASKS sets its size)\n", out)
  end)
end)

describe("a limit of the size of files below the memory", function()
  it("is told, and the program ends with 1", function()
    local out, err, status = shell.script("print(require 'tidelock')", "ulimit -f 100;")
    assert.same({ "", 1 }, { out, status })
    assert.truthy(err:find("tidelock cannot start: the limit of the size of files (ulimit -f) is below", 1, true), err)
  end)

  it("is told where a space is opened, and the program goes on", function()
    local out, err, status = shell.script([[
      local ipc = require "tidelock"
      print(pcall(ipc.open, "spec-limit-" .. ipc.getpid()))
      print(ipc.spawn(function() return 1 end):result())
    ]], "ulimit -f 20480; TIDELOCK_MEMORY=8M")
    assert.same({ "", 0 }, { err, status })
    assert.truthy(out:find("^false\t.*the limit of the size of files %(ulimit %-f%) is below .*\n1\n$"), out)
  end)
end)

describe("a limit that makes no sense", function()
  local settings = { "TIDELOCK_MEMORY=lots", "TIDELOCK_MEMORY=1K", "TIDELOCK_TASKS=0", "TIDELOCK_TASKS=99999" }
  it("is refused: TIDELOCK_SPACE=lots", function()
    local _, err, status = shell.script([[
      print(require("tidelock").open "spec-none") --]], "TIDELOCK_SPACE=lots")
    assert.equal(1, status)
    assert.truthy(err:find('open: space "spec-none": TIDELOCK_SPACE must be a size', 1, true), err)
  end)

  for _, setting in ipairs(settings) do
    it("is refused: " .. setting, function()
      local _, err, status = shell.script('require "tidelock"', setting)
      assert.equal(1, status)
      assert.truthy(err:find("tidelock cannot start: " .. setting:match("^[^=]+") .. " must be"), err)
    end)
  end
end)

describe("no descriptor that is left", function()
  local TAKE_ALL = [[
    local ipc = require "tidelock"
    local kept = {}
    repeat kept[#kept + 1] = io.open "/dev/null" until not io.open "/dev/null"
  ]]

  local function without(code)
    local out, err, status = shell.script(TAKE_ALL .. code, "ulimit -n 30;", 200)
    assert.same({ "", 0 }, { err, status })
    return out
  end

  it("hides no end of a process that was killed before it began", function()
    assert.equal("all ended\n", without [[
      for _ = 1, 20 do
        local p = ipc.spawn(function() ipc.sleep() end)
        p:signal(19)
        p:kill()
        assert(p:join(20))
      end
      print "all ended"]])
  end)

  it("hides no cycle of locks", function()
    local out = without [[
      local a, b, both = ipc.lock "a", ipc.lock "b", ipc.barrier(2)
      local p = ipc.spawn(function()
        a:acquire()
        both:wait()
        local good, why = pcall(b.acquire, b)
        a:release()
        return good and "had" or why
      end)
      b:acquire()
      both:wait()
      local good, why = pcall(a.acquire, a)
      b:release()
      print(good and "had" or why)
      print(p:result(20))]]
    assert.truthy(out:find "deadlock: .* holds lock" and out:find "had", out)
  end)
end)

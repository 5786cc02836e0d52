-- What a task that waits is said to do: the call of the API, though several calls wait at one queue.
local shell = dofile "spec/support/shell.lua"

-- In each: `hold` makes another task, if need be, keep what `call` waits for; `ps` begins what ps shows, `report` is
-- what the report says after "waits ".
local ROWS = {
  { "poll", [[local a, b = ipc.pipe()]], "a:poll(); b:close()", ps = "poll pipe#", report = "to poll pipe#1" },
  { "recv", [[local a, b = ipc.pipe()]], "a:recv(); b:close()", ps = "recv pipe#", report = "to recv from pipe#1" },
  { "a value's add", [[local v = ipc.value(1); hold(function(stay) v:update(stay) end)]], "v:add(1)",
    ps = "add value#", report = "to add to value#1" },
  { "a value's set", [[local v = ipc.value(1); hold(function(stay) v:update(stay) end)]], "v:set(1)",
    ps = "set value#", report = "to set value#1" },
  { "compare_set", [[local v = ipc.value(1); hold(function(stay) v:update(stay) end)]], "v:compare_set(1, 2)",
    ps = "compare_set value#", report = "to compare_set value#1" },
  { "a value's update", [[local v = ipc.value(1); hold(function(stay) v:update(stay) end)]],
    "v:update(function(n) return n end)", ps = "update value#", report = "to update value#1" },
  { "a table's add", [[local t = ipc.table(); hold(function(stay) t:update("k", stay) end)]], "t:add('n', 1)",
    ps = "add table#", report = "to add to table#1" },
  { "a table's set", [[local t = ipc.table(); hold(function(stay) t:update("k", stay) end)]], "t.n = 1",
    ps = "set table#", report = "to set table#1" },
  { "a table's update", [[local t = ipc.table(); hold(function(stay) t:update("k", stay) end)]],
    "t:update('n', function() return 1 end)", ps = "update table#", report = "to update table#1" },
  { "result", [[local p = hold(function(stay) stay() end)]], "p:result()",
    ps = "result process#", report = "for the result of process#%d+" },
  { "join", [[local p = hold(function(stay) stay() end)]], "p:join()",
    ps = "join process#", report = "to join process#%d+" },
  { "a thread's result", [[local e = ipc.event(); local p = ipc.spawn_thread(function() e:wait() end)]], "p:result()",
    ps = "result thread#", report = "for the result of thread#1" },
  { "ipc.wait", [[local q = ipc.queue()]], "ipc.wait{ q }", ps = "wait queue#", report = "for queue#1" },
  { "ipc.wait for the first of several", [[local q, e = ipc.queue(), ipc.event()]], "ipc.wait{ q, e }",
    ps = "wait queue#", report = "for the first of: queue#1: [^;]*; event#" },
  { "ipc.receive", [[local q = ipc.queue()]], "ipc.receive{ q }", ps = "wait queue#", report = "for queue#1" },
  { "a condition's wait that is over, and waits for its lock",
    [[local l, has = ipc.lock(), ipc.event(); local c = ipc.condition(l)
      ipc.spawn(function() has:wait() l:acquire() never:wait() end)]],
    "l:acquire(); has:set(); while true do c:wait(0.01) end", ps = "acquire lock#", report = "to acquire lock#1" },
}

-- With `hold`: another task calls the function with one that never returns.
local PRELUDE = [[
  local ipc = require "tidelock"
  local never, begun = ipc.event(), ipc.event()
  local function stay(...) begun:set() never:wait() return ... end
  local function hold(f)
    local p = ipc.process{ name = "holder", target = function() f(stay) end }
    return p:start()
  end
]]

local function script(row, body)
  local ready = row[2]:find("hold(", 1, true) and "\nbegun:wait(50)\n" or "\n"
  return PRELUDE .. row[2] .. ready .. body:gsub("CALL", (row[3]:gsub("%%", "%%%%")))
end

describe("ps says what the task called:", function()
  for _, row in ipairs(ROWS) do
    it(row[1], function()
      local code = script(row, [[
        local waiter = ipc.process{ name = "waiter", target = function() CALL end }:start()
        local limit = ipc.now() + 50
        local waits
        repeat
          for _, task in ipairs(ipc.ps()) do
            if task.name == "waiter" then waits = task.waits end
          end
          ipc.yield()
        until waits and waits:find "^EXPECTED" or ipc.now() > limit
        print(waits)
        waiter:kill()
        for _, p in ipairs(ipc.children()) do if p.kill then pcall(p.kill, p) end end
        os.exit(0)
      ]])
      local out, err = shell.script((code:gsub("EXPECTED", row.ps)))
      assert.truthy(out:find("^" .. row.ps), out .. err)
    end)
  end
end)

describe("the report of a deadlock says what the task called:", function()
  for _, row in ipairs(ROWS) do
    it(row[1], function()
      local _, err, status = shell.script(script(row, "CALL"))
      assert.equal(3, status, err)
      assert.truthy(err:find("main %(pid %d+%) waits " .. row.report), err)
    end)
  end
end)

describe("a task that runs a callback in a wait", function()
  it("is said to wait as before afterwards", function()
    local out, err = shell.script[[
      local ipc = require "tidelock"
      local main, ran, stop = ipc.current(), ipc.event(), ipc.event()
      local a, b = ipc.pipe()
      ipc.process{ name = "looker", target = function()
        ran:wait(20)
        local waits
        for _ = 1, 2000 do
          for _, task in ipairs(ipc.ps()) do
            if task.name == "main" and task.state == "waiting" then waits = task.waits end
          end
          if waits then break end
          ipc.sleep(0.002)
        end
        print(waits)
        b:send(1)
      end }:start()
      local pool = ipc.pool(1)
      pool:apply_async(function() return 1 end, {}, function() ran:is_set() ran:set() end)
      a:poll(20)
    ]]
    assert.truthy(out:find("^poll pipe#1"), out .. err)
  end)
end)

describe("ps of a space says what a task called", function()
  it("by the slot that it has there", function()
    local name = ("words-%d"):format(require "tidelock".getpid())
    local code = ([[
      local ipc = require "tidelock"
      local s = ipc.open("NAME")
      local begun, never = ipc.event(), ipc.event()
      local v, q = s.value("till", 1), s.queue("orders")
      ipc.process{ name = "holder", target = function()
        v:update(function() begun:set() never:wait() end)
      end }:start()
      begun:wait(20)
      ipc.process{ name = "adder", target = function() v:add(1) end }:start()
      ipc.process{ name = "waiter", target = function() ipc.wait{ ipc.event(), q } end }:start()
      local found = {}
      local limit = ipc.now() + 50
      repeat
        for _, task in ipairs(ipc.ps(s)) do found[task.name] = task.waits end
        ipc.yield()
      until found.adder and found.waiter or ipc.now() > limit
      print(found.adder, found.waiter)
      s:remove()
      for _, p in ipairs(ipc.children()) do p:kill() end
    ]]):gsub("NAME", name)
    local out, err = shell.script(code)
    assert.truthy(out:find '^add value#1 "till": [^\t]*\twait queue#1 "orders"', out .. err)
  end)
end)

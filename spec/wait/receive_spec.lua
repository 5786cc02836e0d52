-- ipc.receive: a message of the first that has one.
local ipc = require "tidelock"
local PATIENCE = 20

local raises = dofile "spec/support/raises.lua"

local connected = dofile "spec/support/pair.lua"

-- Waits until tostring(object) shows it.
local function shows(object, pattern)
  local limit = ipc.now() + PATIENCE
  while not tostring(object):find(pattern) do
    assert(ipc.now() < limit, tostring(object))
    ipc.sleep(0.001)
  end
end

describe("ipc.receive", function()
  it("takes a message of what has one, and says of which", function()
    local q, a, b = ipc.queue(), ipc.pipe()
    b:send("by pipe")
    assert.same({ "by pipe", a }, { ipc.receive{ q, a } })
    q:put("by queue")
    assert.same({ "by queue", q }, { ipc.receive{ q, a } })
    assert.same({ nil, "timeout" }, { ipc.receive({ q, a }, 0) })
    assert.same({ nil, "timeout" }, { ipc.receive({ q, a }, 0.01) })
  end)

  it("takes one only, in the order of each object", function()
    local lifo = ipc.queue{ order = "lifo" }
    lifo:put_many{ 1, 2, 3 }
    assert.equal(3, (ipc.receive{ ipc.queue(), lifo }))
    assert.equal(2, lifo:size())
  end)

  it("lets those that have messages take turns", function()
    local list, from = { ipc.queue(), ipc.queue(), ipc.queue() }, {}
    for n = 1, 3 do for _ = 1, 3 do list[n]:put(n) end end
    for i = 1, 9 do from[i] = ipc.receive(list, PATIENCE) end
    assert.same({ 1, 2, 3, 1, 2, 3, 1, 2, 3 }, from)
  end)

  it("tells a message that is nil from none", function()
    local q = ipc.queue()
    q:put(nil)
    assert.same({ nil, q }, { ipc.receive({ q }, 0) })
    q:put(false)
    assert.same({ false, q }, { ipc.receive({ q }, 0) })
  end)

  it("is woken by a message, whatever it waits for", function()
    local q, a, b = ipc.queue(), ipc.pipe()
    local c, s = connected()
    local ways = {
      queue = function() q:put("queue") end,
      pipe = function() b:send("pipe") end,
      connection = function() s:send("connection") end,
    }
    for name, send in pairs(ways) do
      local child = ipc.spawn(function()
        shows(q, "1 getting")
        send()
      end)
      assert.equal(name, (ipc.receive({ q, a, c }, PATIENCE)))
      child:join()
    end
  end)

  it("passes over what is closed, once it is empty, and says when all are", function()
    local q, other, a, b = ipc.queue(), ipc.queue(), ipc.pipe()
    local c, s = connected()
    q:put("last")
    q:close()
    b:close()
    s:close()
    other:put(1)
    assert.equal("last", (ipc.receive{ a, q, c }))
    assert.same({ nil, "closed" }, { ipc.receive{ a, q, c } })
    assert.same({ nil, "closed" }, { ipc.receive({ q }, 0) })
    assert.same({ 1, other }, { ipc.receive{ q, a, c, other } })
    assert.same({ nil, "timeout" }, { ipc.receive({ q, a, c, other }, 0.01) })
    local child = ipc.spawn(function()
      shows(other, "1 getting")
      other:close()
    end)
    assert.same({ nil, "closed" }, { ipc.receive({ q, other }, PATIENCE) })
    child:join()
  end)

  it("loses and doubles nothing among many that receive and get", function()
    local queues, got = { ipc.queue(8), ipc.queue(8), ipc.queue{ order = "priority", maxsize = 8 } }, ipc.table()
    local takers, givers = {}, {}
    for n = 1, 3 do
      givers[n] = ipc.spawn(function()
        for i = 1, 300 do queues[n]:put(n * 1000 + i, PATIENCE) end
      end)
      takers[n] = ipc.spawn(function()
        local count = 0
        while true do
          local v, from
          if n == 3 then v = queues[1]:get(PATIENCE) else v, from = ipc.receive(queues, PATIENCE) end
          if not v then return count, from end
          got:update(v, function(times) return (times or 0) + 1 end)
          count = count + 1
        end
      end)
    end
    finally(function() for n = 1, 3 do takers[n]:kill() givers[n]:kill() end end)
    for n = 1, 3 do assert(givers[n]:join(PATIENCE)) end
    for n = 1, 3 do queues[n]:close() end
    local sum = 0
    for n = 1, 3 do
      local count, why = takers[n]:result(PATIENCE)
      assert.equal(n < 3 and "closed" or nil, why)
      sum = sum + count
    end
    assert.equal(900, sum)
    for _, v in ipairs(got:keys()) do assert.equal(1, got[v]) end
    assert.equal(900, #got:keys())
  end)

  it("leaves a killed receiver's message to others", function()
    local q, other = ipc.queue(), ipc.queue()
    local victim = ipc.spawn(function() ipc.receive{ q, other } end)
    shows(q, "1 getting")
    victim:kill()
    q:put("kept")
    assert.same({ "kept", q }, { ipc.receive({ other, q }, PATIENCE) })
  end)

  it("counts what it takes of a queue as unfinished", function()
    local q = ipc.queue()
    q:put(1)
    local _, from = ipc.receive{ q }
    assert.same({ nil, "timeout" }, { q:join(0) })
    from:task_done()
    assert.is_true(q:join(0))
  end)

  it("works on queues of a space, and in threads", function()
    local s = dofile "spec/support/space.lua"
    local q, far = ipc.queue(), s.queue("receive-orders")
    local t = ipc.thread(function(near, distant)
      local v, from = require "tidelock".receive({ near, distant }, 20)
      return v, from == distant
    end, q, far):start()
    far:put("soup")
    assert.same({ "soup", true }, { t:result(PATIENCE) })
  end)

  it("is part of a deadlock report", function()
    local shell = dofile "spec/support/shell.lua"
    local _, err, status = shell.script[[
      local ipc = require "tidelock"
      ipc.receive{ ipc.queue{ name = "orders" }, ipc.queue() }
    ]]
    assert.equal(3, status, err)
    assert.truthy(err:find("waits for the first of: queue#1 \"orders\"", 1, true), err)
  end)

  it("says what is misused", function()
    local q = ipc.queue()
    raises("receive: a list of objects is expected, such as { q, p }, not a queue", ipc.receive, q)
    raises("receive: the list has 0 objects; 1 to 10000 are possible", ipc.receive, {})
    raises("receive: item 2 of the list has no messages to receive: event; queues", ipc.receive, { q, ipc.event() })
    raises("receive: item 1 of the list is a number, not an object to wait for", ipc.receive, { 1 })
    raises("receive: the timeout must be a number", ipc.receive, { q }, "x")
    local a, b = ipc.pipe{ duplex = false }
    raises("pipe#%d+: receive: the other end does this", ipc.receive, { b, a }, 0)
  end)
end)

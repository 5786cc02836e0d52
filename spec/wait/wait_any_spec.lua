-- ipc.wait: those that are ready, of whatever mixture.
local ipc = require "tidelock"
local PATIENCE = 20

-- Runs `f` in a task, and waits until tostring(object) shows that it waits.
local function waiting(object, pattern, f)
  local p = ipc.spawn(f)
  local limit = ipc.now() + PATIENCE
  while not tostring(object):find(pattern) do
    assert(ipc.now() < limit, tostring(object))
    ipc.sleep(0.001)
  end
  return p
end

local space = dofile "spec/support/space.lua"

describe("ipc.wait", function()
  it("returns all that are ready, in their order, and takes nothing", function()
    local q, e, l, lifo = ipc.queue(), ipc.event(), ipc.latch(1), ipc.queue{ order = "lifo" }
    local a, b = ipc.pipe()
    local p = ipc.spawn(function() end)
    p:join()
    assert.same({ nil, "timeout" }, { ipc.wait({ q, e, a, l, lifo }, 0) })
    assert.same({ p }, ipc.wait({ q, e, a, l, lifo, p }, 0))
    q:put(1)
    e:set()
    b:send(2)
    l:count_down()
    lifo:put(3)
    assert.same({ q, e, a, l, lifo, p }, ipc.wait{ q, e, a, l, lifo, p })
    assert.equal(1, q:get(0))
    assert.same({ e, a, l, lifo }, ipc.wait{ q, e, a, l, lifo })
  end)

  it("counts what is closed as ready", function()
    local q = ipc.queue()
    local a, b = ipc.pipe()
    q:close()
    assert.same({ q }, ipc.wait{ ipc.event(), q })
    b:close()
    assert.same({ a }, ipc.wait({ ipc.event(), a }, PATIENCE))
  end)

  it("wakes when the process that it waits for is killed", function()
    local p, q = ipc.spawn(ipc.sleep), ipc.queue()
    local w = waiting(p, "1 joining", function() return ipc.wait({ q, p }, PATIENCE)[1] == p end)
    p:kill()
    assert.is_true((w:result(PATIENCE)))
  end)

  it("takes no wake away from who would use it", function()
    local q, e = ipc.queue(), ipc.event()
    local idle = waiting(q, "1 getting", function()
      local ready = ipc.wait({ q, e }, PATIENCE)
      e:wait(PATIENCE) -- and does not get what was announced
      return #ready
    end)
    local getter = waiting(q, "2 getting", function() return q:get(PATIENCE) end)
    q:put("for the one who gets")
    assert.equal("for the one who gets", (getter:result(PATIENCE)))
    e:set()
    assert.equal(1, (idle:result(PATIENCE)))
  end)

  it("leaves no trace at objects that were not ready", function()
    local q, e = ipc.queue(), ipc.event()
    for _ = 1, 50 do ipc.wait({ q, e }, 0.0001) end
    assert.truthy(tostring(q):find("0 getting"))
    assert.truthy(tostring(e):find("0 waiting"))
  end)

  it("lets eight tasks share many queues, and no message is lost", function()
    local queues, results = {}, ipc.queue()
    for n = 1, 20 do queues[n] = ipc.queue() end
    for _ = 1, 8 do
      ipc.spawn(function()
        local open, sum = { table.unpack(queues) }, 0
        while #open > 0 do
          for _, q in ipairs(ipc.wait(open)) do
            local v, why = q:get(0)
            sum = sum + (v or 0)
            if why == "closed" then
              for i, o in ipairs(open) do
                if o == q then table.remove(open, i) break end
              end
            end
          end
        end
        results:put(sum)
      end)
    end
    local expected = 0
    for i = 1, 4000 do
      queues[i % 20 + 1]:put(i)
      expected = expected + i
    end
    for _, q in ipairs(queues) do q:close() end
    local sum = 0
    for _ = 1, 8 do sum = sum + assert(results:get(PATIENCE)) end
    assert.equal(expected, sum)
  end)

  it("goes on when others that wait as well are killed", function()
    local q, e = ipc.queue(), ipc.event()
    local victims = {}
    for n = 1, 4 do
      victims[n] = waiting(q, n .. " getting", function() ipc.wait{ q, e } end)
    end
    local getter = waiting(q, "5 getting", function() return q:get(PATIENCE) end)
    for _, p in ipairs(victims) do p:kill() end
    q:put("a message")
    assert.equal("a message", (getter:result(PATIENCE)))
  end)

  it("mixes objects of the program with those of a space", function()
    local s = space
    local q, shared = ipc.queue(), s.queue("any-q")
    local w = waiting(shared, "1 getting", function() return #ipc.wait({ q, shared, s.event("any-e") }, PATIENCE) end)
    shared:put(1)
    assert.equal(1, (w:result(PATIENCE)))
    w = waiting(q, "1 getting", function() return #ipc.wait({ q, s.event("any-e") }, PATIENCE) end)
    q:put(1)
    assert.equal(1, (w:result(PATIENCE)))
    w = waiting(s.event("any-e"), "1 waiting", function() return #ipc.wait({ s.event("any-e") }, PATIENCE) end)
    s.event("any-e"):set()
    assert.equal(1, (w:result(PATIENCE)))
  end)

  it("mixes them with listeners, connections and commands", function()
    local q, l = ipc.queue(), ipc.listen "tcp:127.0.0.1:0"
    assert.same({ nil, "timeout" }, { ipc.wait({ q, l }, 0.01) })
    local client = ipc.spawn(function()
      local c = ipc.connect(l.address)
      q:get(PATIENCE)
      c:send("from the client")
      q:get(PATIENCE)
    end)
    assert.same({ l }, ipc.wait({ ipc.event(), l }, PATIENCE))
    local c = l:accept(0)
    assert.same({ nil, "timeout" }, { ipc.wait({ c, l, client }, 0.01) })
    q:put(1)
    assert.same({ c }, ipc.wait({ c, l, client }, PATIENCE))
    assert.equal("from the client", c:recv(0))
    q:put(2)
    local ready = ipc.wait({ client, c, l }, PATIENCE)
    assert.truthy(ready[1] == client or ready[1] == c)
    client:join()
    assert.same({ client, c }, ipc.wait({ client, c, l }, PATIENCE))
    local cat = ipc.command{ "cat" }
    assert.same({ nil, "timeout" }, { ipc.wait({ cat, ipc.queue() }, 0.01) })
    cat.stdin:write("text")
    cat.stdin:close()
    assert.same({ cat }, ipc.wait({ cat, ipc.queue() }, PATIENCE))
    assert.equal("text", cat.stdout:read("a"))
  end)

  it("is woken from a poll by an object in shared memory", function()
    local q, l = ipc.queue(), ipc.listen "tcp:127.0.0.1:0"
    for _ = 1, 100 do
      local p = waiting(q, "1 getting", function() return #ipc.wait({ l, q }, PATIENCE) end)
      q:put(1)
      assert.equal(1, (p:result(PATIENCE)))
      q:get()
    end
  end)

  it("mixes futures and threads with them, and runs callbacks meanwhile", function()
    local pool, gate, l = ipc.pool(1), ipc.event(), ipc.listen "tcp:127.0.0.1:0"
    local told
    pool:apply_async(function() return "told" end, {}, function(what) told = what end)
    local f = pool:submit(function() gate:wait() return 5 end)
    assert.same({ nil, "timeout" }, { ipc.wait({ f, l }, 0.05) })
    local t = ipc.thread(function() gate:set() end):start()
    assert.same({ f }, ipc.wait({ f, l }, PATIENCE))
    assert.equal(5, f:get())
    assert.equal("told", told)
    assert.same({ t }, ipc.wait({ t, l }, PATIENCE))
    pool:terminate()
  end)

  it("lets a command write what it likes meanwhile", function()
    local c = ipc.command{ "sh", "-c", "head -c 1000000 /dev/zero; exit 3" }
    assert.same({ c }, ipc.wait({ c, ipc.event() }, PATIENCE))
    assert.equal(3, c.exitcode)
    assert.equal(1000000, #c.stdout:read("a"))
  end)

  it("knows a command after a call to a space", function()
    local c = ipc.command{ "true" }
    space.value("any-v", 1):add(1)
    assert.is_true(c:join(PATIENCE))
  end)

  it("lets a call that comes late cut short no read of the script", function()
    local c = ipc.command{ "true" }
    ipc.wait({ c }, PATIENCE) -- sleeps for descriptors, so it is called by a signal
    local late = io.popen(("sleep 0.2; kill -URG %d; sleep 0.2; echo whole"):format(ipc.getpid()))
    assert.same({ "whole" }, { late:read("l") })
    late:close()
  end)

  it("refuses what nobody can wait for", function()
    local function why(...) return select(2, pcall(ipc.wait, ...)) end
    assert.truthy(why(5):find("wait: a list of objects is expected, such as { q, p }, not a number", 1, true))
    assert.truthy(why({}):find("wait: the list has 0 objects; 1 to 10000 are possible", 1, true))
    assert.truthy(why({ ipc.event(), 5 }):find("wait: item 2 of the list is a number, not an object to wait for"))
    assert.truthy(why({ ipc.lock() }):find("lock#%d+: wait: is nothing to wait for; there are: queue, pipe end"))
    assert.truthy(why({ ipc.process(print) }):find("wait: not started yet; call start first"))
    assert.truthy(why({ ipc.current() }):find("wait: a task cannot wait for its own end"))
    assert.truthy(why({ select(2, ipc.pipe{ duplex = false }) }):find("wait: the other end does this"))
    local l = ipc.listen "tcp:127.0.0.1:0"
    l:close()
    assert.truthy(why({ l }):find("item 1 of the list is a listener, not an object to wait for, or it was closed"))
    assert.truthy(why({ ipc.event() }, 0 / 0):find("wait: the timeout is not a number", 1, true))
  end)
end)

-- ipc.wait and ipc.receive: the same near and far, and over both together.
local ipc = require "tidelock"
local both = dofile "spec/support/both.lua"
local engine = dofile "spec/support/engine.lua"
local raises = dofile "spec/support/raises.lua"
local shows = dofile "spec/support/shows.lua"
local PATIENCE = 20

for _, at in ipairs(both) do
  describe("ipc.wait, " .. at.where .. ",", function()
    it("returns all that are ready, in their order, and takes nothing", function()
      local q, e, l, lifo = at.queue(), at.event(), at.latch(1), at.queue{ order = "lifo" }
      local a, b = at.pipe()
      assert.same({ nil, "timeout" }, { ipc.wait({ q, e, a, l, lifo }, 0) })
      assert.same({ nil, "timeout" }, { ipc.wait({ q, e, a, l, lifo }, 0.01) })
      q:put(1)
      e:set()
      b:send(2)
      l:count_down()
      lifo:put(3)
      assert.same({ q, e, a, l, lifo }, ipc.wait{ q, e, a, l, lifo })
      assert.equal(1, q:get(0))
      assert.same({ e, a, l, lifo }, ipc.wait{ q, e, a, l, lifo })
    end)

    it("is woken by each of them", function()
      local q, e, l = at.queue(), at.event(), at.latch(1)
      local a, b = at.pipe()
      local acts = { { q, function() q:put(1) end }, { e, function() e:set() end },
        { l, function() l:count_down() end }, { a, function() b:send(1) end } }
      for _, act in ipairs(acts) do
        local child = ipc.spawn(function()
          shows(q, "1 getting")
          act[2]()
        end)
        assert.same({ act[1] }, ipc.wait({ q, e, l, a }, PATIENCE))
        assert.is_true(child:join(PATIENCE))
        if act[1] == q then q:get() end
        if act[1] == e then e:clear() end
        if act[1] == l then l = at.latch(1) end
      end
    end)

    it("counts what is closed as ready", function()
      local q = at.queue()
      local a, b = at.pipe()
      q:close()
      assert.same({ q }, ipc.wait{ at.event(), q })
      b:close()
      assert.same({ a }, ipc.wait({ at.event(), a }, PATIENCE))
    end)

    it("takes no wake away from who would use it", function()
      local q, e = at.queue(), at.event()
      local idle = ipc.spawn(function()
        local ready = ipc.wait({ q, e }, PATIENCE)
        e:wait(PATIENCE) -- and does not get what was announced
        return #ready
      end)
      shows(q, "1 getting")
      local getter = ipc.spawn(function() return q:get(PATIENCE) end)
      shows(q, "2 getting")
      q:put("for the one who gets")
      assert.equal("for the one who gets", (getter:result(PATIENCE)))
      e:set()
      assert.equal(1, (idle:result(PATIENCE)))
    end)

    it("leaves no trace at objects that were not ready", function()
      local q, e = at.queue(), at.event()
      for _ = 1, 5 do ipc.wait({ q, e }, 0.001) end
      assert.truthy(tostring(q):find("0 getting", 1, true), tostring(q))
      assert.truthy(tostring(e):find("0 waiting", 1, true), tostring(e))
    end)

    it("mixes them with objects of the program, and wakes for either", function()
      local mine, theirs, process = ipc.queue(), at.queue(), ipc.spawn(ipc.sleep)
      finally(function() process:kill() end)
      assert.same({ nil, "timeout" }, { ipc.wait({ mine, theirs, process }, 0) })
      assert.same({ nil, "timeout" }, { ipc.wait({ mine, theirs, process }, 0.02) })
      for _, one in ipairs{ theirs, mine } do
        local waiter = ipc.spawn(function()
          local ready = ipc.wait({ mine, theirs, process }, PATIENCE)
          return #ready, ready[1] == one
        end)
        shows(theirs, "1 getting")
        one:put(1)
        assert.same({ 1, true }, { waiter:result(PATIENCE) })
        one:get()
      end
      local waiter = ipc.spawn(function() return ipc.wait({ mine, theirs }, PATIENCE)[2] == theirs end)
      shows(theirs, "1 getting")
      theirs:put(1)
      assert.is_false((waiter:result(PATIENCE)))
      mine:put(1)
      assert.same({ mine, theirs }, ipc.wait{ mine, theirs })
      process:kill()
      process:join()
      assert.same({ mine, theirs, process }, ipc.wait{ mine, theirs, process })
    end)

    it("refuses what nobody can wait for", function()
      raises("wait: item 2 of the list is a number, not an object to wait for", ipc.wait, { at.event(), 5 })
      raises("wait: is nothing to wait for; there are: queue, pipe end", ipc.wait, { at.lock() })
      raises("wait: the timeout is not a number", ipc.wait, { at.event() }, 0 / 0)
      raises("wait: the timeout must be a number of seconds or nil, not a string", ipc.wait, { at.event() }, "1")
      raises("the other end does this", ipc.wait, { select(2, at.pipe{ duplex = false }) })
      raises("wait: takes at most 2 arguments, and got 3", ipc.wait, { at.event() }, 0, 1)
    end)
  end)

  describe("ipc.receive, " .. at.where .. ",", function()
    it("takes a message of what has one, and says of which", function()
      local q, a, b = at.queue(), at.pipe()
      b:send("by pipe")
      assert.same({ "by pipe", a }, { ipc.receive{ q, a } })
      q:put("by queue")
      assert.same({ "by queue", q }, { ipc.receive{ q, a } })
      assert.same({ nil, "timeout" }, { ipc.receive({ q, a }, 0) })
      assert.same({ nil, "timeout" }, { ipc.receive({ q, a }, 0.01) })
      q:put(nil)
      assert.same({ nil, q }, { ipc.receive({ q }, 0) })
    end)

    it("lets those that have messages take turns", function()
      local list, from = { at.queue(), at.queue(), at.queue() }, {}
      for n = 1, 3 do for _ = 1, 3 do list[n]:put(n) end end
      for i = 1, 9 do from[i] = ipc.receive(list, PATIENCE) end
      for i = 1, 7 do
        local turn = { from[i], from[i + 1], from[i + 2] }
        table.sort(turn)
        assert.same({ 1, 2, 3 }, turn)
      end
    end)

    it("is woken by a message, and by the end of the last", function()
      local q, other = at.queue(), at.queue()
      local waiter = ipc.spawn(function()
        local first = ipc.receive({ other, q }, PATIENCE)
        return first, select(2, ipc.receive({ other, q }, PATIENCE))
      end)
      shows(q, "1 getting")
      q:put("first")
      shows(q, "1 getting")
      q:close()
      other:close()
      assert.same({ "first", "closed" }, { waiter:result(PATIENCE) })
    end)

    it("passes over what is closed, once it is empty", function()
      local q, other, a, b = at.queue(), at.queue(), at.pipe()
      q:put("last")
      q:close()
      b:close()
      other:put(1)
      assert.equal("last", (ipc.receive{ a, q }))
      assert.same({ nil, "closed" }, { ipc.receive{ a, q } })
      assert.same({ 1, other }, { ipc.receive{ q, a, other } })
      assert.same({ nil, "timeout" }, { ipc.receive({ q, a, other }, 0.01) })
    end)

    it("mixes them with objects of the program", function()
      local mine, theirs = ipc.queue(), at.queue()
      for _, one in ipairs{ theirs, mine } do
        local waiter = ipc.spawn(function()
          local value, from = ipc.receive({ mine, theirs }, PATIENCE)
          return value, from == one
        end)
        shows(theirs, "1 getting")
        one:put("here")
        assert.same({ "here", true }, { waiter:result(PATIENCE) })
      end
      for n = 1, 2 do
        mine:put(n)
        theirs:put(n)
      end
      local seen = {}
      for i = 1, 4 do seen[i] = select(2, ipc.receive{ mine, theirs }) == mine end
      assert.truthy(seen[1] ~= seen[2] and seen[2] ~= seen[3] and seen[3] ~= seen[4])
      mine:close()
      assert.same({ nil, "timeout" }, { ipc.receive({ mine, theirs }, 0) })
      theirs:close()
      assert.same({ nil, "closed" }, { ipc.receive{ mine, theirs } })
    end)

    it("counts what it takes of a queue as unfinished", function()
      local q = at.queue()
      q:put(1)
      local _, from = ipc.receive{ q }
      assert.same({ nil, "timeout" }, { q:join(0) })
      from:task_done()
      assert.is_true(q:join(0))
    end)

    it("loses and doubles nothing among tasks that receive", function()
      local queues, got = { at.queue(8), at.queue(8) }, ipc.queue()
      local takers, givers = {}, {}
      for n = 1, 2 do
        givers[n] = ipc.spawn(function()
          for i = 1, 40 do queues[n]:put(n * 1000 + i, PATIENCE) end
        end)
        takers[n] = ipc.spawn(function()
          while true do
            local v, from = ipc.receive(queues, PATIENCE)
            if not v then return from end
            got:put(v)
          end
        end)
      end
      for n = 1, 2 do assert(givers[n]:join(PATIENCE)) end
      for n = 1, 2 do queues[n]:close() end
      for n = 1, 2 do assert.equal("closed", takers[n]:result(PATIENCE)) end
      local seen, count = {}, 0
      for _, v in ipairs(got:get_many(1000, 0)) do
        assert.is_nil(seen[v])
        seen[v], count = true, count + 1
      end
      assert.equal(80, count)
    end)

    it("says what is misused", function()
      raises("receive: item 2 of the list has no messages to receive: event; queues", ipc.receive,
        { at.queue(), at.event() })
      raises("receive: the timeout must be a number", ipc.receive, { at.queue() }, "x")
      raises("receive: item 2 of the list is a number, not an object to wait for", ipc.receive, { at.queue(), 1 })
    end)
  end)
end

if engine.missing then return end

describe("ipc.wait and ipc.receive, of a far space,", function()
  local far = both[2]

  it("raise in the name of the one that is removed meanwhile", function()
    for _, call in ipairs{ "wait", "receive" } do
      local one, name = far.queue(), far.fresh "queue"
      local two = far.space().queue(name)
      local child = ipc.spawn(function()
        shows(two, "1 getting")
        return far.space():remove(name)
      end)
      raises(('queue "%s" at [^:]+:[^ ]*: %s: it was removed'):format(name:gsub("%-", "%%-"), call), ipc[call],
        { one, two }, PATIENCE)
      assert.is_true(child:join(PATIENCE))
    end
  end)
end)

describe("ipc.wait and ipc.receive, over two far spaces and the program,", function()
  local one, two, mine

  before_each(function()
    one = ipc.open(engine.shared():address "wait-one").queue("q-" .. ipc.getpid())
    two = ipc.open(engine.shared():address "wait-two").queue("q-" .. ipc.getpid())
    mine = ipc.queue()
  end)

  it("wake for each, and take turns", function()
    for _, given in ipairs{ one, two, mine } do
      for _, call in ipairs{ "wait", "receive" } do
        local waiter = ipc.spawn(function()
          local first, from = ipc[call]({ one, mine, two }, PATIENCE)
          if call == "wait" then return #first == 1 and first[1] == given end
          return first == "here" and from == given
        end)
        shows(one, "1 getting")
        shows(two, "1 getting")
        given:put("here")
        assert.is_true((waiter:result(PATIENCE)))
        shows(one, "0 getting")
        shows(two, "0 getting")
        if call == "wait" then assert.equal("here", given:get(0)) end
      end
    end
    assert.same({ nil, "timeout" }, { ipc.wait({ one, mine, two }, 0.02) })
    for _, given in ipairs{ one, two, mine } do given:put_many{ 1, 2 } end
    local seen = {}
    for i = 1, 6 do seen[i] = select(2, ipc.receive{ one, two, mine }) end
    for i = 1, 3 do assert.equal(seen[i], seen[i + 3]) end
    assert.truthy(seen[1] ~= seen[2] and seen[2] ~= seen[3] and seen[1] ~= seen[3])
  end)

  it("leave nothing begun where a callback raises", function()
    ipc.on_signal("USR1", function() error("from the callback", 0) end)
    finally(function() ipc.on_signal("USR1", nil) end)
    local me = ipc.getpid()
    local child = ipc.spawn(function()
      shows(two, "1 getting")
      os.execute("kill -USR1 " .. me)
    end)
    assert.same({ false, "from the callback" }, { pcall(ipc.wait, { one, mine, two }, PATIENCE) })
    assert.is_true(child:join(PATIENCE))
    shows(one, "0 getting")
    assert.truthy(tostring(two):find("0 getting", 1, true), tostring(two))
    two:put(1)
    assert.same({ 1, two }, { ipc.receive({ one, two }, PATIENCE) })
  end)
end)

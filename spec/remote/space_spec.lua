-- A space: the same near and far; and what a far one has besides.
local ipc = require "tidelock"
local await = dofile "spec/support/await.lua"
local both = dofile "spec/support/both.lua"
local raises = dofile "spec/support/raises.lua"
local shell = dofile "spec/support/shell.lua"
local shows = dofile "spec/support/shows.lua"
local tasks = dofile "spec/support/tasks.lua"
local PATIENCE = 20

for _, at in ipairs(both) do
  describe("a space, " .. at.where .. ",", function()
    it("has its objects found by name, the same for all who ask", function()
      local s, name = at.space(), at.fresh "queue"
      local q = s.queue(name, 3)
      assert.equal(q, s.queue(name))
      assert.equal(q, s.queue(name, 3))
      assert.equal(q, s.queue(name, { maxsize = 3 }))
      local t = { [q] = "a key" }
      assert.equal("a key", t[s.queue(name)])
      q:put{ dish = "soup" }
      assert.equal("soup", ipc.spawn(function() return s.queue(name):get().dish end):result(PATIENCE))
      assert.equal("soup", (function()
        q:put{ dish = "soup" }
        return ipc.thread(function(given) return given:get().dish end, q):start():result(PATIENCE)
      end)())
    end)

    it("makes an object once, though four tasks ask at the same time", function()
      local s, start, list = at.space(), ipc.event(), {}
      local name = at.fresh "value"
      for n = 1, 4 do
        list[n] = ipc.spawn(function()
          start:wait()
          for i = 1, 20 do s.value(name .. "-" .. i, 0):add(1) end
        end)
      end
      start:set()
      tasks.succeed(list)
      for i = 1, 20 do assert.equal(4, s.value(name .. "-" .. i):get()) end
    end)

    it("refuses another kind or size under a name that stands", function()
      local s = at.space()
      local function refuses(kind, given, other_kind, ...)
        local name = at.fresh(kind)
        s[kind](name, table.unpack(given))
        local ok, why = pcall(s[other_kind], name, ...)
        assert.truthy(not ok and why:find(('%s: in the space "%s" there is another under this name: %s'):format(
          other_kind, s.name, kind), 1, true), tostring(why))
        assert.truthy(why:find("ask for that, or remove it with s:remove(name)", 1, true), why)
      end
      refuses("queue", { 3 }, "lock")
      refuses("queue", { 3 }, "queue", 4)
      refuses("queue", { 3 }, "queue", { maxsize = 3, order = "lifo" })
      refuses("semaphore", { 4 }, "semaphore", 5)
      refuses("semaphore", { 4 }, "semaphore", { value = 4, bounded = true })
      refuses("barrier", { 2 }, "barrier", 3)
      refuses("latch", { 2 }, "latch", 1)
      refuses("event", {}, "value", 1)
    end)

    it("finds what stands, whatever is to be in a new one", function()
      local s, name = at.space(), at.fresh "table"
      s.table(name, { a = 1 })
      assert.equal(1, s.table(name, { a = 2 }).a)
      name = at.fresh "value"
      s.value(name, 5):add(1)
      assert.equal(6, s.value(name):get())
      assert.equal(6, s.value(name, 5):get())
      local lock = at.lock()
      name = at.fresh "condition"
      local c = s.condition(name, lock)
      assert.equal(c, s.condition(name, lock))
      assert.equal(c, s.condition(name))
    end)

    it("lists its objects with their states", function()
      local s, name = at.space(), at.fresh "queue"
      s.queue(name, 3):put(1)
      local found
      for _, o in ipairs(s:list()) do
        if o.name == name then found = o end
      end
      assert.same({ name, "queue" }, { found.name, found.kind })
      assert.truthy(found.state:find(('"%s": 1 of 3 messages, 0 getting, 0 putting, 0 joining'):format(name), 1, true),
        found.state)
    end)

    it("frees a name, and a new object is another", function()
      local s, name = at.space(), at.fresh "value"
      local old = s.value(name, 1)
      assert.is_true(s:remove(name))
      assert.is_false(s:remove(name))
      local new = s.value(name, 10)
      assert.equal(10, new:get())
      assert.is_true(old ~= new)
    end)

    it("says what is misused", function()
      local s = at.space()
      raises("has no quue; did you mean queue?", function() return s.quue end)
      raises("has no colour; there are: .*condition, event, latch, list, lock", function() return s.colour end)
      raises("objects are made by s.queue%(name%), s.lock%(name%) and so on; no field can be set", function()
        s.queue = 1
      end)
      raises("lock: .*a name has 1 to 47 bytes, and no zero byte", s.lock, "")
      raises("a name has 1 to 47 bytes", s.lock, ("x"):rep(48))
      raises("the name must be a string, not nil", s.lock)
      raises("call it with '.', not ':'", s.lock, s, "l")
      raises("lock: in a space the name is the first argument", s.lock, at.fresh "lock", { name = "m" })
      raises('queue: unknown option "maxsice"', s.queue, at.fresh "queue", { maxsice = 3 })
      raises("list: a space is expected, as ipc.open returns it", s.list)
      assert.equal("space", getmetatable(s))
    end)

    it("carries no object and no function of the program", function()
      local q = at.queue()
      raises("put: cannot send value%[1%].l: this lock .* as s.lock%(name%)", q.put, q, { { l = ipc.lock() } })
      raises("put: cannot send value.f: a function cannot leave its ", q.put, q, { f = function() end })
      assert.equal(0, #q)
    end)

    it("lends its objects to the program's own queues, and to its threads", function()
      local mine, lock, q = ipc.queue(), at.lock(), at.queue()
      mine:put{ lock, q }
      local got = mine:get()
      assert.equal(lock, got[1])
      assert.equal(q, got[2])
      local e = at.event()
      assert.equal(e, (ipc.spawn(function() return e end):result(PATIENCE)))
      assert.equal(e, (ipc.thread(function(given) return given end, e):start():result(PATIENCE)))
    end)
  end)
end

local far = both[2]
if not far then
  describe("a far space", function()
    it("is on a server of the spec's own", function() pending(both.missing) end)
  end)
  return
end

describe("a far space", function()
  local engine = dofile "spec/support/engine.lua"

  local function other(code)
    return shell.script(('local ipc = require "tidelock"\nlocal s = ipc.open(%q)\n'):format(
      engine.shared():address "specs") .. code)
  end

  it("is the same when it is opened again, and tells where it is, without secrets", function()
    local address = engine.shared():address "specs"
    assert.equal(far.space(), ipc.open(address))
    assert.equal(far.space(), ipc.open{ name = address })
    assert.equal("specs", far.space().name)
    assert.equal(('space "specs" at %s'):format(address), tostring(far.space()))
    assert.is_true(far.space() ~= ipc.open(engine.shared():address "other"))
  end)

  it("is shared by unrelated programs", function()
    local s = far.space()
    local q, name = far.queue(), far.fresh "lock"
    q:put{ dish = "soup" }
    local q_name = tostring(q):match '"([^"]*)"'
    local out, err = other(([[
      local q = s.queue(%q)
      print(q:get().dish)
      s.lock(%q):acquire()
      q:put(s.lock(%q))
      q:put("last")
    ]]):format(q_name, name, name))
    assert.same({ "soup\n", "" }, { out, err })
    local till = q:get(PATIENCE)
    assert.equal(s.lock(name), till)
    assert.same({ true, "abandoned" }, { till:acquire(PATIENCE) })
    till:release()
  end)

  it("tells a stale handle that its object was removed", function()
    local s, name = far.space(), far.fresh "queue"
    local q = s.queue(name)
    local waiter = ipc.spawn(function() return pcall(q.get, q) end)
    shows(q, "1 getting")
    s:remove(name)
    local ok, why = waiter:result(PATIENCE)
    assert.truthy(not ok and why:find("get: it was removed from its space; s.queue(name) makes a new one", 1, true),
      why)
    raises("put: it was removed from its space", q.put, q, 1)
    assert.truthy(tostring(q):find(": removed$"), tostring(q))
    assert.is_true(s.queue(name):put(1))
  end)

  it("names its members, and what they wait for", function()
    local q = far.queue()
    local p = ipc.spawn(function() return q:get() end)
    shows(q, "1 getting")
    local found
    for _, member in ipairs(far.space():members()) do
      if member.pid == p.pid then found = member end
    end
    assert.truthy(found and found.lease > 0 and found.host ~= "")
    local waits
    for _, task in ipairs(found.tasks) do waits = waits or task.waits end
    assert.equal(('get queue "%s"'):format(tostring(q):match '"([^"]+)"'), waits)
    q:put(1)
    p:join(PATIENCE)
  end)

  it("gives fencing tokens that only grow", function()
    local lock, last = far.lock(), 0
    assert.is_nil(lock.token)
    for _ = 1, 3 do
      lock:acquire()
      assert.truthy(lock.token > last)
      last = lock.token
      lock:release()
      assert.is_nil(lock.token)
    end
    assert.truthy(ipc.spawn(function() return lock:with(function() return lock.token end) end):result(PATIENCE) > last)
    lock:acquire()
    assert.is_nil((ipc.spawn(function() return lock.token end):result(PATIENCE)))
    lock:release()
  end)

  it("redelivers what a killed consumer had taken, to the front, where the queue is made so", function()
    local q, taken = far.queue{ redeliver = true }, ipc.event()
    q:put_many{ 1, 2, 3 }
    local consumer = ipc.spawn(function()
      q:get()
      q:get()
      q:task_done()
      taken:set()
      ipc.sleep()
    end)
    assert(taken:wait(PATIENCE))
    consumer:kill()
    consumer:join()
    await(function() return #q == 2 end)
    assert.same({ 2, 3 }, q:get_many(10))
    q:task_done()
    q:task_done()
    assert.is_true(q:join(0))
    assert.is_true(q.redeliver)
  end)

  it("is emptied by remove without a name, and stays", function()
    local s = ipc.open(engine.shared():address "emptied")
    s.queue("q")
    s.table("t", { a = 1 })
    assert.equal(2, #s:list())
    assert.is_true(s:remove())
    assert.same({}, s:list())
    s.queue("q"):put(1)
    assert.equal(1, #s.queue("q"))
  end)

  it("says what is to be written instead", function()
    local server = engine.shared()
    local s = ipc.open(server:address "specs")
    raises('queue: the name is the first argument: s.queue%("NAME", { ... }%)', s.queue, { name = "q" })
    raises("pool: workers: a far pool makes no workers; they are started where they are to run, by tidelock worker",
      s.pool, "p", { workers = 2 })
    raises("cannot send value: a function .-; put it into a module that both sides have", function()
      s.queue "q":put(function() end)
    end)
    raises("cannot send value.fn: a function .-; put it into a module that both sides have", function()
      s.queue "q":put_many{ { fn = print } }
    end)
    raises("that is a socket: the name of a space comes behind it: /.*/socket/SPACE", ipc.open,
      "redis+unix:" .. server.socket)
  end)

  it("is opened by an address that makes sense alone", function()
    for address, why in pairs{
      ["redis:kitchen"] = "open: ", ["redis://host:port/kitchen"] = "open: ", ["redis://host/"] = "open: ",
      ["redis+unix:/nowhere/s/kitchen"] = "open: .*/nowhere/s", ["http://host/kitchen"] = "open: ",
    } do
      raises(why, ipc.open, address)
    end
    local ok, why = pcall(ipc.open, "redis://user:secret@127.0.0.1:1/kitchen")
    assert.truthy(not ok and not why:find("secret", 1, true), why)
    local address = engine.shared():address "specs"
    raises('open: unknown option "leese"; did you mean lease?', ipc.open, address, { leese = 1 })
    raises("open: the options must be a table, not a number", ipc.open, address, 1)
    for wrong, told in pairs{
      [{ lease = 0 }] = "lease must be a number of seconds from 0.1 to 3600, not 0",
      [{ lease = "10" }] = 'lease must be a number of seconds from 0.1 to 3600, not "10"',
      [{ on_lost = "die" }] = 'on_lost must be "raise" or "kill", not "die"',
      [{ insecure = 1 }] = "insecure must be true or false, not a number",
      [{ ca = 1 }] = "ca must be the name of a file, not a number",
    } do
      raises("open: " .. told, ipc.open, address, wrong)
    end
  end)
end)

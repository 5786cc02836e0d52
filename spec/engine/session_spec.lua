-- Sessions, slots and bells of the engine, one case at a time; random histories are tried by model_spec.
local client = dofile "spec/support/engine/client.lua"

local function fields_of(_, fields)
  return fields
end

local function copy(value)
  if type(value) ~= "table" then return value end
  local new = {}
  for k, v in pairs(value) do new[k] = copy(v) end
  return new
end

describe("a session", function()
  local space, ann, ben

  before_each(function()
    space = client.new()
    ann, ben = space:session "ann", space:session "ben"
  end)

  it("has the uid and the lease of the first in the space", function()
    assert.same({ "uid-ann", "10000", "4" }, { table.unpack(space:session("cat", 99000).opened[2], 1, 3) })
  end)

  it("that is the first has not begun before its space was there, though the clock goes on", function()
    local first = client.new()
    local server = first.server
    server.spy(function(name, ...)
      if name == "TIME" then server.clock = server.clock + 1000 end
      return server.call(name, ...)
    end)
    local opened = first:session("first").opened[2]
    assert.equal(opened[4], server.call("HGET", "tl:{spec}:space", "made"))
  end)

  it("is asked to watch the next of its machine, and not those of others", function()
    local cat, dan = space:session("cat", nil, "other"), space:session "dan"
    local _, fields = ben:unnumbered "beat"
    assert.same({ dan.id, "4", "7", ann.id, "1", "7" }, { table.unpack(fields, 3) })
    _, fields = cat:unnumbered "beat"
    assert.same({}, { table.unpack(fields, 3) })
  end)

  it("is told at once of a new one that it is to watch", function()
    ben:bell()
    local dan = space:session "dan"
    assert.equal(("0:0:watch:%d:%s1:31:7"):format(#dan.id, dan.id), ben:bell())
    assert.falsy(ben:bell())
  end)

  it("is lost when its lease is over", function()
    local id = ann:make "lock"
    ann:ask("lock_acquire", id, 1)
    assert.equal("wait", (ben:ask("lock_acquire", id, 1)))
    space:pass(11, ben)
    assert.equal("1:1:abandoned", ben:bell():match "^%d+:%d+:%a+")
    assert.equal("lost", (ann:ask("lock_release", id)))
    assert.equal("lost", (ann:unnumbered "beat"))
  end)

  it("is not lost when nobody was there, or when the clock goes back", function()
    space.server.clock = space.server.clock + 60000000
    assert.equal("ok", (ben:unnumbered "beat"))
    assert.equal("ok", (ann:unnumbered "beat"))
    space.server.clock = space.server.clock - 3600000000
    assert.equal("ok", (ben:unnumbered "beat"))
    assert.equal("ok", (ann:unnumbered "beat"))
  end)

  it("that says bye leaves nothing behind but its objects", function()
    local id = ann:make("lock", "pan")
    ann:ask("lock_acquire", id, 1)
    ann:ask("make", "queue", "private", "session")
    ann:unnumbered "bye"
    assert.equal("removed", (ben:ask("find", "private")))
    assert.equal("abandoned", (ben:ask("lock_acquire", id, 0)))
    for key in pairs(space.server.data) do assert.falsy(key:find(ann.id, 1, true), key) end
  end)
end)

describe("a request", function()
  local space, ann, ben, id

  before_each(function()
    space = client.new()
    ann, ben = space:session "ann", space:session "ben"
    id = ann:make("value", "n")
  end)

  it("counts once, however often it comes", function()
    ann:ask("value_add", id, "i1")
    for _ = 1, 3 do assert.same({ "i1" }, fields_of(ann:ask_as(ann.seq, "value_add", id, "i1"))) end
    assert.same({ "i1", "2" }, fields_of(ann:ask("value_get", id)))
    assert.equal("old", (ann:ask_as(ann.seq - 1, "value_add", id, "i1")))
  end)

  it("whose predecessors the server has forgotten is told so", function()
    local before = copy(space.server.data)
    ann:ask("value_add", id, "i1")
    space.server.data = before
    assert.same({ "forgot", { "1" } }, { ann:ask("value_add", id, "i1") })
  end)

  it("is refused while the one before it waits", function()
    local lock = ben:make "lock"
    ben:ask("lock_acquire", lock, 1)
    ann:ask("lock_acquire", lock, 1)
    local status, fields = ann:ask("value_get", id)
    assert.equal("error", status)
    assert.matches("cancel it first", fields[1])
  end)

  it("that never arrived can be cancelled, and does nothing if it comes later", function()
    ann.seq = ann.seq + 1
    assert.equal("timeout", (ann:cancel(0)))
    assert.equal("timeout", (ann:ask_as(ann.seq, "value_add", id, "i1")))
    assert.same({ "i0", "1" }, fields_of(ann:ask("value_get", id)))
  end)

  it("that never arrived, or late, and is to give back, does so all the same", function()
    for _, row in ipairs{ { "lock", "lock_acquire", "lock_release" }, { "rwlock", "rwlock_write", "rwlock_release" },
      { "semaphore", "semaphore_acquire", "semaphore_release", 1 }, { "value", "claim", "unclaim" } } do
      local kind, take, give, n = row[1], row[2], row[3], row[4] or ""
      local object = ann:make(kind)
      local function is_free()
        local status = ben:ask(take, object, 0)
        if status == "ok" then ben:ask(give, object, n) end
        return status == "ok"
      end
      ann:ask(take, object, 1)
      assert.is_false(is_free(), kind)
      ann.seq = ann.seq + 1
      assert.equal("timeout", (ann:cancel(2, give, object, n)))
      assert.is_true(is_free(), kind)
      assert.equal("timeout", (ann:ask_as(ann.seq, give, object, n)))
      ann:ask(take, object, 1)
      ann.seq = ann.seq + 1
      assert.equal("ok", (ann:ask_as(ann.seq .. "@1", give, object, n)))
      assert.is_true(is_free(), kind)
    end
  end)

  it("of an unknown operation, kind, object or session says so", function()
    assert.equal("error", (ann:ask "fly"))
    assert.equal("error", (ann:ask("make", "cow", "", "space")))
    assert.equal("removed", (ann:ask("value_get", "77")))
    assert.equal("error", (ann:ask("lock_acquire", ann:make "event", 1)))
    local nobody = ann:task(1)
    nobody.id = "nobody"
    assert.equal("lost", (nobody:ask("value_get", id)))
  end)

  it("of a callback has a slot of its own, and acquires for its task", function()
    local lock = ann:make "lock"
    local inner = ann:task "1.1"
    assert.equal("ok", (inner:ask("lock_acquire", lock, 1)))
    assert.equal("ok", (ann:ask("lock_release", lock)))
  end)

  it("can be made under locks, and is refused when one has moved on", function()
    local lock = ann:make("lock", "pan")
    local token = fields_of(ann:ask("lock_acquire", lock, 1))[1]
    assert.equal("ok", (ben:ask("under", 1, lock, token, "value_add", id, "i1")))
    ann:ask("lock_release", lock)
    assert.same({ "lost", { 'lock "pan" is not held under this token any more' } },
      { ben:ask("under", 1, lock, token, "value_add", id, "i1") })
    local after = fields_of(ben:ask("lock_acquire", lock, 1))[1]
    assert.truthy(tonumber(after) > tonumber(token))
    assert.same({ "i1", "2" }, fields_of(ann:ask("value_get", id)))
  end)

  it("gets a token above all before, though the server has forgotten", function()
    local lock = ann:make "lock"
    local before = copy(space.server.data)
    local token = fields_of(ann:ask("lock_acquire", lock, 1))[1]
    space.server.come_back(before)
    assert.truthy(tonumber(fields_of(ben:ask("lock_acquire", lock, 1))[1]) > tonumber(token))
  end)
end)

describe("an object", function()
  local space, ann, ben

  before_each(function()
    space = client.new()
    ann, ben = space:session "ann", space:session "ben"
  end)

  it("is made by the first that asks, and found by the next", function()
    local _, made = ann:ask("make", "queue", "orders", "space", "maxsize", 3)
    local _, found = ben:ask("make", "queue", "orders", "space")
    assert.same({ made[1], "1", "0" }, { made[1], made[2], found[2] })
    assert.same({ table.unpack(made, 3) }, { table.unpack(found, 3) })
  end)

  it("differs where another kind or size is asked for", function()
    ann:make("queue", "orders", "maxsize", 3)
    local status, fields = ben:ask("make", "queue", "orders", "space", "maxsize", 4)
    assert.same({ "differs", "queue", "0 of 3 messages, 0 getting, 0 putting, 0 joining" },
      { status, fields[1], fields[2] })
    assert.equal("differs", (ben:ask("make", "lock", "orders", "space")))
    assert.equal("ok", (ben:ask("make", "value", "orders too", "space", "init", "i3")))
    assert.equal("ok", (ann:ask("make", "value", "orders too", "space", "init", "i4")))
  end)

  it("that is removed is another when it is made again, and whoever waits is told", function()
    local id = ann:make("event", "bell")
    ann:ask("event_wait", id, 1)
    assert.same({ "1" }, fields_of(ben:ask("remove", "bell")))
    ann:bell() -- that ben is there
    assert.equal("1:2:removed:", ann:bell())
    assert.are_not.equal(id, ben:make("event", "bell"))
    assert.equal("removed", (ann:ask("event_wait", id, 1)))
    assert.same({ "0" }, fields_of(ben:ask("remove", "gong")))
  end)

  it("that is a lock keeps nothing of conditions that were removed", function()
    local lock = ann:make "lock"
    local function state() return space.server.call("HGET", "tl:{spec}:o" .. lock, "state") end
    local before = state()
    for _, name in ipairs{ "one", "two", "three" } do ann:make("condition", name, "lock", lock) end
    local two = fields_of(ann:ask("find", "two"))[1]
    for _, name in ipairs{ "one", "three" } do ann:ask("remove", name) end
    assert.equal(before:gsub(",$", ", ") .. two, state())
    ann:ask("remove", "two")
    assert.equal(before, state())
  end)

  it("is seen, with who holds it and who waits", function()
    local id = ann:make("lock", "pan")
    ann:ask("lock_acquire", id, 1)
    ben:ask("lock_acquire", id, 1)
    assert.same({ "lock", "pan", "held by ann (pid 1 on pi-1), 1 waiting" },
      fields_of(space:look("look", id, "")))
    assert.equal("held by ann (pid 1), 1 waiting", fields_of(ann:unnumbered("look", id, ""))[3])
    assert.same({ ben.id, "1", "lock_acquire", "0", "ben (pid 2 on pi-2)" }, fields_of(space:look("waiters", id)))
    assert.same({ "0", id, "lock", "pan", "held by ann (pid 1 on pi-1), 1 waiting" }, fields_of(space:look("list", 0)))
    assert.same({ "1", "lock", id, "pan" }, fields_of(space:look("holdings", ann.id)))
    assert.same({ "1", "ben", "lock_acquire", id, "lock", "pan", "0" }, fields_of(space:look("tasks", ben.id)))
    local _, members = space:look("members", 0)
    assert.same({ ann.id, "pi-1", "1", "", "ann" }, { table.unpack(members, 2, 6) })
  end)

  it("is listed page by page", function()
    for i = 1, 150 do ann:make("event", "e" .. i) end
    local names, cursor = 0, "0"
    repeat
      local _, fields = space:look("list", cursor)
      cursor, names = fields[1], names + (#fields - 1) / 4
    until cursor == "0"
    assert.equal(150, names)
  end)

  it("closes a cycle of three over three sessions, in words", function()
    local cat = space:session "cat"
    local pan, salt, pot = ann:make("lock", "pan"), ann:make("lock", "salt"), ann:make("rlock", "pot")
    ann:ask("lock_acquire", pan, 1)
    ben:ask("lock_acquire", salt, 1)
    cat:ask("lock_acquire", pot, 1)
    ann:ask("lock_acquire", salt, 1)
    ben:ask("lock_acquire", pot, 1)
    local _, fields = cat:ask("lock_acquire", pan, 1)
    assert.equal('deadlock: cat (pid 3) holds rlock "pot" and wants "pan"; ann (pid 1 on pi-1) holds "pan" and ' ..
      'wants "salt"; ben (pid 2 on pi-2) holds "salt" and wants "pot"', fields[1])
    assert.equal("wait", (cat:ask("lock_acquire", pan, 2)))
  end)

  it("closes a cycle through seats only where all of them are stuck", function()
    local seats, lock = ann:make("semaphore", "", "value", 2, "bounded", 1), ann:make "lock"
    local cat = space:session "cat"
    ann:ask("semaphore_acquire", seats, 1)
    ben:ask("semaphore_acquire", seats, 1)
    cat:ask("lock_acquire", lock, 1)
    ann:ask("lock_acquire", lock, 1)
    assert.equal("wait", (cat:ask("semaphore_acquire", seats, 1)))
    cat:cancel(0)
    ben:ask("lock_acquire", lock, 1)
    assert.equal("error", (cat:ask("semaphore_acquire", seats, 1)))
  end)
end)

describe("a token", function()
  it("is above those that were lost where a server takes over again that had been a replica meanwhile", function()
    local space = client.new()
    local ann = space:session "ann"
    local id = ann:make "lock"
    local function token(who) return tonumber(fields_of(who:ask("lock_acquire", id, 0))[1]) end
    token(ann)
    ann:ask("lock_release", id)
    local copied, last = copy(space.server.data), nil
    for _ = 1, 3 do
      last = token(ann)
      ann:ask("lock_release", id)
    end
    space.server.data = copied
    space.server.clock = space.server.clock + 1000000
    local ben = space:session "ben"
    assert.truthy(token(ben) > last)
  end)
end)

describe("a pool's worker", function()
  it("is to be ended when its task is cancelled, by an order in a queue", function()
    local space = client.new()
    local ann, ben = space:session "ann", space:session "ben"
    local pool, orders = ann:make "pool", ben:make "queue"
    ben:ask("pool_enter", pool, orders)
    ann:ask("pool_submit", pool, 1, ann.who, "=work")
    ben:ask("pool_work", pool, 1, "", "", "", "")
    assert.same({ "running" }, fields_of(ann:ask("pool_cancel", pool, 1)))
    assert.same({ "=cancel 1 " .. ben.who, "1", "1" }, fields_of(ben:ask("queue_get", orders, 0)))
    assert.same({ "1" }, fields_of(ann:ask("pool_runs", pool, 1, ben.who)))
    ann:unnumbered("died", ben.id)
    assert.same({ "1", "cancelled", "=" }, fields_of(ann:ask("pool_collect", pool, ann.who, 9, 0)))
  end)

  it("that dies too often is named in the task's result", function()
    local space = client.new()
    local ann = space:session "ann"
    local pool = ann:make("pool", "", "retry", 1)
    ann:ask("pool_submit", pool, 1, ann.who, "=work")
    for attempt = 1, 2 do
      local ben = space:session "ben"
      local fields = fields_of(ben:ask("pool_work", pool, 1, "", "", "", ""))
      assert.same({ "-", "1", ("%d"):format(attempt), "=work" }, fields)
      ann:unnumbered("died", ben.id)
    end
    assert.same({ "1", "died", "=ben (pid 3 on pi-3)" }, fields_of(ann:ask("pool_collect", pool, ann.who, 9, 0)))
  end)
end)

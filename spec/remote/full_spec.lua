-- A server whose memory, or whose disk, is full.
local ipc = require "tidelock"
local engine = dofile "spec/support/engine.lua"

if engine.missing then
  describe("a server that is full", function() pending(engine.missing) end)
  return
end

-- What the first call that raises says.
local function fill(put)
  for _ = 1, 100000 do
    local good, why = pcall(put)
    if not good then return why end
  end
  error "it is never full"
end

describe("a server whose memory is full", function()
  local server, s

  before_each(function()
    server = engine.start{ maxmemory = "6mb" }
    s = ipc.open(server:address "full", { lease = 2.5 })
  end)

  after_each(function() server:kill() end)

  it("says so and what to do, and goes on once there is room", function()
    local q, lock = s.queue "q", s.lock "l"
    lock:acquire()
    local why = fill(function() q:put(("x"):rep(10000)) end)
    assert.truthy(why:find('queue "q" at redis+unix:', 1, true), why)
    assert.matches("its memory is full: take messages out, remove objects, or have its maxmemory raised", why)
    ipc.sleep(4) -- the lease is renewed all the same
    assert.is_true(lock:release())
    assert.truthy(ipc.spawn(function()
      local got = s.queue "q"
      while true do
        local value, reason = got:get(0)
        if reason then return reason end
        assert(#value == 10000)
      end
    end):result(20) == "empty")
    assert.is_true(q:put "room")
  end)

  it("refuses at once, after the first time, what had to wait before", function()
    local q = s.queue("q", 1)
    q:put "first"
    local reader = ipc.spawn(function()
      for _, item in q:items() do
        if item == "last" then return end
        ipc.sleep(0.01)
      end
    end)
    for _ = 1, 5 do q:put "waits" end
    q:put "last"
    reader:join()
    server:cli("CONFIG", "SET", "maxmemory", "100kb")
    local function asked_in_silence() return server:cli("INFO", "commandstats"):match "client|reply:calls=(%d+)" end
    assert.truthy(asked_in_silence())
    assert.is_false((pcall(q.put, q, "refused")))
    local before = asked_in_silence()
    for _ = 1, 5 do assert.is_false((pcall(q.put, q, "refused"))) end
    assert.equal(before, asked_in_silence())
  end)

  it("can be emptied by who opens the space then", function()
    local q = s.queue "q"
    fill(function() q:put(("x"):rep(30000)) end)
    assert.is_true(ipc.spawn(function() return s:remove() end):result(20))
    assert.is_true(s.queue "other":put "room")
  end)
end)

describe("a server whose disk is full", function()
  local folder = engine.folder .. "/disk"
  local mounted = os.execute(("mkdir -p %s && mount -t tmpfs -o size=2m none %s 2>/dev/null"):format(folder, folder))

  teardown(function() if mounted then os.execute("umount -l " .. folder) end end)

  it("says so, and goes on once there is room", function()
    if not mounted then return pending "no disk can be made here: that takes root" end
    local server = engine.start{ dir = folder, appendonly = "yes" }
    local q = ipc.open(server:address "disk", { lease = 60 }).queue "q"
    os.execute(("head -c 4m /dev/zero >%s/ballast 2>/dev/null"):format(folder))
    local why = fill(function() q:put(("x"):rep(1000)) end)
    assert.truthy(why:find('queue "q" at redis+unix:', 1, true), why)
    assert.truthy(why:find("No space left on device", 1, true), why)
    os.remove(folder .. "/ballast")
    local deadline = ipc.now() + 20
    while not pcall(q.put, q, "room") do
      assert(ipc.now() < deadline, "it is full still")
      ipc.sleep(0.05)
    end
    server:kill()
  end)
end)

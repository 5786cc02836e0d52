-- What never waits for other tasks waits for a server that cannot be reached, and raises where the lease ends.
local ipc = require "tidelock"
local engine = dofile "spec/support/engine.lua"

-- Starts it a little later, for a minute at most; its pid is in the file "later".
local LATER = [[(sleep 0.1; cd %s; exec timeout 60 %s ./redis.conf --pidfile %s/later) >/dev/null 2>&1 </dev/null &]]

describe("a server that is away", function()
  local server

  before_each(function()
    if engine.missing then return end
    server = engine.start{ appendonly = "yes", appendfsync = "always" }
  end)

  local function open(lease) return ipc.open{ name = server:address "away", lease = lease } end

  after_each(function() if server then server:kill() end end)

  local CALLS = {
    ["value:get"] = function(o) return o.v:get() end,
    ["value:add"] = function(o) return o.v:add(0) end,
    ["table"] = function(o) return o.t.n end,
    ["#table"] = function(o) return #o.t end,
    ["queue:size"] = function(o) return o.q:size() end,
    ["event:is_set"] = function(o) return o.e:is_set() end,
    ["lock.holder"] = function(o) return o.l.holder end,
    ["make"] = function(o) return o.s.value("other", 7):get() end,
  }

  it("is waited for by calls that never wait otherwise", function()
    if engine.missing then return pending(engine.missing) end
    local s = open(60) -- a start takes long where much else runs
    local o = { s = s, v = s.value("v", 5), t = s.table("t", { n = 5 }), q = s.queue "q", e = s.event "e",
      l = s.lock "l" }
    local expected = { ["value:get"] = 5, ["value:add"] = 5, table = 5, ["#table"] = 0, ["queue:size"] = 0,
      ["event:is_set"] = false, make = 7 }
    for name, call in pairs(CALLS) do
      server:kill()
      os.execute(LATER:format(server.folder, engine.program, server.folder))
      assert.equal(expected[name], (call(o)), name)
      server.pid = io.open(server.folder .. "/later"):read "n"
    end
  end)

  it("raises lost where it does not come back", function()
    if engine.missing then return pending(engine.missing) end
    local v = open(3).value("v", 5)
    server:kill()
    local good, why = pcall(v.get, v)
    assert.is_false(good)
    assert.truthy(why:find('value "v" at %S+: get: lost'), why)
  end)
end)

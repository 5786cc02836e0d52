-- A callback that waits inside of a wait of its task: meanwhile the outer wait keeps nothing from others.
local ipc = require "tidelock"
local both = dofile "spec/support/both.lua"
local shows = dofile "spec/support/shows.lua"
local PATIENCE = 20

-- Runs `outer` of this task, inside of whose wait a callback waits until another task has done `other`, which then does
-- `last`; returns what outer, the callback's wait and `other` return.
local function nest(at, outer, other, last)
  local inside = at.event()
  local pool, waited = ipc.pool(1), nil
  finally(function() pool:terminate() end)
  local p = ipc.spawn(function()
    shows(inside, "1 waiting")
    local result = table.pack(other())
    inside:set()
    if last then last() end
    return table.unpack(result, 1, result.n)
  end)
  pool:apply_async(function() end, {}, function()
    waited = inside:wait(PATIENCE)
  end)
  local got = outer()
  return got, waited, p:result(PATIENCE)
end

local HELD = {
  lock = { "acquire", function(at) return at.lock() end },
  rlock = { "acquire", function(at) return at.rlock() end },
  condition = { "acquire", function(at) return at.condition() end },
  rwlock = { "write", function(at) return at.rwlock() end },
  semaphore = { "acquire", function(at) return at.semaphore(1) end },
  ["bounded semaphore"] = { "acquire", function(at) return at.semaphore{ value = 1, bounded = true } end },
}

for _, at in ipairs(both.all) do
  describe("what a task waits for while its callback waits, " .. at.where .. ",", function()
    for name, kind in pairs(HELD) do
      it("is had by others, and then by it: " .. name, function()
        local call, thing, taken, asked = kind[1], kind[2](at), ipc.event(), ipc.event()
        local holder = ipc.spawn(function()
          thing[call](thing)
          taken:set()
          asked:wait(PATIENCE)
          return thing:release()
        end)
        taken:wait(PATIENCE)
        local got, waited, had = nest(at, function() return thing[call](thing, PATIENCE) end, function()
          asked:set()
          if not holder:result(PATIENCE) then return nil end
          local had = thing[call](thing, PATIENCE)
          thing:release()
          return had
        end)
        assert.same({ true, true, true }, { got, waited, had })
        thing:release()
      end)
    end

    it("is had by others, and then by it: a pipe's message", function()
      local a, b = at.pipe()
      local got, waited, first = nest(at, function() return a:recv(PATIENCE) end, function()
        b:send "for anybody"
        return a:recv(PATIENCE)
      end, function()
        b:send "for the outer one"
        b:send "one more"
      end)
      assert.same({ "for the outer one", true, "for anybody" }, { got, waited, first })
      assert.equal("one more", a:recv(PATIENCE))
    end)

    it("is had by others, and then by it: a queue's message", function()
      local q = at.queue(1)
      local got, waited, first = nest(at, function() return q:get(PATIENCE) end, function()
        q:put "for anybody"
        return q:get(PATIENCE)
      end, function()
        q:put "for the outer one"
        q:put "one more"
      end)
      assert.same({ "for the outer one", true, "for anybody" }, { got, waited, first })
      assert.equal("one more", q:get(PATIENCE))
    end)
  end)
end

-- Functions for signals that use a pool, while its owner replaces the pool's dead workers.
local ipc = require "tidelock"

local PATIENCE = 20
local ROUNDS = 50

describe("a pool whose owner gets signals all the time", function()
  it("keeps its workers, whoever looks after them meanwhile", function()
    local pool = ipc.pool(2)
    local owner, heard = ipc.current(), 0
    ipc.on_signal("USR1", function()
      heard = heard + 1
      pool:submit(function() end):is_ready() -- as any call, it replaces the dead
    end)
    local sender = ipc.process{ daemon = true, target = function()
      while true do
        owner:signal(10)
        for _ = 1, math.random(2000) do end
      end
    end }:start()
    finally(function()
      sender:kill()
      sender:join()
      ipc.on_signal("USR1", nil)
      pool:terminate()
    end)
    local died = 0
    for _ = 1, ROUNDS do
      local futures = {}
      for n = 1, 4 do futures[n] = pool:submit(function() ipc.current():kill() end) end
      for n = 1, 4 do
        local good, why = pcall(futures[n].get, futures[n], PATIENCE)
        if not good and why:find("killed by signal 9", 1, true) then died = died + 1 end
      end
    end
    assert.equal(4 * ROUNDS, died)
    assert(heard > 0)
    local meeting = ipc.barrier(2) -- both workers take one of these
    local function meet() return meeting:wait(PATIENCE) end
    local first, second = pool:submit(meet), pool:submit(meet)
    assert.equal(3, first:get(PATIENCE) + second:get(PATIENCE))
  end)
end)

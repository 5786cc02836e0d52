-- Reusable barrier, made by hand with one gate: who is fast comes round again and goes through on the other's ticket.
-- Downey, The Little Book of Semaphores, 3.7.
local ipc = require "tidelock"

local PARTIES, ROUNDS = 2, 2
local count, gate = ipc.value(0, "count"), ipc.semaphore{ value = 0, name = "gate" }
local arrived = ipc.array{ type = "int64", init = ROUNDS, name = "arrived" }

local function meet()
  if count:add(1) == PARTIES then
    count:set(0)
    gate:release(PARTIES)
  end
  gate:acquire()
end

local function walker()
  for round = 1, ROUNDS do
    arrived:add(round, 1)
    meet()
    ipc.always(arrived[round] == PARTIES, "round %d has begun without all", round)
    ipc.yield() -- on the way
  end
end

local ann = ipc.spawn{ target = walker, name = "ann" }
local bob = ipc.spawn{ target = walker, name = "bob" }
ann:join()
bob:join()

-- Reusable barrier, corrected: a second gate, opened when all are through the first; who comes round again finds the
-- first one shut, with no ticket in it, until all others have come round too.
local ipc = require "tidelock"

local PARTIES, ROUNDS = 2, 2
local count = ipc.value(0, "count")
local entry, exit = ipc.semaphore{ value = 0, name = "entry" }, ipc.semaphore{ value = 0, name = "exit" }
local arrived = ipc.array{ type = "int64", init = ROUNDS, name = "arrived" }

local function meet()
  if count:add(1) == PARTIES then entry:release(PARTIES) end
  entry:acquire()
  if count:add(-1) == 0 then exit:release(PARTIES) end
  exit:acquire()
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

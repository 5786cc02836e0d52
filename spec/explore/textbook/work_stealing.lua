-- Work stealing: the owner takes the last job from its end of the row while the thief takes it from the other.
-- Frigo, Leiserson and Randall, The implementation of the Cilk-5 multithreaded language, 1998, 5, without its lock.
local ipc = require "tidelock"

local JOBS = 2
local head, tail = ipc.value(1, "head"), ipc.value(JOBS + 1, "tail") -- jobs from head to tail - 1
local done = ipc.array{ type = "int64", init = JOBS, name = "done" }

local function run(job)
  ipc.always(done:add(job, 1) == 1, "job %d is done twice", job)
end

local function owner()
  while tail:get() > head:get() do run(tail:add(-1)) end
end

local function thief()
  local job = head:get()
  if job < tail:get() then
    head:set(job + 1)
    run(job)
  end
end

local one = ipc.spawn_thread{ target = owner, name = "owner" }
local other = ipc.spawn_thread{ target = thief, name = "thief" }
one:join()
other:join()

-- Work stealing, corrected: the owner first takes the tail back, then looks at the head; the last job belongs to who
-- moves the head.  Chase and Lev, Dynamic circular work-stealing deque, 2005.
local ipc = require "tidelock"

local JOBS = 2
local head, tail = ipc.value(1, "head"), ipc.value(JOBS + 1, "tail") -- jobs from head to tail - 1
local done = ipc.array{ type = "int64", init = JOBS, name = "done" }

local function run(job)
  ipc.always(done:add(job, 1) == 1, "job %d is done twice", job)
end

local function owner()
  repeat
    local job = tail:add(-1)
    local first = head:get()
    if first < job or first == job and head:compare_set(first, first + 1) then run(job) end
  until first >= job
end

local function thief()
  local job = head:get()
  if job < tail:get() and head:compare_set(job, job + 1) then run(job) end
end

local one = ipc.spawn_thread{ target = owner, name = "owner" }
local other = ipc.spawn_thread{ target = thief, name = "thief" }
one:join()
other:join()

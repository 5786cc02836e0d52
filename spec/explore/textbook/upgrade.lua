-- Upgrade: two readers, each with a seat of the room, both want to write, for which all seats are needed.
-- Java's ReentrantReadWriteLock forbids it for this reason.
local ipc = require "tidelock"

local READERS = 2
local room, page = ipc.semaphore{ value = READERS, name = "room" }, ipc.value(0, "page")

local function correct()
  room:acquire()
  local text = page:get()
  for _ = 2, READERS do room:acquire() end -- from reader to writer
  page:set(text + 1)
  room:release(READERS)
end

local ann = ipc.spawn{ target = correct, name = "ann" }
local bob = ipc.spawn{ target = correct, name = "bob" }
ann:join()
bob:join()
ipc.always(page:get() == 2, "a correction is lost")

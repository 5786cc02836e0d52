-- Upgrade, corrected: who may want to write says so before it reads, and only one at a time may be in that state; all
-- other readers only leave.
local ipc = require "tidelock"

local READERS = 2
local room, page = ipc.semaphore{ value = READERS, name = "room" }, ipc.value(0, "page")
local intends = ipc.lock("intends to write")

local function correct()
  intends:acquire()
  room:acquire()
  local text = page:get()
  for _ = 2, READERS do room:acquire() end -- from reader to writer
  page:set(text + 1)
  room:release(READERS)
  intends:release()
end

local ann = ipc.spawn{ target = correct, name = "ann" }
local bob = ipc.spawn{ target = correct, name = "bob" }
ann:join()
bob:join()
ipc.always(page:get() == 2, "a correction is lost")

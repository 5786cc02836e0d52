-- Read-modify-write of a file, corrected: a lock is held from the reading to the end of the writing.
local ipc = require "tidelock"

local FILE, turn = os.tmpname(), ipc.lock("turn")

local function write(count)
  local file = assert(io.open(FILE, "w"))
  file:write(count)
  file:close()
end

local function read()
  local file = assert(io.open(FILE))
  local count = file:read("n")
  file:close()
  return count
end

local function visit()
  turn:acquire()
  write((read() or 0) + 1)
  turn:release()
end

write(0)
local ann = ipc.spawn{ target = visit, name = "ann" }
local bob = ipc.spawn{ target = visit, name = "bob" }
ann:join()
bob:join()
local count = read()
os.remove(FILE)
os.exit(count == 2)

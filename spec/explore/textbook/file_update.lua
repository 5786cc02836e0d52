-- Read-modify-write of a file: two visitors read the same count and write the same next one, or read while the other
-- has emptied the file.  Stevens, Advanced Programming in the UNIX Environment, 1992, 3.11.
local ipc = require "tidelock"

local FILE = os.tmpname()

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
  write((read() or 0) + 1)
end

write(0)
local ann = ipc.spawn{ target = visit, name = "ann" }
local bob = ipc.spawn{ target = visit, name = "bob" }
ann:join()
bob:join()
local count = read()
os.remove(FILE)
os.exit(count == 2)

-- Two versions, one set before and one behind: read in the other order they are the same only if nothing came between.
local ipc = require "tidelock"

local begun, finished = ipc.value(0, "begun"), ipc.value(0, "finished")

local function write(board, hour, minute)
  begun:add(1)
  board.hour:set(hour)
  board.minute:set(minute)
  finished:add(1)
end

local function read(board)
  local hour, minute, before
  repeat
    before = finished:get()
    hour, minute = board.hour:get(), board.minute:get()
  until begun:get() == before
  return hour, minute
end

return { write = write, read = read }

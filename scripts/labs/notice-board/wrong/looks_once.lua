-- says: "half of each: no train leaves then"
local ipc = require "tidelock"

local version = ipc.value(0, "version") -- odd while the board is being turned

local function write(board, hour, minute)
  version:add(1)
  board.hour:set(hour)
  board.minute:set(minute)
  version:add(1)
end

local function read(board)
  local hour, minute
  hour, minute = board.hour:get(), board.minute:get()
  return hour, minute
end

return { write = write, read = read }

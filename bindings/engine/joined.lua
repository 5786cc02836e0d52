--- Joined: the files of the engine as the one text that a server loads (FUNCTION LOAD).
--
--   local text = require "engine.joined"(read)    -- read(name) -> the text of bindings/engine/NAME.lua
--
-- A file is a function of the table that they share, and knows nothing of the others but what is in there by then: so
-- they stand in the order in which they need each other.  They run at the first call: while a server loads a library,
-- it lets it have nothing of Lua's own.
local FILES = {
  "first", "store", "slot", "chore", "nested", "hold", "large", "object", "session", "cancel", "cycle", "lock",
  "rwlock", "semaphore", "event", "latch", "barrier", "condition", "number", "value", "table", "items",
  "queue", "watch", "pipe", "pool_tasks", "pool", "look", "main",
}

local HEAD = "#!lua name=tidelock_1\nlocal engine\nlocal function build()\nengine = {}\n"
local TAIL = [[
end
redis.register_function("tidelock_1", function(keys, args)
  if not engine then build() end
  return engine.main(keys, args, redis.call)
end)
]]

local function joined(read)
  local parts = { HEAD }
  for _, name in ipairs(FILES) do
    parts[#parts + 1] = ";(function(...)\n" .. read(name) .. "\nend)(engine)\n"
  end
  parts[#parts + 1] = TAIL
  return table.concat(parts)
end

return joined

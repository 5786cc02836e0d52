--- Joined: the files of the engine as the one text that a server loads (FUNCTION LOAD).
--
--   local text = require "engine.joined"(read)    -- read(name) -> the text of bindings/engine/NAME.lua
--
-- A file is a function of the table that they share, and knows nothing of the others but what is in there by then: so
-- they stand in the order in which they need each other.  They run at the first call: while a server loads a library,
-- it lets it have nothing of Lua's own.
--
-- The library's name has the format of what it keeps and a sum of its text, so that each client finds the one that it
-- was made with, beside those of others.  It has two functions that do the same: a server whose memory is full refuses
-- what is asked by the name with `_more`, and does what is asked by the other: so it can be emptied, and leases go on.
local FORMAT = "4" -- to be changed with what a key, a line or a record looks like

local FILES = {
  "first", "store", "line", "slot", "chore", "nested", "hold", "large", "object", "session", "cancel", "cycle", "lock",
  "rwlock", "semaphore", "event", "latch", "barrier", "condition", "number", "value", "table", "items",
  "queue", "watch", "pipe", "pool_tasks", "pool", "look", "main",
}

local HEAD = "#!lua name=%s\nlocal engine\nlocal function build()\n"
  .. "engine = { VERSION = %q, call = redis.call }\n"
local TAIL = [[
end
local main
local function run(keys, args)
  if not main then
    build()
    main = engine.main
  end
  return main(keys, args)
end
redis.register_function{ function_name = "%s", callback = run, flags = { "allow-oom" } }
redis.register_function{ function_name = "%s_more", callback = run }
]]

-- Tells texts apart that were not made to look alike.
local function sum(text)
  local total = #text
  text = text .. ("\0"):rep(-#text % 32)
  for place = 1, #text, 32 do
    local a, b, c, d = ("<i8i8i8i8"):unpack(text, place)
    total = ((total * 31 + a) * 31 + b) * 31 + c ~ (d >> 7 | d << 57)
    total = total ~ total >> 29
  end
  return ("%016x"):format(total)
end

local function joined(read)
  local parts = {}
  for i, name in ipairs(FILES) do parts[i] = ";(function(...)\n" .. read(name) .. "\nend)(engine)\n" end
  local body = table.concat(parts)
  local library = ("tidelock_%s_%s"):format(FORMAT, sum(body .. TAIL))
  return HEAD:format(library, FORMAT) .. body .. TAIL:format(library, library)
end

return joined

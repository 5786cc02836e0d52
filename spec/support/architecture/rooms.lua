-- The rooms of the house, from the ground up.  A file may include and call what is in its own room or below it.
local rooms = {}

rooms.order = {
  runtime = { "base", "wire", "remote", "memory", "tasks", "trace", "park", "wait", "store", "sync", "data", "pool",
    "process", "commands", "net", "space", "observe", "explore", "simulate", "program" },
  bindings = { "lua", "embedded", "help", "far", "engine", "remote", "codec", "objects", "process", "signals", "pool",
    "commands", "net", "simulate", "trace", "module", "terminal", "formats", "server", "timeline", "explore", "top",
    "judge", "labs", "repl", "program", "docs" },
}

-- Rooms of which none may know another, though one must be above.
rooms.strangers = {
  runtime = { "data", "commands", "net" },
  bindings = { "pool", "commands", "net" },
}

-- The room of a file is its folder.  "public" is what stands outside, for all to include: the API's headers, and the
-- list of what opens the objects of Lua.
local OUTSIDE = { ["runtime/tidelock.h"] = "public", ["bindings/objects.h"] = "public",
  ["bindings/module.h"] = "module", ["bindings/module.c"] = "module" }

function rooms.room_of(path) return OUTSIDE[path] or path:match "^%w+/(%w+)/" end

-- "runtime" or "bindings"
function rooms.side_of(path) return path:match "^%w+" end

-- How far up the file's room is: nil for what stands outside, which is "public".
function rooms.floor_of(path)
  local room = rooms.room_of(path)
  for floor, name in ipairs(rooms.order[rooms.side_of(path)]) do
    if name == room then return floor end
  end
end

return rooms

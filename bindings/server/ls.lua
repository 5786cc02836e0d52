--- The command `tidelock ls ADDRESS`: the spaces on a server, or the objects of one.
local client = require "server.client"
local terminal = require "terminal.text"

local function print_objects(connection, space)
  local status, why = client.status(connection, space)
  if not status then error({ wrong = "ls: " .. why, status = 1 }, 0) end
  client.each(connection, space, "list", 4, function(_, kind, name, state)
    print(terminal.printable(("%-10s %-20s %s"):format(kind, name, state)))
  end)
end

-- The names of the spaces, by the key that each has.
local function spaces(connection)
  local cursor, list = "0", {}
  repeat
    local page = client.need(connection:command("SCAN", cursor, "MATCH", "tl:{*}:space", "COUNT", "1000"))
    cursor = page[1]
    for _, key in ipairs(page[2]) do list[#list + 1] = key:match "^tl:{(.*)}:space$" end
  until cursor == "0"
  table.sort(list)
  return list
end

local function print_spaces(connection)
  for _, space in ipairs(spaces(connection)) do
    local status = client.look(connection, space, "status")
    local sessions = 0
    if status then client.each_member(connection, space, function() sessions = sessions + 1 end) end
    local name = terminal.printable(space)
    print(("%-20s %5s programs %6s objects"):format(name, status and sessions or "?", status and status[5] or "?"))
  end
end

return function(found)
  local space = client.space_of(found.address)
  local connection = client.connect(found.address, { insecure = true })
  if space then print_objects(connection, space) else print_spaces(connection) end
  connection:close()
  return 0
end

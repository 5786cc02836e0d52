--- The command `tidelock rm ADDRESS [NAME]`: removes the objects of a space on a server, or one of them.
local client = require "server.client"
local ipc = require "tidelock"
local refuse = require("help.options").refuse

-- Opening a space would make it.
local function look_for(address, space)
  local connection, why = client.try(address, { insecure = true })
  local status
  if connection then
    status, why = client.status(connection, space)
    connection:close()
  end
  if not status then error({ wrong = "rm: " .. why, status = 1 }, 0) end
end

return function(found)
  local name = client.space_of(found.address)
  if not name then refuse "rm: the address names no space: add one, redis://HOST/SPACE" end
  look_for(found.address, name)
  local good, space = pcall(ipc.open, { name = found.address, insecure = true })
  if not good then error({ wrong = "rm: " .. tostring(space):gsub("^.-open: ", ""), status = 1 }, 0) end
  if space:remove(found.name) then return 0 end
  error({ wrong = ("rm: %s: there is no such object in the space"):format(found.name), status = 1 }, 0)
end

--- Client: plain connections to a server, for the commands; and the library that spaces need there.
local refuse = require("help.options").refuse

local client = {}

-- A module of tidelock_remote.
local function part(name) return require("tidelock_remote").require(name) end
client.part = part

local function text_of(why) return (tostring(why):gsub("^[^:]+%.lua:%d+: ", "")) end

--- A connection to an address of a server, with or without a space; nil and why.
function client.try(address, options)
  local how = { server = true, insecure = options and options.insecure }
  local good, connection = pcall(function() return part "remote.client".connect(address, how) end)
  if good then return connection end
  return nil, text_of(connection)
end

--- The same; where there is none, the command ends with the reason.
function client.connect(address, options)
  local connection, why = client.try(address, options)
  return connection or error({ wrong = why, status = 1 }, 0)
end

--- An answer of connection:command; where it is an error, the command ends with it.
function client.need(answer, why)
  if answer == nil then refuse("the server refuses: %s", why) end
  return answer
end

local function name_of(library) return library:match "^#!lua name=([%w_]+)" end

--- Whether the server has the library; nil where the user may not ask.
function client.has_library(connection)
  local list = connection:command("FUNCTION", "LIST", "LIBRARYNAME", name_of(part "remote.client".library()))
  return type(list) == "table" and #list > 0
end

return client

--- Client: plain connections to a server, for the commands; and the library that spaces need there.
local shell = require "server.shell"

local client = {}

-- A module of tidelock_remote, which comes with the runtime.
local function part(name)
  require "tidelock"
  return require("tidelock_remote").require(name)
end
client.part = part

local function text_of(address, why)
  local text = tostring(why):gsub("^[^:]+%.lua:%d+: ", "")
  return text .. part "remote.way_out"(address, text, true)
end

-- A connection that ends the command where it breaks, or wants a password.
local guarded = {}
guarded.__index = guarded

local function answered(self, good, ...)
  local answer, why = ...
  if not good then error({ wrong = text_of(self.address, answer), status = 1 }, 0) end
  local text = answer == nil and text_of(self.address, why)
  if text and why:find("NOPERM", 1, true) then return nil, text end -- others may do without
  if text and text ~= why then error({ wrong = self.address .. ": " .. text, status = 1 }, 0) end
  return ...
end

function guarded:command(...)
  return answered(self, pcall(self.plain.command, self.plain, ...))
end

function guarded:close() self.plain:close() end

--- A connection to an address of a server, with or without a space; nil and why.
function client.try(address, options)
  local how = { server = true, insecure = options and options.insecure }
  local server = client.split(address)
  local good, connection = pcall(function() return part "remote.client".connect(server, how) end)
  if good then return setmetatable({ plain = connection, address = address }, guarded) end
  return nil, text_of(address, connection)
end

--- The same; where there is none, the command ends with the reason.
function client.connect(address, options)
  local connection, why = client.try(address, options)
  return connection or error({ wrong = why, status = 1 }, 0)
end

--- An answer of connection:command; where it is an error, the command ends with it.
function client.need(answer, why)
  if answer == nil then error({ wrong = "the server refuses: " .. why, status = 1 }, 0) end
  return answer
end

local function name_of(library) return library:match "^#!lua name=([%w_]+)" end

--- Puts the library on the server, in the place of one of the same name; its name.
function client.install(connection)
  return client.need(connection:command("FUNCTION", "LOAD", "REPLACE", part "remote.client".engine_text()))
end

--- Whether the server has the library; nil where the user may not ask.
function client.has_library(connection)
  local list = connection:command("FUNCTION", "LIST", "LIBRARYNAME", name_of(part "remote.client".engine_text()))
  return type(list) == "table" and #list > 0
end

-- ---- a space, looked at without a session ----

--- Whether the word is the address of a server, or meant so: no name of a space of this machine has a colon.
function client.is_address(word) return word:find(":", 1, true) ~= nil or word:find("//", 1, true) ~= nil end

-- Whether the path in an address is that of a socket, and so names no space.
local function is_socket(address)
  local path = address:match "^redis%+unix:(.*)$"
  return path and shell.run("test -S %s", (path:gsub("^//[^/]*", "")))
end

--- An address as that of the server and the space, or nil: it names none.
function client.split(address)
  if is_socket(address) then return address end
  local server, space = address:match "^(rediss?://[^/]+)/([^/]+)$"
  if not server then server, space = address:match "^(redis%+unix:.+)/([^/]+)$" end
  return server or address, space
end

--- The space that an address names; nil: none.
function client.space_of(address) return (select(2, client.split(address))) end

-- The fields of an answer, "0:ok:3:abc": the status, and the list.
local function fields_of(answer)
  local status, at = answer:match "^%d+:(%l+):()"
  local list = {}
  while at and at <= #answer do
    local size, first = answer:match("^(%d+):()", at)
    size = math.tointeger(tonumber(size))
    list[#list + 1] = answer:sub(first, first + size - 1)
    at = first + size
  end
  return status, list
end

--- Asks what needs no session: the list of the answer's fields; nil and the status where that is not "ok".
function client.look(connection, space, op, ...)
  local name = name_of(part "remote.client".engine_text())
  local answer, why = connection:command("FCALL", name, "1", "tl:{" .. space .. "}:", "-", "0", "0", op, ...)
  if type(answer) ~= "string" then return nil, why or "no answer" end
  local status, fields = fields_of(answer)
  if status == "ok" then return fields end
  return nil, status
end

--- The fields of "status" of a space that somebody has opened before; nil and why.
function client.status(connection, space)
  local fields, why = client.look(connection, space, "status")
  if fields and fields[2] ~= "" then return fields end
  if not fields and not why:find("Function not found", 1, true) then return nil, why end
  if not fields and connection:command("EXISTS", "tl:{" .. space .. "}:space") == 1 then
    return nil, space .. ": it was made by another version of tidelock, whose commands can look at it"
  end
  return nil, space .. ": there is no such space; tidelock ls and the server's address show those there are"
end

--- Calls add(session, host, pid, program, name) for each program in a space whose lease has not run out: where nobody
--- calls, the others are not removed.
function client.each_member(connection, space, add)
  client.each(connection, space, "members", 8, function(session, host, pid, program, name, left)
    if (tonumber(left) or 0) > 0 then add(session, host, pid, program, name) end
  end)
end

--- All rows of an answer that comes in pages: calls add(fields ...) with `width` of them at a time.
function client.each(connection, space, op, width, add)
  local cursor = "0"
  repeat
    local fields = client.need(client.look(connection, space, op, cursor))
    cursor = fields[1]
    for i = 2, #fields, width do add(table.unpack(fields, i, i + width - 1)) end
  until cursor == "0"
end

return client

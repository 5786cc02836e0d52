--- Addresses: under which an engine that was started here is reached.
local client = require "server.client"
local shell = require "server.shell"

local addresses = {}

--- Of its socket, without a space.
function addresses.near(place)
  return ("redis+unix://:%s@%s"):format(place:setting "requirepass", place.socket)
end

-- Of the machine's own addresses one that others may know.
local function host(place)
  local bound = (place:setting "bind" or ""):match "^[%w.:]+"
  if bound then return bound:find ":" and "[" .. bound .. "]" or bound end
  return (shell.line "hostname -I" or ""):match "%S+" or shell.line "hostname" or "HOST"
end

--- Of its port, without a space; nil: it has none.
function addresses.far(place)
  local port = place:setting "port"
  if not port or port == "0" then return nil end
  return ("redis://:%s@%s:%s"):format(place:setting "requirepass", host(place), port)
end

--- Whether the server answers.
function addresses.answers(place)
  local connection = client.try(addresses.near(place))
  if not connection then return false end
  local good, answer = pcall(connection.command, connection, "PING")
  connection:close()
  return good and answer == "PONG"
end

--- What a user is told.
function addresses.text(place)
  local far = addresses.far(place)
  return table.concat({
    ("The engine runs: pid %s, data in %s"):format(place:pid(), place.dir),
    "On this machine a script reaches it with its spaces as they are, ipc.open \"kitchen\", after",
    "  export TIDELOCK_ENGINE=" .. shell.word(addresses.near(place)),
    "or, with the password in no script and no list of processes,",
    ("  export TIDELOCK_ENGINE=%s TIDELOCK_PASSWORD_FILE=%s"):format(shell.word("redis+unix:" .. place.socket),
      shell.word(place:path "password")),
    far and "From other machines, where the network is trusted (the password goes unencrypted):"
      or ("Other machines do not reach it; for them: %s, %s"):format(place:command "stop",
        place:command "start --port 6380"),
    far and ("  ipc.open{ name = \"%s/kitchen\", insecure = true }"):format(far),
  }, "\n")
end

return addresses

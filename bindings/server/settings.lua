--- Settings: what an engine's server is told, so that it loses nothing that it need not.
local settings = {}

-- Of a path in a file of settings.
local function quoted(path) return '"' .. path:gsub('["\\]', "\\%0") .. '"' end

--- The text of engine.conf. what = { port =, bind = list or nil, password = }.
function settings.text(place, what)
  local lines = {
    "# Written by tidelock engine start; changes are lost at the next start.",
    "dir " .. quoted(place.dir),
    "daemonize yes",
    "pidfile " .. quoted(place:path "engine.pid"),
    "logfile " .. quoted(place:path "log"),
    "unixsocket " .. quoted(place.socket),
    "unixsocketperm 700",
    "requirepass " .. what.password,
    "# every change is on the disk a second later",
    "appendonly yes",
    "appendfsync everysec",
    'save ""',
    "# no lock is thrown away for want of memory: a write is refused instead",
    "maxmemory-policy noeviction",
    "# a host that is gone is noticed",
    "tcp-keepalive 10",
    "maxclients 4000",
    "port " .. (what.port or 0),
  }
  if what.port then lines[#lines + 1] = "bind " .. table.concat(what.bind or { "*", "-::*" }, " ") end
  return table.concat(lines, "\n") .. "\n"
end

--- A password of 128 bits.
function settings.password()
  local file = assert(io.open("/dev/urandom", "rb"))
  local bytes = file:read(16)
  file:close()
  return (bytes:gsub(".", function(byte) return ("%02x"):format(byte:byte()) end))
end

return settings

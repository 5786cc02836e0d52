--- Way out: what a user can do about what the server or the system has said of an address.
local NO_SUCH_DEVICE = 6 -- what opening a socket as a file fails with

local PASSWORD = " (it wants a password: TIDELOCK_PASSWORD_FILE, or password_file, names a file of mode 600 with it; "
  .. "or redis://:PASSWORD@HOST:PORT/SPACE)"
local OLD = " (a space needs Redis 7 or Valkey: tidelock engine check ADDRESS tells what this server is)"
local LACKS = " (this user lacks a right: tidelock engine acl SPACE USER prints all that a user of a space needs)"

-- By what stands in the text, in this order.
local OF_TEXT = {
  { "ERR unknown command", OLD },
  { "NOAUTH", PASSWORD },
  { "unauthenticated", PASSWORD },
  { "NOPERM", LACKS },
  { "The user executing the script can't run", LACKS },
  { "Connection refused", " (nothing listens there: does the server run, and at this place?)" },
}

local OF_CODE = {
  OOM = " (its memory is full: take messages out, remove objects, or have its maxmemory raised)",
  READONLY = " (it has become a replica: open the server that it follows)",
}

-- What no user of a space may, and the commands of tidelock ask for.
local OF_SERVER = { info = true, scan = true, ["function|load"] = true }
local MORE = " (that takes a user with rights of the whole server: give the address of one, such as its administrator)"

-- A socket whose space was forgotten, or that is not there.
local function of_socket(address)
  local path = address:match "^redis%+unix:(.+)$"
  if not path then return "" end
  path = path:gsub("^//[^/]*", "")
  local file, _, trouble = io.open(path)
  if file then file:close() end
  if trouble ~= NO_SUCH_DEVICE then return "" end
  return ("; that is a socket: the name of a space comes behind it: %s/SPACE"):format(path)
end

local function of_missing(address, why)
  if not (address:find "^redis%+unix:" and why:find "No such file") or why:find "password file" then return "" end
  return " (there is no such socket: does the server run? tidelock engine status tells where the one is that tidelock "
    .. "engine start has started)"
end

--- A text to be put behind why an address could not be opened; or nothing.  `of_server`: it need not name a space.
return function(address, why, of_server)
  local forgotten = of_server and "" or of_socket(address)
  if forgotten ~= "" then return forgotten end
  local code = why:match "^%u+"
  if OF_CODE[code] then return OF_CODE[code] end
  if OF_SERVER[why:match "NOPERM .*'([%l|]+)' command" or ""] then return MORE end
  for _, row in ipairs(OF_TEXT) do
    if why:find(row[1], 1, true) then return row[2] end
  end
  local cut = why:find("closed the connection", 1, true) or why:find("reset by peer", 1, true)
  if cut and address:find "^redis://" then return "; where it speaks TLS, an address begins with rediss://" end
  return of_missing(address, why)
end

--- Way out: what a user can do about what the server or the system has said of an address.
local NO_SUCH_DEVICE = 6 -- what opening a socket as a file fails with

local PASSWORD = " (it wants a password: TIDELOCK_PASSWORD_FILE, or password_file, names a file of mode 600 with it; "
  .. "or redis://:PASSWORD@HOST:PORT/SPACE)"

local OLD = " (a space needs Redis 7 or Valkey: tidelock engine check ADDRESS tells what this server is)"

local OF_CODE = {
  OOM = " (its memory is full: take messages out, remove objects, or have its maxmemory raised)",
  READONLY = " (it has become a replica: open the server that it follows)",
}

-- A socket whose space was forgotten.
local function of_socket(address)
  local path = address:match "^redis%+unix:(.+)$"
  path = path and path:gsub("^//[^/]*", "")
  local file, _, trouble = io.open(path or "")
  if file then file:close() end
  if trouble ~= NO_SUCH_DEVICE then return "" end
  return ("; that is a socket: the name of a space comes behind it: %s/SPACE"):format(path)
end

--- A text to be put behind why an address could not be opened; or nothing.
return function(address, why)
  local code = why:match "^%u+"
  if OF_CODE[code] then return OF_CODE[code] end
  if why:find("ERR unknown command", 1, true) then return OLD end
  if why:find("NOAUTH", 1, true) or why:find("unauthenticated", 1, true) then return PASSWORD end
  local cut = why:find("closed the connection", 1, true) or why:find("reset by peer", 1, true)
  if cut and address:find "^redis://" then return "; where it speaks TLS, an address begins with rediss://" end
  return of_socket(address)
end

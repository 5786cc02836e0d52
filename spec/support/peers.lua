-- Who connects in the specs of connections, also what is no program of ours, and the socket files that are left to be
-- removed.
local await = dofile "spec/support/await.lua"
local peers = {}

peers.HERE = "tcp:127.0.0.1:0"
peers.HELLO = "tidelock\1\0\0\0\0\0\0\0" .. ("n"):rep(32) -- of a client without a key

-- A peer that is no program of ours: it has written the first piece, writes each other one after a line of ours, and
-- goes when it is closed.
function peers.stranger(address, ...)
  local host, port = address:match("^tcp:(.*):(%d+)$")
  local lines, written = {}, os.tmpname()
  for _, piece in ipairs{ ... } do
    local octal = piece:gsub(".", function(c) return ("\\%03o"):format(c:byte()) end)
    lines[#lines + 1] = "printf '" .. octal .. "' >&3"
  end
  lines[1] = lines[1] .. "; printf x >" .. written
  local script = ("exec 3<>/dev/tcp/%s/%s\n%s\nread x\n"):format(host, port, table.concat(lines, "\nread x\n"))
  local peer = assert(io.popen("exec bash -c \"" .. script:gsub("[\\\"$`]", "\\%0") .. "\" 2>/dev/null", "w"))
  await(function()
    local file = assert(io.open(written))
    local there = file:read(1)
    file:close()
    return there
  end)
  os.remove(written)
  return peer
end

-- It writes its next piece.
function peers.go_on(peer)
  peer:write("\n")
  peer:flush()
end

-- The bytes of a message, as they are sent.
function peers.frame(body)
  return ("<s8"):pack(body)
end

local files = {}

-- A file to be removed by peers.remove_files; the path.
function peers.to_remove(path)
  files[#files + 1] = path
  return path
end

-- A path for a socket.
function peers.socket_file()
  local path = os.tmpname()
  os.remove(path)
  return peers.to_remove(path)
end

function peers.exists(path)
  return os.rename(path, path) ~= nil
end

function peers.remove_files()
  for _, path in ipairs(files) do os.remove(path) end
  files = {}
end

return peers

-- A redis-server, or the program that TIDELOCK_SERVER names, for the specs that need one: in a folder of its own under
-- TMPDIR, at a unix socket, with no TCP port
-- unless asked, keeping nothing on disk unless asked.  Only what was started here is ever stopped, by its pid; it ends
-- by itself when the process of the specs does.
--
--   local engine = dofile "spec/support/engine.lua"
--   if engine.missing then pending(engine.missing) end
--   local server = engine.shared()                            one for all specs of this process
--   local server = engine.start{ appendonly = "yes", ... }    one of its own; options of redis.conf
--   ipc.open(server:address "kitchen")
--   server:kill()  server:stop()  server:start()  server:cli("INFO", "server")
local files = dofile "spec/support/files.lua"
local ipc = require "tidelock"
local engine = {}

local KEPT = debug.getregistry()
local KEY = "spec.support.engine"

local function output(command)
  local pipe = assert(io.popen(command))
  local text = pipe:read "a"
  pipe:close()
  return (text:gsub("\n$", ""))
end

local function quoted(word) return "'" .. word:gsub("'", "'\\''") .. "'" end

local folder = output "mktemp -d ${TMPDIR:-/tmp}/tidelock-engine.XXXXXX"
local count = 0

local wanted = os.getenv "TIDELOCK_SERVER"
if wanted == "" then wanted = nil end

-- Debian's redis-tools has the server under another name, which it obeys where it is called by that.
local function program()
  if wanted then return output(("readlink -e $(command -v %s)"):format(quoted(wanted))):match ".+" end
  for _, name in ipairs{ "redis-server", "valkey-server" } do
    local path = output("command -v " .. name)
    if path ~= "" then return path end
  end
  local path = output "command -v redis-check-rdb"
  if path == "" then return nil end
  os.execute(("ln -sf %s %s/redis-server"):format(quoted(path), folder))
  return folder .. "/redis-server"
end

engine.program = program()
--- Why there can be no server here; nil: there can.
engine.missing = not engine.program
  and (wanted and wanted .. ", which TIDELOCK_SERVER names, is not there"
    or "no redis-server or valkey-server is installed") or nil
--- Where its clients find a folder of the specs' own.
engine.folder = folder

local server = {}
server.__index = server

-- The server ends with this process, and its folder does.
local WATCH = [[cd %s && { %s ./redis.conf >log 2>&1 & echo $! >pid.new; mv pid.new pid; server=$!
  while kill -0 %d 2>/dev/null && kill -0 $server 2>/dev/null; do sleep 0.3; done
  kill -9 $server 2>/dev/null; kill -0 %d 2>/dev/null || rm -rf %s; } >/dev/null 2>&1 </dev/null &]]

local function write(path, text)
  files.write(path, text)
end

--- Starts it again, after kill or stop; what it keeps on disk is still there.
function server:start()
  os.remove(self.folder .. "/pid")
  local here = ipc.getpid()
  assert(os.execute(WATCH:format(quoted(self.folder), quoted(engine.program), here, here, quoted(folder))))
  local deadline = ipc.now() + 60
  repeat
    assert(ipc.now() < deadline, "the redis-server of the specs does not start")
    ipc.sleep(0.01)
    local file = io.open(self.folder .. "/pid")
    self.pid = file and file:read "n"
    if file then file:close() end
    local answer = self.pid and self:cli "PING"
  until answer == "PONG" or answer and answer:find "NOAUTH"
  return self
end

local function end_by(self, signal)
  if not self.pid then return end
  os.execute(("kill -%s %d 2>/dev/null; while kill -0 %d 2>/dev/null; do sleep 0.01; done"):format(signal, self.pid,
    self.pid))
  self.pid = nil
end

--- As a crash ends it, and as an order does.
function server:kill() end_by(self, "KILL") end
function server:stop() end_by(self, "TERM") end

--- SIGSTOP, SIGCONT ...
function server:signal(name) os.execute(("kill -%s %d"):format(name, self.pid)) end

--- What redis-cli prints.
function server:cli(...)
  local words = {}
  for i, word in ipairs{ ... } do words[i] = quoted(tostring(word)) end
  return output(("redis-cli -s %s %s %s 2>&1"):format(quoted(self.socket), self.login or "", table.concat(words, " ")))
end

--- The objects of a space with a name and how they are, by the server's own words.
function server:objects(space)
  local library = self:cli("FUNCTION", "LIST"):match "tidelock_%d+_%x+"
  return self:cli("FCALL", library, "1", "tl:{" .. space .. "}:", "-", "0", "0", "list", "0")
end

--- The address of a space there.
function server:address(space) return ("redis+unix:%s/%s"):format(self.socket, space) end

--- Starts a server with these lines of redis.conf besides: { appendonly = "yes", maxmemory = "10mb" }.
function engine.start(options)
  count = count + 1
  local new = setmetatable({ folder = ("%s/%d"):format(folder, count) }, server)
  new.socket = new.folder .. "/socket"
  local lines = { port = "0", save = '""', appendonly = "no", unixsocket = new.socket, dir = new.folder,
    ["maxmemory-policy"] = "noeviction", ["enable-debug-command"] = "yes" }
  for name, value in pairs(options or {}) do lines[name] = value end
  local text = {}
  for name, value in pairs(lines) do text[#text + 1] = ("%s %s\n"):format(name, value) end
  assert(os.execute("mkdir " .. quoted(new.folder)))
  table.sort(text)
  write(new.folder .. "/redis.conf", table.concat(text))
  return new:start()
end

--- One server for all specs of this process.
function engine.shared()
  if not KEPT[KEY] then KEPT[KEY] = engine.start() end
  return KEPT[KEY]
end

return engine

-- Two unrelated programs talk over two named FIFOs of the file system: three messages and an exit, each answered.
-- Watch: raw bytes, line by line, without any runtime between the two; the FIFOs are gone at the end.
-- Change: open a FIFO for reading in both programs at once, and see both wait for ever: open waits for the other side.
local ok, stat = pcall(require, "posix.sys.stat")
if not ok then error("fifo.lua needs luaposix; Debian has it as lua-posix, for Lua 5.3", 0) end
local unistd, wait = require "posix.unistd", require "posix.sys.wait"

local MESSAGES = { "first", "second", "third", "exit" }
local role, there, back = arg[1], arg[2], arg[3]

local function client()
  local requests, answers = assert(io.open(there, "w")), assert(io.open(back, "r"))
  for _, message in ipairs(MESSAGES) do
    requests:write(message, "\n"):flush()
    print("client: sent " .. message .. ", got: " .. assert(answers:read("l")))
  end
end

local function server()
  local requests, answers = assert(io.open(there, "r")), assert(io.open(back, "w"))
  for message in requests:lines() do
    print("server: got " .. message)
    answers:write("receipt for ", message, "\n"):flush()
    if message == "exit" then return end
  end
end

local tidelock = -1 -- options of it may stand between it and the script
while arg[tidelock - 1] do tidelock = tidelock - 1 end

local function program(name, ...)
  io.stdout:flush()
  local pid = assert(unistd.fork())
  if pid > 0 then return pid end
  unistd.execp(arg[tidelock], { [0] = arg[tidelock], arg[0], name, ... })
  unistd._exit(127)
end

if role then return (role == "server" and server or client)() end

local folder = assert(require("posix.stdlib").mkdtemp("/tmp/fifo-XXXXXX"))
there, back = folder .. "/there", folder .. "/back"
local failures = 0
if stat.mkfifo(there, 384) and stat.mkfifo(back, 384) then
  for _, pid in ipairs{ program("server", there, back), program("client", there, back) } do
    local _, how, status = wait.wait(pid)
    if how ~= "exited" or status ~= 0 then failures = failures + 1 end
  end
end
local removed = os.remove(there) and os.remove(back) and os.remove(folder)
assert(removed and failures == 0)
print("both programs have ended, and the FIFOs are gone")

-- A server and two clients talk over TCP on the loopback; both ends must know a key. A third client knows another.
-- Watch: the first two are served at once, each by a process of its own; the third is refused at both ends.
-- Change: leave the third client's key out. When does it hear that it is refused now, and why only then?
local ipc = require "tidelock"

local KEY = "a key that nobody guesses"
local listener = ipc.listen("tcp:127.0.0.1:0", { key = KEY, name = "server" })

local function serve(connection)
  for question in function() return (connection:recv()) end do
    connection:send{ question = question, answer = question.a * question.b }
  end
end

local function client(name)
  local server = assert(ipc.connect(listener.address, { key = KEY, timeout = 20 }))
  local right = 0
  for n = 1, 3 do
    server:send{ a = n, b = 7 }
    local reply = server:recv()
    print(("%s: %d times %d is %d"):format(name, n, reply.question.b, reply.answer))
    if reply.answer == n * 7 then right = right + 1 end
    ipc.sleep(math.random() / 5)
  end
  return right
end

local function intruder()
  local server, why = ipc.connect(listener.address, { key = "a key that was guessed", timeout = 20 })
  print("intruder: " .. tostring(server or why))
  return why
end

print("listening at " .. listener.address)
local third, clients = ipc.spawn(intruder), { ipc.spawn(client, "client 1"), ipc.spawn(client, "client 2") }
for _ = 1, 2 do
  local connection = assert(listener:accept(20))
  ipc.spawn(serve, connection)
  connection:close() -- it is the new process's
end
while third:is_alive() do assert(not listener:accept(0.1)) end
assert(third:result() == "refused" and listener.refused == 1)
print("turned away: " .. listener.refused)
for _, process in ipairs(clients) do assert(process:result() == 3) end

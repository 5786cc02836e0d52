-- What a space on a server costs, and what its peers do: everything on one server of its own, in one run, on a Unix
-- socket; what other hosts would see, over TCP on the loopback too.  Watch: the ratios, each of the same transport on
-- both sides.  Change: remote.lua [--quick].
--
-- Plain Redis is measured with the same client in C; Python's manager and RQ where python3 has them.
local ipc = require "tidelock"

local quick = arg[1] == "--quick"
local SECONDS = quick and 0.2 or 1.5 -- a measurement
local ROUNDS = quick and 1 or 5 -- of which the median is taken

-- ---- a server ----

local folder = os.tmpname()
os.remove(folder)
os.execute("mkdir -m 700 " .. folder)
local socket = folder .. "/socket"

local function server_program()
  if (os.getenv "TIDELOCK_SERVER" or "") ~= "" then return os.getenv "TIDELOCK_SERVER" end
  for _, name in ipairs{ "redis-server", "valkey-server", "redis-check-rdb" } do
    local pipe = io.popen("command -v " .. name)
    local path = pipe:read "l"
    pipe:close()
    if path and name ~= "redis-check-rdb" then return path end
    if path then
      os.execute(("ln -s %s %s/redis-server"):format(path, folder))
      return folder .. "/redis-server"
    end
  end
  error("no server is installed: on Debian or Ubuntu, apt-get install redis-tools", 0)
end

local port = 20000 + ipc.getpid() % 20000
local server = ipc.command{ server_program(), "--port", port, "--bind", "127.0.0.1", "--unixsocket", socket,
  "--save", "", "--dir", folder, stdout = "null" }

local UNIX, TCP = "redis+unix:" .. socket, ("redis://127.0.0.1:%d"):format(port)
local server_address = UNIX -- of what is measured

local client = require "tidelock_remote".require "remote.client"
local function connect()
  for _ = 1, 200 do
    local good, connection = pcall(client.connect, server_address, { server = true })
    if good then return connection end
    ipc.sleep(0.02)
  end
  error("the server does not answer", 0)
end
connect():close()
local function open() return ipc.open(server_address .. "/bench") end

-- ---- measuring ----

local function median(list)
  table.sort(list)
  return list[(#list + 1) // 2]
end

-- How often a second fn runs in each of `count` processes together.
local function rate(count, make)
  local ready, go, total = ipc.latch(count), ipc.event(), ipc.value(0)
  local processes = {}
  for i = 1, count do
    processes[i] = ipc.spawn(function()
      local fn = make(i)
      fn()
      ready:count_down()
      go:wait()
      local finish, n = ipc.now() + SECONDS, 0
      repeat
        fn()
        n = n + 1
      until ipc.now() >= finish
      total:add(n)
    end)
  end
  ready:wait()
  go:set()
  local before = ipc.now()
  for _, process in ipairs(processes) do process:join() end
  return total:get() / (ipc.now() - before)
end

-- Round trips a second of two processes: fn(i) returns what one side does in a round.
local function ping_pong(make)
  local rounds
  local echo = ipc.process{ target = function()
    local step = make(2)
    while step() do end
  end, daemon = true }
  echo:start()
  local step = make(1)
  for _ = 1, 50 do step() end
  local finish, before = ipc.now() + SECONDS, ipc.now()
  rounds = 0
  repeat
    step()
    rounds = rounds + 1
  until ipc.now() >= finish
  local result = rounds / (ipc.now() - before)
  echo:kill()
  echo:join()
  return result
end

-- ---- what is measured ----

local function plain_queues(i)
  local connection = connect()
  if i == 1 then
    return function()
      connection:command("LPUSH", "ping", "1")
      return connection:command("BRPOP", "pong", "0")
    end
  end
  return function()
    connection:command("BRPOP", "ping", "0")
    return connection:command("LPUSH", "pong", "1")
  end
end

local function our_queues(i)
  local s = open()
  local ping, pong = s.queue "ping", s.queue "pong"
  if i == 1 then
    return function()
      ping:put(1)
      return pong:get()
    end
  end
  return function()
    ping:get()
    return pong:put(1)
  end
end

local function our_lock()
  local lock = open().lock "lock"
  return function()
    lock:acquire()
    lock:release()
  end
end

-- As most clients do it: SET with a lease; who does not get it waits for a message, and tries again.
local RELEASE = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) "
  .. "redis.call('PUBLISH', KEYS[1], '') end"

local function subscribed_lock(i)
  local connection, listener, me = connect(), connect(), tostring(i)
  listener:command("SUBSCRIBE", "plain-lock")
  return function()
    while connection:command("SET", "plain-lock", me, "NX", "PX", "30000") ~= "OK" do listener:receive(0.5) end
    connection:command("EVAL", RELEASE, "1", "plain-lock", me)
  end
end

local function batches(i)
  local queue = open().queue("batches", 5000)
  local list = {}
  for n = 1, 250 do list[n] = n end
  if i == 1 then return function() return queue:put_many(list) end end
  return function() return queue:get_many(250) end
end

local function batch_rate()
  local getter = ipc.process{ target = function()
    local step = batches(2)
    while step() do end
  end, daemon = true }
  getter:start()
  local step, n, before = batches(1), 0, ipc.now()
  repeat n = n + step() until ipc.now() - before >= SECONDS
  local queue = open().queue "batches"
  while not queue:is_empty() do ipc.sleep(0.001) end
  local result = n / (ipc.now() - before)
  getter:kill()
  getter:join()
  return result
end

-- Tasks a second of a pool with two workers, one task a job.
local function pool_rate()
  local module = folder .. "/bench_task.lua"
  local file = assert(io.open(module, "w"))
  file:write "local task = {} function task.run(n) return n end return task"
  file:close()
  package.path = folder .. "/?.lua;" .. package.path
  local task = require "bench_task"
  local pool = open().pool "bench"
  local command = { arg[-1], "worker", "--allow", "bench_task", "--processes", "2", "--pool", "bench",
    server_address .. "/bench" }
  command.env, command.stderr = { LUA_PATH = folder .. "/?.lua;;" }, "null"
  local worker = ipc.command(command)
  while pool.workers < 2 do ipc.sleep(0.02) end
  local list, rates = {}, {}
  for n = 1, quick and 1000 or 10000 do list[n] = n end
  for i = 1, ROUNDS do
    local before = ipc.now()
    pool:map(task.run, list, 1)
    rates[i] = #list / (ipc.now() - before)
  end
  worker:terminate()
  worker:join(5)
  return median(rates)
end

-- ---- peers in Python ----

local MANAGER = [[
import time, multiprocessing as mp
from multiprocessing.managers import BaseManager
import queue
class M(BaseManager): pass
qs = [queue.Queue(), queue.Queue()]
M.register('q', callable=lambda i: qs[i])
M.register('a', callable=lambda: qs[0]); M.register('b', callable=lambda: qs[1])
m = M(address=%s, authkey=b'x'); m.start()
def echo():
    c = M(address=m.address, authkey=b'x'); c.connect(); a, b = c.a(), c.b()
    while True: b.put(a.get())
p = mp.Process(target=echo, daemon=True); p.start()
a, b = m.a(), m.b()
for _ in range(50): a.put(1); b.get()
n, t = 0, time.time()
while time.time() - t < %g: a.put(1); b.get(); n += 1
print(n / (time.time() - t)); p.kill(); m.shutdown()
]]

local RQ = [[
import time, sys
sys.path.insert(0, %q)
from redis import Redis
from rq import Queue, SimpleWorker
import multiprocessing as mp, logging
logging.disable(logging.CRITICAL)
r = Redis(unix_socket_path=%q)
def work():
    SimpleWorker([Queue('default', connection=Redis(unix_socket_path=%q))], connection=Redis(unix_socket_path=%q)).work(
        burst=True, logging_level='CRITICAL')
q = Queue('default', connection=r)
n = %d
for i in range(n): q.enqueue('bench_rq.run', i)
ps = [mp.Process(target=work) for _ in range(2)]
t = time.time()
for p in ps: p.start()
for p in ps: p.join()
print(n / (time.time() - t))
]]

-- The system's own, where there is one: it has what the distribution's packages bring.
local function python_program()
  local own = io.open "/usr/bin/python3"
  if own then own:close() end
  return own and "/usr/bin/python3" or "python3"
end

local function python(code)
  local path = folder .. "/peer.py"
  local file = assert(io.open(path, "w"))
  file:write(code)
  file:close()
  local pipe = io.popen(("timeout 120 %s %s 2>/dev/null"):format(python_program(), path))
  local result = pipe:read "n"
  pipe:close()
  return result
end

local function manager_rate()
  local place = server_address == TCP and "('127.0.0.1', 0)" or ("%q"):format(folder .. "/m")
  return python(MANAGER:format(place, SECONDS))
end

local function rq_rate()
  local file = assert(io.open(folder .. "/bench_rq.py", "w"))
  file:write "def run(n): return n\n"
  file:close()
  return python(RQ:format(folder, socket, socket, socket, quick and 100 or 1000))
end

-- ---- the run ----

-- Interleaved, so that what else the machine does is the same for both.
local function compare(ours, theirs)
  local a, b, ratios = {}, {}, {}
  for i = 1, ROUNDS do
    a[i], b[i] = ours(), theirs and theirs()
    ratios[i] = b[i] and a[i] / b[i]
  end
  return median(a), b[1] and median(b), ratios[1] and median(ratios)
end

local function say(what, ours, theirs, ratio, promised)
  print(("%-40s %10.0f  %10s  %7s  %s"):format(what, ours, theirs and ("%.0f"):format(theirs) or "-",
    ratio and ("%.2f"):format(ratio) or "-", promised))
  io.stdout:flush()
end

local function measure_there_and_back(transport)
  local ours, theirs, ratio = compare(function() return ping_pong(our_queues) end,
    function() return ping_pong(plain_queues) end)
  say(transport .. "queue, there and back; LPUSH/BRPOP", ours, theirs, ratio, "at least 0.5")
  ours, theirs, ratio = compare(function() return ping_pong(our_queues) end, manager_rate)
  say(transport .. "the same; Python's manager", ours, theirs, ratio, "at least 1.25")
end

local function measure()
  print(("%-40s %10s  %10s  %7s"):format("a second", "ours", "theirs", "ratio"))
  server_address = TCP
  measure_there_and_back "TCP, "
  server_address = UNIX
  measure_there_and_back "Unix, "
  local ours, theirs, ratio = compare(function() return rate(16, our_lock) end,
    function() return rate(16, subscribed_lock) end)
  say("lock, 16 contend; by pub/sub", ours, theirs, ratio, "at least 2")
  ours, theirs, ratio = compare(function() return rate(1, our_lock) end, function() return rate(1, subscribed_lock) end)
  say("lock, nobody else; by pub/sub", ours, theirs, ratio, "")
  say("queue, batches of 250", (compare(batch_rate)), nil, nil, "at least 200000")
  ours, theirs = pool_rate(), rq_rate()
  say("pool, 2 workers; RQ", ours, theirs, theirs and ours / theirs,
    theirs and "at least 10" or "at least 15000 tasks")
end

local good, why = pcall(measure)
server:kill()
server:join(5)
os.execute("rm -rf " .. folder)
if not good then error(why, 0) end

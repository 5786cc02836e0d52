--- The command `tidelock worker`: processes that run the tasks of a pool, and one that looks after them.
--
-- That one replaces those that die. It is told, by a queue of the engine, of tasks that were cancelled while they ran:
-- then it stops the process, asks whether it runs the task still, and kills it if so.
local client = require "server.client"
local ipc = require "tidelock"
local refuse = require("help.options").refuse

local PATIENCE = 0.5 -- between two looks for the pool
local ORDER = "^=cancel (%d+) (%S+)$"

local function address_of(found)
  if found.address ~= "-" then return found.address end
  return os.getenv "TIDELOCK_WORKER" or refuse "worker: '-' takes the address from TIDELOCK_WORKER, which is not set"
end

local function open(found)
  local good, space = pcall(ipc.open, { name = address_of(found), insecure = found.insecure or nil })
  if good then return space end
  error({ wrong = "worker: " .. tostring(space):gsub("^.-open: ", ""), status = 1 }, 0)
end

local function host_name()
  local file = io.open "/proc/sys/kernel/hostname"
  local name = file and file:read "l" or "a host"
  if file then file:close() end
  return name
end

-- The pool, once somebody has made it.
local function pool_of(space, found)
  local name, told = found.pool or "pool", false
  while true do
    local listed = {}
    for _, row in ipairs(space:list()) do listed[row.name] = row.kind end
    if listed[name] then return space.pool(name) end
    if not told then io.stderr:write(('waits until there is a pool "%s" in %s\n'):format(name, tostring(space))) end
    told = true
    ipc.sleep(PATIENCE)
  end
end

-- ---- one process ----

local function serve(found, number, orders, born)
  local worker = client.part "remote.worker"
  local state = {}
  ipc.on_signal("TERM", function() worker.stop(state) end)
  ipc.on_signal("INT", function() end) -- whoever looks after it decides
  local space = open(found)
  local pool = space.pool(found.pool or "pool")
  local allowed = {}
  for _, module in ipairs(found.allow) do allowed[module] = true end
  born:put{ number = number, session = worker.session_of(pool) }
  worker.serve(pool, { allowed = allowed, any_version = found.any_version, orders = orders,
    worker = ("worker %s-%d"):format(host_name(), number) }, state)
end

-- ---- those that it looks after ----

local function begin(care, number)
  local process = ipc.process{ target = serve, args = { care.found, number, care.orders, care.born },
    name = "worker-" .. number }
  care.processes[number] = process:start()
end

local function process_of(care, who)
  local session = who:match "^[^.]+"
  for number, own in pairs(care.sessions) do
    if own == session then return care.processes[number] end
  end
end

-- A task was cancelled: ends the process that runs it, if it still does.
local function obey(care, order)
  local number, who = order:match(ORDER)
  local process = number and process_of(care, who)
  if not process or not process:is_alive() then return end
  process:suspend()
  if client.part "remote.worker".runs(care.pool, number, who) then
    process:kill()
  else
    process:resume()
  end
end

-- Replaces those that have ended by themselves; whether any is left.
local function replace(care)
  local left = false
  for number, process in pairs(care.processes) do
    if process:is_alive() then
      left = true
    elseif not care.stop and process.exitcode ~= 0 then
      begin(care, number)
      left = true
    else
      care.processes[number] = nil
    end
  end
  return left
end

local function end_all(care)
  care.stop = (care.stop or 0) + 1
  for _, process in pairs(care.processes) do
    if care.stop == 1 then process:terminate() else process:kill() end
  end
end

local function look_after(care, queue)
  local worker = client.part "remote.worker"
  while replace(care) do
    local list = { queue, care.born }
    for _, process in pairs(care.processes) do list[#list + 1] = process end
    ipc.wait(list, 5)
    for _, text in ipairs(worker.orders(queue)) do obey(care, text) end
    local news = care.born:try_get()
    while news do
      care.sessions[news.number] = news.session
      news = care.born:try_get()
    end
  end
end

return function(found)
  local space = open(found)
  local pool = pool_of(space, found)
  local worker = client.part "remote.worker"
  local queue = worker.order_queue(pool)
  local care = { found = found, pool = pool, orders = worker.id_of(queue), born = ipc.queue(), processes = {},
    sessions = {} }
  for _, signal in ipairs{ "INT", "TERM" } do ipc.on_signal(signal, function() end_all(care) end) end
  for number = 1, found.processes or ipc.cpu_count() do begin(care, number) end
  io.stderr:write(("%d worker%s of %s\n"):format(#care.processes, #care.processes == 1 and "" or "s", tostring(pool)))
  look_after(care, queue)
  return 0
end

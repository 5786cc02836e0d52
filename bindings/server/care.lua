--- Care: the processes of a worker, and how they are looked after.
--
-- One that dies is replaced at once; only one that never came up is begun again after a pause, which grows, so that a
-- worker that cannot start does not keep the machine busy. The engine tells, by a queue, of tasks that were cancelled
-- while they ran: then the process is stopped, and killed if it runs the task still, so that no other task is hit.
local client = require "server.client"
local ipc = require "tidelock"

local care = {}

local ORDER = "^=cancel (%d+) (%S+)$"
local PAUSE, LONGEST_PAUSE = 0.1, 5 -- seconds, before one that never came up is begun again
local WAIT = 5 -- the longest, between two looks

local function host_name()
  local file = io.open "/proc/sys/kernel/hostname"
  local name = file and file:read "l" or "a host"
  if file then file:close() end
  return name
end

-- ---- one process ----

local function serve(how, number, orders, news)
  local worker = client.part "remote.worker"
  local state = {}
  ipc.on_signal("TERM", function() worker.stop(state) end)
  ipc.on_signal("INT", function() end) -- of a terminal: whoever looks after it says what is to be done
  local pool = how.open(how).pool(how.pool)
  local allowed = {}
  for _, module in ipairs(how.allow) do allowed[module] = true end
  news:put{ number = number, session = worker.session_of(pool) }
  worker.serve(pool, { allowed = allowed, any_version = how.any_version, orders = orders,
    worker = ("worker %s-%d"):format(host_name(), number) }, state)
  news:put{ number = number, left = true }
end

-- ---- those that are looked after ----

local function begin(self, number, pause)
  local process = ipc.process{ target = serve, args = { self.how, number, self.orders, self.news },
    name = "worker-" .. number }
  self.places[number] = { process = process:start(), pause = pause }
end

-- A process has ended: its place is taken again, or will be after a pause.
local function replace(self, number, place)
  if place.left or self.stop.count then
    self.places[number] = nil
  elseif place.session then
    begin(self, number, PAUSE)
  else
    place.again = place.again or ipc.now() + place.pause
    if ipc.now() >= place.again then begin(self, number, math.min(2 * place.pause, LONGEST_PAUSE)) end
  end
end

local function read_news(self)
  local news = self.news:try_get()
  while news do
    local place = self.places[news.number]
    if place then place.session, place.left = news.session or place.session, news.left end
    news = self.news:try_get()
  end
end

-- How long to wait before the next look; nil: no process is left.
local function look(self)
  local wait = nil
  for number = 1, self.how.processes do
    local place = self.places[number]
    if place and not place.process:is_alive() then
      read_news(self)
      replace(self, number, place)
      place = self.places[number]
    end
    if place then wait = math.min(wait or WAIT, place.again and math.max(0, place.again - ipc.now()) or WAIT) end
  end
  return wait
end

local function process_of(self, who)
  local session = who:match "^[^.]+"
  for _, place in pairs(self.places) do
    if place.session == session then return place.process end
  end
end

-- A task was cancelled: ends the process that runs it, if it still does.
local function obey(self, order)
  local number, who = order:match(ORDER)
  local process = number and process_of(self, who)
  if not process or not process:is_alive() then return end
  process:suspend()
  if self.worker.runs(self.pool, number, who) then
    process:kill()
  else
    process:resume()
  end
end

local function attend(self, queue)
  local wait = look(self)
  while wait do
    local list = { queue, self.news }
    for _, place in pairs(self.places) do
      if not place.again then list[#list + 1] = place.process end
    end
    ipc.wait(list, wait)
    read_news(self)
    for _, order in ipairs(self.worker.orders(queue)) do obey(self, order) end
    wait = look(self)
  end
end

local running -- what care.stop is about

--- care.stop: a signal came: the first lets tasks that run end, the second ends them.
function care.stop(stop)
  for _, place in pairs(running and running.places or {}) do
    if stop.count == 1 then place.process:terminate() else place.process:kill() end
  end
end

--- care.run: runs the pool's tasks until it is closed or stop.count is set; raises where the server was lost, or the
--- pool removed.
function care.run(pool, how, stop)
  local worker = client.part "remote.worker"
  local queue = worker.order_queue(pool)
  running = { pool = pool, how = how, stop = stop, worker = worker, orders = worker.id_of(queue), news = ipc.queue(),
    places = {} }
  for number = 1, how.processes do begin(running, number, PAUSE) end
  local good, why = pcall(attend, running, queue)
  if good then return end
  for _, place in pairs(running.places) do place.process:kill() end
  for _, place in pairs(running.places) do place.process:join(5) end
  error(why, 0)
end

return care

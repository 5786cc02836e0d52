--- Worker: one that runs the tasks of a far pool: it takes a task, runs it, and hands in its result with the request
--- for the next one.  See the command `tidelock worker` for the processes around it.
local by_name = require "remote.by_name"
local client = require "remote.client"
local object = require "remote.object"
local request = require "remote.request"

local worker = {}

-- Raised within a wait, so that it ends.
local STOP = {}

-- What a task's function raised: a text gets where it happened, without what is below the task; anything else goes as
-- it is.
local function told(why)
  if type(why) ~= "string" then return why end
  return (debug.traceback(why, 2):gsub("\n\t%[C%]: in function 'xpcall'.*$", ""))
end

-- Runs each call of a task: "ok" and the packed results; "error" and what was raised.
local function run_calls(fn, calls)
  local results = {}
  for i, arguments in ipairs(calls) do
    local packed = table.pack(xpcall(fn, told, table.unpack(arguments, 1, arguments.n)))
    if not packed[1] then return "error", packed[2] end
    results[i] = table.move(packed, 2, packed.n, 1, { n = packed.n - 1 })
  end
  return "ok", results
end

local function run(record, how, cell)
  local name, digest, calls = table.unpack(object.decode(record, "work", cell), 1, 3)
  local fn, why = by_name.find(name, digest, how)
  if not fn then return "error", why end
  local status, result = run_calls(fn, calls)
  if status == "error" and type(result) == "string" then result = ("%s: %s"):format(how.worker, result) end
  return status, result
end

-- The result as a cell; where it cannot travel, the error that says so.
local function result_cell(record, how, status, result)
  local good, cell = pcall(object.encode, record, "work", result)
  if good then return status, cell end
  return "error", object.encode(record, "work", ("%s: %s"):format(how.worker, tostring(cell)))
end

-- One step: what is handed in, and what comes next; nil: the pool was closed, or this worker is to stop.
local function step(record, state)
  state.idle = true
  local good, answer = pcall(function()
    return table.pack(request.ask(record, "work", state.stop and 0 or nil, "pool_work", record.id,
      state.stop and "0" or "1", state.number, state.attempt, state.status, state.cell))
  end)
  state.idle = false
  if not good then
    if answer == STOP then return nil end
    error(answer, 0)
  end
  if answer[1] ~= "ok" then return nil end
  return table.unpack(answer, 3, 5)
end

--- worker.stop: asks a worker to end: at once where it waits for a task, else when it has handed in its result.  For a
--- handler of ipc.on_signal.
function worker.stop(state)
  state.stop = true
  if state.idle then error(STOP, 0) end
end

--- worker.serve: runs tasks of the pool until it is closed or worker.stop.  how = { allowed = set of modules,
--- any_version =, worker = its name for people, orders = the id of the queue for orders, or "" }; state = a table, for
--- worker.stop.
function worker.serve(pool, how, state)
  local record = client.record(pool)
  object.ask(record, "work", "pool_enter", how.orders)
  state.number, state.attempt, state.status, state.cell = "", "", "", ""
  while true do
    local number, attempt, cell = step(record, state)
    if not number then return end
    state.status, state.cell = result_cell(record, how, run(record, how, cell))
    state.number, state.attempt = number, attempt
    if state.stop then
      object.ask(record, "work", "pool_hand_in", number, attempt, state.status, state.cell)
      return
    end
  end
end

-- ---- for whoever looks after workers ----

--- worker.id_of: the id of an object on its engine.
function worker.id_of(thing) return client.record(thing).id end

--- worker.session_of: the session of this process in a pool's space.
function worker.session_of(pool)
  return client.record(pool).space.session:id()
end

--- worker.order_queue: a queue of the pool's space, without a name, for orders; it ends with this process.
function worker.order_queue(pool)
  local space = client.record(pool).space
  local _, id = request.ask(space, "work", nil, "make", "queue", "", "session")
  return object.known(space, "queue", id, "", {})
end

--- worker.orders: the orders that have come, as texts.
function worker.orders(queue)
  local record = client.record(queue)
  local answer = table.pack(object.wait(record, "work", 0, "queue_get"))
  local list = {}
  while answer[1] == "ok" do
    list[#list + 1] = answer[2]
    answer = table.pack(object.wait(record, "work", 0, "queue_get"))
  end
  return list
end

--- worker.runs: whether that worker, SESSION.TASK, runs the task of that number at the moment.
function worker.runs(pool, number, who)
  local _, runs = object.ask(client.record(pool), "work", "pool_runs", number, who)
  return runs == "1"
end

return worker

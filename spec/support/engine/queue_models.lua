--- Models of queues for spec/support/engine/world.lua: each item is somewhere, once, and comes out in its turn.
local models = {}

local function copy_number(text)
  return math.tointeger(tonumber(text))
end

-- A cell that nobody had before; some of large values, which the client writes first.
local function new_cell(w, task)
  w.cells = (w.cells or 0) + 1
  if not w:one_in(4) then return "=" .. w.cells end
  local key = task.session.id .. "." .. w.cells
  w.server.call("SET", "tl:{k}:x" .. key, "large", "EX", 600)
  return "@" .. key
end

local function large_of(w, cell)
  return cell:sub(1, 1) == "@" and w.server.data["tl:{k}:x" .. cell:sub(2)]
end

models.new_cell, models.large_of = new_cell, large_of

--- A cell that a task took and has: its large value is there, and stays; it frees it sometime.
function models.took(w, task, cell)
  if cell:sub(1, 1) ~= "@" then return end
  local value = large_of(w, cell)
  w:must(value and not value.ends, "the large value of %s is not there", cell)
  task.larges = task.larges or {}
  table.insert(task.larges, cell)
end

--- Frees one of its large values, if it has any.
function models.free(w, task)
  local cell = task.larges and table.remove(task.larges)
  if not cell then return end
  w:call(task.session.id, task.number, 0, nil, "free", cell:sub(2))
  w:must(task.session.buried or not large_of(w, cell), "the large value of %s was not freed", cell)
end

local function untook(task, cell)
  for i, one in ipairs(task.larges or {}) do
    if one == cell then table.remove(task.larges, i) end
  end
end

models.untook = untook

local queue = {}
queue.__index = queue

function queue.begin(w)
  w.id = w:make("queue", "order", w.model.order, "maxsize", w.model.maxsize, "redeliver", w.model.redeliver and 1 or 0)
  w.queued, w.hands, w.debt, w.unfinished, w.entered = {}, {}, {}, 0, 0
end

-- ---- what is asked ----

local function of_task(w, task)
  local list = {}
  for _, item in pairs(w.hands) do
    if item.task == task then list[#list + 1] = item end
  end
  table.sort(list, function(a, b) return a.entered < b.entered end)
  return list
end

local function put(w, task)
  local priority = w.model.order == "priority" and w:pick{ "", "1", "2", "-1.5" } or ""
  return "queue_put", w.id, w:may(), new_cell(w, task), priority
end

local function put_many(w, task)
  local cells = {}
  for i = 1, w:random(4) do cells[i] = new_cell(w, task) end
  return "queue_put_many", w.id, table.unpack(cells)
end

local function done(w, task)
  local item = w:pick(of_task(w, task))
  if w.model.redeliver and not item then return "queue_get", w.id, w:may() end
  return "queue_task_done", w.id, w.model.redeliver and item.text or ""
end

function queue.choose(w, task)
  if w:one_in(4) then models.free(w, task) end
  if task.session.buried then return nil end
  local what = w:random(20)
  if what <= 5 then return put(w, task) end
  if what <= 7 then return put_many(w, task) end
  if what <= 12 then return "queue_get", w.id, w:may() end
  if what <= 14 then return "queue_get_many", w.id, w:random(3), w:may() end
  if what <= 17 then return done(w, task) end
  if what == 20 and w:one_in(6) then return "queue_close", w.id end
  return "queue_join", w.id, w:may()
end

-- ---- what is answered ----

local function enter(w, cell, priority)
  w.entered, w.unfinished = w.entered + 1, w.unfinished + 1
  w.queued[cell] = {
    cell = cell, entered = w.entered, call = w.calls, priority = tonumber(priority) or 0, attempt = 1,
  }
end

local function before(order, a, b)
  if (a.returned or false) ~= (b.returned or false) and order ~= "priority" then return a.returned end
  if order == "priority" and a.priority ~= b.priority then return a.priority < b.priority end
  if order == "lifo" then return a.entered > b.entered end
  return a.entered < b.entered
end

-- Those that come back, or are put together, may find somebody waiting, one by one.
local function check_turn(w, item)
  if w.was_busy or item.returned then return end
  for _, other in pairs(w.queued) do
    local in_turn = other == item or other.call == w.calls or before(w.model.order, item, other)
    w:must(in_turn, "%s came out before %s", item.cell, other.cell)
  end
end

local function take(w, task, fields, from)
  for i = from, #fields, 3 do
    local cell, text, attempt = fields[i], fields[i + 1], copy_number(fields[i + 2])
    local item = w.queued[cell]
    w:must(item, "%s came out, and is not in it", cell)
    w:must(item.attempt == attempt, "%s came out at attempt %d, not %d", cell, attempt, item.attempt)
    check_turn(w, item)
    w.queued[cell], w.hands[cell] = nil, item
    item.task, item.text, item.returned = task, text, nil
    w.debt[task] = (w.debt[task] or 0) + 1
    if w.model.redeliver then w:must(cell:sub(1, 1) == "=" or large_of(w, cell), "%s is lost", cell)
    else models.took(w, task, cell) end
  end
end

local function task_done(w, task, request, status)
  if status ~= "ok" then
    w:must(not w.model.redeliver and status == "error" and w.unfinished == 0, "task_done: %s", status)
    return
  end
  w.unfinished, w.debt[task] = w.unfinished - 1, math.max((w.debt[task] or 0) - 1, 0)
  if not w.model.redeliver then return end
  for cell, item in pairs(w.hands) do
    if item.task == task and item.text == request.args[2] then
      w.hands[cell] = nil
      w:must(not large_of(w, cell), "the large value of %s was not freed", cell)
    end
  end
end

local function joined(w, status)
  if status == "timeout" then return end
  if w.was_busy then
    w.abandoned = nil
    return
  end
  w:must(w.unfinished == 0, "a join is over with %d unfinished", w.unfinished)
  w:must(status == "ok" and not w.abandoned or status == "abandoned" and (w.abandoned or w.told == w.calls),
    "a join said %s", status)
  if status == "abandoned" then w.abandoned, w.told = nil, w.calls end
end

local ANSWERED = {
  queue_put = function(w, _, request, status)
    local cell = request.args[3]
    if status == "ok" then return enter(w, cell, request.args[4]) end
    w:must(status ~= "closed" or w.closed, "put: closed")
    w:must(status ~= "error" and not large_of(w, cell), "%s: %s is left", status, cell)
  end,
  queue_put_many = function(w, _, request, status, fields)
    for i = 1, status == "ok" and copy_number(fields[1]) or 0 do enter(w, request.args[1 + i]) end
  end,
  queue_get = function(w, task, _, status, fields)
    if status == "ok" then take(w, task, fields, 1) end
    w:must(status ~= "closed" or w.closed and (w.was_busy or not next(w.queued)), "get: closed")
  end,
  queue_task_done = task_done,
  queue_join = function(w, _, _, status) joined(w, status) end,
  queue_close = function(w) w.closed = true end,
}
ANSWERED.queue_get_many = ANSWERED.queue_get

function queue.answered(w, task, request, status, fields)
  w.unsure = w.unsure or w.was_busy
  ANSWERED[request.op](w, task, request, status, fields)
end

function queue.undone(w, task, _, fields)
  for i = 1, #fields, 3 do
    local item = w.hands[fields[i]]
    w.hands[item.cell], w.queued[item.cell] = nil, item
    item.returned, item.task = true, nil
    w.debt[task] = w.debt[task] - 1
    untook(task, item.cell)
  end
end

function queue.ended(w, task)
  for _, item in ipairs(of_task(w, task)) do
    w.hands[item.cell], item.task = nil, nil
    if w.model.redeliver then
      w.queued[item.cell], item.returned, item.attempt = item, true, item.attempt + 1
    end
  end
  if w.model.redeliver or (w.debt[task] or 0) == 0 then return end
  if w.unfinished > 0 then w.abandoned = true end
  w.unfinished = math.max(w.unfinished - w.debt[task], 0)
  w.debt[task] = 0
end

-- ---- invariants ----

local function check_contents(w)
  local size = 0
  for _, family in ipairs{ "q", "r" } do
    for _, text in ipairs(w:members(family, w.id)) do
      local cell = text:match "^%d+ %d+ (.*)$"
      size = size + 1
      w:must(w.queued[cell], "%s is in it, and should not be", text)
    end
  end
  for _ in pairs(w.queued) do size = size - 1 end
  w:must(size == 0, "%d items are missing", -size)
end

function queue.check(w)
  local o = w:object(w.id)
  check_contents(w)
  local size = w:count("q", w.id) + w:count("r", w.id)
  -- what was reported while a burial was halfway may have come before or after it
  if w.unsure then w.unfinished, w.abandoned, w.unsure = copy_number(o.unfinished), o.abandoned ~= nil, nil end
  w:must(tonumber(o.unfinished) == w.unfinished, "%s are unfinished, not %d", o.unfinished, w.unfinished)
  w:must(w:count("w", w.id) == 0 or size == 0 and not o.closed, "somebody waits to get from %d", size)
  local is_full = w.model.maxsize > 0 and size >= w.model.maxsize
  w:must(w:count("p", w.id) == 0 or is_full and not o.closed, "somebody waits to put into %d", size)
  w:must(w:count("j", w.id) == 0 or w.unfinished > 0, "somebody joins what has finished")
end

local function queue_model(name, order, maxsize, redeliver)
  return setmetatable({ name = name, order = order, maxsize = maxsize, redeliver = redeliver, sessions = 3, tasks = 3 },
    queue)
end

models.list = {
  fifo = queue_model("queue", "fifo", 0, false),
  bounded_queue = queue_model("bounded queue", "fifo", 2, false),
  redelivering = queue_model("queue that redelivers", "fifo", 3, true),
  lifo = queue_model("lifo queue", "lifo", 0, false),
  lifo_redelivering = queue_model("lifo queue that redelivers", "lifo", 0, true),
  priority = queue_model("priority queue", "priority", 2, false),
  priority_redelivering = queue_model("priority queue that redelivers", "priority", 0, true),
}

return models

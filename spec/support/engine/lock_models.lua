--- Models of locks for spec/support/engine/world.lua: who has what, as the clients were told.
local models = {}

local GRANTED = { ok = true, abandoned = true }

-- ---- lock, rlock ----

local function lock_model(kind)
  local model = { name = kind, sessions = 4, tasks = 2 }

  function model.begin(w)
    w.id, w.last = w:make(kind), 0
  end

  function model.choose(w, task)
    if w.owner == task and not w:one_in(kind == "rlock" and 3 or 8) then return "lock_release", w.id end
    if w:one_in(12) then return "lock_release", w.id end
    return "lock_acquire", w.id, w:may()
  end

  local function free(w, dead)
    w.owner, w.depth, w.abandoned = nil, 0, dead or w.abandoned
  end

  function model.answered(w, task, request, status, fields)
    if request.op == "lock_release" then
      w:must((status == "ok") == (w.owner == task), "%s released: %s", task.who, status)
      if status ~= "ok" then return end
      w.depth = w.depth - 1
      if w.depth == 0 then free(w) end
      return
    end
    if not GRANTED[status] then
      w:must(status ~= "error" or w.owner == task and kind == "lock", "acquire: %s", fields[1])
      return
    end
    w:must(not w.owner or w.owner == task and kind == "rlock", "%s has it, and %s gets it",
      tostring(w.owner and w.owner.who), task.who)
    w:must((status == "abandoned") == (w.abandoned or false), "granted as %s", status)
    local token = math.tointeger(tonumber(fields[1]))
    w:must(w.owner and token == w.last or not w.owner and token > w.last, "the token was %d and is %d", w.last, token)
    w.owner, w.depth, w.last, w.abandoned = task, (w.depth or 0) + 1, token, nil
  end

  function model.undone(w, task)
    w:must(w.owner == task, "%s gives back what it has not", task.who)
    w.depth = w.depth - 1
    if w.depth == 0 then free(w) end
  end

  function model.ended(w, task)
    if w.owner == task then free(w, true) end
  end

  function model.check(w)
    local o = w:object(w.id)
    w:must(o.owner == (w.owner and w.owner.who), "the server says that %s has it, and not %s", tostring(o.owner),
      tostring(w.owner and w.owner.who))
    w:must(o.owner or w:count("w", w.id) == 0, "somebody waits for a free lock")
    w:must(not o.owner or tonumber(o.depth) == w.depth, "the depth is %s", tostring(o.depth))
  end

  return model
end

models.lock, models.rlock = lock_model "lock", lock_model "rlock"

-- ---- rwlock ----

local rwlock = { name = "rwlock", sessions = 4, tasks = 2 }
models.rwlock = rwlock

function rwlock.begin(w)
  w.id, w.readers = w:make "rwlock", {}
end

function rwlock.choose(w, task)
  if (w.writer == task or w.readers[task]) and not w:one_in(8) then return "rwlock_release", w.id end
  return w:one_in(2) and "rwlock_read" or "rwlock_write", w.id, w:may()
end

local function out(w, task, dead)
  if w.writer == task then w.abandoned = dead or w.abandoned end
  if w.writer == task then w.writer = nil end
  w.readers[task] = nil
end

function rwlock.answered(w, task, request, status)
  if request.op == "rwlock_release" then
    w:must((status == "ok") == (w.writer == task or w.readers[task] or false), "%s released: %s", task.who, status)
    return out(w, task)
  end
  if not GRANTED[status] then return end
  w:must((status == "abandoned") == (w.abandoned or false), "granted as %s", status)
  w.abandoned = nil
  w:must(not w.writer, "%s writes, and %s gets it", tostring(w.writer and w.writer.who), task.who)
  w:must(request.op == "rwlock_read" or not next(w.readers), "%s writes while others read", task.who)
  if request.op == "rwlock_read" then w.readers[task] = true else w.writer = task end
end

function rwlock.undone(w, task)
  out(w, task)
end

function rwlock.ended(w, task)
  out(w, task, true)
end

-- The op of the first in line.
local function first_op(w)
  local first = w:members("w", w.id)[1]
  if not first then return nil end
  local session, number = first:match "^([^.]+)%.(.+)%.%d+$"
  return w:entry("s", session).fields["t" .. number]:match ":wait:([%a_]+)"
end

function rwlock.check(w)
  local readers = 0
  for _ in pairs(w.readers) do readers = readers + 1 end
  w:must(w:object(w.id).writer == (w.writer and w.writer.who), "the server knows another writer")
  w:must(w:count("r", w.id) == readers, "the server knows other readers")
  local first = first_op(w)
  w:must(not first or w.writer or first == "rwlock_write" and readers > 0, "%s waits, though it could go on",
    tostring(first))
end

-- ---- semaphores ----

local function semaphore_model(name, bounded, own)
  local model = { name = name, sessions = 4, tasks = 2 }
  local SEATS = 3

  function model.begin(w)
    w.id, w.free, w.seats = w:make("semaphore", "value", SEATS, "bounded", bounded and 1 or 0), SEATS, {}
  end

  function model.choose(w, task)
    local has = (w.seats[task] or 0) > 0
    if has and w:one_in(2) then return "semaphore_release", w.id, own and 1 or w:random(2) end
    if not own and w:one_in(6) then return "semaphore_release", w.id, w:random(2) end
    return "semaphore_acquire", w.id, w:may()
  end

  function model.answered(w, task, request, status)
    if request.op == "semaphore_release" then
      w:must(status == "ok" or bounded and status == "error", "release: %s", status)
      if status ~= "ok" then return end
      w.free = w.free + request.args[2]
      w.seats[task] = math.max((w.seats[task] or 0) - request.args[2], 0)
    elseif status == "ok" then
      w.free = w.free - 1
      w.seats[task] = (w.seats[task] or 0) + 1
      w:must(w.free >= 0 or bounded and not own, "more seats are taken than there are")
    end
  end

  function model.undone(w, task)
    w.free = w.free + 1
    w.seats[task] = math.max(w.seats[task] - 1, 0)
  end

  function model.ended(w, task)
    if bounded and own then w.free = w.free + (w.seats[task] or 0) end
    w.seats[task] = nil
  end

  function model.check(w)
    local o, taken = w:object(w.id), 0
    local entry = w:entry("u", w.id)
    for _, n in pairs(entry and entry.scores or {}) do taken = taken + n end
    w:must(not bounded or o.free + taken == SEATS, "%s are free and %d taken", o.free, taken)
    w:must(bounded and not own or tonumber(o.free) == w.free, "%s are free, not %d", o.free, w.free)
    w:must(o.free == "0" or w:count("w", w.id) == 0, "somebody waits for a free seat")
    w.free = math.tointeger(tonumber(o.free))
  end

  return model
end

models.semaphore = semaphore_model("semaphore", false, false)
models.bounded = semaphore_model("bounded semaphore", true, true)
models.shared = semaphore_model("bounded semaphore of which others release", true, false)

-- ---- several locks: cycles ----

local cycles = { name = "cycles of locks", sessions = 3, tasks = 2 }
models.cycles = cycles

function cycles.begin(w)
  w.ids, w.owners, w.wants = { w:make "lock", w:make "lock", w:make "rlock" }, {}, {}
end

local function held_by(w, task)
  local list = {}
  for _, id in ipairs(w.ids) do
    if w.owners[id] == task then list[#list + 1] = id end
  end
  return list
end

function cycles.choose(w, task)
  local held = held_by(w, task)
  if #held > 0 and w:one_in(3) then return "lock_release", w:pick(held) end
  local id = w:pick(w.ids)
  if w.owners[id] == task then return "lock_release", id end
  return "lock_acquire", id, w:pick{ "1", "1", "2" }
end

function cycles.answered(w, task, request, status, fields)
  local id = request.args[1]
  if request.op == "lock_release" then
    if status == "ok" then w.owners[id] = nil end
    return
  end
  if GRANTED[status] then w.owners[id] = task end
  if status == "error" then
    w:must(fields[1]:match "^deadlock: p%d+ %(pid %d+", "%s", fields[1])
    w.refused = (w.refused or 0) + 1
  end
end

function cycles.undone(w, _, request)
  w.owners[request.args[1]] = nil
end

function cycles.ended(w, task)
  for _, id in ipairs(held_by(w, task)) do w.owners[id] = nil end
end

-- No cycle of waits without a deadline stands.
function cycles.check(w)
  local waits = {}
  for _, session in pairs(w.by_id) do
    for _, task in ipairs(session.tasks) do
      local request = task.pending
      if request and not request.granted and request.args[2] == "1" and not session.buried then
        waits[task] = w.owners[request.args[1]]
      end
    end
  end
  for task in pairs(waits) do
    local at = waits[task]
    for _ = 1, 20 do
      if not at then break end
      w:must(at ~= task, "a cycle of waits stands through %s", task.who)
      at = waits[at]
    end
  end
end

return models

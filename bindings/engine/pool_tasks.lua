--- Pool tasks: the tasks of a pool, the workers that run them, and boxes for the results; the requests are in pool.
--
-- Fields: retry, queue (how many tasks may wait; "0": any number) as it was made; closed, terminated, number (the
-- last task's).
-- y<ID>: number -> "ATTEMPT WHO BOX CELL" of all tasks that have not ended; WHO is "-" while it waits, "!" and the
-- worker of one that was cancelled while it ran.  q<ID>: the sorted set of the numbers that wait: what comes back is
-- first by itself.  u<ID>: worker -> the number that it runs, or nothing.  b<ID>.<BOX>: results, "NUMBER STATUS CELL".
-- c<ID>: the boxes at which somebody has waited -> "1".
-- Lines: w<ID> workers, p<ID> who submits, j<ID> who joins, w<ID>.<BOX> who collects, v<ID>.<BOX> who watches.
--
-- A result counts once: it is accepted from the worker that has the task, for the attempt that it has.
-- A box SESSION.TASK is that task's: when it has ended, its tasks are passed over and its results dropped.
local engine = ...
local call, store, slot, object = engine.call, engine.store, engine.slot, engine.object
local large, LIMIT = engine.large, engine.LIMIT
local match, concat, ipairs, unpack = string.match, table.concat, ipairs, unpack or table.unpack

local function key(family, o, box)
  return box and store.key(family, o.id .. "." .. box) or object.key(o, family)
end

local function parse(text)
  local attempt, who, box, cell = match(text, "^(%d+) (%S+) (%S+) (.*)$")
  return { attempt = attempt, who = who, box = box, cell = cell }
end

-- What is remembered of a pool: its tasks that were given to workers, what workers run, which boxes are wanted.
local function remembered(o, what)
  local map = o.memory[what]
  if not map then
    map = {}
    o.memory[what] = map
  end
  return map
end

local function task_of(o, number)
  local task = remembered(o, "tasks")[number]
  if task then return task end
  local text = number ~= "" and call("HGET", key("y", o), number)
  if not text then return nil end
  task = parse(text)
  task.number = number
  return task
end

local function keep(o, task)
  remembered(o, "tasks")[task.number] = task.who ~= "-" and task or nil
  call("HSET", key("y", o), task.number,
    task.attempt .. " " .. task.who .. " " .. task.box .. " " .. task.cell)
end

local function forget(o, task)
  remembered(o, "tasks")[task.number] = nil
  call("HDEL", key("y", o), task.number)
end

-- What a worker runs: a number, "": nothing; false: it is none of this pool's.
local function running(o, who)
  local map = remembered(o, "running")
  if map[who] == nil then
    map[who] = call("HGET", key("u", o), who)
    store.remember()
  end
  return map[who]
end

local function runs(o, who, number)
  if running(o, who) == number then return end
  remembered(o, "running")[who] = number
  call("HSET", key("u", o), who, number)
end

local function dismiss(o, who)
  remembered(o, "running")[who] = nil
  call("HDEL", key("u", o), who)
end

local function unfinished(o)
  return call("HLEN", key("y", o))
end

-- ---- boxes ----

-- Whether somebody may still ask for what is in it.
local function is_wanted(o, box)
  local wanted = remembered(o, "wanted")
  if wanted[box] == nil then
    wanted[box] = not match(box, "^%w+%.%d+$") or engine.hold.get(box, "box", o.id, "")
    store.remember()
  end
  return wanted[box]
end

-- It may be otherwise from now on.
local function look_again(o, box)
  remembered(o, "wanted")[box] = nil
end

-- Somebody is to wait at a box: he is told where the pool is removed.
local function waits_at(o, box)
  local known = remembered(o, "boxes")
  if known[box] then return end
  call("HSET", key("c", o), box, "1")
  known[box] = true
  store.remember()
end

-- Its owner has ended, who alone waits at it.
local function waits_no_more(o, box)
  remembered(o, "boxes")[box] = nil
  call("HDEL", key("c", o), box)
end

-- Where tasks wait for the pool.
local function lines(o)
  local list = { "w" .. o.id, "p" .. o.id, "j" .. o.id }
  for _, box in ipairs(call("HKEYS", key("c", o))) do
    list[#list + 1] = "w" .. o.id .. "." .. box
    list[#list + 1] = "v" .. o.id .. "." .. box
  end
  return list
end

local function collected(who, texts)
  local list = {}
  for i, text in ipairs(texts) do
    local number, status, cell = match(text, "^(%d+) (%S+) (.*)$")
    large.hand_over(who, cell)
    list[i] = store.netstrings(number, status, cell)
  end
  return concat(list)
end

-- There is something in a box.
local function serve(o, box)
  local line = o.id .. "." .. box
  local record = slot.next("w" .. line, true)
  if record then
    slot.answer(record, "ok", collected(record.who, call("LPOP", key("b", o, box), LIMIT)))
  else
    engine.watch.wake("v" .. line)
  end
end

local function into_box(o, task, status, cell)
  if not is_wanted(o, task.box) then
    large.drop(cell)
    return
  end
  local text = task.number .. " " .. status .. " " .. cell
  if call("RPUSH", key("b", o, task.box), text) == 1 then serve(o, task.box) end
end

-- ---- the ends of tasks ----

-- Whoever waits for the last task's end goes on.
local function check_finished(o)
  if unfinished(o) > 0 then return end
  if o.closed then slot.answer_all("w" .. o.id, "closed", "1") end
  slot.answer_all("j" .. o.id, "ok")
end

local function ended(o, task, status, cell)
  forget(o, task)
  large.drop(task.cell)
  into_box(o, task, status, cell)
end

-- Nobody wants it any more.
local function drop(o, task)
  forget(o, task)
  large.drop(task.cell)
end

-- ---- workers ----

-- One may be given to a waiting worker, or has room in front of those who wait to submit.
local let_in

-- The next task that somebody wants; the others are dropped, and after pool_terminate all are cancelled.  nil, true:
-- there are more, but this call has done enough.
local function next_task(o)
  for _ = 1, LIMIT do
    local number = call("ZPOPMIN", key("q", o))[1]
    if not number then return nil end
    local task = task_of(o, number)
    if task and o.terminated then
      ended(o, task, "cancelled", "=")
    elseif task then
      if is_wanted(o, task.box) then return task end
      drop(o, task)
    end
  end
  return nil, true
end

local function give(o, who, task)
  task.who = who
  keep(o, task)
  runs(o, who, task.number)
end

local function told(accepted, task)
  return store.pack{ accepted } .. store.netstrings(task.number, task.attempt, task.cell)
end

-- Brings waiting tasks and waiting workers together, and lets in who waits for room.
local function bring_together(o, most)
  for done = 0, most - 1 do
    local record = call("EXISTS", key("q", o)) == 1 and slot.first("w" .. o.id, true)
    if not record then return done, true end
    local task, more = next_task(o)
    if task then
      slot.unlist(record)
      give(o, record.who, task)
      slot.answer(record, "ok", told(record.extra[1], task))
    elseif not more then
      return done, true
    end
  end
  return most, false
end

local function go_on(o)
  local _, finished = bring_together(o, LIMIT)
  if not finished then engine.chore.add("pool", o.id) end
  let_in(o)
  check_finished(o)
end

engine.chores.pool = function(budget, id)
  local o = object.load(id)
  if not o then return 1, true end
  local used, finished = bring_together(o, budget)
  if finished then check_finished(o) end
  return used, finished
end

-- Drops what waits for those who have ended.  Field purged: up to which number it has come.
engine.chores.purge = function(budget, id)
  local o = object.load(id)
  if not o then return 1, true end
  local numbers = call("ZRANGEBYSCORE", key("q", o), "(" .. (o.purged or "0"), "+inf", "LIMIT", 0, budget)
  for _, number in ipairs(numbers) do
    local task = task_of(o, number)
    if task and not is_wanted(o, task.box) then
      call("ZREM", key("q", o), number)
      drop(o, task)
    end
  end
  if #numbers == budget then
    object.set(o, "purged", numbers[budget])
    return budget, false
  end
  object.clear(o, "purged")
  go_on(o)
  return #numbers, true
end

-- How many tasks more may wait.
local function room(o)
  return o.queue == "0" and math.huge or tonumber(o.queue) - call("ZCARD", key("q", o))
end

local function has_room(o)
  return room(o) > 0
end

local function add(o, box, cell)
  object.count(o, "number", 1)
  local number = o.number
  local task = { number = number, attempt = "1", who = "-", box = box, cell = cell }
  keep(o, task)
  call("ZADD", key("q", o), number, number)
  return number
end

-- The same of several (not more than a command has arguments for): the number of the first.
local function add_many(o, box, cells)
  local first = store.following(o.number)
  local texts, numbers, front = {}, {}, "1 - " .. box .. " "
  object.touch(o)
  for i, cell in ipairs(cells) do
    local number = store.following(o.number)
    o.number = number
    texts[2 * i - 1], texts[2 * i] = number, front .. cell
    numbers[2 * i - 1], numbers[2 * i] = number, number
  end
  call("HSET", key("y", o), unpack(texts))
  call("ZADD", key("q", o), unpack(numbers))
  return first
end

let_in = function(o)
  if o.queue == "0" then return end
  for _ = 1, LIMIT do
    local record = has_room(o) and slot.next("p" .. o.id, true)
    if not record then return end
    slot.answer(record, "ok", { add(o, record.extra[1], record.cell) })
    bring_together(o, 1)
  end
end

engine.pool = {
  key = key, task_of = task_of, keep = keep, unfinished = unfinished, collected = collected, serve = serve,
  check_finished = check_finished, ended = ended, next_task = next_task, give = give, told = told, go_on = go_on,
  room = room, has_room = has_room, add = add, add_many = add_many, let_in = let_in, running = running, runs = runs,
  dismiss = dismiss, look_again = look_again, waits_at = waits_at, waits_no_more = waits_no_more, lines = lines,
}

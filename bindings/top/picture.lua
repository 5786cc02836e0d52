--- Picture: what is seen at one moment: tasks and objects of a program and of its spaces, as tables.
--
-- A task: { key =, name =, pid =, tid =, state =, since = (nil: not known), waits =, where =, holds = { titles },
-- parent = (a key), daemon =, known =, space = (the name, of one of another program that is met there), object = (a
-- key), enders = { keys }, any_ends =, sleeps = (nil: not counted), seconds = (computed), sleep_rate =, cpu =
-- (percent) }.
-- An object: { key =, title =, kind =, state =, depth =, most = (nil: no bound), waiters =, longest = (seconds),
-- minor = (not to be shown among others),
-- space = (the name), moves =, rate = }.  Rates are nil before there are two pictures.
local view = require "top.view"

local picture = {}

-- How full it is, as the words of its state tell: a pattern, and whether what is told is free.
local DEPTHS = {
  { "^(%d+) of (%d+) messages" }, { "^(%d+) messages" }, { "^(%d+) of (%d+) free", true },
  { "^(%d+) of (%d+) waiting" }, { ", (%d+) to receive" }, { "^(%d+) jobs waiting" },
}

--- Depth and bound (or nil) that an object's state tells; nil: it has none.
function picture.depth_of(state)
  for _, row in ipairs(DEPTHS) do
    local depth, most = state:match(row[1])
    depth, most = math.tointeger(tonumber(depth)), math.tointeger(tonumber(most))
    if depth then return row[2] and most - depth or depth, most end
  end
end

local function add_objects(to, arena, number, name)
  local titles = {}
  for _, object in ipairs(arena:objects()) do
    object.key = ("%d:%d"):format(number, object.offset)
    object.depth, object.most = picture.depth_of(object.state)
    object.waiters, object.longest = 0, 0
    object.space = name ~= "" and name or nil
    titles[object.offset] = object.title
    to[#to + 1], to[object.key] = object, object
  end
  return titles
end

-- Of a thread or process, whatever the arena: so it is the same in all.
local function key_of(task, number)
  return task.tid ~= 0 and ("%d"):format(task.tid) or ("%d/%d"):format(number, task.number)
end

local function read_tasks(arena, number, titles)
  local list, keys = arena:tasks(), {}
  for _, task in ipairs(list) do
    task.key = key_of(task, number)
    keys[task.number] = task.key
  end
  for _, task in ipairs(list) do
    task.object = task.object and ("%d:%d"):format(number, task.object)
    task.parent = task.parent and keys[task.parent]
    task.since = task.since > 0 and task.since or nil
    for i, ender in ipairs(task.enders) do task.enders[i] = keys[ender] or "?" end
    for i, offset in ipairs(task.holds) do task.holds[i] = titles[offset] or "?" end
  end
  return list
end

local WAIT = { "state", "since", "waits", "where", "object", "enders", "any_ends", "known" }

-- What a slot in a space adds to what the program's own tells of the task.
local function join(own, other)
  table.move(other.holds, 1, #other.holds, #own.holds + 1, own.holds)
  own.sleeps = (own.sleeps or 0) + (other.sleeps or 0)
  if other.object and not own.object then
    for _, field in ipairs(WAIT) do own[field] = other[field] end
  end
end

local function add_tasks(to, arena, number, titles, name)
  for _, task in ipairs(read_tasks(arena, number, titles)) do
    local own = to[task.key]
    if own then
      join(own, task)
    elseif number == 0 or task.object or #task.holds > 0 then
      task.space = number > 0 and name or nil
      to[#to + 1], to[task.key] = task, task
    end
  end
end

local function count_waiters(shot)
  for _, task in ipairs(shot.tasks) do
    local object = task.object and shot.objects[task.object]
    if object then
      object.waiters = object.waiters + 1
      object.longest = math.max(object.longest, task.since or 0)
    end
  end
end

-- Processes and threads are told of as tasks; as objects they are when somebody waits for them.
local function mark_minor(objects)
  for _, object in ipairs(objects) do
    object.minor = (object.kind == "process" or object.kind == "thread") and object.waiters == 0
  end
end

local function rate(now, before, seconds)
  if now and before and now >= before and seconds > 0 then return (now - before) / seconds end
end

-- What has changed since the picture before.
local function add_rates(shot, before)
  local seconds = shot.time - before.time
  shot.ended = before.ended
  shot.messages = not shot.elsewhere and 0 or nil -- on a server they are not counted
  for _, task in ipairs(shot.tasks) do
    local then_ = before.tasks[task.key] or {}
    task.sleep_rate = rate(task.sleeps, then_.sleeps, seconds)
    local cpu = rate(task.seconds, then_.seconds, seconds)
    task.cpu = cpu and cpu * 100
  end
  for _, object in ipairs(shot.objects) do
    local then_ = before.objects[object.key]
    object.rate = then_ and then_.title == object.title and rate(object.moves, then_.moves, seconds) or nil
    shot.messages = shot.messages and shot.messages + (object.rate or 0)
  end
  for _, task in ipairs(before.tasks) do
    if not shot.tasks[task.key] then shot.ended = shot.ended + 1 end
  end
end

-- `pid`: of one of them, as it is known here; the others may be of another PID namespace.
local function pids_of(tasks, pid)
  local pids, known = { pid }, { [pid or 0] = true }
  for _, task in ipairs(tasks) do
    if task.pid ~= 0 and not known[task.pid] and not task.space and not task.elsewhere then
      pids[#pids + 1], known[task.pid] = task.pid, true
    end
  end
  return pids
end

--- A picture of what is watched (top/watch.lua); `before`: an earlier one, from which rates come.  nil: nobody is there
-- any more.
function picture.take(watched, before)
  local shot = { title = watched.title, pid = watched.pid, space = watched.space, elsewhere = watched.far,
    time = view.now(), tasks = {}, objects = {}, ended = 0 }
  shot.used, shot.room = watched.main:memory()
  add_tasks(shot.tasks, watched.main, 0, add_objects(shot.objects, watched.main, 0, ""))
  watched:find_spaces(pids_of(shot.tasks, watched.pid))
  for i, space in ipairs(watched.spaces) do
    local name = space:name()
    add_tasks(shot.tasks, space, i, add_objects(shot.objects, space, i, name), name)
  end
  for _, task in ipairs(shot.tasks) do
    task.seconds = not task.elsewhere and view.cpus(task.pid, task.tid) or nil
  end
  count_waiters(shot)
  mark_minor(shot.objects)
  if before then add_rates(shot, before) end
  return shot
end

--- The objects that are shown.
function picture.shown(objects)
  local list = {}
  for _, object in ipairs(objects) do
    if not object.minor then list[#list + 1] = object end
  end
  return list
end

--- Whether somebody is still there: a space is, without anybody.
function picture.is_alive(shot)
  if shot.space then return true end
  for _, task in ipairs(shot.tasks) do
    if not task.space and task.state ~= "ended" then return true end
  end
  return false
end

return picture

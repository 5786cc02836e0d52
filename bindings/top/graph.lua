--- Graph: who waits for whom, as text; tasks that wait in a circle come first.
local graph = {}

-- Those who have what the task waits for: it needs all of them to let go, or (any_ends) one.
local function enders_of(task) return task.object and task.enders or {} end

local function is_held_up(task, stuck)
  local some, all = false, #enders_of(task) > 0
  for _, key in ipairs(enders_of(task)) do
    some, all = some or stuck[key] ~= nil, all and stuck[key] ~= nil
  end
  return task.any_ends and all or not task.any_ends and some
end

-- Tasks that only those could end that are so themselves: key -> task.
local function stuck_of(tasks)
  local stuck, changed = {}, true
  for _, task in ipairs(tasks) do
    if #enders_of(task) > 0 then stuck[task.key] = task end
  end
  while changed do
    changed = false
    for _, task in ipairs(tasks) do
      if stuck[task.key] and not is_held_up(task, stuck) then stuck[task.key], changed = nil, true end
    end
  end
  return stuck
end

-- From a stuck task on, until one comes again: the circle, which need not hold the first; nil: it was found before.
local function circle_from(task, stuck, within)
  local path, places = {}, {}
  while not places[task.key] do
    if within[task.key] then return nil end
    path[#path + 1], places[task.key] = task, #path + 1
    for _, key in ipairs(enders_of(task)) do
      if stuck[key] then task = stuck[key] break end
    end
  end
  return table.move(path, places[task.key], #path, 1, {})
end

--- The circles of tasks that wait for each other: arrays of tasks; and which keys are in one.
function graph.circles(tasks)
  local found, within, stuck = {}, {}, stuck_of(tasks)
  for _, task in ipairs(tasks) do
    local circle = stuck[task.key] and circle_from(task, stuck, within)
    if circle then
      found[#found + 1] = circle
      for _, each in ipairs(circle) do within[each.key] = true end
    end
  end
  return found, within
end

local function title_of(shot, task)
  local object = shot.objects[task.object]
  return object and object.title or "?"
end

local function line_of(shot, task)
  local names = {}
  for i, key in ipairs(enders_of(task)) do
    names[i] = shot.tasks[key] and shot.tasks[key].name or "?"
  end
  local by = #names == 0 and "" or " <- " .. table.concat(names, task.any_ends and " or " or " and ")
  return ("%s -> %s%s"):format(task.name, title_of(shot, task), by)
end

--- Lines { text, red }: the circles, then the other tasks that wait, by what they wait for.
function graph.lines(shot)
  local lines = {}
  local circles, within = graph.circles(shot.tasks)
  for _, circle in ipairs(circles) do
    local names = {}
    for i, task in ipairs(circle) do names[i] = ("%s -> %s"):format(task.name, title_of(shot, task)) end
    lines[#lines + 1] = { ("circle: %s -> %s"):format(table.concat(names, " -> "), circle[1].name), true }
  end
  local waiting = {}
  for _, task in ipairs(shot.tasks) do
    if task.object then waiting[#waiting + 1] = task end
  end
  table.sort(waiting, function(a, b)
    if a.object ~= b.object then return a.object < b.object end
    return a.name < b.name
  end)
  for _, task in ipairs(waiting) do lines[#lines + 1] = { line_of(shot, task), within[task.key] or false } end
  if #lines == 0 then lines[1] = { "no task waits for an object", false } end
  return lines
end

return graph

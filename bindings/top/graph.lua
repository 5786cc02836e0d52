--- Graph: who waits for whom, as text; tasks that wait in a circle come first.
local graph = {}

-- The tasks that the task needs all of, or one of.
local function enders_of(task) return task.object and task.enders or {} end

-- The circle that the task is in, as an array of tasks from it on; nil: in none.  Where one of several is enough, each
-- of them must lead back.
local function circle_from(start, tasks)
  local path, seen = {}, {}
  local function go(task)
    path[#path + 1] = task
    seen[task.key] = true
    for _, key in ipairs(enders_of(task)) do
      if key == start.key then return true end
      local next_one = tasks[key]
      if next_one and not seen[key] and not task.any_ends and go(next_one) then return true end
      if next_one and not seen[key] and task.any_ends and #task.enders == 1 and go(next_one) then return true end
    end
    path[#path] = nil
  end
  return go(start) and path or nil
end

--- The circles of tasks that wait for each other: arrays of tasks.
function graph.circles(tasks)
  local found, within = {}, {}
  for _, task in ipairs(tasks) do
    local circle = not within[task.key] and #enders_of(task) > 0 and circle_from(task, tasks)
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

--- Rows: which tasks have a row of the chart, in which order, and which are folded into one.
local rows = {}

local MOST_ROWS, LEAST_FOLDED = 40, 3

-- A pattern of Lua for one of the command line, in which * stands for anything.
local function pattern_of(text)
  return "^" .. text:gsub("[%^%$%(%)%%%.%[%]%+%-%?]", "%%%0"):gsub("%*", ".*") .. "$"
end

local function matches(patterns, name, task)
  for _, pattern in ipairs(patterns) do
    if name:find(pattern) or tostring(task.pid or "") == pattern:sub(2, -2) then return true end
  end
  return false
end

--- The indexes of the tasks that are asked for, by names with commas between them, * for anything; all if none are.
function rows.chosen(trace, names, wanted)
  local list, patterns = {}, {}
  for word in (wanted or "*"):gmatch "[^,]+" do patterns[#patterns + 1] = pattern_of(word) end
  for i, task in ipairs(trace.tasks) do
    if matches(patterns, names:task(i), task) then list[#list + 1] = i end
  end
  return list
end

-- What a row is sorted by: smaller is above.
local KEYS = {
  began = function(trace, _, _, i) return trace.tasks[i].began end,
  name = function(_, names, _, i) return names:task(i) end,
  ran = function(_, _, study, i) return -study.tasks[i].ran end,
  waited = function(_, _, study, i) return -study.tasks[i].waited end,
}

--- The words that sort takes.
rows.ORDERS = { "began", "name", "ran", "waited" }

local function sort(list, order, trace, names, study)
  local key, keys = KEYS[order], {}
  for _, i in ipairs(list) do keys[i] = key(trace, names, study, i) end
  table.sort(list, function(a, b)
    if keys[a] ~= keys[b] then return keys[a] < keys[b] end
    return a < b
  end)
end

-- worker-* for worker-12; of a name told apart by its pid without that.
local function stem(name)
  return (name:gsub(" %(%d+%)$", " *"):gsub("%d+", "*"))
end

-- Tasks of one stem become one row, where the first of them stands.
local function folded(list, names)
  local groups, order = {}, {}
  for _, i in ipairs(list) do
    local word = stem(names:task(i))
    if not groups[word] then
      groups[word] = { name = word, tasks = {} }
      order[#order + 1] = groups[word]
    end
    table.insert(groups[word].tasks, i)
  end
  local found = {}
  for _, group in ipairs(order) do
    if #group.tasks >= LEAST_FOLDED then
      group.name = ("%s (%d)"):format(group.name, #group.tasks)
      found[#found + 1] = group
    else
      for _, i in ipairs(group.tasks) do found[#found + 1] = { name = names:task(i), tasks = { i } } end
    end
  end
  return found
end

--- An array of { name =, tasks = indexes (several where they are folded) } of the list of tasks, and how many of them
--- have no row.  `whole`: each has a row of its own.
function rows.of(list, whole, trace, names, study, order)
  sort(list, order or "began", trace, names, study)
  local found = {}
  if not whole and #list > MOST_ROWS then
    found = folded(list, names)
  else
    for at, i in ipairs(list) do found[at] = { name = names:task(i), tasks = { i } } end
  end
  local left_out = 0
  while not whole and #found > MOST_ROWS do left_out = left_out + #table.remove(found).tasks end
  return found, left_out
end

return rows

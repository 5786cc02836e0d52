--- Endless: the sentence for a schedule in which tasks wait for ever.
--
-- The lab's own words, where it has some (lab.stuck), and they are not of something else than what is waited for; else
-- the first one that waits, and what for.
local words = require "judge.words"

local endless = {}

-- Those that wait for something else than for another task's end, else all; in the order in which they were started.
local function waiting(story)
  local some, all = {}, {}
  for _, task in ipairs(story.tasks) do
    local wait = story.waiting[task.path]
    if wait and wait.op ~= "end" then
      all[#all + 1] = task.path
      if wait.kind ~= "process" and wait.kind ~= "thread" then some[#some + 1] = task.path end
    end
  end
  return #some > 0 and some or all
end

-- "%s waits" of one is "ann and bob wait" of two; where the words have no "wait" it stands behind the names.
local function told(text, tasks, names)
  local several = #tasks > 1
  local list = names:list(tasks)
  text = text:gsub("\2", "%%s")
  if several then text = text:gsub("%%s (%a+)s%f[%A]", "%%s %1", 1) end
  if not text:find "wait" then list = list .. (several and " wait" or " waits") end
  return (text:gsub("%%s", (list:gsub("%%", "%%%%"))))
end

local function plain(story, tasks)
  if #tasks > 1 then return ("%s wait for ever"):format(story.names:list(tasks)) end
  local wait = story.waiting[tasks[1]]
  local what = wait.subject and " for " .. story.names:object(wait.subject) or ""
  return ("%s waits for ever%s"):format(story.names:task(tasks[1]), what)
end

local LOCKS = { lock = true, rlock = true, rwlock = true }

-- Those that wait by a line of the file, and the names of the locks that they wait for; nil: for something else, too.
local function waiting_for_locks(story, tasks)
  local list, locks, seen = {}, {}, {}
  for _, path in ipairs(tasks) do
    local wait = story.waiting[path]
    if wait.line and not (LOCKS[wait.kind] and wait.subject) then return nil end
    if wait.line then
      local name = words.name(wait, story.names)
      list[#list + 1] = path
      if not seen[name] then locks[#locks + 1], seen[name] = name, true end
    end
  end
  return list, locks
end

-- Where the lab says what is waited for, a place or a seat, and all wait for locks, which it does not name: these.
local function for_locks(story, tasks, text)
  local wish = text:match "waits? .*%f[%w]for (an? .*)" or text:match "waits? .*%f[%w]for (the .*)"
  local list, locks = {}, {}
  if wish then list, locks = waiting_for_locks(story, tasks) end
  if not list or #list == 0 then return nil end
  for _, name in ipairs(locks) do
    if wish:find(name, 1, true) then return nil end
  end
  return ("%s wait%s for ever for %s"):format(story.names:list(list), #list == 1 and "s" or "",
    table.concat(locks, " and "))
end

--- The sentence, or nil where the schedule ended otherwise.
function endless.sentence(story)
  if story.run.ending ~= "deadlock" then return nil end
  local tasks = waiting(story)
  if #tasks == 0 then return nil end
  local text = story.run.outcome
  if not text then return plain(story, tasks) end
  return for_locks(story, tasks, text) or told(text, tasks, story.names)
end

--- Of the lab's own words those that say how it is, and not who waits: true of tasks that try for ever, too; or nil.
function endless.how_it_is(story)
  local text = story.run.outcome
  if not text or text:find "[\2%%]" or text:find "wait" or text:find "sleep" then return nil end
  return text
end

return endless

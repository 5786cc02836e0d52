--- Endless: the sentence for a schedule in which tasks wait for ever.
--
-- The lab's own words, where it has some (lab.stuck); else the first one that waits, and what for.
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

--- The sentence, or nil where the schedule ended otherwise.
function endless.sentence(story)
  if story.run.ending ~= "deadlock" then return nil end
  local tasks = waiting(story)
  if #tasks == 0 then return nil end
  local text = story.run.outcome
  if not text then return plain(story, tasks) end
  return told(text, tasks, story.names)
end

--- Of the lab's own words those that say how it is, and not who waits: true of tasks that try for ever, too; or nil.
function endless.how_it_is(story)
  local text = story.run.outcome
  if not text or text:find "[\2%%]" or text:find "wait" or text:find "sleep" then return nil end
  return text
end

return endless

--- The steps of a story by the part of an object that they are about, for patterns of data.
local parts = {}

local READS = {}
for word in ("get read size holder value count keys length is_set is_alive poll waiting broken"):gmatch "%S+" do
  READS[word] = true
end
local BLIND = { set = true, write = true, flush = true, rename = true, remove = true, clear = true }
local BOTH = { add = true, update = true, compare_set = true }
local HOUSE = { process = true, thread = true, lock = true, rlock = true, rwlock = true, condition = true }

--- Whether a step looks at its object and changes nothing.
function parts.reads(step)
  return step.access == "reads" and READS[step.op] and not step.waits or false
end

--- Whether it writes without regard to what is there.
function parts.writes_blindly(step)
  return BLIND[step.op] and step.access ~= "reads" and not step.waits or false
end

--- Whether it changes what is there in one step.
function parts.updates(step)
  if step.op == "compare_set" and step.result and step.result:find "^false" then return false end
  return BOTH[step.op] and not step.waits or false
end

--- Whether it changes the object, in whichever way.
function parts.changes(step)
  if step.waits or step.how == "late" or step.result and step.result:find "^nil, " then return false end
  if step.op == "close" then return false end
  if step.op == "open" then return (step.call or ""):find '"[wa]' ~= nil end
  if step.op == "compare_set" then return parts.updates(step) end
  return step.access == "writes" or step.access == "ends"
end

--- The same for steps on the same part of an object.
function parts.id(step)
  return ("%s/%s"):format(tostring(step.subject), step.part or tostring(step.key))
end

--- A list of { subject=, steps = in order }, of what tasks have in common but locks and processes.
function parts.of(story)
  local list, index = {}, {}
  for _, step in ipairs(story.steps) do
    if step.shared and not HOUSE[step.kind] then
      local id = parts.id(step)
      local part = index[id]
      if not part then
        part = { subject = step.subject, steps = {} }
        index[id], list[#list + 1] = part, part
      end
      part.steps[#part.steps + 1] = step
    end
  end
  return list
end

--- How many of the places where a task is stopped lie between the two steps, of the first one's task.
function parts.stops_between(story, first, second)
  local count = 0
  for i = first.index, second.index - 1 do
    local step = story.steps[i]
    if step.task == first.task and step.stopped then count = count + 1 end
  end
  return count
end

local TESTS = { "^if%W", "^elseif%W", "^while%W", "%Wif%W", "^until%W", "%Wuntil%W", "%Wwhile%W", "[=~]=", "[<>]" }

--- Whether the script's line of the step is a test; nil: the line is not known.
function parts.is_test(story, step)
  local line = story.script and story.script:line(step.file, step.line)
  if not line then return nil end
  for _, pattern in ipairs(TESTS) do
    if line:find(pattern) then return true end
  end
  return false
end

return parts

--- Sentence: what happened, in one sentence: how a schedule of a lab ended.
local endless = require "judge.endless"
local message = require "explore.explain.message"
local printable = require "explore.story.printable"

local sentence = {}

--- "line 12" of "/home/ann/labs/till.lua:12".
function sentence.line(place)
  local number = place and place:match ":(%d+)%s*$"
  return number and "line " .. number or "its own code"
end

local SEEN = 20 -- steps of the task that ended it

-- Whether all that it does is to let time pass: then what it goes by is a variable of its own.
local function looks_at_nothing(story)
  local count = 0
  for i = #story.steps, 1, -1 do
    local step = story.steps[i]
    if step.task == story.run.ender then
      if step.op ~= "yield" and step.op ~= "sleep" then return false end
      count = count + 1
      if count == SEEN then return true end
    end
  end
  return false
end

local OF_WORLD = {
  reject = function(said) return said.sentence end,
  unread = function(said) return said.sentence end,
  goal = function(said) return said.sentence end,
  cheat = function(said)
    local number = (said.place or ""):match ":(%d+)$"
    return ("`%s` %s%s"):format(said.name, said.why, number and (" (line %s)"):format(number) or "")
  end,
  loop = function(said) return ("an endless loop in %s: it makes no call that another task could see"):format(
    sentence.line(said.place)) end,
  steps = function(said, who, story)
    local text = ("%s tries for ever in %s: %s steps, and no end in sight"):format(who, sentence.line(said.place),
      said.steps)
    if looks_at_nothing(story) then
      return ("%s tries for ever in %s, and looks at nothing that another task could change: a variable of Lua is each "
        .. "task's own"):format(who, sentence.line(said.place))
    end
    local how_it_is = endless.how_it_is(story)
    return how_it_is and ("%s; %s"):format(how_it_is, text) or text
  end,
}

-- The first line of the message, without what only the program needs of it.
local function first(run)
  local text = message.lines(run, 1)[1] or run.ending
  text = printable.text(text)
  return (text:gsub('^%a+ "[^"]*" %(pid %d+%) failed: ', ""):gsub("^process#?%d* ?%(pid %d+%) failed: ", ""))
end

-- The line of the learner's file in which it happened, or by which it came there, and the message without its place.
local function place_of(story)
  local text = first(story.run)
  local rest = text:match "^[^\n:]*:%d+: (.*)$"
  while rest and rest:find "^[^%s:]*%.lua:%d+: " do rest = rest:gsub("^[^:]*:%d+: ", "") end -- of a coroutine's error
  local file = (story.script and story.script.path or ""):match "[^/]*$"
  local line = file ~= "" and (" " .. (story.run.message or "")):match("[^%w_]" .. file:gsub("%p", "%%%0") .. ":(%d+)")
  return line and " in line " .. line or "", rest or text
end

local MOST = 130 -- of a sentence

-- What helps is told before the semicolon, and of an object its name; but of a method that there is not, those that
-- there are: who writes wait for join has nothing else to go by.
local function short(text)
  local others = text:match "; there are: [%w_, ]+" or ""
  text = text:gsub('(%a+)#%d+ (".-")', "%1 %2"):gsub("; .*$", ""):gsub("in (%S+) %(pid %d+%): ", "in %1: ")
  if #text <= MOST then return text .. others end
  return text:sub(1, MOST - 3):gsub("[\194-\244]?[\128-\191]*$", ""):gsub("%s+%S*$", "") .. "..." .. others
end

local NO_RUNTIME = "%(global 'ipc'%)$"

local function of_error(story, who)
  local place, text = place_of(story)
  if text:find(NO_RUNTIME) then text = 'no `ipc`: write local ipc = require "tidelock" above' end
  if text:find "stack overflow" then return ("%s calls itself without end%s"):format(who, place) end
  if text:find "^not enough memory" then return ("%s uses more memory than a lab has, 128 MiB%s"):format(who, place) end
  if text:find("shared memory is full", 1, true) then
    return ("%s fills all memory that tasks share, 256 MiB%s"):format(who, place)
  end
  text = text:gsub("(%a+): 0x%x+", "a %1"):gsub("%(error object is (.-) value%)", "the error is %1")
  return ("%s dies by an error%s: %s"):format(who, place, text)
end

local function of_always(story, who)
  local place, text = place_of(story)
  return ("ipc.always of %s does not hold%s: %s"):format(who, place, text)
end

local function of_livelock(story)
  local names, seen, list = story.names, {}, {}
  for i = #story.steps, math.max(1, #story.steps - 50), -1 do
    local task = story.steps[i].task
    if not seen[task] then seen[task], list[#list + 1] = true, task end
  end
  table.sort(list)
  return ("%s only look%s and wait%s, and nothing changes any more"):format(names:list(list), #list == 1 and "s" or "",
    #list == 1 and "s" or "")
end

-- It was ended as it took no step; who was the last to take one stands in the message.
local function of_hanging(run, who)
  local message_ = run.message or ""
  if message_:find "prints without end" then return "it prints without end" end
  return ("%s computes without end, or sleeps for ever"):format(message_:match "in real time: (.-) waits, or runs"
    or who)
end

--- For what the world has said (judge/findings; or nil), the story.
function sentence.of(story, said)
  local run = story.run
  local who = story.names:task(run.ender or "0")
  if said then return OF_WORLD[said.what](said, who, story) end
  if run.ending == "error" then return short(of_error(story, who)) end
  if run.ending == "always" then return short(of_always(story, who)) end
  if run.ending == "deadlock" then return endless.sentence(story) or "all tasks wait for ever" end
  if run.ending == "livelock" then return of_livelock(story) end
  if run.ending == "hangs" then return of_hanging(run, who) end
  if run.ending == "crash" then return ("%s was ended by signal %d"):format(who, run.status or 0) end
  return first(run)
end

return sentence

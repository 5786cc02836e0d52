--- Moves: a schedule as text.
--
-- A schedule is a list of moves, one for each event that it had:
--   PATH   the task takes a step      t      the clock goes on to the next deadline
--   kPATH  the task is killed         wPATH  this waiter is the one that is woken
--   =N     ipc.choose answers N
-- In text, equal moves that follow one another are joined, `0*12,1*3,2`.
local moves = {}

--- The events that are steps of a task; the others say what was chosen besides.
moves.STEPS = { begins = true, ["goes on"] = true, late = true, last = true, starts = true, dies = true }

--- The move that makes this event happen.
function moves.of_event(event)
  local how = event.how
  if how == "clock" then return "t" end
  if how == "wakes" then return "w" .. event.woken end
  if how == "answer" then return "=" .. math.tointeger(event.answer) end
  if how == "dies" and event.killed then return "k" .. event.task end
  return event.task
end

--- The moves of events 1 to `last` (all of them), as a list.
function moves.of_events(events, last)
  local list = {}
  for i = 1, last or #events do list[i] = moves.of_event(events[i]) end
  return list
end

local function joined(move, count)
  if count == 1 then return move end
  if move:find "^%d" then return move .. "*" .. count end
  return (move .. ","):rep(count - 1) .. move -- only steps have a number
end

--- The list as text; `separator` is a comma, if not given.
function moves.text(list, separator)
  local parts, i = {}, 1
  while i <= #list do
    local move, first = list[i], i
    while list[i] == move do i = i + 1 end
    parts[#parts + 1] = joined(move, i - first)
  end
  return table.concat(parts, separator or ",")
end

local MOST = 1 << 31 -- numbers that the runtime can hold are below it

local function is_path(text)
  for number in text:gmatch "%d+" do
    if #number > 10 or tonumber(number) >= MOST then return false end
  end
  return text:find "^%d+$" or text:find "^%d[%d.]*%d$" and not text:find("..", 1, true)
end

local function is_answer(text)
  return text ~= nil and #text <= 10 and tonumber(text) < MOST
end

local function is_move(move)
  return move == "t" or is_answer(move:match "^=(%d+)$") or is_path(move:match "^[kw]?(.*)$")
end

--- The list that a text means; nil and the word that is wrong.
function moves.parse(text)
  local list = {}
  for word in text:gmatch "[^%s,]+" do
    local move, count = word:match "^([%d.]+)%*(%d+)$"
    move, count = move or word, tonumber(count or 1)
    if not is_move(move) or count < 1 or count > 1 << 20 then return nil, word end
    for _ = 1, count do list[#list + 1] = move end
  end
  return list
end

--- `SEED:moves`, by which people name a schedule.
function moves.code(seed, list)
  return seed .. ":" .. moves.text(list)
end

--- The seed and the list of moves that a code means; nil and what is wrong with it.
function moves.read_code(code)
  local seed, text = code:match "^(%d+):(.*)$"
  seed = math.tointeger(tonumber(seed))
  if not seed then return nil, "a code is SEED:MOVES, such as 1:0*12,1*3" end
  local list, wrong = moves.parse(text)
  if not list then return nil, ("there is no move '%s'"):format(wrong) end
  return seed, list
end

return moves

--- Nested: waits of callbacks, which run inside of waits of their own task.
--
-- What a callback asks that runs inside of a wait of task 7 has the slot 7.1; inside of a wait of that, 7.2.  While 7.1
-- waits, 7 cannot go on, whatever it is handed; and whoever could end the wait of 7.1 may need just that.  So its turn
-- passes to the next in line: slot.next and slot.first leave it out, and when the inner wait has ended it stands in its
-- lines again, behind all others.
--
-- `engine.go_on[KIND](o, line)` serves one who stands in a line of an object again, if it has something for him.
local engine = ...
local store, slot = engine.store, engine.slot

local nested = {}
engine.nested = nested

-- 7, 0 of 7; 7, 2 of 7.2
local function parts(task)
  local number, depth = task:match "^(%d+)%.?(%d*)$"
  return number, tonumber(depth) or 0
end

local function at_depth(number, depth)
  return depth == 0 and number or number .. "." .. store.digits(depth)
end

--- The slot of what a callback asks inside of a wait of this task.
function nested.inner(task)
  local number, depth = parts(task)
  return at_depth(number, depth + 1)
end

--- That of the wait inside of which a callback asks with this one.
function nested.outer(task)
  local number, depth = parts(task)
  return at_depth(number, depth - 1)
end

--- To be called when a wait of this task has ended.
function nested.ended(session, task)
  local _, depth = parts(task)
  if depth > 0 then engine.chore.add("nested", session, nested.outer(task)) end
end

engine.chores.nested = function(_, session, task)
  local record = slot.record(session, task)
  if not record or slot.waits_inside(record.place) then return 1, true end
  slot.list_again(record)
  for line in record.lines:gmatch "%S+" do
    local id = line:match "^w(%d+)"
    local o = id and engine.object.load(id)
    local go_on = o and engine.go_on[o.kind]
    if go_on then go_on(o, line) end
    if id and not o then slot.answer_all(line, "removed") end
  end
  return 1, true
end

--- Whether what a task has was granted to a wait inside of which this one of its callbacks runs: the task has not heard
--- of it, and goes on only after the callback.  `granted`: the waiter.
function nested.is_unheard(me, granted)
  local session, task, seq = slot.split(granted)
  local number, depth = parts(me.task)
  local outer_number, outer_depth = parts(task)
  if session ~= me.session or number ~= outer_number or depth <= outer_depth then return false end
  local place = slot.place(session, task)
  return slot.text(place) and place.seq == seq
end

--- Wait: ipc.wait and ipc.receive where an item of the list is a far object.  Far items are watched on their engine,
--- one request a space, while the call waits for the near ones and for the bells of those requests together.
---
--- A class whose objects can be waited for has `watch(record, call, deadline)`: what the engine is to watch (a word, an
--- id, a detail), or true where the object is ready; and perhaps `arrived(record)`: whether it is ready now that the
--- engine has told of it.  One that gives messages has `take(record, call, deadline, ...)`: true and the value in the
--- fields of an answer; false: it came too late, and goes back.
local client = require "remote.client"
local check = require "remote.check"
local object = require "remote.object"
local request = require "remote.request"

local wait = {}

local MOST, MOST_WATCHED = 10000, 1000

-- ---- the list ----

local function check_list(call, list, timeout)
  if type(list) ~= "table" then
    check.misuse(nil, call, "a list of objects is expected, such as { q, p }, not %s", check.a_type(list))
  end
  local deadline = check.deadline(nil, call, timeout)
  local count = #list
  if count < 1 or count > MOST then
    check.misuse(nil, call, "the list has %d objects; 1 to %d are possible", count, MOST)
  end
  return deadline
end

-- A far item: { place =, record =, class = }; raises where it can not be waited for.
local function far_item(call, place, record)
  local class = object.class_of(record.kind)
  if call == "receive" and not class.take then
    check.misuse(nil, call, "item %d of the list has no messages to receive: %s; queues, pipe ends and connections "
      .. "have", place, record.kind)
  elseif not class.watch then
    object.misuse(record, call, "is nothing to wait for; there are: queue, pipe end, event, latch, future")
  end
  return { place = place, record = record, class = class }
end

-- The items by where they are: places of near ones, and { space = list of far ones }.
local function sorted(call, list)
  local near, far, spaces = {}, {}, {}
  for place = 1, #list do
    local record = client.record(list[place])
    if not record then
      if type(list[place]) ~= "userdata" then
        check.misuse(nil, call, "item %d of the list is %s, not an object to wait for, or it was closed", place,
          check.a_type(list[place]))
      end
      near[#near + 1] = place
    else
      local space = record.space
      if not far[space] then
        far[space] = {}
        spaces[#spaces + 1] = space
      end
      if #far[space] == MOST_WATCHED then
        check.misuse(nil, call, "more than %d objects of one far space; wait for fewer at a time", MOST_WATCHED)
      end
      table.insert(far[space], far_item(call, place, record))
    end
  end
  return near, far, spaces
end

-- What the engine is to watch of these items, three words each; those that are ready already.
local function watched(call, items, deadline)
  local words, of_word, ready = {}, {}, {}
  for _, item in ipairs(items) do
    local what, id, detail = item.class.watch(item.record, call, deadline)
    if what == true then
      ready[#ready + 1] = item
    else
      of_word[#of_word + 1] = item
      for _, word in ipairs{ what, id, detail or "" } do words[#words + 1] = word end
    end
  end
  return words, of_word, ready
end

-- The item whose place is a field of an answer.
local function item_at(items, place)
  return items[math.tointeger(tonumber(place))] or check.raise("the server's answer makes no sense")
end

-- Those items of which the engine has told that are ready indeed.
local function arrived(items, ready, ...)
  for _, place in ipairs{ ... } do
    local item = item_at(items, place)
    if not item.class.arrived or item.class.arrived(item.record) then ready[#ready + 1] = item end
  end
  return ready
end

-- ---- one space, and nothing else ----

-- An answer about items, in the name of the first; or of the one that was removed.
local function settle(call, items, status, ...)
  local item = status == "removed" and items[math.tointeger(tonumber((...)))] or items[1]
  request.settle(item.record, call, status, ...)
  return table.pack(status, ...)
end

-- A request about items.
local function ask(call, items, deadline, op, ...)
  local records = {}
  for i, item in ipairs(items) do records[i] = item.record end
  return settle(call, items, request.of_several(records, call, deadline, op, request.may(deadline), ...))
end

-- All items that are ready, where the engine has told of the first by a bell.
local function all_ready(call, items, words, answer)
  if answer[1] ~= "ok" or answer.n ~= 2 or #items == 1 then return answer end
  local again = ask(call, items, 0, "watch", table.unpack(words))
  return again[1] == "ok" and again or answer
end

-- The items that are ready; nil, "timeout".
local function watch_one(call, items, deadline)
  repeat
    local words, of_word, ready = watched(call, items, deadline)
    if #words == 0 then return ready end
    local now = #ready > 0 and 0 or deadline
    local answer = all_ready(call, of_word, words, ask(call, of_word, now, "watch", table.unpack(words)))
    if answer[1] == "ok" then arrived(of_word, ready, table.unpack(answer, 2, answer.n)) end
    if #ready > 0 then return ready end
  until answer[1] ~= "ok"
  return nil, "timeout"
end

-- ---- near and far ones together ----

-- Begins a watch in a space: again where what had come was another's, such as the result of a future that nobody waits
-- for.
local function begin_one(call, space, items, begun, ready, deadline)
  repeat
    local words, of_word, now = watched(call, items, deadline)
    table.move(now, 1, #now, #ready + 1, ready)
    if #words == 0 then return end
    local answer = settle(call, of_word, request.send(space, call, "begin", deadline, "watch",
      #ready > 0 and "0" or "2", table.unpack(words)))
    if answer[1] == "ok" then
      arrived(of_word, ready, table.unpack(answer, 2, answer.n))
    elseif answer[1] == "wait" then
      begun[#begun + 1] = { space = space, items = of_word, words = words }
    end
  until answer[1] ~= "ok" or #ready > 0
end

-- The same in each space whose server answers in time; enters those that wait, and the items that are ready at once.
local function begin_all(call, far, spaces, begun, ready, deadline)
  for _, space in ipairs(spaces) do begin_one(call, space, far[space], begun, ready, deadline) end
end

-- Ends a watch: what it has told meanwhile is ready.
local function end_one(call, watch, ready)
  local answer = settle(call, watch.items, request.send(watch.space, call, "finish", 0))
  answer = all_ready(call, watch.items, watch.words, answer)
  if answer[1] == "ok" then arrived(watch.items, ready, table.unpack(answer, 2, answer.n)) end
end

-- Ends all watches, whatever is raised: true; or false and the first error.
local function end_all(call, begun, ready)
  local good, why = true, nil
  for _, watch in ipairs(begun) do
    local ended, trouble = pcall(end_one, call, watch, ready)
    if good and not ended then good, why = false, trouble end
  end
  return good, why
end

-- The near items that are ready, by near's own wait, which the bells of the watches wake, too.
local function wait_near(list, near, begun, deadline)
  local items = {}
  for i, place in ipairs(near) do items[i] = list[place] end
  for _, watch in ipairs(begun) do items[#items + 1] = request.send(watch.space, "wait", "bell") end
  if #items == 0 then return {} end
  local left = deadline and math.max(0, deadline - client.now())
  return client.wait(items, left) or {}
end

-- One round: the places that are ready, as a set.
local function round(call, list, near, far, spaces, deadline)
  local begun, ready = {}, {}
  local is_any = #near > 0 and #wait_near(list, near, begun, 0) > 0
  local all, why = pcall(begin_all, call, far, spaces, begun, ready, is_any and 0 or deadline)
  if not all then
    end_all(call, begun, ready)
    error(why, 0)
  end
  local good, near_ready = pcall(wait_near, list, near, begun, #ready > 0 and 0 or deadline)
  local ended, trouble = end_all(call, begun, ready)
  if not good then request.again(near_ready) end
  if not ended then error(trouble, 0) end
  local places, found = {}, {}
  for _, item in ipairs(near_ready) do found[item] = true end
  for _, place in ipairs(near) do places[place] = found[list[place]] end
  for _, item in ipairs(ready) do places[item.place] = true end
  return places
end

local function is_over(deadline) return deadline and deadline <= client.now() end

-- The places of the list that are ready, as a set; nil, "timeout".
local function wait_places(call, list, deadline)
  local near, far, spaces = sorted(call, list)
  if #near == 0 and #spaces == 1 then
    local ready, why = watch_one(call, far[spaces[1]], deadline)
    if not ready then return nil, why end
    local places = {}
    for _, item in ipairs(ready) do places[item.place] = true end
    return places
  end
  repeat
    local places = round(call, list, near, far, spaces, deadline)
    if next(places) then return places end
  until is_over(deadline)
  return nil, "timeout"
end

--- wait.wait: ipc.wait.
function wait.wait(list, timeout, ...)
  check.count(nil, "wait", 2, 2 + select("#", ...))
  local places, why = wait_places("wait", list, check_list("wait", list, timeout))
  if not places then return nil, why end
  local ready = {}
  for place = 1, #list do
    if places[place] then ready[#ready + 1] = list[place] end
  end
  return ready
end

-- ---- receive ----

-- All in one space: the engine takes the message, and has the objects take turns.
local function receive_one(list, items, deadline)
  local words = watched("receive", items, deadline)
  local answer = ask("receive", items, deadline, "receive", table.unpack(words))
  if answer[1] ~= "ok" then return nil, answer[1] end
  local item = item_at(items, answer[2])
  local good, value = item.class.take(item.record, "receive", deadline, table.unpack(answer, 3, answer.n))
  if not good then return nil, "timeout" end
  return value, list[item.place]
end

local last = setmetatable({}, { __mode = "v" }) -- the object that gave the last message, so that they take turns

-- Takes a message of one object without waiting: "ok", value; "timeout"; "closed".
local function take(given)
  local record = client.record(given)
  if not record then
    local value, from = client.receive({ given }, 0)
    if from == given then return "ok", value end
    return from
  end
  local class = object.class_of(record.kind)
  local what, id, detail = class.watch(record, "receive", 0)
  local answer = table.pack(request.ask(record, "receive", 0, "receive", "0", what, id, detail or ""))
  if answer[1] ~= "ok" then return answer[1] end
  local good, value = class.take(record, "receive", 0, table.unpack(answer, 3, answer.n))
  return good and "ok" or "timeout", value
end

-- Takes a message of the first in turn of those that are ready; those that are over leave the list.
local function take_first(list, places)
  local start = 0
  for place, given in ipairs(list) do
    if rawequal(given, last.giver) then start = place end
  end
  local over = {}
  for n = 1, #list do
    local place = (start + n - 1) % #list + 1
    if places[place] then
      local status, value = take(list[place])
      if status == "ok" then
        last.giver = list[place]
        return true, value, list[place]
      end
      over[place] = status ~= "timeout"
    end
  end
  for place = #list, 1, -1 do
    if over[place] then table.remove(list, place) end
  end
  return false
end

--- wait.receive: ipc.receive.
function wait.receive(list, timeout, ...)
  check.count(nil, "receive", 2, 2 + select("#", ...))
  local deadline = check_list("receive", list, timeout)
  local near, far, spaces = sorted("receive", list)
  if #near == 0 and #spaces == 1 then return receive_one(list, far[spaces[1]], deadline) end
  list = table.move(list, 1, #list, 1, {})
  while #list > 0 do
    local places, why = wait_places("receive", list, deadline)
    if not places then return nil, why end
    local taken, value, from = take_first(list, places)
    if taken then return value, from end
    if is_over(deadline) and #list > 0 then return nil, "timeout" end
  end
  return nil, "closed"
end

return wait

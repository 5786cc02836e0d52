--- What is on the server of an engine world (world.lua): its methods that look.
local state = { PREFIX = "tl:{k}:" }

function state:entry(family, id)
  return self.server.data[self.PREFIX .. family .. (id or "")]
end

-- What the text of a state has, by kind: see state_fields.
local STATE = {
  lock = "owner token depth dead conditions", value = "number version owner token depth dead",
  queue = "closed item unfinished abandoned returned", pool = "closed terminated number purged",
  table = "version mortal owner token depth dead", rwlock = "writer token dead", semaphore = "free lent",
  event = "set", latch = "left", barrier = "broken", pipe = "bytes1 bytes2",
}
STATE.rlock = STATE.lock

function state:object(id)
  local entry, fields = self:entry("o", id), {}
  if not entry then return nil end
  for name, value in pairs(entry.fields) do fields[name] = value end
  local values = ((fields.state or "") .. ","):gmatch "([^,]*),"
  for name in (fields.state and STATE[fields.kind] or ""):gmatch "%S+" do
    local value = values()
    fields[name] = value ~= "" and value or nil
  end
  return fields
end

--- The members of a sorted set in their order, or of a list, or the fields of a hash.
function state:members(family, id)
  local entry, list = self:entry(family, id), {}
  if not entry then return list end
  if entry.type == "list" then
    for i = entry.first, entry.last do list[#list + 1] = entry[i] end
    return list
  end
  local scores = entry.scores or entry.fields
  for member in pairs(scores) do list[#list + 1] = member end
  table.sort(list, function(a, b)
    if entry.scores and scores[a] ~= scores[b] then return scores[a] < scores[b] end
    return a < b
  end)
  return list
end

function state:count(family, id)
  return #self:members(family, id)
end

--- Whether work is left: then some things are halfway by intent.
function state:is_busy()
  return self:entry "chores" ~= nil
end

function state:slot(task)
  local entry = self:entry("s", task.session.id)
  return entry and entry.fields["t" .. task.number]
end

function state.must(_, condition, text, ...)
  if not condition then error(text:format(...), 0) end
end

return state

-- What is in a file of Perfetto's, by the fields that tidelock writes: protobuf, read from scratch.
local perfetto_reader = {}

local function varint(text, at)
  local n, shift = 0, 0
  while true do
    local byte = text:byte(at)
    n = n | (byte & 127) << shift
    at, shift = at + 1, shift + 7
    if byte < 128 then return n, at end
  end
end

-- The fields of a message: an array of { number, value }, texts and messages as bytes.
local function fields(text)
  local list, at = {}, 1
  while at <= #text do
    local key, value
    key, at = varint(text, at)
    local kind = key & 7
    if kind == 0 then
      value, at = varint(text, at)
    elseif kind == 1 then
      value, at = string.unpack("<i8", text, at)
    else
      assert(kind == 2, "a field of a kind that is not written")
      local size
      size, at = varint(text, at)
      assert(at + size - 1 <= #text, "a field goes past its message")
      value, at = text:sub(at, at + size - 1), at + size
    end
    list[#list + 1] = { key >> 3, value }
  end
  return list
end

-- By number: the value, or with `many` the values of that field.
local function record(text, names, many)
  local found = {}
  for _, field in ipairs(fields(text)) do
    local name = assert(names[field[1]], "field " .. field[1])
    if many and many[name] then
      found[name] = found[name] or {}
      table.insert(found[name], field[2])
    else
      assert(found[name] == nil, name .. " twice")
      found[name] = field[2]
    end
  end
  return found
end

local PACKET = { [8] = "timestamp", [10] = "sequence", [11] = "event", [12] = "interned", [13] = "flags",
  [60] = "track" }
local EVENT = { [4] = "annotation", [9] = "type", [10] = "name_iid", [11] = "track", [23] = "name", [30] = "value",
  [34] = "location_iid", [47] = "flows", [48] = "last_flows" }
local MANY = { annotation = true, flows = true, last_flows = true }
local TRACK = { "uuid", "name", [5] = "parent", [8] = "counter", [11] = "child_order", [12] = "rank" }
local TYPES = { "begin", "end", "instant", "counter" }

local function take_interned(self, text)
  for _, field in ipairs(fields(text)) do
    if field[1] == 2 then
      local name = record(field[2], { "iid", "name" })
      self.texts[name.iid] = name.name
    else
      assert(field[1] == 4)
      local place = record(field[2], { "iid", "file", [4] = "line" })
      self.places[place.iid] = place.file .. ":" .. place.line
    end
  end
end

local function take_event(self, packet)
  local event = record(packet.event, EVENT, MANY)
  event.time, event.type = packet.timestamp, assert(TYPES[event.type])
  event.name = event.name or event.name_iid and assert(self.texts[event.name_iid], "a name that is not there")
  event.place = event.location_iid and assert(self.places[event.location_iid])
  assert(self.tracks[event.track], "a track that is not there")
  for i, text in ipairs(event.annotation or {}) do
    local note = record(text, { [10] = "name", [4] = "integer", [6] = "text" })
    event.annotation[i] = nil
    event.annotation[note.name] = note.integer or note.text
  end
  self.events[#self.events + 1] = event
end

--- Of a file's text: tracks by uuid, and the events in the order of the file.
function perfetto_reader.read(text)
  local self = { tracks = {}, events = {}, texts = {}, places = {} }
  for i, field in ipairs(fields(text)) do
    assert(field[1] == 1)
    local packet = record(field[2], PACKET)
    assert(packet.sequence == 1 and packet.flags == (i == 1 and 1 or 2))
    if packet.interned then take_interned(self, packet.interned) end
    if packet.track then
      local track = record(packet.track, TRACK)
      assert(not self.tracks[track.uuid] and (not track.parent or self.tracks[track.parent]))
      self.tracks[track.uuid] = track
    end
    if packet.event then take_event(self, packet) end
  end
  return self
end

--- The slices of a track as { name =, from =, to = or nil, depth = }, as whoever shows them nests them.
function perfetto_reader.slices(read, uuid)
  local events, found, open = {}, {}, {}
  for i, event in ipairs(read.events) do
    if event.track == uuid then events[#events + 1] = { event, i } end
  end
  table.sort(events, function(a, b)
    if a[1].time ~= b[1].time then return a[1].time < b[1].time end
    return a[2] < b[2]
  end)
  for _, each in ipairs(events) do
    local event = each[1]
    if event.type == "begin" then
      open[#open + 1] = { name = event.name, from = event.time, depth = #open, event = event }
      found[#found + 1] = open[#open]
    elseif event.type == "end" then
      local slice = assert(table.remove(open), "an end without a beginning")
      slice.to = event.time
    end
  end
  return found
end

--- The track of that name.
function perfetto_reader.track(read, name)
  for uuid, track in pairs(read.tracks) do
    if track.name == name then return uuid, track end
  end
end

return perfetto_reader

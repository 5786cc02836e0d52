--- Object rows: of the objects that were waited for most, how full they were, or whether they were held.
local depth = require "timeline.depth"

local object_rows = {}

local MOST = 6

--- The objects that are worth a row: what holds messages, and locks; those waited for most come first.  `chart` has
--- study, depth and held (by object).
function object_rows.chosen(chart)
  local list = {}
  for i, row in pairs(chart.study.objects) do
    local curve = chart.depth[i]
    if curve and curve.most > 0 or chart.held[i] then list[#list + 1] = { object = i, row = row } end
  end
  table.sort(list, function(a, b)
    if a.row.waited ~= b.row.waited then return a.row.waited > b.row.waited end
    if a.row.operations ~= b.row.operations then return a.row.operations > b.row.operations end
    return a.object < b.object
  end)
  local chosen = {}
  for i = 1, math.min(#list, MOST) do chosen[i] = list[i].object end
  return chosen
end

local function queue_signs(chart, curve)
  local signs = {}
  local cells = chart.cells
  for c, count in ipairs(depth.fullest(curve, cells.from, cells.to, cells.count)) do
    signs[c] = count == 0 and { " " } or { chart.glyphs.level(count / curve.most), "green" }
  end
  return signs
end

local function lock_signs(chart, found)
  local signs = {}
  for c, held in ipairs(found.held) do
    local state = held > 0.5 and (found.wanted[c] > 0.5 and "wanted" or "held") or held > 0 and "brief" or "absent"
    signs[c] = { chart.glyphs.sign(state), chart.glyphs.colour(state), state }
  end
  return signs
end

--- The signs by cell, { sign, colour, state or nil }, of each of these objects.  `chart` has depth, cells and glyphs.
function object_rows.signs(chart, objects)
  local list, locks, places = {}, {}, {}
  for at, object in ipairs(objects) do
    local curve = chart.depth[object]
    if curve and curve.most > 0 then
      list[at] = queue_signs(chart, curve)
    else
      locks[#locks + 1], places[#places + 1] = object, at
    end
  end
  if #locks == 0 then return list end
  for i, found in ipairs(chart.cells:of_locks(locks)) do list[places[i]] = lock_signs(chart, found) end
  return list
end

return object_rows

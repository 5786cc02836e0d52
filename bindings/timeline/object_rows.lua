--- Object rows: of the objects that were waited for most, how full they were, or whether they were held.
local object_rows = {}

local MOST = 6

--- The objects that are worth a row, { object =, row = (of the study) }: what holds messages, and locks; those waited
--- for most come first.  `chart` has study, depth and held.
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
  return table.move(list, 1, math.min(#list, MOST), 1, {})
end

-- The most messages of each cell.
local function fullness(cells, curve)
  local list, now, at = {}, 0, 1
  for c = 1, cells.count do
    local last, most = cells.from + c * cells.each, now
    while curve.times[at] and curve.times[at] <= last do
      now = curve.counts[at]
      most = math.max(most, now)
      at = at + 1
    end
    list[c] = most
  end
  return list
end

local function queue_signs(chart, curve)
  local signs = {}
  for c, count in ipairs(fullness(chart.cells, curve)) do
    signs[c] = count == 0 and { " " } or { chart.glyphs.level(count / curve.most), "green" }
  end
  return signs
end

local function add_times(cells, list, times)
  for i, from in ipairs(times.from) do cells:add(list, from, times.to[i]) end
end

local function lock_signs(chart, object)
  local cells = chart.cells
  local held, wanted = cells:zeros(), cells:zeros()
  add_times(cells, held, chart.held[object])
  if chart.wanted[object] then add_times(cells, wanted, chart.wanted[object]) end
  local signs = {}
  for c = 1, cells.count do
    local state = held[c] > 0.5 and (wanted[c] > 0.5 and "wanted" or "held") or held[c] > 0 and "brief" or "absent"
    signs[c] = { chart.glyphs.sign(state), chart.glyphs.colour(state), state }
  end
  return signs
end

--- The signs of an object by cell, { sign, colour, state or nil }.  `chart` has besides cells, glyphs, and by object
--- `held` and `wanted`: columns from and to of the times.
function object_rows.signs(chart, object)
  local curve = chart.depth[object]
  if curve and curve.most > 0 then return queue_signs(chart, curve) end
  return lock_signs(chart, object)
end

return object_rows

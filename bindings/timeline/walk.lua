--- Walk: goes through the spans of a trace in pieces, whose columns are tables: a column of a trace that was read is a
--- userdata, which is slow to ask for one number after the other (timeline/read/columns.h).
local walk = {}

local PIECE = 2048

local function piece_of(column, first, last, into)
  if type(column) == "userdata" then return column(first, last, into) end
  return table.move(column, first, last, 1, into)
end

--- Calls take(before, count, one, another, ...) for each piece: its k-th span is span before + k of the trace, and has
--- one[k], another[k], ... of the columns of these names.  Where the trace has a function `work`, it is told how many
--- spans were gone through.
function walk.each(trace, names, take)
  local spans, pieces = trace.spans, {}
  for n in ipairs(names) do pieces[n] = {} end
  for first = 1, spans.count, PIECE do
    local last = math.min(first + PIECE - 1, spans.count)
    for n, name in ipairs(names) do pieces[n] = piece_of(spans[name], first, last, pieces[n]) end
    if trace.work then trace.work(last - first + 1) end
    take(first - 1, last - first + 1, table.unpack(pieces))
  end
end

return walk

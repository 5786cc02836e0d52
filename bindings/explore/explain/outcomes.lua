--- How often which outcome came (ipc.outcome).
local printable = require "explore.story.printable"

local outcomes = {}

local SHOWN = 8

local function percent(share)
  local n = share * 100
  if n > 0 and n < 1 then return ("%.1f %%"):format(math.max(n, 0.1)) end
  return ("%d %%"):format(math.floor(n + 0.5))
end

--- The list of { text=, count=, share=, command= }, of which share may be missing, most frequent first.
function outcomes.sorted(list)
  local sorted, all = {}, 0
  for _, each in ipairs(list or {}) do
    sorted[#sorted + 1] = each
    all = all + each.count
  end
  for _, each in ipairs(sorted) do each.share = each.share or each.count / math.max(all, 1) end
  table.sort(sorted, function(a, b)
    if a.count ~= b.count then return a.count > b.count end
    return a.text < b.text
  end)
  return sorted
end

--- In one line, as the progress line has it: sold 3: 12 %, sold 2: 71 %
function outcomes.line(list)
  local parts = {}
  for i, each in ipairs(outcomes.sorted(list)) do
    if i > SHOWN then parts[#parts + 1] = ("%d more"):format(#list - SHOWN) break end
    parts[i] = ("%s: %s"):format(printable.text(each.text), percent(each.share))
  end
  return table.concat(parts, ", ")
end

--- A line each, with how to replay a schedule of that outcome.
function outcomes.lines(list)
  local sorted, lines = outcomes.sorted(list), {}
  if #sorted == 0 then return lines end
  lines[1] = "outcomes: " .. outcomes.line(list)
  for i, each in ipairs(sorted) do
    if i > SHOWN then break end
    if each.command then lines[#lines + 1] = ("  %s: %s"):format(printable.text(each.text), each.command) end
  end
  return lines
end

return outcomes

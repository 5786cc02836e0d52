--- Hint: one more each time, of those that grow from what to look at to nearly the code. Before these comes the one for
--- what the last verdict was of, if the lab has such a one: hints.free, of the property `free`.
local words = require "labs.words"

local hint = {}

local function paragraph(here, head, text)
  text = words.wrapped(head .. text, here.width)
  return here.paint:as("cyan", head) .. text:sub(#head + 1)
end

--- The first `count` hints of a lab, as they are shown.
function hint.text(here, lab, count)
  local lines = {}
  for i = 1, count do
    lines[i] = paragraph(here, ("hint %d of %d: "):format(i, #lab.hints), lab.hints[i])
  end
  return table.concat(lines, "\n")
end

-- ---- of the last verdict ----

local SHOWN = "!" -- behind the property, in the row of the progress

--- A verdict was of that property, or of none that failed: what its row is to keep.
function hint.told(lab, row, property)
  if not property or not lab.hints[property] then
    row.told = nil
  elseif row.told ~= property .. SHOWN then
    row.told = property
  end
end

--- Whether there is one for what was told last, that was not shown yet.
function hint.is_due(here, lab)
  local told = here.progress:of(lab.name).told
  return told ~= nil and lab.hints[told] ~= nil
end

--- Shows it.
function hint.of_verdict(here, lab)
  local text = lab.hints[here.progress:of(lab.name).told]
  here.progress:change(lab.name, function(row) row.told = row.told and row.told .. SHOWN end)
  return paragraph(here, "hint on that: ", text)
end

--- Shows one more; returns how many are shown then.
function hint.more(here, lab, count)
  here.progress:change(lab.name, function(row)
    row.hints = math.max(math.min(count or row.hints + 1, #lab.hints), count and row.hints or 0)
  end)
  return math.min(here.progress:of(lab.name).hints, #lab.hints)
end

--- The command.
function hint.run(here, found)
  local lab = found.words[1] and here:lab(found.words[1]) or here:next()
  if not lab then
    here:say "All labs are done: name the one whose hints you want, tidelock lab hint NAME"
    return 0
  end
  local count = found.words[2] and tonumber(found.words[2])
  if found.words[2] and (math.type(count) ~= "integer" or count < 1 or count > #lab.hints) then
    error({ wrong = ("lab hint %s: '%s' is no number from 1 to %d"):format(lab.name, found.words[2], #lab.hints),
      status = 2 }, 0)
  end
  if not count and hint.is_due(here, lab) then
    here:say(hint.of_verdict(here, lab))
    here:say("more: tidelock lab hint %s", lab.name)
    return 0
  end
  local before = here.progress:of(lab.name).hints
  local shown = hint.more(here, lab, count)
  here:say(hint.text(here, lab, count or shown))
  if shown < #lab.hints then
    here:say("one more: tidelock lab hint %s", lab.name)
  elseif before >= #lab.hints and not count then
    here:say "these are all hints"
  end
  return 0
end

return hint
